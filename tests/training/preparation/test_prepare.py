"""From files to ids: the same for any number of helpers, from the cache the second time, with tags in their places."""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import nmt.training.preparation.prepare
from nmt.corpus import blocks
from nmt.corpus.line_profile import LineProfile
from nmt.errors import NMTError
from nmt.runtime import workers
from nmt.tokenization.tokenizer import Tokenizer
from nmt.training.preparation.data_config import DataConfig
from nmt.training.preparation.prepare import prepare
from nmt.training.preparation.prepared import PreparedCorpus
from nmt.training.preparation.run_input import RunInput
from nmt.training.preparation.training_data import resolve_data
from nmt.training.recipe import Recipe, merge_recipe
from tests.conftest import RecordingReporter

SMALL: dict[str, object] = {"tokenizer": {"vocabulary_size": 320}}


def write(directory: Path, name: str, pairs: int, seed: int = 1) -> tuple[str, str]:
    """A corpus of distinct pairs, a copy of the first and an empty one."""
    generator = random.Random(seed)
    words = ["ein", "der", "Hund", "Baum", "Haus", "geht", "steht", "grün", "alt", "hier"]
    sources = [f"{' '.join(generator.choices(words, k=generator.randint(3, 9)))} {name}{n}" for n in range(pairs)]
    sources += [sources[0], ""]
    for side, lines in (("de", sources), ("en", [line.upper() for line in sources])):
        (directory / f"{name}.{side}").write_text("".join(f"{line}\n" for line in lines))
    return str(directory / f"{name}.de"), str(directory / f"{name}.en")


def files_of(directory: Path, *names: str, pairs: int = 120, **settings: object) -> DataConfig:
    made = [write(directory, name, pairs, seed) for seed, name in enumerate(names)]
    sources, targets = zip(*made, strict=True)
    return DataConfig(source=sources, target=targets, **settings)  # type: ignore[arg-type]


def run(
    files: DataConfig, directory: Path, changes: dict[str, object] | None = None, processes: int = 1
) -> tuple[PreparedCorpus, list[str]]:
    directory.mkdir(exist_ok=True)
    recipe = merge_recipe(Recipe(), {**SMALL, **(changes or {})}, where="test")
    reporter = RecordingReporter()
    given = RunInput(data=resolve_data(files).with_fingerprint(), recipe=recipe)
    prepared = prepare(given, directory, reporter=reporter, processes=processes)
    return prepared, reporter.stages


def source_ids(prepared: PreparedCorpus, row: int) -> list[int]:
    side = prepared.corpus.source
    return list(map(int, side.ids[side.starts[row] : side.starts[row] + side.lengths[row]]))


def test_any_number_of_helpers_prepares_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "FEWEST_BYTES", 0)
    monkeypatch.setattr(blocks.read_blocks, "__kwdefaults__", {"lines": 50})
    files = files_of(tmp_path, "a", "b")
    made = {}
    for processes in (1, 3):
        directory = tmp_path / str(processes)
        prepared, stages = run(files, directory, processes=processes)
        contents = {path.name: path.read_bytes() for path in (directory / "corpus").iterdir()}
        made[processes] = (contents, prepared.tokenizer.proto, prepared.validation, prepared.facts, stages)
    assert made[1] == made[3]
    assert made[1][3]["training_pairs"] == 228


def test_a_quick_check_of_the_text_is_reported_in_three_lines(tmp_path: Path) -> None:
    files = files_of(tmp_path, "a")
    _, stages = run(files, tmp_path / "made")
    said = [stage for stage in stages if stage.startswith("check")]
    assert len(said) == 3
    assert said[0].startswith("check of 122 pairs: ")
    assert said[1] == "check: warnings: 1 empty"
    assert said[2].startswith("check: NOT FIT FOR TRAINING: identical (99 %)")


