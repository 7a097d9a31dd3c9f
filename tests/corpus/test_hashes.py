"""Recognising copies, and estimating the number of distinct words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmt.cleaning.measures.association import words_of
from nmt.corpus import hashes
from nmt.corpus.block_text import SideText
from nmt.corpus.hashes import DistinctCount, SeenHashes, combine, hash_lines, hash_normal_lines, smallest_word_hashes


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 40), max_size=12), max_size=12))
def test_seen_hashes_behave_like_a_set(batches: list[list[int]]) -> None:
    seen, known = SeenHashes(), set[int]()
    for batch in batches:
        expected = []
        for number in batch:
            expected.append(number in known)
            known.add(number)
        assert seen.add(np.array(batch, dtype=np.uint64)).tolist() == expected


def test_large_runs_are_kept_and_small_ones_merged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashes, "_LARGEST_RUN", 256)
    seen = SeenHashes()
    for start in range(0, 4096, 16):
        assert not seen.add(np.arange(start, start + 16, dtype=np.uint64)).any()
    large = [len(run) for run in seen._runs if len(run) >= 256]
    assert len(large) > 5
    assert max(large) < 3 * 256
    assert len(seen._runs) < len(large) + 5
    assert seen.add(np.arange(4096, dtype=np.uint64)).all()
    assert sum(map(len, seen._runs)) == 4096


def test_few_distinct_words_are_counted_exactly_and_many_are_estimated() -> None:
    few, many = DistinctCount(), DistinctCount()
    for _ in range(3):
        few.add(smallest_word_hashes([f"word{number}" for number in range(1000)]))
    for start in range(0, 60_000, 5_000):
        many.add(smallest_word_hashes([f"word{number}" for number in range(start, start + 10_000)]))
    assert few.estimate() == 1000
    assert abs(many.estimate() / 65_000 - 1) < 0.06


def test_normal_lines_differ_in_words_only() -> None:
    text = "Hello,  World!\nhello world\n...\n???\nДа, – «да!»\n\u3000。\n\nDaß_1\n"
    normal = [b"helloworld", b"helloworld", b"...", b"???", "дада".encode(), " 。".encode(), b"", b"dass_1"]
    assert hash_normal_lines(text).tolist() == hash_lines(normal).tolist()
    assert hash_normal_lines("A b!\n...\n").tolist() == hash_lines([b"ab", b"..."]).tolist()


def test_optional_vowel_points_make_no_difference() -> None:
    pointed, plain = hash_normal_lines("السَّلامُ عليكم\nשָׁלוֹם\nकी\n"), hash_normal_lines("السلام عليكم\nשלום\nका\n")
    assert (pointed == plain).tolist() == [True, True, False]


def test_a_pair_is_not_its_reverse() -> None:
    one, two = hash_lines([b"a", b"b", b"a"]), hash_lines([b"b", b"a", b"a"])
    pairs = combine(one, two)
    assert len(set(pairs.tolist())) == 3


def test_words_keep_their_vowel_signs_and_tones() -> None:
    one, other, again = words_of(SideText("लड़का o̩kán\nलड़की o̩kàn\nलड़का, o̩kán!\n".encode())).words.reshape(3, 2).tolist()
    assert one == again
    assert not set(one) & set(other)
