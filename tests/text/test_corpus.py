from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmt.errors import NMTError
from nmt.text.corpus import (
    CorpusReport,
    FilterConfig,
    Pair,
    default_held_out_size,
    filter_pairs,
    read_pairs,
    read_tsv,
    split_held_out,
)
from nmt.text.lines import write_lines


def write(folder: Path, name: str, *lines: str) -> Path:
    write_lines(folder / name, lines)
    return folder / name


def kept(pairs: list[tuple[str, str]], **settings: int | float | bool) -> tuple[list[Pair], CorpusReport]:
    report = CorpusReport()
    config = FilterConfig(**settings)  # type: ignore[arg-type]
    return list(filter_pairs([Pair(*pair) for pair in pairs], config, report)), report


def test_pairs_come_from_several_files_in_order(tmp_path: Path) -> None:
    sources = [write(tmp_path, "a.de", "eins", "zwei"), write(tmp_path, "b.de.gz", "drei")]
    targets = [write(tmp_path, "a.en", "one", "two"), write(tmp_path, "b.en", "three")]
    assert list(read_pairs(sources, targets)) == [("eins", "one"), ("zwei", "two"), ("drei", "three")]


@pytest.mark.parametrize(("source", "target"), [(["1"] * 3, ["1"] * 1200), (["1"] * 3, [])])
def test_unequal_line_counts_are_both_named(tmp_path: Path, source: list[str], target: list[str]) -> None:
    paths = write(tmp_path, "x.de", *source), write(tmp_path, "x.en", *target)
    with pytest.raises(NMTError, match=rf"x\.de has 3 lines but .*x\.en has {len(target):,}"):
        list(read_pairs([paths[0]], [paths[1]]))


def test_unequal_numbers_of_files_and_two_standard_inputs_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "x", "1")
    with pytest.raises(NMTError, match="2 source files but 1 target"):
        list(read_pairs([path, path], [path]))
    with pytest.raises(NMTError, match="cannot both be standard input"):
        list(read_pairs(["-"], ["-"]))


def test_the_first_two_columns_of_a_tsv_are_a_pair(tmp_path: Path) -> None:
    path = write(tmp_path, "x.tsv", "eins\tone", "zwei\ttwo\tcomment\t", "", "\tthree")
    assert list(read_tsv([path])) == [("eins", "one"), ("zwei", "two"), ("", ""), ("", "three")]
    path = write(tmp_path, "y.tsv", "eins\tone", "zwei two")
    with pytest.raises(NMTError, match=r"y\.tsv:2: no tab"):
        list(read_tsv([path]))


def test_dropped_pairs_are_counted_by_reason() -> None:
    long = "Donaudampfschifffahrtsgesellschaft" * 4
    pairs = [
        ("eins", "one"),
        ("", "one"),
        ("zwei", " \u3000 "),
        ("eins", "one"),
        ("eins", "One"),  # not an exact copy
        (long, "a"),
        (long * 2, long * 2),
        (long, long),
    ]
    result, report = kept(pairs, max_characters=250, max_ratio=2.0)
    assert result == [("eins", "one"), ("eins", "One"), (long, long)]
    assert (report.read, report.kept) == (8, 3)
    assert report.dropped == {"empty": 2, "duplicate": 1, "length ratio": 1, "too long": 1}
    assert report.summary() == "8 pairs read, 3 kept; dropped: 2 empty, 1 duplicate, 1 length ratio, 1 too long"
    assert kept([("a", "b")] * 3, deduplicate=False)[1].summary() == "3 pairs read, 3 kept"


@pytest.mark.parametrize(
    ("pair", "is_kept"),
    [
        (("Ja.", "Yes, of course, that is what I have been saying all along."), True),  # short sentences never fall
        (("奥运会最重要的不是获胜，而是参与。", "The most important thing in the Olympic Games is not to win."), True),
        (("x" * 100, "x" * 661), False),  # 60 + 6 x 100 is still allowed
        (("x" * 100, "x" * 660), True),
    ],
)
def test_only_absurd_length_ratios_are_dropped(pair: tuple[str, str], is_kept: bool) -> None:
    assert bool(kept([pair])[0]) == is_kept


@pytest.mark.parametrize(
    "setting", [{"max_characters": 0}, {"max_length": 0}, {"max_ratio": 0.5}, {"max_ratio": float("nan")}]
)
def test_impossible_limits_are_refused(setting: dict[str, float]) -> None:
    with pytest.raises(NMTError, match=f"{next(iter(setting))} must be at least 1"):
        FilterConfig(**setting)  # type: ignore[arg-type]


def test_filtering_is_streaming() -> None:
    def pairs():  # type: ignore[no-untyped-def]
        yield Pair("a", "b")
        raise AssertionError("asked for more than was needed")

    assert next(filter_pairs(pairs(), FilterConfig(), CorpusReport())) == ("a", "b")


sentences = st.text("ab C", max_size=4)


@given(st.lists(st.builds(Pair, sentences, sentences), min_size=2, unique=True), st.integers(0, 5), st.randoms())
@settings(max_examples=100)
def test_no_held_out_sentence_stays_in_training(pairs: list[Pair], size: int, random) -> None:  # type: ignore[no-untyped-def]
    size = min(size, len(pairs) - 1)
    train, held_out = split_held_out(pairs, size=size, seed=1)
    assert len(held_out) <= size
    assert set(train) | set(held_out) <= set(pairs)
    assert train == [pair for pair in pairs if pair in set(train)]  # still in order
    assert not {pair.source for pair in train} & {pair.source for pair in held_out}
    assert not {pair.target for pair in train} & {pair.target for pair in held_out}


def test_the_held_out_part_depends_on_seed_and_content_only() -> None:
    pairs = [Pair(f"Satz {n}", f"sentence {n}") for n in range(1000)]
    train, held_out = split_held_out(pairs, size=100, seed=1)
    assert (len(train), len(held_out)) == (900, 100)
    assert split_held_out(pairs, size=100, seed=1) == (train, held_out)
    assert set(split_held_out(pairs[::-1], size=100, seed=1)[1]) == set(held_out)
    assert set(split_held_out(pairs, size=100, seed=2)[1]) != set(held_out)


def test_sentences_of_many_pairs_are_not_held_out() -> None:
    pairs = [Pair(f"{n}", "yes") for n in range(500)] + [Pair(f"frage {n}", f"question {n}") for n in range(500)]
    train, held_out = split_held_out(pairs, size=50, seed=1)
    assert len(held_out) == 50
    assert len(train) == 950
    copies = [Pair("Danke", "thanks"), Pair("danke ", "Thanks")] * 10
    assert split_held_out(copies, size=1, seed=1) == (copies, [])


def test_no_corpus_is_held_out_whole() -> None:
    assert split_held_out([Pair("a", "b")], size=0, seed=1) == ([("a", "b")], [])
    with pytest.raises(NMTError, match="1 of 1 pairs cannot be held out"):
        split_held_out([Pair("a", "b")], size=1, seed=1)


def test_the_held_out_part_grows_with_the_corpus() -> None:
    sizes = [default_held_out_size(pairs) for pairs in (0, 1, 20, 1000, 20_000, 10_000_000)]
    assert sizes == [0, 0, 1, 50, 1000, 1000]
