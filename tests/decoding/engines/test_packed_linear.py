import pytest
import torch
import torch.nn.functional as F

from nmt.decoding.engines.packed_linear import PackedLinear, packed_products


def test_products_are_those_of_torch_for_any_rows_parts_and_types() -> None:
    products = packed_products(torch.device("cpu"))
    if products is None:
        pytest.skip("this PyTorch has no oneDNN")
    stored, bias = torch.randn(30, 20), torch.randn(30)
    with torch.inference_mode(), products:
        for rows in (1, 7, 64):
            states = torch.randn(rows, 3, 20)
            for weight, part in ((stored, bias), (stored[:10], bias[:10]), (stored[10:], bias[10:]), (stored, None)):
                expected = states @ weight.t() if part is None else states @ weight.t() + part
                torch.testing.assert_close(F.linear(states, weight, part), expected)
        wide = torch.randn(4, 20, dtype=torch.float64)
        torch.testing.assert_close(F.linear(wide, stored.double()), wide @ stored.double().t())
    assert len(products._packed) == 3  # each part is packed once


def test_outside_the_context_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    products = PackedLinear()
    F.linear(torch.ones(1, 4), torch.ones(2, 4))
    assert not products._packed


def test_other_devices_have_their_own_products() -> None:
    assert packed_products(torch.device("meta")) is None
