"""Segmentations drawn at random: how often each comes is worked out by hand."""

import math
from collections import Counter

import pytest
import sentencepiece

from nmt.text.segmentation import Segmenter
from nmt.text.sentencepiece_proto import learnt_pieces
from nmt.text.tokenizer import TokenizerConfig, train_tokenizer
from nmt_corpora import phrasebook_file

DRAWS = 4000
LONG = 30  # characters behind it make a word too long to be kept, so that every draw is a new one


def shares(segmenter: Segmenter, ids: list[int]) -> dict[tuple[int, ...], float]:
    drawn = Counter(map(tuple, segmenter.redraw([ids] * DRAWS, 1)))
    return {found: count / DRAWS for found, count in drawn.items()}


def test_a_unigram_model_draws_segmentations_by_their_probability_to_a_power() -> None:
    end = "x" * LONG
    pieces = {"a": (5, math.log(0.4)), "b": (6, math.log(0.4)), "ab": (7, math.log(0.09)), end: (8, math.log(0.1))}
    found = shares(Segmenter(pieces, merges=False, strength=0.5), [7, 8])
    whole, parts = math.sqrt(0.09), math.sqrt(0.4 * 0.4)
    assert set(found) == {(7, 8), (5, 6, 8)}
    assert found[7, 8] == pytest.approx(whole / (whole + parts), abs=0.03)


def test_byte_pair_encoding_leaves_out_each_merge_by_chance() -> None:
    pieces = {"a": (5, -9.0), "b": (6, -9.0), "c": (7, -9.0), "ab": (8, 0.0), "abc": (9, -1.0), "bc": (10, -2.0)}
    pieces |= {"x": (11, -9.0), "y": (12, -9.0)}
    found = shares(Segmenter(pieces, merges=True, strength=0.25), [9, *[11, 12] * LONG])
    short = Counter[tuple[int, ...]]()
    for ids, share in found.items():
        assert ids[-2 * LONG :] == (11, 12) * LONG
        short[ids[: -2 * LONG]] += share
    both, second = 0.75 * 0.75, 0.25 * 0.75  # "ab" comes first; without it "bc", and then "a" and "bc" can merge
    expected = {(9,): both + second * 0.75, (8, 7): 0.75 * 0.25, (5, 10): second * 0.25, (5, 6, 7): 0.25 * 0.25}
    assert short == pytest.approx(expected, abs=0.03)


def test_words_are_drawn_by_themselves_and_what_is_no_piece_stays() -> None:
    pieces = {"\u2581a": (5, -1.0), "\u2581": (6, -1.0), "a": (7, -1.0), "\u2581\u00e9b": (8, -1.0)}
    found = shares(Segmenter(pieces, merges=True, strength=0.5), [5, 99, 5, 8])
    assert {ids[-1] for ids in found} == {8}  # its characters are no pieces by themselves
    assert set(found) == {(*one, 99, *other, 8) for one in ((5,), (6, 7)) for other in ((5,), (6, 7))}


@pytest.mark.parametrize("kind", ["unigram", "bpe"])
def test_pieces_and_scores_are_those_of_sentencepiece(kind: str) -> None:
    lines = phrasebook_file("valid", "en").read_text("utf-8").splitlines()[:300]
    tokenizer = train_tokenizer(lines, TokenizerConfig(model_type=kind, vocabulary_size=500, symbols=("<x>",)))
    processor = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.proto)
    found = learnt_pieces(tokenizer.proto)
    assert "<x>" not in found
    assert len(found) == 500 - 4 - 256 - 1
    for piece, (number, score) in found.items():
        assert processor.id_to_piece(number) == piece
        assert score == processor.get_score(number)
    ids = tokenizer.encode(lines)
    if kind == "bpe":
        assert tokenizer.segmenter(0.0).redraw(ids, 1) == ids
    drawn = tokenizer.segmenter(0.5).redraw(ids, 1)
    assert drawn != ids
    assert tokenizer.decode(drawn) == tokenizer.decode(ids)


def test_sentences_may_be_empty_and_ids_may_have_to_stay() -> None:
    pieces = {"\u2581a": (5, -1.0), "\u2581": (6, -1.0), "a": (7, -1.0)}
    segmenter = Segmenter(pieces, merges=True, strength=0.5, fixed=(5,))
    assert segmenter.redraw([[], [5], [], [7, 5, 99], []], 1) == [[], [5], [], [7, 5, 99], []]
    assert segmenter.redraw([], 1) == []
    assert segmenter.redraw([[], []], 1) == [[], []]
