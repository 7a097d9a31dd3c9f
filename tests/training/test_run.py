"""A run as a whole: what it refuses at once, what it repeats exactly, what it leaves."""

import json
import os
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from nmt.corpus.word_counts import read_word_counts
from nmt.errors import NMTError
from nmt.model_dir.config_json import load_info
from nmt.model_dir.layout import WORD_COUNTS
from nmt.text.languages import language_of
from nmt.tokenization.tokenizer import Tokenizer
from nmt.training.config import DECAYS, PEAKS
from nmt.training.context import RunOptions
from nmt.training.preparation.data_config import DataConfig
from nmt.training.preparation.training_data import resolve_data
from nmt.training.recipe import Recipe, merge_recipe
from nmt.training.run import RunReport, train
from nmt_corpora import phrasebook_file
from tests.conftest import RecordingReporter, Reversal

SMALL = {
    "model": {
        "encoder_layers": 1,
        "decoder_layers": 1,
        "dimension": 16,
        "heads": 2,
        "feed_forward": 16,
        "dropout": 0.1,
    },
    "training": {
        "batch_tokens": 300,
        "max_steps": 12,
        "validate_every": 6,
        "checkpoint_every": 4,
        "warmup": 4,
        "curriculum": 0.0,  # epochs are whole
    },
    "search": {"beam_size": 2, "max_length_ratio": 1.0, "max_length_offset": 2},
}


