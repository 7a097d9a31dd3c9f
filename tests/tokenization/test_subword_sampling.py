"""Segmentations drawn at random: how often each occurs is computed by hand."""

import math
from collections import Counter
from itertools import chain

import numpy as np
import pytest
import sentencepiece

from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.sentencepiece_proto import learned_pieces
from nmt.tokenization.subword_sampling import SubwordSampler
from nmt.tokenization.training import train_tokenizer
from nmt_corpora import phrasebook_file

ENDS = range(100, 600)  # ids of pieces that end a word and make another word of it, whose draws are its own
SUFFIXES = {chr(0x4E00 + number): (number, -9.0) for number in ENDS}


def redraw(subword_sampler: SubwordSampler, sentences: list[list[int]], seed: int = 1) -> list[list[int]]:
    flat = np.array(list(chain.from_iterable(sentences)), dtype=np.uint16)
    sizes = np.array(list(map(len, sentences)), dtype=np.uint32)
    ids, lengths = subword_sampler.redraw(flat, sizes, np.arange(len(sentences)), seed)
    ends = np.cumsum(lengths)
    assert ends[-1:].sum() == len(ids)
    return [ids[end - length : end].tolist() for end, length in zip(ends, lengths, strict=True)]


def shares(subword_sampler: SubwordSampler, ids: list[int]) -> dict[tuple[int, ...], float]:
    """How often each segmentation of many words that begin with ``ids`` comes, what they end with left out."""
    drawn = redraw(subword_sampler, [[*ids, end] for end in ENDS] * 20)
    assert [found[-1] for found in drawn] == [*ENDS] * 20
    return {found: count / len(drawn) for found, count in Counter(tuple(found[:-1]) for found in drawn).items()}


def test_a_unigram_model_draws_segmentations_by_their_probability_to_a_power() -> None:
    pieces = {"a": (5, math.log(0.4)), "b": (6, math.log(0.4)), "ab": (7, math.log(0.09)), **SUFFIXES}
    found = shares(SubwordSampler(pieces, merges=False, strength=0.5), [7])
    whole, parts = math.sqrt(0.09), math.sqrt(0.4 * 0.4)
    assert set(found) == {(7,), (5, 6)}
    assert found[7,] == pytest.approx(whole / (whole + parts), abs=0.03)


@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_a_text_of_any_length_is_drawn_in_proportion(strength: float) -> None:
    pieces = {"a": (5, -300.0), "b": (6, -300.0), "ab": (7, -600.0)}
    (drawn,) = redraw(SubwordSampler(pieces, merges=False, strength=strength), [[7] * 2000])
    assert drawn.count(7) == pytest.approx(1000, abs=100)
    assert drawn.count(7) + drawn.count(5) == 2000


def test_byte_pair_encoding_leaves_out_each_merge_by_chance() -> None:
    pieces = {"a": (5, -9.0), "b": (6, -9.0), "c": (7, -9.0), "ab": (8, 0.0), "abc": (9, -1.0), "bc": (10, -2.0)}
    found = shares(SubwordSampler(pieces | SUFFIXES, merges=True, strength=0.25), [9])
    both, second = 0.75 * 0.75, 0.25 * 0.75  # "ab" comes first; without it "bc", and then "a" and "bc" can merge
    expected = {(9,): both + second * 0.75, (8, 7): 0.75 * 0.25, (5, 10): second * 0.25, (5, 6, 7): 0.25 * 0.25}
    assert found == pytest.approx(expected, abs=0.03)


def test_words_are_drawn_separately_and_ids_that_are_not_pieces_stay() -> None:
    pieces = {"\u2581a": (5, -1.0), "\u2581": (6, -1.0), "a": (7, -1.0), "\u2581\u00e9b": (8, -1.0)}
    drawn = redraw(SubwordSampler(pieces, merges=True, strength=0.5), [[5, 99, 5, 8]] * 400)
    expected = {(*one, 99, *other, 8) for one in ((5,), (6, 7)) for other in ((5,), (6, 7))}
    assert set(map(tuple, drawn)) == expected  # the characters of the last are not pieces by themselves


