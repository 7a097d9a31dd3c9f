"""Old text without validation pairs, whatever tag its sources begin with, in blocks of any size."""

import random
from itertools import islice

import pytest

from nmt.corpus.pairs import Pair
from nmt.data.encoded_corpus import encoded_in_memory
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.training import train_tokenizer
from nmt.training.preparation import replay
from nmt.training.preparation.replay import ReplayCorpus


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_the_pairs_that_are_validated_on_are_left_out(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "ROWS_AT_ONCE", rows)
    config = TokenizerConfig(model_type="char")
    tokenizer = train_tokenizer(["a b c", "b c d"], config, pairs=2, control_symbols=("<bt>",))
    [tag] = tokenizer.ids(["<bt>"])
    generator = random.Random(1)
    pairs = [Pair(*("".join(generator.choices("abcd", k=generator.randint(1, 4))) for _ in "ab")) for _ in range(300)]
    validation = [Pair("no", "such"), *dict.fromkeys(pairs[::10]), Pair(pairs[0].source, "dcba")]
    sides = [tokenizer.encode([pair[side] for pair in pairs]) for side in (0, 1)]
    tagged = [
        ([tag, *source] if row % 2 else source, target) for row, (source, target) in enumerate(zip(*sides, strict=True))
    ]
    old = ReplayCorpus(encoded_in_memory(tagged), tokenizer, validation, ["bt"])
    found = []
    for block in old.blocks(3):
        assert block.corpus == 3
        source, target = (iter(side.ids.tolist()) for side in (block.source, block.target))
        for lengths in zip(block.source.lengths, block.target.lengths, strict=True):
            found.append(tuple(list(islice(ids, n)) for ids, n in zip((source, target), lengths, strict=True)))
        assert next(source, None) is next(target, None) is None
    expected = [each for each, pair in zip(tagged, pairs, strict=True) if pair not in validation]
    assert found == expected
    assert 0 < len(found) < 270  # copies are left out, too
    assert old.removed() == sum(pair in pairs for pair in validation)
    assert old.removed() < len(validation)
