"""A small part of tests/benchmarks/fuzz_translate.py: hostile lines through the real command."""

from pathlib import Path

import pytest

from tests.benchmarks.fuzz_translate import FORMS, hostile_lines, run
from tests.conftest import talkative_model


@pytest.mark.parametrize("form", FORMS)
def test_as_many_lines_come_out_of_the_command_as_hostile_ones_go_in(form: str, tmp_path: Path) -> None:
    model = talkative_model(tmp_path / "model")
    lines = list(hostile_lines(150, seed=FORMS.index(form), longest=3000))
    outcome = run(model, lines, form, "-b", "1", "--threads", "1", hurry=300)
    assert outcome.faults == []
    assert outcome.status == (1 if form == "json" else 0)
    assert outcome.lines_in == 150