def write_corpus(directory: Path, pairs: int = 60, seed: int = 1) -> DataConfig:
    generator = random.Random(seed)
    words = ["eins", "zwei", "drei", "vier", "Haus", "Baum"]
    sources = [" ".join(generator.choices(words, k=generator.randint(3, 6))) + f" {n}" for n in range(pairs)]
    for name, lines in (("text.de", sources), ("text.en", [line.upper() for line in sources])):
        (directory / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return DataConfig(source=(str(directory / "text.de"),), target=(str(directory / "text.en"),))


def run(files: DataConfig, output: Path, changes: dict[str, object] | None = None, **settings: object) -> RunReport:
    recipe = merge_recipe(merge_recipe(Recipe(), SMALL, where="test"), changes or {}, where="test")
    reporter = settings.pop("reporter", None) or RecordingReporter()
    options = RunOptions(device="cpu", threads=1, **settings)  # type: ignore[arg-type]
    return train(files, output, recipe, options, reporter=reporter)  # type: ignore[arg-type]


@pytest.mark.parametrize(("asked", "step"), [(4, 4), (6, 6), (-1, 12)])
def test_a_stopped_run_ends_as_an_uninterrupted_one(tmp_path: Path, asked: int, step: int) -> None:
    """After an update, in the validation after the sixth, and while the finished model is scored."""
    files = write_corpus(tmp_path)
    checks: list[bool] = []

    def check() -> bool:
        checks.append(True)
        return False

    whole = run(files, tmp_path / "whole", stop_requested=check)
    assert whole.finished
    left = iter(range(asked % len(checks)))
    stopped = run(files, tmp_path / "parts", stop_requested=lambda: next(left, None) is None)
    assert not stopped.finished
    assert stopped.state.step == step
    assert bool(stopped.state.finished) == (step == 12)
    assert run(files, tmp_path / "parts").finished
    for name in ("weights.safetensors", "tokenizer.model"):
        resumed, expected = ((tmp_path / run_name / name).read_bytes() for run_name in ("parts", "whole"))
        if name == "tokenizer.model":
            assert resumed == expected
    parts, expected_weights = (load_file(tmp_path / name / "weights.safetensors") for name in ("parts", "whole"))
    assert all((parts[name] == tensor).all() for name, tensor in expected_weights.items())


def test_other_subwords_are_drawn_alike_after_a_stop(tmp_path: Path) -> None:
    for language in ("en", "de"):
        lines = phrasebook_file("train", language).read_text("utf-8").splitlines(keepends=True)[:200]
        (tmp_path / f"text.{language}").write_text("".join(lines), encoding="utf-8")
    files = DataConfig(source=(str(tmp_path / "text.en"),), target=(str(tmp_path / "text.de"),))
    changes: dict[str, object] = {"training": {"subword_sampling": 0.5, "batch_tokens": None}}
    whole = run(files, tmp_path / "whole", changes)
    asked = iter(range(5))
    run(files, tmp_path / "parts", changes, stop_requested=lambda: next(asked, None) is None)
    assert run(files, tmp_path / "parts", changes).finished
    plain = run(files, tmp_path / "plain", {"training": {"batch_tokens": None}})
    assert whole.state.data.target_tokens > plain.state.data.target_tokens  # fewer merges, more subwords
    resumed, expected, other = (
        load_file(tmp_path / name / "weights.safetensors") for name in ("parts", "whole", "plain")
    )
    assert all(torch.equal(resumed[name], tensor) for name, tensor in expected.items())
    assert any(not torch.equal(other[name], tensor) for name, tensor in expected.items())


@pytest.mark.parametrize("name", ["config.json", "weights.safetensors", "tokenizer.model"])
def test_the_same_command_repairs_a_finished_model_that_lost_a_file(tmp_path: Path, name: str) -> None:
    files = write_corpus(tmp_path)
    run(files, tmp_path / "model")
    (tmp_path / "model" / name).unlink()
    reporter = RecordingReporter()
    assert run(files, tmp_path / "model", reporter=reporter).scores
    assert any("cannot be used" in stage for stage in reporter.stages)
    scores = load_info(tmp_path / "model").scores
    assert scores["decoding"] == "beam search"
    assert (scores["step"], scores["weights"]) == (12, "moving average")


def test_other_settings_or_text_are_named_and_overwrite_starts_over(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    output = tmp_path / "model"
    run(files, output)
    with pytest.raises(NMTError, match=r"training\.seed was 1, now 2.*--overwrite"):
        run(files, output, {"training": {"seed": 2}})
    with pytest.raises(NMTError, match=r"model\.dropout was 0\.1, now 0\.3"):
        run(files, output, {"model": {"dropout": 0.3}})
    with pytest.raises(NMTError, match="the source text has changed"):
        run(write_corpus(tmp_path, seed=2), output)
    assert run(files, output, {"training": {"max_steps": 3}}, overwrite=True).state.step == 3
    assert load_info(output).training["steps"] == 3


def test_the_tokenizer_of_a_run_cannot_be_left_out_or_replaced_later(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    run(files, tmp_path / "other")
    given, another = tmp_path / "given.model", tmp_path / "another.model"
    given.write_bytes((tmp_path / "other" / "tokenizer.model").read_bytes())
    another.write_bytes(given.read_bytes() + b" ")
    run(replace(files, tokenizer=str(given)), tmp_path / "model")
    for tokenizer in (None, str(another)):
        with pytest.raises(NMTError, match="named with --tokenizer or learned from the text, is a different one"):
            run(replace(files, tokenizer=tokenizer), tmp_path / "model")
    assert run(replace(files, tokenizer=str(given)), tmp_path / "model").finished


def test_a_run_that_an_earlier_release_started_resumes_without_the_settings_it_did_not_have(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    run(files, tmp_path / "model", stop_requested=lambda: (tmp_path / "model" / "weights.safetensors").exists())
    path = tmp_path / "model" / "training" / "settings.json"
    settings = json.loads(path.read_text())
    assert settings["training"].pop("valid_metric") == "bleu"
    path.write_text(json.dumps(settings))
    with pytest.raises(NMTError, match=r'valid_metric was "bleu", now "loss"'):
        run(files, tmp_path / "model", {"training": {"valid_metric": "loss"}})
    assert run(files, tmp_path / "model").finished


def test_a_trained_model_without_checkpoints_is_not_trained_over(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    output = tmp_path / "model"
    run(files, output)
    weights = (output / "weights.safetensors").read_bytes()
    for checkpoint in (output / "training").glob("checkpoint-*"):
        checkpoint.unlink()
    with pytest.raises(NMTError, match=r"has no checkpoint to resume from"):
        run(files, output)
    assert (output / "weights.safetensors").read_bytes() == weights
    assert run(files, output, overwrite=True).finished


def test_a_run_that_failed_before_its_first_checkpoint_can_be_fixed(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    target = Path(files.target[0])
    whole = target.read_text()
    target.write_text(whole + "ONE MORE\n")
    with pytest.raises(NMTError, match="60 lines but"):
        run(files, tmp_path / "model")
    target.write_text(whole)
    assert run(files, tmp_path / "model", {"training": {"seed": 3, "max_steps": 1}}).finished


def test_what_a_kill_left_of_a_first_publication_does_not_get_in_the_way(tmp_path: Path) -> None:
    """Killed between tokenizer and weights, or while writing: parts of a model, but none, and no checkpoint."""
    files = write_corpus(tmp_path)
    output = tmp_path / "model"
    asked = iter(range(1))
    run(files, output, stop_requested=lambda: next(asked, None) is None)
    for checkpoint in (output / "training").glob("checkpoint-*"):
        checkpoint.unlink()
    (output / "tokenizer.model").write_bytes(b"half")
    (output / ".nmt-0123456789ab.tmp").write_bytes(b"half")
    for name in (".nmt-ab0123456789.tmp", ".nmt-ab0123456789-old.tmp"):  # of a fast copy
        (output / name).mkdir()
        (output / name / "model.bin").write_bytes(b"half")
    (output / ".nmt-000000000000.tmp").symlink_to(tmp_path)
    (output / "training" / ".nmt-0123456789ab.tmp").write_bytes(b"half")
    assert run(files, output).finished
    assert not list(output.rglob(".nmt-*"))
    (output / "thesis.tex").write_text("years of work")
    assert run(files, output).finished


def test_directories_that_are_not_ours_are_left_alone(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.tex").write_text("years of work")
    with pytest.raises(NMTError, match="already holds other files"):
        run(files, other)
    with pytest.raises(NMTError, match="is a file"):
        run(files, other / "thesis.tex")
    with pytest.raises(NMTError, match="already holds other files"):
        run(files, other, overwrite=True)
    assert (other / "thesis.tex").read_text() == "years of work"
    run(files, tmp_path / "model", {"training": {"max_steps": 1}})
    shutil.rmtree(tmp_path / "model" / "training")
    with pytest.raises(NMTError, match="already holds a model"):
        run(files, tmp_path / "model")


def test_the_model_records_what_was_chosen_for_training_without_being_set(tmp_path: Path) -> None:
    run(write_corpus(tmp_path), tmp_path / "model", {"training": {"max_steps": 1}})
    chosen = json.loads((tmp_path / "model" / "config.json").read_text())["training"]["settings"]["training"]
    assert chosen["weight_decay"] == DECAYS["muon"]
    assert chosen["learning_rate"] == PEAKS["muon"]


def test_a_model_that_was_not_scored_at_the_end_keeps_the_scores_it_was_chosen_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nmt.training.planner.Planner.scoring_deadline", lambda *_: 0.0)  # long past
    report = run(write_corpus(tmp_path), tmp_path / "model", {"training": {"valid_metric": "chrf"}})
    assert [score.name for score in report.scores] == ["BLEU", "chrF2++"]
    stored = load_info(tmp_path / "model").scores
    assert stored["decoding"] == "greedy"
    assert stored["chrf"]["signature"].startswith("nrefs:1|case:mixed|eff:yes|nc:6|nw:2")


@pytest.mark.parametrize(("pairs", "sentence"), [(0, "no usable sentence pair"), (1, "only 1 usable sentence pair")])
def test_too_little_text_is_a_sentence(tmp_path: Path, pairs: int, sentence: str) -> None:
    with pytest.raises(NMTError, match=sentence):
        run(write_corpus(tmp_path, pairs=pairs), tmp_path / "model")


def test_validation_text_is_checked_before_the_corpus_is_read(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    (tmp_path / "short.de").write_text("eins\nzwei\n")
    (tmp_path / "short.en").write_text("ONE\n")
    Path(files.source[0]).write_bytes(b"\xff\n")
    short = {"valid_source": (str(tmp_path / "short.de"),), "valid_target": (str(tmp_path / "short.en"),)}
    with pytest.raises(NMTError, match=r"short\.de has 2 lines but .*short\.en has 1"):
        run(replace(files, **short), tmp_path / "model")


def test_a_corpus_of_the_same_few_sentences_needs_validation_files(tmp_path: Path) -> None:
    (tmp_path / "few.de").write_text("eins\n" * 50 + "".join(f"{number}\n" for number in range(50)))
    (tmp_path / "few.en").write_text("".join(f"{number}\n" for number in range(50)) + "ONE\n" * 50)
    files = DataConfig(source=(str(tmp_path / "few.de"),), target=(str(tmp_path / "few.en"),))
    with pytest.raises(NMTError, match="the same few sentences"):
        run(files, tmp_path / "model")


@pytest.mark.parametrize("pairs", [2, 20])
def test_very_little_text_still_trains(tmp_path: Path, pairs: int) -> None:
    report = run(write_corpus(tmp_path, pairs=pairs), tmp_path / "model", {"training": {"max_steps": 2}})
    assert report.finished
    assert Tokenizer.load(tmp_path / "model" / "tokenizer.model").vocabulary_size < 500


def test_validation_files_and_tables(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    lines = Path(files.source[0]).read_text().splitlines()
    (tmp_path / "more.tsv").write_text("".join(f"{line} extra\t{line.upper()} EXTRA\n" for line in lines))
    both = DataConfig(
        source=files.source,
        target=files.target,
        tsv=(str(tmp_path / "more.tsv"),),
        valid_source=files.source,
        valid_target=files.target,
        target_language="en",
    )
    reporter = RecordingReporter()
    run(both, tmp_path / "model", {"training": {"max_steps": 2}}, reporter=reporter)
    corpus = load_info(tmp_path / "model").training["corpus"]
    assert (corpus["read"], corpus["training_pairs"], corpus["validation_pairs"]) == (120, 120, 60)
    assert "validation: 60 of 60 pairs are also in the training text" in reporter.stages


def test_validation_pairs_with_an_empty_side_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    files = write_corpus(tmp_path)
    for name, lines in (("valid.de", ["eins", "", "zwei", "drei"]), ("valid.en", ["EINS", "ZWEI", " ", "DREI"])):
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    validated = replace(files, valid_source=(str(tmp_path / "valid.de"),), valid_target=(str(tmp_path / "valid.en"),))
    with caplog.at_level("INFO"):
        assert [pair.target for pair in resolve_data(validated).read_validation()] == ["EINS", "DREI"]
    assert "validation: 2 of 4 pairs have an empty side and are left out" in caplog.text


def test_bad_files_are_sentences_before_anything_slow(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    missing = DataConfig(source=(str(tmp_path / "none.de"),), target=files.target)
    with pytest.raises(NMTError, match=r"none\.de"):
        run(missing, tmp_path / "model")
    with pytest.raises(NMTError, match="1 source and 0 target files"):
        run(DataConfig(source=files.source), tmp_path / "model")
    with pytest.raises(NMTError, match="no training text"):
        run(DataConfig(), tmp_path / "model")
    for language in ("../x", "\udcff", "d", "de\nfr"):
        with pytest.raises(NMTError, match="is not a language code"):
            run(replace(files, target_language=language), tmp_path / "model")
    assert not (tmp_path / "model").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX")
def test_text_from_a_pipe_is_refused_as_it_is_read_several_times(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.de")
    with pytest.raises(NMTError, match=r"pipe\.de: .* not a pipe"):
        run(DataConfig(source=(str(tmp_path / "pipe.de"),), target=("-",)), tmp_path / "model")


def test_unaligned_text_is_an_error_with_both_counts(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    with Path(files.target[0]).open("a") as file:
        file.write("ONE MORE\n")
    with pytest.raises(NMTError, match=r"60 lines but .*text\.en has 61"):
        run(files, tmp_path / "model")


def test_a_damaged_settings_file_is_named(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    run(files, tmp_path / "model", {"training": {"max_steps": 1}})
    (tmp_path / "model" / "training" / "settings.json").write_text("{")
    with pytest.raises(NMTError, match=r"settings\.json cannot be read"):
        run(files, tmp_path / "model")


@pytest.mark.parametrize(
    ("paths", "language"),
    [
        (("a/train.de", "b/more.de.gz"), "de"),
        (("train.zh-CN",), "zh-CN"),
        (("train.de", "train.en"), None),
        (("train.txt",), None),
        (("train",), None),
        ((), None),
    ],
)
def test_languages_are_read_from_the_names_of_files(paths: tuple[str, ...], language: str | None) -> None:
    assert language_of(paths) == language


def test_the_model_keeps_how_often_each_word_came_in_its_text(reversal: Reversal) -> None:
    counts = read_word_counts(reversal.model_dir / WORD_COUNTS)
    assert counts is not None
    lines = Path(reversal.files.source[0]).read_text(encoding="utf-8").splitlines()
    assert counts.pairs < len(lines)  # without those held out
    counted = sum(counts.source.counts.values())
    assert set(counts.source.counts) == set(counts.target.counts) == set("abcdefgh")
    assert 0.9 * counted < sum(len(line.split()) for line in lines) * counts.pairs / len(lines) < 1.1 * counted
    assert counts.source.counts == counts.target.counts  # each target is its source spelt backwards