def test_a_prepared_corpus_is_used_again_unless_text_or_settings_have_changed(tmp_path: Path) -> None:
    files = files_of(tmp_path, "a")
    first, stages = run(files, tmp_path / "made")
    assert "reading the corpus" in stages
    again, stages = run(files, tmp_path / "made")
    assert stages == []
    assert (again.facts, again.validation) == (first.facts, first.validation)
    for changes in (
        {"tokenizer": {"vocabulary_size": 310}},
        {"filters": {"max_length": 20}},
        {"training": {"seed": 5}},
    ):
        assert "reading the corpus" in run(files, tmp_path / "made", changes)[1], changes
    run(files, tmp_path / "made")
    assert "reading the corpus" in run(replace(files, tag=("bt",)), tmp_path / "made")[1]
    run(files, tmp_path / "made")
    assert run(replace(files, weight=(2.0,)), tmp_path / "made")[1] == []  # they are no part of what is prepared
    with Path(files.source[0]).open("r+") as file:
        file.write("DER")
    assert "reading the corpus" in run(files, tmp_path / "made")[1]
    (tmp_path / "made" / "corpus" / "source.ids").write_bytes(b"")
    assert "reading the corpus" in run(files, tmp_path / "made")[1]


def test_a_tag_is_at_the_front_of_every_source_of_its_corpus_and_of_no_other(tmp_path: Path) -> None:
    files = files_of(tmp_path, "a", "b", weight=(1.0, 3.0), tag=("", "bt"))
    prepared, _ = run(files, tmp_path / "made")
    symbol = prepared.tokenizer.ids(["<bt>"])[0]
    first, second = prepared.corpus.sizes
    assert (first, second) == (120 - len(prepared.validation), 120)
    tagged = [source_ids(prepared, row)[0] == symbol for row in range(first + second)]
    assert tagged == [False] * first + [True] * second
    assert sum(source_ids(prepared, row).count(symbol) for row in range(first + second)) == second
    assert not (prepared.corpus.target.ids == symbol).any()
    assert prepared.corpus.weights == (1.0, 3.0)
    assert RunInput(data=resolve_data(files), recipe=Recipe()).tags() == ("bt",)
    # Held out of the corpus without a tag, as that is what will be translated, and so without one too.
    assert all(" a" in pair.source for pair in prepared.validation)
    assert not any(symbol in source for source, _ in prepared.encode_validation())
    assert prepared.facts["corpora"]["2"] == {"training_pairs": 120, "weight": 3.0, "tag": "bt"}


def test_text_that_spells_a_tag_is_text_in_training_validation_and_when_resumed(tmp_path: Path) -> None:
    files = files_of(tmp_path, "a", "b", pairs=60, tag=("b", "x"))
    for path in (*files.source, *files.target):
        lines = Path(path).read_text().splitlines()
        Path(path).write_text("".join(f"{line} <b>n</b> <x>\n" for line in lines))
    changes: dict[str, object] = {"training": {"subword_sampling": 0.3}}
    made, _ = run(files, tmp_path / "made", changes)
    # Earlier releases wrote symbols that match text.
    stored = tmp_path / "made" / "tokenizer.model"
    old = re.sub(
        rb"(\n\x03<[bx]>\x15.{4}\x18)\x03", lambda found: found[1] + b"\4", stored.read_bytes(), flags=re.DOTALL
    )
    assert tags_in(Tokenizer(old), Tokenizer(old).encode(["<b>n</b> <x>"])[0]) == 2
    stored.write_bytes(old)
    resumed, stages = run(files, tmp_path / "made", changes)
    assert stages == []
    for prepared in (made, resumed):
        rows = range(sum(prepared.corpus.sizes))
        assert {tags_in(prepared.tokenizer, source_ids(prepared, row)) for row in rows} == {1}
        assert tags_in(prepared.tokenizer, prepared.corpus.target.ids.tolist()) == 0
        validation = prepared.encode_validation()
        assert [tags_in(prepared.tokenizer, source) for source, _ in validation] == [1] * len(validation)
        assert [tags_in(prepared.tokenizer, target) for _, target in validation] == [0] * len(validation)
    assert resumed.encode_validation() == made.encode_validation()


def tags_in(tokenizer: Tokenizer, ids: Sequence[int]) -> int:
    return sum(map(list(ids).count, tokenizer.ids(["<b>", "<x>"])))


