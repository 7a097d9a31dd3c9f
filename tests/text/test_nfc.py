"""Normalization form C, equal to that of the standard library, also for hostile lines."""

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.text.nfc import MOST_MARKS, compose, is_composed

MARKS = "\u0301\u0323"  # an acute accent comes after a dot below


@given(st.text() | st.text(alphabet="ae1 가ᄀ\u1161\u11a8é" + MARKS))
def test_compose_gives_form_c(text: str) -> None:
    assert compose(text) == unicodedata.normalize("NFC", text)
    assert is_composed(text) == unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize("marks", [1, MOST_MARKS - 1, MOST_MARKS])
def test_as_many_marks_as_allowed_are_sorted(marks: int) -> None:
    text = f"{'x' * MOST_MARKS}e{(MARKS * marks)[:marks]}y"
    assert compose(text) == unicodedata.normalize("NFC", text)
    assert is_composed(text) == unicodedata.is_normalized("NFC", text)


def test_further_marks_are_kept_and_nothing_is_lost() -> None:
    text = "e" + MARKS * 4 * MOST_MARKS + "e\u0301"
    composed = compose(text)
    assert composed.endswith("\u0301\u0323\u0301\u0323é")
    assert len(composed) == len(text) - 2  # ẹ at the start and é at the end are one character each
    assert not is_composed(text)


@pytest.mark.parametrize("call", ["compose", "is_composed"])
def test_the_time_for_endless_marks_is_linear(call: str) -> None:
    """The standard library needs a quarter of an hour for this line."""
    code = f"from nmt.text.nfc import {call}; {call}('a' + '\\u0301\\u0323' * 500_000)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
