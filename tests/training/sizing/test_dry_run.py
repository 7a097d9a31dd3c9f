"""A dry run: what it finds, and that it leaves nothing behind."""

from dataclasses import replace
from pathlib import Path

import pytest

from nmt.errors import NMTError
from nmt.model_dir.config_json import load_info
from nmt.training.context import RunOptions
from nmt.training.preparation.data_config import DataConfig
from nmt.training.recipe import Recipe, merge_recipe
from nmt.training.sizing import dry_run
from nmt.training.sizing.dry_run import DryRun, estimate_run
from nmt_cli.train.dry_run import describe
from tests.conftest import RecordingReporter
from tests.training.test_run import SMALL, run, write_corpus


@pytest.fixture(autouse=True)
def _few_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dry_run, "SECONDS", 0.01)


def estimate_of(files: DataConfig, output: Path, changes: dict[str, object], **settings: object) -> DryRun:
    recipe = merge_recipe(merge_recipe(Recipe(), SMALL, where="test"), {"training": changes}, where="test")
    reporter = settings.pop("reporter", None) or RecordingReporter()
    options = RunOptions(device="cpu", threads=1, **settings)  # type: ignore[arg-type]
    return estimate_run(files, output, recipe, options, reporter=reporter)  # type: ignore[arg-type]


def test_it_finds_what_a_training_then_records(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    estimate = estimate_of(files, tmp_path / "deep" / "model", {"max_steps": 12})
    assert sorted(tmp_path.rglob("*")) == before
    report = run(files, tmp_path / "model", {"training": {"max_steps": estimate.epoch_updates}})
    info = load_info(tmp_path / "model")
    assert estimate.corpus == info.training["corpus"]
    assert estimate.model == info.model
    assert estimate.parameters == report.parameters
    assert estimate.epoch_tokens == report.state.data.target_tokens
    assert report.state.data.epoch == 1
    assert estimate.updates == 12
    assert estimate.state_bytes == 20 * estimate.parameters
    assert estimate.tokens_per_second == pytest.approx(estimate.epoch_tokens / estimate.epoch_seconds, rel=0.5)


def test_text_that_a_training_has_prepared_is_used(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    run(files, tmp_path / "model", {"training": {"max_steps": 1}})
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "model").rglob("*")}
    reporter = RecordingReporter()
    assert estimate_of(files, tmp_path / "model", {}, reporter=reporter).preparation_seconds == 0
    assert not any("reading the corpus" in stage for stage in reporter.stages)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "model").rglob("*")} == before


def test_a_parent_brings_its_shape(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    run(files, tmp_path / "model", {"training": {"max_steps": 1}})
    estimate = estimate_of(files, tmp_path / "next", {}, parent=tmp_path / "model")
    assert estimate.model == load_info(tmp_path / "model").model
    assert estimate.corpus["corpora"]["of the parent"]["weight"] == 1


def test_what_is_wrong_is_reported_and_nothing_stays(tmp_path: Path) -> None:
    files = write_corpus(tmp_path, pairs=1)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(NMTError, match="only 1 usable sentence pair"):
        estimate_of(files, tmp_path / "model", {})
    assert sorted(tmp_path.rglob("*")) == before


def test_the_estimate_in_words(tmp_path: Path) -> None:
    estimate = estimate_of(write_corpus(tmp_path), tmp_path / "model", {"max_steps": 12})
    estimate = replace(
        estimate, update_seconds=0.5, epoch_updates=6, tokens_per_second=1234.5, peak_bytes=2_500_000_000
    )
    lines = describe(estimate).splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["corpus", "dropped", "validation"]
    assert "speed       1,234 target tokens/s, 500 ms/update" in lines
    assert "time        3s per epoch, 6s for all 12 updates (2.0 epochs); validation takes extra time" in lines
    assert any("2.5 GB for the whole process at the peak" in line for line in lines)
    budget = replace(estimate.horizon, updates=None, seconds=100.0)
    assert "the budget is enough for about 180 updates (30.0 epochs)" in describe(
        replace(estimate, horizon=budget, preparation_seconds=10.0)
    )
    opened = replace(estimate, horizon=replace(budget, seconds=None))
    assert "3s per epoch, until the score on validation text stops rising" in describe(opened)