def test_a_tag_cannot_be_a_symbol_of_the_user(tmp_path: Path) -> None:
    files = files_of(tmp_path, "a", "b", tag=("", "url"))
    with pytest.raises(NMTError, match=r"<url> cannot be both the symbol of the tag url.*rename the tag, or leave"):
        run(files, tmp_path / "made", {"tokenizer": {"vocabulary_size": 330, "symbols": ["<name>", "<url>"]}})
    assert not list((tmp_path / "made").glob("*"))


def test_a_tag_that_all_corpora_share_is_that_of_validation_too(tmp_path: Path) -> None:
    prepared, _ = run(files_of(tmp_path, "a", "b", tag=("bt", "bt")), tmp_path / "made")
    symbol = prepared.tokenizer.ids(["<bt>"])[0]
    assert prepared.validation_prefixes() == [(symbol,)] * len(prepared.validation)
    assert {source[0] for source, _ in prepared.encode_validation()} == {symbol}


def test_pairs_held_out_keep_the_tag_of_their_corpus(tmp_path: Path) -> None:
    prepared, _ = run(files_of(tmp_path, "a", "b", tag=("x", "y")), tmp_path / "made")
    symbols = {name: prepared.tokenizer.ids([f"<{tag}>"])[0] for name, tag in (("a", "x"), ("b", "y"))}
    expected = [symbols[pair.source.split()[-1][0]] for pair in prepared.validation]
    assert set(expected) == set(symbols.values())
    assert [source[0] for source, _ in prepared.encode_validation()] == expected
    assert prepared.validation_prefixes() == [(symbol,) for symbol in expected]


def test_validation_files_have_the_tag_that_is_given(tmp_path: Path) -> None:
    source, target = write(tmp_path, "dev", 5)
    files = files_of(tmp_path, "a", "b", tag=("x", "y"))
    given = replace(files, valid_source=(source,), valid_target=(target,))
    with pytest.raises(NMTError, match=r"every corpus has a tag, and they differ \(x, y\).*--valid-tag"):
        run(given, tmp_path / "made")
    run(replace(given, valid_tag="x"), tmp_path / "made")
    prepared, stages = run(replace(given, valid_tag="y"), tmp_path / "made")
    assert stages == []  # of the text nothing depends on it
    assert set(prepared.validation_prefixes()) == {tuple(prepared.tokenizer.ids(["<y>"]))}
    plain, _ = run(replace(given, tag=("x", "")), tmp_path / "plain")
    assert set(plain.validation_prefixes()) == {()}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {},
            "in several languages (en, fr), and nothing tells the model which one is wanted; give each a tag",
        ),
        ({"tag": ("x", "x", "x")}, "once for each corpus (these all have x)"),
        ({"tag": ("", "", "fr")}, ""),
        ({"target_language": "fr"}, ""),
    ],
)
def test_two_target_languages_without_tags_cause_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, settings: dict[str, object], said: str
) -> None:
    files = files_of(tmp_path, "a", "b", "c")
    ends = zip(files.target[1:], (".en-GB", ".fr"), strict=True)
    names = [Path(path).rename(Path(path).with_suffix(end)) for path, end in ends]
    files = replace(files, target=(files.target[0], *map(str, names)), **settings)  # type: ignore[arg-type]
    run(files, tmp_path / "made")
    warnings = [record.getMessage() for record in caplog.records if record.name == "nmt.training.preparation.preflight"]
    assert len(warnings) == bool(said)
    assert all(said in warning for warning in warnings)
    caplog.clear()
    run(files, tmp_path / "made")
    assert not caplog.text


def test_duplicates_across_corpora_are_dropped_from_the_later_one(tmp_path: Path) -> None:
    files = files_of(tmp_path, "a")
    twice = replace(files, source=files.source * 2, target=files.target * 2)
    prepared, stages = run(twice, tmp_path / "made")
    assert "corpus: 244 pairs read, 120 kept; dropped: 122 duplicate, 2 empty" in stages
    assert prepared.corpus.sizes == (120 - len(prepared.validation), 0)
    assert any(f"{files.source[0]} and {files.target[0]}: nothing is left of this corpus" in line for line in stages)


