"""Resampled subwords for the same text: they change from epoch to epoch and are equal for equal seeds."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from nmt.data.encoded_corpus import EncodedCorpus, EncodedSide, encoded_in_memory
from nmt.data.prefetch import BatchPrefetcher
from nmt.data.resampling import CorpusResampler
from nmt.special_ids import PAD, UNK
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.tokenizer import Tokenizer
from nmt.tokenization.training import train_tokenizer
from nmt_corpora import phrasebook_file

PHRASES = [phrasebook_file("valid", language).read_text("utf-8").splitlines()[:400] for language in ("en", "de")]
SOURCES, TARGETS = (phrases[:60] for phrases in PHRASES)


@pytest.fixture(scope="module", params=["unigram", "bpe"])
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    config = TokenizerConfig(model_type=request.param, vocabulary_size=800, symbols=("<old>",))
    return train_tokenizer([*PHRASES[0], *PHRASES[1]], config)


def corpus(tokenizer: Tokenizer, first: tuple[int, ...] = ()) -> EncodedCorpus:
    sources = [[*first, *ids] for ids in tokenizer.encode(SOURCES)]
    return encoded_in_memory(list(zip(sources, tokenizer.encode(TARGETS), strict=True)))


def sentences(side: EncodedSide) -> Iterator[list[int]]:
    for start, length in zip(side.starts, side.lengths, strict=True):
        yield side.ids[start : start + length].tolist()


def test_the_text_stays_and_the_subwords_change(tokenizer: Tokenizer) -> None:
    whole = corpus(tokenizer)
    rows = np.arange(60)[::-1]
    anew = CorpusResampler(tokenizer, 0.5)(whole, rows, seed=(1, 0, 0))
    assert tokenizer.decode(list(sentences(anew.source))) == SOURCES[::-1]
    assert tokenizer.decode(list(sentences(anew.target))) == TARGETS[::-1]
    changed = sum(a != b for a, b in zip(sentences(anew.source), tokenizer.encode(SOURCES[::-1]), strict=True))
    assert changed > 20


def test_the_same_seed_draws_the_same_subwords_and_another_seed_others(tokenizer: Tokenizer) -> None:
    whole, rows, anew = corpus(tokenizer), np.arange(60), CorpusResampler(tokenizer, 0.5)
    first, again, other = (anew(whole, rows, seed=(1, epoch, 3)) for epoch in (0, 0, 1))
    assert np.array_equal(first.source.ids, again.source.ids)
    assert np.array_equal(first.target.ids, again.target.ids)
    assert list(sentences(first.source)) != list(sentences(other.source))


def test_the_sides_are_drawn_independently(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode(SOURCES)
    same = encoded_in_memory(list(zip(ids, ids, strict=True)))
    anew = CorpusResampler(tokenizer, 0.5)(same, np.arange(60), seed=(1, 0, 0))
    assert list(sentences(anew.source)) != list(sentences(anew.target))


def test_another_process_draws_the_same(tokenizer: Tokenizer, tmp_path: Path) -> None:
    """SentencePiece itself draws others since its release 0.2.2, so a resumed run would learn from other text."""
    path = tmp_path / "tokenizer.model"
    tokenizer.save(path)
    code = (
        "import json, sys; import numpy as np; from nmt.tokenization.tokenizer import Tokenizer; "
        "ids, lengths = map(np.array, json.load(sys.stdin)); "
        "drawn = Tokenizer.load(sys.argv[1]).subword_sampler(0.5).redraw(ids, lengths, np.arange(60), 7); "
        "print(json.dumps([part.tolist() for part in drawn]))"
    )
    ids, lengths = corpus(tokenizer).source.take(np.arange(60))
    other = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        input=json.dumps([ids.tolist(), lengths.tolist()]),
        text=True,
        capture_output=True,
        check=True,
    )
    drawn = tokenizer.subword_sampler(0.5).redraw(ids, lengths, np.arange(60), 7)
    assert json.loads(other.stdout) == [part.tolist() for part in drawn]


def test_tags_and_unknown_characters_stay(tokenizer: Tokenizer) -> None:
    (tag,) = tokenizer.ids(["<old>"])
    whole = corpus(tokenizer, first=(tag,))
    anew = CorpusResampler(tokenizer, 0.5, tags=(tag,))(whole, np.arange(60), seed=(1, 0, 0))
    assert {ids[0] for ids in sentences(anew.source)} == {tag}
    assert tokenizer.decode([ids[1:] for ids in sentences(anew.source)]) == SOURCES
    (word,) = tokenizer.encode(["dog"])
    unknown = encoded_in_memory([([*word, UNK, *word], [6])])
    kept = CorpusResampler(tokenizer, 0.9)(unknown, np.arange(1), seed=(1,))
    (ids,) = sentences(kept.source)
    index = ids.index(UNK)
    assert tokenizer.decode([ids[:index], ids[index + 1 :]]) == ["dog", "dog"]


def test_a_prefetcher_started_anywhere_gives_the_same_batches(tokenizer: Tokenizer) -> None:
    whole = corpus(tokenizer)

    def prefetcher() -> BatchPrefetcher:
        return BatchPrefetcher(whole, seed=1, resampler=CorpusResampler(tokenizer, 0.5))

    running, late = prefetcher(), prefetcher()
    plan = running.plan(batch_tokens=60, epoch=2)
    assert len(plan) > 4
    taken = [
        running.take(plan[index : index + 1], plan[index + 1 : index + 2], epoch=2)[0] for index in range(len(plan))
    ]
    again = late.plan(batch_tokens=60, epoch=2)
    batches = [late.take(again[3:4], again[4:5], epoch=2)[0], late.take(again[4:5], again[5:6], epoch=2)[0]]
    batches += late.take([again[0], again[2]], again[1:2], epoch=2)  # not the batches that were started
    for batch, index in zip(batches, (3, 4, 0, 2), strict=True):
        assert torch.equal(batch.source, taken[index].source)
        assert torch.equal(batch.target_out, taken[index].target_out)
    (other,) = late.take(again[1:2], epoch=3)  # nor the epoch for which it was started
    assert other.source.shape != taken[1].source.shape or not torch.equal(other.source, taken[1].source)


def test_batches_are_planned_by_the_subwords_that_are_drawn(tokenizer: Tokenizer) -> None:
    lines = [*PHRASES[0], *PHRASES[1]]
    ids = tokenizer.encode(lines)
    whole = encoded_in_memory(list(zip(ids, ids[::-1], strict=True)))
    prefetcher = BatchPrefetcher(whole, seed=1, resampler=CorpusResampler(tokenizer, 0.5))
    plan = prefetcher.plan(batch_tokens=200, epoch=1)
    batches = [batch for rows in plan for batch in prefetcher.take([rows], epoch=1)]
    assert sorted(row for rows in plan for row in rows) == [*range(len(lines))]
    assert max(side.numel() for batch in batches for side in (batch.source, batch.target_in)) <= 200
    assert sum(batch.target_tokens for batch in batches) == plan.target_tokens()
    for index, batch in enumerate(batches):
        assert plan.longest(index) == max(batch.source.size(1), batch.target_out.size(1)) - 1
    padded = sum(batch.source.numel() + batch.target_out.numel() for batch in batches)
    real = sum(int((side != PAD).sum()) for batch in batches for side in (batch.source, batch.target_out))
    assert padded < 1.1 * real  # 1.14 and 1.31 by the lengths before resampling


@pytest.mark.parametrize("started", [0, 3, 1000])
def test_the_plan_of_an_epoch_does_not_depend_on_how_much_of_it_was_measured_before(
    tokenizer: Tokenizer, started: int
) -> None:
    whole = corpus(tokenizer)
    afresh = BatchPrefetcher(whole, seed=1, resampler=CorpusResampler(tokenizer, 0.5)).plan(batch_tokens=60, epoch=1)
    prefetcher = BatchPrefetcher(whole, seed=1, resampler=CorpusResampler(tokenizer, 0.5))
    plan = prefetcher.plan(batch_tokens=60, epoch=0)
    for index in range(min(started, len(plan))):
        prefetcher.take(plan[index : index + 1], plan[index + 1 :], epoch=0)  # the started batches are not finished yet
    planned = prefetcher.plan(batch_tokens=60, epoch=1)
    assert [rows.tolist() for rows in planned] == [rows.tolist() for rows in afresh]
    for lengths, expected in zip(planned.lengths, afresh.lengths, strict=True):
        assert np.array_equal(lengths, expected)
