"""Validation text is translated as its tags say, however much of it at once and whoever does it."""

import time
from collections.abc import Sequence
from typing import Any

import pytest
import torch

from nmt.data.encoded_corpus import encoded_in_memory
from nmt.decoding.config import SearchConfig
from nmt.model.config import ModelConfig
from nmt.model.transformer import Transformer
from nmt.text.corpus import Pair
from nmt.text.tokenizer import TokenizerConfig, train_tokenizer
from nmt.training import validation
from nmt.training.distributed import Group
from nmt.training.validation import TranslationValidator

X, Y = (7,), (8, 9)
SOURCES = ["a", "b", "c", "a", "d", "a"]


class Echo:
    """A translator that says what it is given."""

    def __init__(self, *_: object, first_ids: Sequence[int], **__: object) -> None:
        self.first_ids = first_ids

    def translate(self, lines: Sequence[str]) -> list[str]:
        return [f"{self.first_ids} {line}" for line in lines]


class Second(Group):
    """The second of two processes, which hears nothing of the first."""

    rank, size = 1, 2

    def gather(self, value: Any) -> list[Any]:
        return [(["of the first"] * 3, 0.0), value]


@pytest.mark.parametrize("seconds", [None, 100.0])
@pytest.mark.parametrize("first_ids", [[], [X, Y, (), Y, X, X]])
@pytest.mark.parametrize("group", [validation.ALONE, Second()])
def test_each_source_is_translated_with_its_own_tag(
    monkeypatch: pytest.MonkeyPatch, first_ids: list[tuple[int, ...]], seconds: float | None, group: Group
) -> None:
    monkeypatch.setattr(validation, "LineTranslator", Echo)
    tokenizer = train_tokenizer(["a b c", "b c d"], TokenizerConfig(model_type="char"), pairs=2)
    shape = ModelConfig(
        vocabulary_size=tokenizer.vocabulary_size,
        encoder_layers=1,
        decoder_layers=1,
        dimension=8,
        heads=1,
        feed_forward=8,
        dropout=0.0,
    )
    validator = TranslationValidator(
        pairs=[Pair(source, "a") for source in SOURCES],
        encoded=encoded_in_memory([([5], [6])]),
        tokenizer=tokenizer,
        search=SearchConfig(beam_size=1),
        max_source_length=32,
        target_language=None,
        publish=lambda *_: None,
        first_ids=first_ids,
        group=group,
    )
    deadline = None if seconds is None else time.monotonic() + seconds
    expected = [f"{first} {source}" for first, source in zip(first_ids or [()] * 6, SOURCES, strict=True)]
    if group.size == 2:
        expected[::2] = ["of the first"] * 3
    with torch.inference_mode():
        assert validator.translations(Transformer(shape), validator.search, deadline) == expected
