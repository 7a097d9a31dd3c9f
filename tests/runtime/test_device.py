import pytest
import torch

from nmt.errors import NMTError
from nmt.runtime import device
from nmt.runtime.device import Precision, choose_device, choose_precision
from nmt.runtime.threads import set_threads


@pytest.mark.parametrize("name", ["tpu", "", "cpu:x", "cuda:", "cuda:-1", "meta", "cpu 0"])
def test_a_device_that_does_not_exist_gives_a_sentence(name: str) -> None:
    with pytest.raises(NMTError, match=r"there is no device .*choose one of auto, cpu"):
        choose_device(name)


def test_a_device_that_is_not_available_gives_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert choose_device("auto") == torch.device("cuda")
    assert choose_device("cuda:1") == torch.device("cuda:1")
    with pytest.raises(NMTError, match="'cuda:2' is not available"):
        choose_device("cuda:2")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(NMTError, match="'cuda' is not available"):
        choose_device("cuda")


def test_threads_are_at_least_one() -> None:
    assert set_threads(1) == 1
    with pytest.raises(NMTError, match="at least 1"):
        set_threads(0)


@pytest.mark.parametrize(
    ("features", "dtype", "reason"),
    [
        ({"avx512_bf16", "avx2"}, torch.bfloat16, "the processor has avx512_bf16"),
        ({"amx_bf16", "avx512_bf16"}, torch.bfloat16, "the processor has amx_bf16"),
        ({"avx512_f", "avx2"}, torch.float32, "the processor has no units for bfloat16"),
    ],
)
def test_precision_follows_the_processor(
    monkeypatch: pytest.MonkeyPatch, features: set[str], dtype: torch.dtype, reason: str
) -> None:
    monkeypatch.setattr(device, "processor_features", lambda: frozenset(features))
    assert choose_precision("auto", torch.device("cpu")) == Precision(dtype, reason)
    assert choose_precision("float32", torch.device("cpu")).dtype == torch.float32
    assert choose_precision("bfloat16", torch.device("cpu")).dtype == torch.bfloat16


def test_processor_features_are_known_with_and_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    by_torch = device.processor_features.__wrapped__()
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    by_system = device.processor_features.__wrapped__()
    units = set(device.BFLOAT16_UNITS)
    assert by_torch & units == by_system & units


def test_torch_keeps_to_the_quota_of_a_container(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr("nmt.runtime.threads.available_processors", lambda: 2)
    torch.set_num_threads(4)
    try:
        assert set_threads(None) == torch.get_num_threads() == 2
        assert set_threads(3) == torch.get_num_threads() == 3  # what is asked for is done
        monkeypatch.setenv("OMP_NUM_THREADS", "3")
        assert set_threads(None) == torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(1)
