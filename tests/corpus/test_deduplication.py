"""Duplicates, reports and held-out pairs: the same from chunks of hashes as from pairs in memory."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmt.corpus import deduplication
from nmt.corpus.deduplication import KEPT, PairSelection, Scan, scan_pairs, spread_sample
from nmt.corpus.pairs import CorpusReport, FilterConfig, Pair, pair_hash
from nmt.tokenization.normalization import comparable


def select(
    *corpora: Sequence[tuple[str, str]],
    hold_out: int = 0,
    seed: int = 1,
    block: int = 7,
    of: Sequence[int] = (0,),
    tags: Sequence[str] = (),
    weights: Sequence[float] = (),
    **limits: float,
) -> tuple[list[Pair], list[Pair], list[CorpusReport]]:
    """Training pairs, held-out pairs and reports of ``corpora``."""
    pairs = [Pair(*pair) for corpus in corpora for pair in corpus]
    with PairSelection(Path(tempfile.gettempdir()), corpora=len(corpora), tags=tags) as made:
        for number, corpus in enumerate(corpora):
            for start in range(0, len(corpus), block):
                some = [Pair(*pair) for pair in corpus[start : start + block]]
                made.add(Scan(number, *scan_pairs(some, FilterConfig(**limits), seed)))  # type: ignore[arg-type]
        made.drop_duplicates(weights)
        held_out = made.hold_out(hold_out, corpora=of) if hold_out else []
        train = [pair for pair, state in zip(pairs, made.states, strict=True) if state == KEPT]
        return train, [pairs[row] for row in held_out], made.reports()


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
    train, _, [report] = select(pairs, max_characters=250, max_ratio=2.0)
    assert train == [("eins", "one"), ("eins", "One"), (long, long)]
    assert (report.read, report.kept) == (8, 3)
    assert report.dropped == {"empty": 2, "duplicate": 1, "length-ratio": 1, "too-long": 1}


def test_the_first_of_equal_pairs_wins_and_counts_with_its_corpus() -> None:
    train, _, reports = select([("a", "x"), ("b", "x"), ("a", "x")], [("c", "x"), ("a", "x")])
    assert train == [("a", "x"), ("b", "x"), ("c", "x")]
    assert [(report.read, report.kept, report.dropped) for report in reports] == [
        (3, 2, {"duplicate": 1}),
        (2, 1, {"duplicate": 1}),
    ]


ONE, TWO, THREE = [("a", "1"), ("b", "2")], [("c", "1"), ("a", "1")], [("a", "1"), ("c", "1")]


@pytest.mark.parametrize(
    ("tags", "weights", "kept"),
    [
        (("", "", ""), (1.0, 1.0, 1.0), ["ab", "c", ""]),
        (("", "", ""), (1.0, 3.0, 2.0), ["b", "ca", ""]),
        (("x", "", "x"), (1.0, 1.0, 1.0), ["ab", "ca", "c"]),
        (("x", "y", "x"), (0.5, 9.0, 1.0), ["b", "ca", "ac"]),
        (("y", "x", "z"), (), ["ab", "ca", "ac"]),
    ],
)
@pytest.mark.parametrize("piece", [1, 2, 100])
def test_copies_are_kept_with_other_tags_and_in_the_corpus_with_the_highest_weight(
    tags: tuple[str, ...], weights: tuple[float, ...], kept: list[str], piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deduplication, "_CHUNK", piece)
    monkeypatch.setattr(deduplication, "_SORTED_AT_ONCE", 2 * piece)
    train, _, reports = select(ONE, TWO, THREE, tags=tags, weights=weights)
    assert [report.kept for report in reports] == list(map(len, kept))
    assert "".join(pair.source for pair in train) == "".join(kept)


def test_copies_with_other_tags_are_removed_from_training_together() -> None:
    pairs = [(f"Satz {n}", f"sentence {n}") for n in range(60)]
    train, held_out, _ = select(pairs, pairs, pairs, hold_out=9, of=(0, 1, 2), tags=("x", "y", "z"))
    assert len(held_out) == len(set(held_out)) == 9
    assert len(train) == 3 * 51
    with PairSelection(Path(tempfile.gettempdir()), corpora=2, tags=("x", "y")) as made:
        for number in (0, 1):
            made.add(Scan(number, *scan_pairs([Pair(*pair) for pair in pairs], FilterConfig(), 1)))
        assert set(made.corpora_of(made.hold_out(9, corpora=(0, 1))).tolist()) == {0, 1}


sentences = st.text("ab Ce\u0301\u00e9", min_size=1, max_size=4).filter(str.strip)


def in_memory(pairs: list[Pair], size: int, seed: int) -> tuple[list[Pair], list[Pair]]:
    """The same selection, following its description, with all pairs in memory."""
    first: dict[tuple[str, ...], Pair] = {}
    for pair in pairs:
        first.setdefault(tuple(map(comparable, pair)), pair)
    pairs = list(first.values())
    keys = [Pair(*(" ".join(comparable(side).casefold().split()) for side in pair)) for pair in pairs]
    counts = [Counter(key[side] for key in keys) for side in (0, 1)]
    order = sorted(range(len(pairs)), key=lambda row: pair_hash(pairs[row], seed))
    held_out: list[int] = []
    for row in order:
        common = any(counts[side][keys[row][side]] > max(2, len(pairs) // (20 * size)) for side in (0, 1))
        taken = any(keys[row][side] == keys[other][side] for other in held_out for side in (0, 1))
        if len(held_out) < size and not common and not taken:
            held_out.append(row)
    shared = [{keys[row][side] for row in held_out} for side in (0, 1)]
    train = [
        pair for pair, key in zip(pairs, keys, strict=True) if not any(key[side] in shared[side] for side in (0, 1))
    ]
    return train, [pairs[row] for row in sorted(held_out)]


@given(st.lists(st.builds(Pair, sentences, sentences), min_size=2), st.integers(1, 3), st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_the_held_out_part_is_what_its_description_says(pairs: list[Pair], size: int, piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deduplication, "_CHUNK", piece)
        patch.setattr(deduplication, "_SORTED_AT_ONCE", 2 * piece)
        train, held_out, _ = select(pairs, hold_out=size, block=piece)
    assert (train, held_out) == in_memory(pairs, size, seed=1)
    assert not {pair.source for pair in train} & {pair.source for pair in held_out}
    assert not {pair.target for pair in train} & {pair.target for pair in held_out}


def test_the_held_out_part_depends_on_seed_and_content_only() -> None:
    pairs = [Pair(f"Satz {n}", f"sentence {n}") for n in range(1000)]
    train, held_out, _ = select(pairs, hold_out=100)
    assert (len(train), len(held_out)) == (900, 100)
    assert select(pairs, hold_out=100, block=300)[:2] == (train, held_out)
    assert set(select(pairs[::-1], hold_out=100)[1]) == set(held_out)
    assert set(select(pairs, hold_out=100, seed=2)[1]) != set(held_out)


def test_sentences_of_many_pairs_are_never_held_out() -> None:
    pairs = [Pair(f"{n}", "yes") for n in range(5000)] + [Pair(f"frage {n}", f"question {n}") for n in range(60)]
    train, held_out, _ = select(pairs, hold_out=50, block=1000)
    assert len(held_out) == 50
    assert len(train) == 5010
    copies = [Pair("Danke", "thanks"), Pair("danke ", "Thanks"), Pair("DANKE", "thanks")]
    assert select(copies, hold_out=1)[:2] == (copies, [])


def test_only_the_corpora_named_are_held_out() -> None:
    one, two = ([(f"{name} {n}", f"{name} {n}") for n in range(50)] for name in "ab")
    _, held_out, _ = select(one, two, hold_out=20, of=[1])
    assert len(held_out) == 20
    assert {pair.source[0] for pair in held_out} == {"b"}


def test_known_pairs_are_counted() -> None:
    with PairSelection(Path(tempfile.gettempdir())) as made:
        made.add(Scan(0, *scan_pairs([Pair("a", "x"), Pair("", "x"), Pair("b", "x")], FilterConfig(), 1)))
        assert made.count_known([Pair("b", "x"), Pair("c", "x"), Pair("b", "x"), Pair("", "x")], 1) == 2


def test_an_empty_corpus_is_not_an_error() -> None:
    assert select([], []) == ([], [], [CorpusReport(), CorpusReport()])


def test_a_spread_sample_holds_distinct_numbers_of_every_part() -> None:
    for total, size in ((10, 10), (1000, 7), (5, 1)):
        sample = spread_sample(total, size, seed=1)
        assert len(set(sample.tolist())) == size
        assert (np.diff(sample) > 0).all()
        assert sample[0] >= 0
        assert sample[-1] < total
