import pytest
import torch

from nmt.errors import NMTError
from nmt.runtime import choose_device, set_threads


@pytest.mark.parametrize("name", ["tpu", "", "cpu:x", "cuda:", "cuda:-1", "meta", "cpu 0"])
def test_a_device_that_does_not_exist_is_a_sentence(name: str) -> None:
    with pytest.raises(NMTError, match=r"there is no device .*choose one of auto, cpu"):
        choose_device(name)


def test_a_device_that_is_not_here_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert choose_device("auto") == torch.device("cuda")
    assert choose_device("cuda:1") == torch.device("cuda:1")
    with pytest.raises(NMTError, match="'cuda:2' is not available here"):
        choose_device("cuda:2")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(NMTError, match="'cuda' is not available here"):
        choose_device("cuda")


def test_threads_are_at_least_one() -> None:
    assert set_threads(1) == 1
    with pytest.raises(NMTError, match="at least 1"):
        set_threads(0)
