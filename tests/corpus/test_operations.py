"""Splitting without leaks, sampling, deduplicating and merging: the text of the pairs is unchanged."""

import os
import random
import unicodedata
from pathlib import Path

import pytest

from nmt.corpus import operations
from nmt.corpus.blocks import ParallelFiles
from nmt.corpus.operations import dedupe_corpus, merge_corpora, sample_corpus, split_corpus
from nmt.corpus.tolerant_reader import parallel_files
from nmt.errors import NMTError
from nmt.tokenization.normalization import comparable
from tests.conftest import Pairs, Writer, translations

PAIRS = translations(900)


def corpus(files: tuple[str, str]) -> list[ParallelFiles]:
    return parallel_files([files[0]], [files[1]])


def read(directory: Path, name: str) -> Pairs:
    sides = ((directory / f"{name}.{side}").read_text("utf-8").split("\n")[:-1] for side in ("aa", "bb"))
    return list(zip(*sides, strict=True))


def test_a_split_shares_no_sentence_and_does_not_depend_on_the_order(write: Writer, tmp_path: Path) -> None:
    copies = [(source.upper(), f"other {number}") for number, (source, _) in enumerate(PAIRS[:200])]
    pairs = [*PAIRS, *PAIRS[:100], *copies]
    parts = {}
    for turn in ("one", "two"):
        report = split_corpus(corpus(write(pairs, turn)), tmp_path / f"split-{turn}", valid=50, test=60, seed=3)
        parts[turn] = {name: read(tmp_path / f"split-{turn}", name) for name in ("train", "valid", "test")}
        random.Random(5).shuffle(pairs)
    assert {name: len(part) for name, part in parts["one"].items() if name != "train"} == {"valid": 50, "test": 60}
    assert [set(part) for part in parts["one"].values()] == [set(part) for part in parts["two"].values()]
    assert report.dropped["duplicate"] == 100
    assert report.kept == sum(map(len, parts["two"].values()))
    for side in (0, 1):
        sentences = [{pair[side].casefold() for pair in part} for part in parts["one"].values()]
        assert sum(map(len, sentences)) == len(set().union(*sentences))


def test_another_seed_gives_another_split_and_too_many_pairs_are_an_error(write: Writer, tmp_path: Path) -> None:
    files = corpus(write(PAIRS))
    for seed in (1, 2):
        split_corpus(files, tmp_path / str(seed), valid=20, test=0, seed=seed)
    assert set(read(tmp_path / "1", "valid")) != set(read(tmp_path / "2", "valid"))
    assert read(tmp_path / "1", "test") == []
    with pytest.raises(NMTError, match="only 900 pairs can be held out for test, not 1,000"):
        split_corpus(files, tmp_path / "3", valid=0, test=1000, seed=1)
    with pytest.raises(NMTError, match="no pairs would be left for training"):
        split_corpus(files, tmp_path / "3", valid=0, test=900, seed=1)
    assert not list((tmp_path / "3").iterdir())


def test_input_that_can_be_read_only_once_is_not_split(write: Writer, tmp_path: Path) -> None:
    table = tmp_path / "pairs.tsv"
    table.write_text("".join(f"{source}\t{target}\n" for source, target in PAIRS), encoding="utf-8")
    read_end, write_end = os.pipe()
    os.write(write_end, table.read_bytes()[:4000].rpartition(b"\n")[0] + b"\n")
    os.close(write_end)
    for path in ("-", f"/dev/fd/{read_end}"):
        with pytest.raises(NMTError, match=r"is not a regular file; to split text, which is read twice, save it"):
            split_corpus(parallel_files([], [], [path]), tmp_path / "out", valid=2, test=2, seed=1)
    os.close(read_end)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("change", [PAIRS[:500], [*PAIRS, *PAIRS]])
def test_text_that_changes_while_it_is_split_is_an_error(
    write: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Pairs
) -> None:
    files = corpus(write(PAIRS))
    before = operations.total_of
    monkeypatch.setattr(operations, "total_of", lambda reports: (write(change), before(reports))[1])
    with pytest.raises(NMTError, match="the text changed while it was being split"):
        split_corpus(files, tmp_path / "out", valid=20, test=20, seed=1)
    assert not list((tmp_path / "out").iterdir())