@pytest.mark.parametrize("kind", ["unigram", "bpe"])
def test_pieces_and_scores_are_those_of_sentencepiece(kind: str) -> None:
    lines = phrasebook_file("valid", "en").read_text("utf-8").splitlines()[:300]
    tokenizer = train_tokenizer(lines, TokenizerConfig(model_type=kind, vocabulary_size=500, symbols=("<x>",)))
    processor = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.proto)
    found = learned_pieces(tokenizer.proto)
    assert "<x>" not in found
    assert len(found) == 500 - 4 - 256 - 1
    for piece, (number, score) in found.items():
        assert processor.id_to_piece(number) == piece
        assert score == processor.get_score(number)
    ids = tokenizer.encode(lines)
    if kind == "bpe":
        assert redraw(tokenizer.subword_sampler(0.0), ids) == ids
    drawn = redraw(tokenizer.subword_sampler(0.5), ids)
    assert drawn != ids
    assert tokenizer.decode(drawn) == tokenizer.decode(ids)


def test_sentences_may_be_empty_and_fixed_ids_stay() -> None:
    pieces = {"\u2581a": (5, -1.0), "\u2581": (6, -1.0), "a": (7, -1.0)}
    subword_sampler = SubwordSampler(pieces, merges=True, strength=0.5, fixed=(5,))
    assert redraw(subword_sampler, [[], [5], [], [7, 5, 99], []]) == [[], [5], [], [7, 5, 99], []]
    assert redraw(subword_sampler, []) == []
    assert redraw(subword_sampler, [[], []]) == [[], []]


def test_the_last_id_of_the_largest_vocabulary_of_two_bytes_is_a_piece_too() -> None:
    pieces = {"\u2581a": (65_535, -1.0), "\u2581": (6, -1.0), "a": (7, -1.0)}
    drawn = redraw(SubwordSampler(pieces, merges=True, strength=0.5), [[65_535]] * 50)
    assert set(map(tuple, drawn)) == {(65_535,), (6, 7)}


def test_what_was_drawn_before_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = phrasebook_file("valid", "en").read_text("utf-8").splitlines()[:200]
    tokenizer = train_tokenizer(lines, TokenizerConfig(model_type="bpe", vocabulary_size=400))
    ids = tokenizer.encode([*lines, "".join(lines[0].split()) * 3])
    monkeypatch.setattr("nmt.tokenization.subword_sampling._MOST_KEPT", 50)  # everything is forgotten after each batch
    forgetful = tokenizer.subword_sampler(0.3)
    batches = [ids[start : start + 20] for start in range(0, len(ids), 20)]
    one_by_one = [redraw(forgetful, batch, seed) for seed, batch in enumerate(batches)]
    monkeypatch.undo()
    lasting = tokenizer.subword_sampler(0.3)
    assert [redraw(lasting, batch, seed) for seed, batch in enumerate(batches[::-1])] != one_by_one
    assert [redraw(lasting, batch, seed) for seed, batch in enumerate(batches)] == one_by_one


def test_each_word_has_several_draws_independent_of_other_words() -> None:
    pieces = {"a": (5, -1.0), "b": (6, -1.0), "ab": (7, -1.0), "ba": (8, -1.0)}
    subword_sampler = SubwordSampler(pieces, merges=False, strength=0.9)
    words = ([7], [8], [7, 8], [8, 7], [7, 7, 8], [8, 7, 7], [7] * 9, [8] * 20)
    letters = {5: "a", 6: "b", 7: "ab", 8: "ba"}
    for word in words:
        text = "".join(map(letters.__getitem__, word))
        drawn = [tuple(ids) for ids in redraw(subword_sampler, [word, *words] * 100)[:: len(words) + 1]]
        assert {"".join(map(letters.__getitem__, ids)) for ids in drawn} == {text}
        assert len(set(drawn)) >= (2 if len(word) < 9 else 16)
