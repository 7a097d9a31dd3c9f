from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines.batches import InBatches
from nmt.decoding.hypothesis import Hypothesis, Wish

CONFIG = SearchConfig(beam_size=2)


class Echo:
    """An engine that gives each source its wished prefix and itself, and remembers its batches."""

    name = "echo"

    def __init__(self) -> None:
        self.batches: list[list[Sequence[int]]] = []

    def search(
        self,
        sources: Sequence[Sequence[int]],
        config: SearchConfig,
        wishes: Sequence[Wish] | None = None,
        *,
        details: bool = False,
    ) -> list[list[Hypothesis]]:
        self.batches.append(list(sources))
        prefixes = [()] * len(sources) if wishes is None else [wish.prefix for wish in wishes]
        return [[Hypothesis([*prefix, *source], -1.0, -1.0)] for prefix, source in zip(prefixes, sources, strict=True)]


def test_batches_are_bounded_by_sentences_and_by_subwords_with_padding_and_beams() -> None:
    # Two beams; a source of n subwords takes (n + 1) * 2 of the 40.
    inner = Echo()
    InBatches(inner, batch_sentences=3, batch_tokens=40).search([[5] * n for n in (1, 2, 3, 4, 9, 10, 15)], CONFIG)
    assert [[len(source) for source in batch] for batch in inner.batches] == [[15], [10], [9, 4], [3, 2, 1]]


def test_one_sentence_is_searched_even_if_it_is_over_the_bound() -> None:
    inner = Echo()
    assert len(InBatches(inner, batch_tokens=1).search([[5, 6, 7], [8]], CONFIG)) == 2
    assert len(inner.batches) == 2


@given(st.lists(st.lists(st.integers(4, 9), max_size=20)), st.integers(1, 5), st.integers(1, 80))
def test_every_source_and_wish_comes_back_to_its_place(sources: list[list[int]], sentences: int, tokens: int) -> None:
    engine = InBatches(Echo(), batch_sentences=sentences, batch_tokens=tokens)
    wishes = [Wish(prefix=(100 + index,)) for index in range(len(sources))]
    found = engine.search(sources, CONFIG, wishes)
    assert [each[0].ids for each in found] == [[100 + index, *source] for index, source in enumerate(sources)]
    assert [each[0].ids for each in engine.search(sources, CONFIG)] == sources
