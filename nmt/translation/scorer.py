"""How probable a model finds given translations of given lines: N pairs in, N scores out, in order."""

import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from nmt.decoding.scoring import pad_rows, score_targets
from nmt.runtime.device import run_torch
from nmt.runtime.repeated_warnings import RepeatedWarnings
from nmt.tokenization.tags import check_known, tag_ids
from nmt.translation.loading import LoadedModel

logger = logging.getLogger(__name__)

# The most subwords of a line that are scored: with more, attention would take gigabytes.
MOST_SUBWORDS = 2048
# The most log-probabilities that are computed at once: 256 MB.
_MOST_NUMBERS = 1 << 26
# The most subwords in the sources of a batch, padding included; some sources may be much longer than others.
_MOST_SOURCE_SUBWORDS = 1 << 15

_Pair = tuple[tuple[int, ...], tuple[int, ...]]  # the subwords of a source and of its translation


@dataclass(frozen=True)
class LineScore:
    """The subwords of a translation, the end mark included, and how probable the model finds each."""

    pieces: list[str]
    log_probabilities: list[float]  # natural logarithms, given the source and the subwords before it

    @property
    def log_probability(self) -> float:
        """The log-probability of the whole translation; 0 where source and translation are empty."""
        return math.fsum(self.log_probabilities)

    @property
    def mean(self) -> float:
        """The log-probability per subword; 0 where there is none."""
        return self.log_probability / max(1, len(self.pieces))


class LineScorer:
    """Scores translations by forced decoding.

    A line is scored as a whole, even if a translator would split it, because it is not known which part of the
    translation belongs to which part of the source. Only the first 2,048 subwords of a line are scored.
    """

    def __init__(self, loaded: LoadedModel, *, tag: str = "") -> None:
        """``tag`` is put before the sources; NMTError if the model does not know it."""
        check_known(tag, loaded.info.tags)
        self.loaded = loaded
        self.source_prefix = tag_ids(loaded.tokenizer, tag)
        self._cut = RepeatedWarnings(logger, f"lines of which only the first {MOST_SUBWORDS:,} subwords are scored")
        self._long = RepeatedWarnings(logger, "lines longer than those the model has learned from")

    def close(self) -> None:
        """Log how many lines were too long, unless all of them were named."""
        self._cut.close()
        self._long.close()

    def score(self, sources: Sequence[str], targets: Sequence[str], *, first_line: int = 1) -> list[LineScore]:
        """The score of each of ``targets`` as a translation of the line of ``sources``.

        A pair of empty lines has no subwords and a log-probability of 0. The first few lines that are longer than those
        the model has learned from are named in warnings; ``first_line`` is the number of the first line in ``sources``.
        """
        source_ids, target_ids = (self.loaded.tokenizer.encode(lines) for lines in (sources, targets))
        self._warn_of_long(source_ids, target_ids, first_line)
        pairs = [
            ((*self.source_prefix, *source)[:MOST_SUBWORDS], tuple(target[:MOST_SUBWORDS]))
            for source, target in zip(source_ids, target_ids, strict=True)
        ]
        return run_torch(lambda: self._score(pairs), self.loaded.device)

    @torch.inference_mode()
    def _score(self, pairs: Sequence[_Pair]) -> list[LineScore]:
        scores = [LineScore([], []) for _ in pairs]
        for batch in self._batches(pairs):
            source = pad_rows([pairs[index][0] for index in batch]).to(self.loaded.device)
            target = pad_rows([pairs[index][1] for index in batch]).to(self.loaded.device)
            rows = score_targets(self.loaded.model, source, target).tolist()
            for index, row in zip(batch, rows, strict=True):
                ids = pairs[index][1]
                scores[index] = LineScore([*self.loaded.tokenizer.pieces(ids), "</s>"], row[: len(ids) + 1])
        return scores

    def _batches(self, pairs: Sequence[_Pair]) -> Iterator[list[int]]:
        """Indices of pairs that are not empty, those of similar length together, the longest first."""
        vocabulary = self.loaded.info.model.vocabulary_size
        order = [
            index for index, (source, target) in enumerate(pairs) if target or len(source) > len(self.source_prefix)
        ]
        order.sort(key=lambda index: (-len(pairs[index][1]), -len(pairs[index][0])))
        while order:
            longest = len(pairs[order[0]][1]) + 1
            size, longest_source = 1, len(pairs[order[0]][0]) + 1
            for index in order[1 : _MOST_NUMBERS // (longest * vocabulary)]:
                longest_source = max(longest_source, len(pairs[index][0]) + 1)
                if (size + 1) * longest_source > _MOST_SOURCE_SUBWORDS:
                    break
                size += 1
            yield order[:size]
            order = order[size:]

    def _warn_of_long(self, sources: Sequence[list[int]], targets: Sequence[list[int]], first_line: int) -> None:
        longest = self.loaded.info.max_source_length
        for number, (source, target) in enumerate(zip(sources, targets, strict=True), start=first_line):
            length = max(len(source), len(target))
            if length > MOST_SUBWORDS:
                self._cut.add("line %d has %d subwords; only the first %d are scored", number, length, MOST_SUBWORDS)
            elif length > longest:
                self._long.add(
                    "line %d has %d subwords, and the model has learned from lines of %d at most; its score says less",
                    *(number, length, longest),
                )
