"""Measurements within their time limit."""

import re
import time

import pytest

from nmt.doctor import speed
from tests.conftest import Reversal


def test_training_and_translation_are_measured_in_bounded_time(
    reversal: Reversal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed, "SECONDS", 0.2)
    monkeypatch.setattr(speed, "PAIRS", 64)
    start = time.monotonic()
    for model in (None, reversal.model_dir):
        training, translation = speed.measure_speed(model)
        assert (training.state, translation.state) == ("ok", "ok")
        assert re.match(r"[\d,]+ target tokens/s, preset small", training.value)
        assert re.match(r"[\d,]+ subwords/s, ", translation.value)
    assert "this model by CTranslate2, beam 5" in translation.value
    assert time.monotonic() - start < 30
