"""Details of translations in a few bytes each."""

import tracemalloc

import pytest

from nmt.translation.compact_details import Links, Spans, Tokens
from nmt.translation.results import Link, Token

TOKENS = (Token("▁a", 0, 1, -0.5), Token("bc", 1, 3, -0.25))
LINKS = (Link((0, 2), (3, 4)), Link((5, 6), (1, 2)))


def tokens() -> Tokens:
    # One more probability than subwords: that of the end mark.
    return Tokens([each.piece for each in TOKENS], [(each.start, each.end) for each in TOKENS], [-0.5, -0.25, -1.0])


def test_they_are_sequences_of_their_members() -> None:
    assert tokens() == TOKENS
    assert tuple(tokens()) == TOKENS
    assert tokens()[-1] == TOKENS[-1]
    assert tokens()[1:] == TOKENS[1:]
    assert Links(LINKS) == LINKS
    assert Spans([(1, 2), (3, 4)]) == ((1, 2), (3, 4))
    assert hash(Links(LINKS)) == hash(LINKS)
    assert repr(Spans([(1, 2)])) == "((1, 2),)"
    assert tokens() != TOKENS[:1]
    assert Links(LINKS) != LINKS[::-1]
    assert Spans() != 0
    with pytest.raises(IndexError):
        Spans([(1, 2)])[1]


def test_appended_spans_are_moved() -> None:
    joined = Tokens()
    joined.extend(tokens(), 10)
    joined.extend(tokens(), 20)
    assert [(each.start, each.end) for each in joined] == [(10, 11), (11, 13), (20, 21), (21, 23)]
    assert [each.log_probability for each in joined] == [-0.5, -0.25] * 2
    links = Links()
    links.extend(Links(LINKS), 100, 200)
    assert links == (Link((100, 102), (203, 204)), Link((105, 106), (201, 202)))


def test_a_subword_takes_few_bytes() -> None:
    number = 100_000
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        many = Tokens(
            ("".join(("▁", "a")) for _ in range(number)),
            ((n, n + 1) for n in range(number)),
            (0.5 for _ in range(number)),
        )
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert len(many) == number
    assert taken < 48 * number
