"""Encodes blocks of text as blocks of token ids; runs in worker processes."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nmt.corpus.blocks import Block
from nmt.corpus.drop_reasons import DropReason
from nmt.data.encoded_corpus import EncodedBlock, EncodedPair, make_block
from nmt.tokenization.tokenizer import Tokenizer


@dataclass(frozen=True)
class BlockEncoder:
    """Encodes the selected pairs of a block; it can be pickled."""

    proto: bytes  # of the tokenizer
    control_symbols: tuple[str, ...]  # of the tokenizer
    max_length: int  # subwords a side; longer pairs are left out
    source_prefix: tuple[
        tuple[int, ...], ...
    ]  # for each corpus, the ids before every source; not counted in max_length

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return Tokenizer(self.proto, control_symbols=self.control_symbols)

    def __call__(self, task: tuple[Block, NDArray[np.bool_]]) -> EncodedBlock:
        """The pairs of the block that are marked True."""
        block, selected = task
        pairs = [pair for pair, is_selected in zip(block.pairs(), selected.tolist(), strict=True) if is_selected]
        sources, targets = (
            self._tokenizer.encode([pair[side] for pair in pairs], threads=1) if pairs else [] for side in (0, 1)
        )
        prefix = list(self.source_prefix[block.corpus])
        fitting: list[EncodedPair] = []
        dropped = {DropReason.TOO_MANY_SUBWORDS: 0, DropReason.EMPTY: 0}
        for source, target in zip(sources, targets, strict=True):
            if not source or not target:
                dropped[DropReason.EMPTY] += 1
            elif max(len(source), len(target)) > self.max_length:
                dropped[DropReason.TOO_MANY_SUBWORDS] += 1
            else:
                fitting.append((prefix + source if prefix else source, target))
        return make_block(
            fitting,
            vocabulary_size=self._tokenizer.vocabulary_size,
            corpus=block.corpus,
            dropped={str(reason): count for reason, count in dropped.items() if count},
        )
