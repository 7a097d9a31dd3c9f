"""How wide a model is under a budget, on machines whose speeds are made up."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from nmt.errors import NMTError
from nmt.training.preparation.prepare import prepare
from nmt.training.preparation.prepared import PreparedCorpus
from nmt.training.preparation.run_input import RunInput
from nmt.training.preparation.training_data import resolve_data
from nmt.training.recipe import Recipe, merge_recipe
from nmt.training.sizing import model_size
from nmt.training.sizing.model_size import ENOUGH_TOKENS, NARROW, SizingConditions, settle_model
from tests.conftest import RecordingReporter, Reversal

CPU = torch.device("cpu")
BUDGET = 600.0
FAST, SLOW = 1.01 * ENOUGH_TOKENS / BUDGET, 0.99 * ENOUGH_TOKENS / BUDGET  # target tokens a second


@pytest.fixture(scope="module")
def prepared(reversal: Reversal, tmp_path_factory: pytest.TempPathFactory) -> PreparedCorpus:
    directory = tmp_path_factory.mktemp("prepared")
    data = resolve_data(reversal.files).with_fingerprint()
    run = RunInput(data=data, recipe=reversal.recipe)
    return prepare(run, directory, reporter=RecordingReporter(), processes=1)


@pytest.fixture
def speed(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Its only element is the speed that is measured; each measurement is one more element."""
    speeds = [SLOW]

    def measured(*_: object) -> float:
        speeds.append(speeds[0])
        return speeds[0]

    monkeypatch.setattr(model_size, "_speed", measured)
    monkeypatch.setattr("nmt.training.recipe.choose_preset", lambda pairs: "small")
    return speeds


def dimension(prepared: PreparedCorpus, directory: Path, recipe: Recipe | None = None, **settings: object) -> int:
    given: dict[str, Any] = {"device": CPU, "seconds": BUDGET, "directory": directory, **settings}
    return settle_model(recipe or Recipe(), prepared, SizingConditions(**given)).dimension


def test_a_short_budget_makes_the_model_narrower(prepared: PreparedCorpus, speed: list[float], tmp_path: Path) -> None:
    assert dimension(prepared, tmp_path) == NARROW["dimension"] == 192
    config = settle_model(Recipe(), prepared, SizingConditions(device=CPU, seconds=BUDGET, directory=tmp_path))
    assert config.feed_forward == 4 * config.dimension
    assert config.vocabulary_size == prepared.tokenizer.vocabulary_size


def test_a_fast_machine_keeps_the_preset(prepared: PreparedCorpus, speed: list[float], tmp_path: Path) -> None:
    speed[0] = FAST
    assert dimension(prepared, tmp_path) == 256


def test_two_processes_are_twice_as_fast(prepared: PreparedCorpus, speed: list[float], tmp_path: Path) -> None:
    speed[0] = FAST / 2
    assert dimension(prepared, tmp_path, processes=2) == 256


def test_a_settled_size_stays_for_the_same_corpus(prepared: PreparedCorpus, speed: list[float], tmp_path: Path) -> None:
    assert dimension(prepared, tmp_path) == 192
    speed[0] = FAST
    assert dimension(prepared, tmp_path) == 192
    assert len(speed) == 2
    stored = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps({**stored, "corpus": "another"}))
    assert dimension(prepared, tmp_path) == 256
    (tmp_path / "model.json").write_text('{"corpus": 7, "model":')
    assert dimension(prepared, tmp_path) == 256


def test_another_budget_settles_again_until_training_has_started(
    prepared: PreparedCorpus, speed: list[float], tmp_path: Path
) -> None:
    short, long = (merge_recipe(Recipe(), {"training": {"budget": text}}, where="test") for text in ("1m", "2h"))
    assert dimension(prepared, tmp_path, short) == 192
    speed[0] = FAST
    assert dimension(prepared, tmp_path, long) == 256
    speed[0] = SLOW
    assert dimension(prepared, tmp_path, short) == 192
    (tmp_path / "checkpoint-00000000.pt").touch()
    speed[0] = FAST
    assert dimension(prepared, tmp_path, long) == 192  # a longer budget extends the run


def test_a_dry_run_settles_nothing(prepared: PreparedCorpus, speed: list[float], tmp_path: Path) -> None:
    assert dimension(prepared, tmp_path, store=False) == 192
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "changes",
    [{"preset": "small"}, {"model": {"dimension": 256}}, {"model": {"feed_forward": 512}}],
)
def test_a_shape_that_is_set_stays(
    prepared: PreparedCorpus, speed: list[float], tmp_path: Path, changes: dict[str, object]
) -> None:
    assert dimension(prepared, tmp_path, merge_recipe(Recipe(), changes, where="test")) == 256
    assert len(speed) == 1  # nothing was measured


def test_without_a_budget_nothing_is_measured(prepared: PreparedCorpus, speed: list[float], tmp_path: Path) -> None:
    assert dimension(prepared, tmp_path, seconds=None) == 256
    assert len(speed) == 1


def test_a_run_that_was_started_before_keeps_its_width(
    prepared: PreparedCorpus, speed: list[float], tmp_path: Path
) -> None:
    (tmp_path / "checkpoint-00000000.pt").touch()
    assert dimension(prepared, tmp_path) == 256


def test_the_speed_is_measured_on_the_text_itself(
    prepared: PreparedCorpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(model_size, "SECONDS", 0.01)
    monkeypatch.setattr("nmt.training.recipe.choose_preset", lambda pairs: "small")
    recipe = merge_recipe(Recipe(), {"model": {"encoder_layers": 1, "decoder_layers": 1}}, where="test")
    assert dimension(prepared, tmp_path, recipe, seconds=1e9) == 256
    assert dimension(prepared, tmp_path / "absent", recipe, seconds=1e-9, store=False) == 192
    with pytest.raises(NMTError):
        dimension(prepared, tmp_path / "absent", recipe, seconds=1e-9)