def test_the_same_text_with_two_tags_is_learned_with_both(tmp_path: Path) -> None:
    files = files_of(tmp_path, "a")
    twice = replace(files, source=files.source * 2, target=files.target * 2, tag=("x", "y"))
    prepared, _ = run(twice, tmp_path / "made")
    assert prepared.corpus.sizes == (120 - len(prepared.validation),) * 2


def test_a_corpus_of_which_nothing_is_left_is_named(tmp_path: Path) -> None:
    files = files_of(tmp_path, "a", "b")
    (one, other), targets = files.source, files.target
    copies = replace(files, source=(one, one, other), target=(targets[0], *targets), weight=(1.0, 4.0, 1.0))
    with pytest.raises(NMTError, match=r"a\.de and .*a\.en: nothing is left of this corpus \(122 pairs read, 0 kept"):
        run(copies, tmp_path / "made")
    long = files_of(tmp_path, "c", "d", tag=("x", "y"))
    Path(long.source[1]).write_text(("ein der " * 40 + "Hund\n") * 122)
    with pytest.raises(
        NMTError, match=r"d\.de and .*d\.en: nothing is left of this corpus \(its pairs were held out or"
    ):
        run(long, tmp_path / "made", {"filters": {"max_length": 30}})


def test_the_order_of_weights_decides_which_copy_stays(tmp_path: Path) -> None:
    files = files_of(tmp_path, "a", "b")
    for side in ("source", "target"):
        first, second = getattr(files, side)
        Path(second).write_text(Path(first).read_text() + Path(second).read_text())
    for weights, expected in (((1.0, 1.0), True), ((2.0, 1.0), True), ((3.0, 1.0), False), ((1.0, 2.0), True)):
        weighted = replace(files, weight=weights)
        if weights == (1.0, 2.0):
            with pytest.raises(NMTError, match=r"a\.de and .*a\.en: nothing is left"):
                run(weighted, tmp_path / "made")
        else:
            assert ("reading the corpus" in run(weighted, tmp_path / "made")[1]) == expected, weights


def test_text_that_release_0_1_0_prepared_has_no_profile_of_its_lines(tmp_path: Path) -> None:
    files = files_of(tmp_path, "a")
    assert run(files, tmp_path / "made")[0].profile.sentences_per_line == 1
    path = tmp_path / "made" / "prepared.json"
    stored = json.loads(path.read_text())
    del stored["facts"]["sentences_per_line"], stored["facts"]["all_caps"]
    path.write_text(json.dumps(stored))
    again, stages = run(files, tmp_path / "made")
    assert (stages, again.profile) == ([], LineProfile())


def test_the_tokenizer_is_trained_on_a_sample_of_much_text(tmp_path: Path) -> None:
    prepared, stages = run(
        files_of(tmp_path, "a"), tmp_path / "made", {"tokenizer": {"sample_size": 100, "vocabulary_size": 300}}
    )
    assert "training the tokenizer on 50 pairs, taken at random" in stages
    assert len(prepared.corpus) == 114


def test_too_long_pairs_are_dropped_and_counted(tmp_path: Path) -> None:
    prepared, stages = run(files_of(tmp_path, "a"), tmp_path / "made", {"filters": {"max_length": 12}})
    lost = prepared.facts["dropped"]["too many subwords"]
    assert f"corpus: {lost:,} pairs of 0 or over 12 subwords dropped" in stages
    assert 0 < lost == 120 - len(prepared.validation) - len(prepared.corpus)
    assert int(np.max(prepared.corpus.source.lengths)) <= 12
    with pytest.raises(NMTError, match="no pair has at most 1 subwords"):
        run(files_of(tmp_path, "b"), tmp_path / "none", {"filters": {"max_length": 1}})


@pytest.mark.parametrize("line", ["DER", "DER\n"])
def test_text_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    files = files_of(tmp_path, "a")
    train_tokenizer = nmt.training.preparation.prepare.train_tokenizer

    def meddling(*arguments: object, **settings: object) -> object:
        for path in (files.source[0], files.target[0]):
            with Path(path).open("a") as file:
                file.write(line)
        return train_tokenizer(*arguments, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(nmt.training.preparation.prepare, "train_tokenizer", meddling)
    with pytest.raises(NMTError, match="the training text was changed while it was read"):
        run(files, tmp_path / "made")
