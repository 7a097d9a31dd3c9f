"""Going on from a published model: what it inherits, what is mixed in, and that it never gets worse."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.torch import load_file

from nmt.data.encoded_corpus import open_encoded_corpus
from nmt.errors import NMTError
from nmt.model_dir.config_json import load_info
from nmt.tokenization.tokenizer import Tokenizer
from nmt.training.config import TrainingConfig
from nmt.training.preparation.data_config import DataConfig
from nmt.training.preparation.fine_tuning import epoch_weights, load_parent, with_fine_tuning_defaults
from nmt.training.preparation.prepared import stored_validation
from nmt.training.preparation.training_data import resolve_data
from nmt.training.recipe import Recipe
from tests.conftest import RecordingReporter
from tests.training.test_run import run, write_corpus

SHORT = {"training": {"max_steps": 4, "validate_every": 2, "checkpoint_every": 2, "learning_rate": 0.0003}}


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("parent")
    run(write_corpus(directory), directory / "model", {"training": {"learning_rate": 0.01, "max_steps": 30}})
    return directory / "model"


def encoded_pairs(model: Path) -> list[tuple[tuple[int, ...], ...]]:
    """All pairs of the text that a run has prepared, as ids."""
    corpus = open_encoded_corpus(model / "training" / "corpus", key=None)
    assert corpus is not None
    sides = (
        [
            tuple(side.ids[start : start + length].tolist())
            for start, length in zip(side.starts, side.lengths, strict=True)
        ]
        for side in (corpus.source, corpus.target)
    )
    return list(zip(*sides, strict=True))


@pytest.fixture
def files(tmp_path: Path) -> DataConfig:
    return write_corpus(tmp_path, pairs=40, seed=5)


def test_shape_tokenizer_and_old_text_are_inherited(parent: Path, files: DataConfig, tmp_path: Path) -> None:
    reporter = RecordingReporter()
    report = run(files, tmp_path / "model", SHORT, parent=parent, reporter=reporter)
    assert report.finished
    assert reporter.validations[0].step == 0
    before, after = load_info(parent), load_info(tmp_path / "model")
    assert after.model == before.model
    assert (tmp_path / "model" / "tokenizer.model").read_bytes() == (parent / "tokenizer.model").read_bytes()
    assert after.training["parent"]["steps"] == 30
    corpora = after.training["corpus"]["corpora"]
    new, old = corpora["1"], corpora["of the parent"]
    assert old["training_pairs"] == before.training["corpus"]["training_pairs"] > new["training_pairs"]
    assert old["training_pairs"] * old["weight"] == pytest.approx(new["training_pairs"], abs=0.1)
    assert any("are mixed into each epoch" in stage for stage in reporter.stages)


def test_what_never_gets_better_is_published_as_it_was(parent: Path, files: DataConfig, tmp_path: Path) -> None:
    ruin = {"training": {**SHORT["training"], "learning_rate": 5.0, "warmup": 0}}
    state = run(files, tmp_path / "model", ruin, parent=parent).state
    assert (state.best.step, state.best.weights) == (0, "weights it began with")
    before, after = (load_file(place / "weights.safetensors") for place in (parent, tmp_path / "model"))
    assert all((before[name] == tensor).all() for name, tensor in after.items())


def test_a_stopped_run_needs_the_old_text_no_more_and_ends_as_a_whole_one(
    parent: Path, files: DataConfig, tmp_path: Path
) -> None:
    run(files, tmp_path / "whole", SHORT, parent=parent)
    copy = shutil.copytree(parent, tmp_path / "copy")
    asked = iter(range(3))
    stopped = run(files, tmp_path / "parts", SHORT, parent=copy, stop_requested=lambda: next(asked, None) is None)
    assert not stopped.finished
    shutil.rmtree(copy / "training")
    assert run(files, tmp_path / "parts", SHORT, parent=copy).finished
    whole, parts = (load_file(tmp_path / name / "weights.safetensors") for name in ("whole", "parts"))
    assert all((whole[name] == tensor).all() for name, tensor in parts.items())


def test_without_the_old_text_a_message_says_what_to_do(parent: Path, files: DataConfig, tmp_path: Path) -> None:
    copy = shutil.copytree(parent, tmp_path / "copy", ignore=shutil.ignore_patterns("training"))
    reporter = RecordingReporter()
    run(files, tmp_path / "model", SHORT, parent=copy, reporter=reporter)
    assert any("so none is mixed in; to keep the model from forgetting it" in stage for stage in reporter.stages)
    unmixed = {"training": {**SHORT["training"], "mix_old": 0.0}}
    run(files, tmp_path / "unmixed", unmixed, parent=parent)
    assert "corpora" not in load_info(tmp_path / "unmixed").training["corpus"]


def test_what_the_parent_decides_cannot_be_set(parent: Path, files: DataConfig, tmp_path: Path) -> None:
    output = tmp_path / "model"
    recipe, data = Recipe(), resolve_data(files)
    with pytest.raises(NMTError, match="its own shape and tokenizer, so dimension, preset cannot be set together"):
        load_parent(parent, replace(recipe, model={"dimension": 64, "heads": 2}, preset="tiny"), data, output)
    tokenizer = replace(recipe, tokenizer=replace(recipe.tokenizer, vocabulary_size=999))
    with pytest.raises(NMTError, match="so vocabulary_size cannot be set"):
        load_parent(parent, tokenizer, data, output)
    with pytest.raises(NMTError, match="this model has no tag 'bt'"):
        load_parent(parent, recipe, resolve_data(replace(files, tag=("bt",))), output)
    with pytest.raises(NMTError, match="choose another directory for the new model"):
        load_parent(parent, recipe, data, parent)
    with pytest.raises(NMTError, match="is not a model directory"):
        load_parent(tmp_path / "none", recipe, data, output)
    dropout = load_parent(parent, replace(recipe, model={"dropout": 0.3}), data, output)
    assert dropout.model_config(replace(recipe, model={"dropout": 0.3})).dropout == 0.3


def test_fine_tuning_learns_slowly_unless_set_otherwise() -> None:
    for optimizer in ("muon", "adamw"):
        recipe = Recipe(training=TrainingConfig(optimizer=optimizer))
        assert with_fine_tuning_defaults(recipe).training.peak_rate == pytest.approx(recipe.training.peak_rate / 5)
        assert with_fine_tuning_defaults(recipe).training.passes_of_growing_dropout == 0
        assert recipe.training.passes_of_growing_dropout > 0
        assert with_fine_tuning_defaults(recipe).training.settled_weight_decay == 0.01
    told = Recipe(training=TrainingConfig(learning_rate=0.7, weight_decay=0.2, dropout_passes=3.0))
    assert with_fine_tuning_defaults(told) == told


def test_another_parent_is_refused(parent: Path, files: DataConfig, tmp_path: Path) -> None:
    run(files, tmp_path / "model", SHORT, parent=parent)
    with pytest.raises(NMTError, match="the model that it starts from, with --from, is a different one"):
        run(files, tmp_path / "model", SHORT)
    again = run(files, tmp_path / "model", SHORT, parent=parent)
    assert again.finished


def test_text_in_the_other_direction_is_refused(parent: Path, files: DataConfig, tmp_path: Path) -> None:
    swapped = replace(files, source=files.target, target=files.source)
    run(files, tmp_path / "before", {"training": {"max_steps": 1}})
    for output in ("before", "model"):
        with pytest.raises(NMTError, match=r"translates de to en, the text en to de; exchange -s and -t"):
            run(swapped, tmp_path / output, SHORT, parent=parent, overwrite=True)
    assert load_info(tmp_path / "before").training["steps"] == 1
    named = replace(swapped, source_language="de-AT", target_language="EN")
    assert run(named, tmp_path / "model", SHORT, parent=parent).finished


def test_old_pairs_that_the_new_run_is_validated_on_are_not_mixed_in(parent: Path, tmp_path: Path) -> None:
    files = write_corpus(tmp_path)  # the very text that the parent learned from
    tokenizer = Tokenizer.load(parent / "tokenizer.model")
    learned = set(encoded_pairs(parent))
    for side in ("de", "en"):
        lines = (tmp_path / f"text.{side}").read_text().splitlines(keepends=True)
        (tmp_path / f"dev.{side}").write_text("".join(["etwas neues\n", *lines[:20]]))
        kept = [
            line
            for line, ids in zip(lines, tokenizer.encode([line.strip() for line in lines]), strict=True)
            if any(tuple(ids) in pair for pair in learned)
        ]
        (tmp_path / f"part.{side}").write_text("".join(kept))  # others of it are held out
    part = replace(files, source=(str(tmp_path / "part.de"),), target=(str(tmp_path / "part.en"),))
    given = replace(files, valid_source=(str(tmp_path / "dev.de"),), valid_target=(str(tmp_path / "dev.en"),))
    for name, text in (("held out", part), ("given", given)):
        reporter = RecordingReporter()
        run(text, tmp_path / name, SHORT, parent=parent, reporter=reporter)
        sides = zip(*stored_validation(tmp_path / name / "training"), strict=True)
        validation = list(zip(*(map(tuple, tokenizer.encode(side)) for side in sides), strict=True))
        leaked = learned & set(validation)
        new = load_info(tmp_path / name).training["corpus"]["corpora"]["1"]["training_pairs"]
        assert leaked
        assert set(encoded_pairs(tmp_path / name)[new:]) == learned - leaked
        said = f"validation: {len(leaked)} of {len(validation)} pairs are also in the old text, and left out of it"
        assert said in reporter.stages


def test_where_one_language_is_new_a_warning_is_given_and_nothing_mixed_in(
    parent: Path, files: DataConfig, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = replace(files, target_language="fr")
    reporter = RecordingReporter()
    run(other, tmp_path / "model", SHORT, parent=parent, reporter=reporter)
    assert "translates de to en, the text de to fr: the model will learn the new language" in caplog.text
    assert "corpora" not in load_info(tmp_path / "model").training["corpus"]
    assert not any("mixed in" in stage for stage in reporter.stages)
    caplog.clear()
    run(other, tmp_path / "model", SHORT, parent=parent)
    run(replace(other, target_language="en-GB"), tmp_path / "same", SHORT, parent=parent)
    run(replace(other, source_language=None, target_language=None), tmp_path / "same names", SHORT, parent=parent)
    assert not caplog.text


@pytest.mark.parametrize(
    ("sizes", "weights", "share", "expected"),
    [
        ((100,), (2.0,), 0.5, (2.0,)),
        ((100, 1000), (1.0,), 0.5, (1.0, 0.1)),
        ((100, 1000), (3.0,), 0.25, (3.0, 0.1)),
        ((100, 50, 1000), (1.0, 2.0), 0.5, (1.0, 2.0, 0.2)),
        ((1000, 10), (1.0,), 0.5, (1.0, 1.0)),
    ],
)
def test_old_pairs_are_their_share_of_an_epoch(
    sizes: tuple[int, ...], weights: tuple[float, ...], share: float, expected: tuple[float, ...]
) -> None:
    assert epoch_weights(sizes, weights, share) == pytest.approx(expected)