def test_a_sample_is_spread_over_the_text_and_in_order(write: Writer, tmp_path: Path) -> None:
    files = corpus(write(PAIRS))
    report = sample_corpus(files, tmp_path / "out", size=90, seed=1)
    drawn = read(tmp_path / "out", "text")
    places = [PAIRS.index(pair) for pair in drawn]
    assert (report.kept, len(drawn), places) == (90, 90, sorted(places))
    assert all(10 * number <= place < 10 * (number + 1) for number, place in enumerate(places))
    sample_corpus(files, tmp_path / "other", size=90, seed=2)
    assert read(tmp_path / "other", "text") != drawn
    with pytest.raises(NMTError, match="there are only 900 pairs"):
        sample_corpus(files, tmp_path / "more", size=901, seed=1)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("pair", [("A b.", "c d"), ("a b", "C d!"), ("A b.", "e")]),
        ("near", [("A b.", "c d"), ("A b.", "e")]),
        ("source", [("A b.", "c d"), ("a b", "C d!")]),
        ("target", [("A b.", "c d"), ("a b", "C d!"), ("A b.", "e")]),
    ],
)
def test_the_first_of_equal_pairs_is_kept(write: Writer, tmp_path: Path, by: str, expected: Pairs) -> None:
    files = corpus(write([("A b.", "c d"), ("a b", "C d!"), ("A b.", "c d"), ("A b.", "e")]))
    report = dedupe_corpus(files, tmp_path / "out", by=by)
    assert read(tmp_path / "out", "text") == expected
    assert report.dropped == {"duplicate": 4 - len(expected)}


def test_corpora_are_merged_in_order(write: Writer, tmp_path: Path) -> None:
    one, two = write(PAIRS[:10], "one"), write(PAIRS[10:20], "two")
    table = tmp_path / "three.tsv"
    table.write_text("".join(f"{source}\t{target}\n" for source, target in PAIRS[20:30]))
    files = parallel_files([one[0], two[0]], [one[1], two[1]], [str(table)])
    assert merge_corpora(files, tmp_path / "out", name="all").kept == 30
    assert read(tmp_path / "out", "all") == PAIRS[:30]
    with pytest.raises(NMTError, match="would be overwritten"):
        merge_corpora(files, tmp_path, name="two")
    with pytest.raises(NMTError, match="is not a file name"):
        merge_corpora(files, tmp_path, name="../two")


def test_the_error_says_why_too_few_pairs_can_be_held_out(write: Writer, tmp_path: Path) -> None:
    few, alike = write(PAIRS[:30], "few"), write([(source, "Ja.") for source, _ in PAIRS[:30]], "alike")
    with pytest.raises(
        NMTError, match="only 25 pairs can be held out for valid, not 30: there are no more; reduce --valid"
    ):
        split_corpus(corpus(few), tmp_path / "out", valid=30, test=5, seed=1)
    with pytest.raises(NMTError, match="only 0 pairs can be held out for test, not 5: the others share sentences"):
        split_corpus(corpus(alike), tmp_path / "out", valid=0, test=5, seed=1)


def test_a_table_without_tabs_is_an_error(tmp_path: Path) -> None:
    table = tmp_path / "x.tsv"
    table.write_text("a\tb\n\nno tab\n")
    for rearrange in (
        lambda: dedupe_corpus(parallel_files([], [], [str(table)]), tmp_path / "out", by="pair"),
        lambda: merge_corpora(parallel_files([], [], [str(table)]), tmp_path / "out", name="all"),
        lambda: sample_corpus(parallel_files([], [], [str(table)]), tmp_path / "out", size=1, seed=1),
    ):
        with pytest.raises(NMTError, match=r"x\.tsv:3: no tab; each line must be a source sentence, a tab"):
            rearrange()
        assert not list((tmp_path / "out").iterdir())


def accented(text: str) -> str:
    return text.translate(str.maketrans("aeou", "áéöü"))


ACCENTED = [(accented(source), accented(target)) for source, target in PAIRS]
DECOMPOSED = [tuple(unicodedata.normalize("NFD", f"  {side}\u200b ") for side in pair) for pair in ACCENTED]


def test_a_copy_in_another_unicode_form_does_not_carry_held_out_sentences_into_training(
    write: Writer, tmp_path: Path
) -> None:
    files = [*corpus(write(ACCENTED, "a")), *corpus(write(DECOMPOSED[::-1], "b"))]
    report = split_corpus(files, tmp_path / "parts", valid=40, test=40, seed=1)
    assert report.dropped == {"duplicate": 900}
    parts = [
        {comparable(source) for source, _ in read(tmp_path / "parts", name)} for name in ("train", "valid", "test")
    ]
    assert list(map(len, parts)) == [820, 40, 40]
    assert sum(map(len, parts)) == len(set.union(*parts))


@pytest.mark.parametrize("by", ["pair", "near", "source", "target"])
def test_copies_in_another_unicode_form_are_dropped_and_the_kept_text_is_unchanged(
    write: Writer, tmp_path: Path, by: str
) -> None:
    files = corpus(write([*DECOMPOSED[:3], *ACCENTED], "text"))
    assert dedupe_corpus(files, tmp_path / "out", by=by).dropped == {"duplicate": 3}
    assert read(tmp_path / "out", "text") == [*DECOMPOSED[:3], *ACCENTED[3:]]


def test_lines_with_different_invalid_bytes_are_not_copies(tmp_path: Path) -> None:
    for name in ("text.aa", "text.bb"):
        (tmp_path / name).write_bytes(b"f\xfcr\nf\xf6r\nf\xfcr\n")
    files = parallel_files([str(tmp_path / "text.aa")], [str(tmp_path / "text.bb")])
    assert dedupe_corpus(files, tmp_path / "out", by="pair").kept == 2
