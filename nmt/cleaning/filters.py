"""Repairing and filtering one block of pairs: the part of cleaning that worker processes do."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nmt.cleaning.config import FILTERS, CleaningConfig
from nmt.cleaning.measures import pair_checks, patterns
from nmt.cleaning.measures.association import TranslationModel, words_of
from nmt.cleaning.measures.languages import find_other_language
from nmt.cleaning.measures.length_fit import LengthModel
from nmt.cleaning.repairs import repair_side
from nmt.corpus.block_text import SOURCE, TARGET, BlockText
from nmt.corpus.blocks import Block
from nmt.corpus.drop_reasons import DropReason
from nmt.corpus.hashes import Hashes, combine, hash_normal_lines, hash_pairs
from nmt.corpus.held_out import HeldOut
from nmt.corpus.line_classes import NO_SCRIPT

Rows = Iterable[int]
# These compare a pair with all earlier ones, so they run in the main process (nmt.cleaning.clean).
DUPLICATE_FILTERS = (DropReason.DUPLICATE, DropReason.NEAR_DUPLICATE)


@dataclass(frozen=True)
class CorpusProfile:
    """What is usual in a corpus; pairs that differ from it too much are dropped."""

    lengths: LengthModel | None
    scripts: tuple[int | None, int | None]  # indexes of SCRIPT_NAMES; None without a clear majority
    languages: tuple[str | None, str | None] = (None, None)  # codes of the language identifier
    ends_agree: bool = False  # both sides mark sentence ends in the same way
    translations: TranslationModel | None = None
    training_blocks: frozenset[tuple[int, int]] = frozenset()  # corpus and first line of the model's training text


@dataclass(frozen=True)
class RejectedPair:
    """A pair that was dropped."""

    row: int  # in its block
    reason: str
    source: str
    target: str


@dataclass
class CleanBlock:
    """The pairs of a block that are kept, and those that are dropped."""

    rows: list[int]
    sources: list[bytes]
    targets: list[bytes]
    exact: Hashes  # of the pairs kept
    near: Hashes
    rejected: list[RejectedPair]
    fixed: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Cleaner:
    """Repairs and filters blocks; it can be pickled."""

    config: CleaningConfig
    profile: CorpusProfile
    held_out: tuple[HeldOut, ...] = ()

    def __call__(self, block: Block) -> CleanBlock:
        """The repaired pairs of ``block`` that pass all filters."""
        original = BlockText(block)
        undecodable = [side.undecodable() for side in original.sides]
        text, fixed = self._repair(original)
        compared = text.comparable
        near = [hash_normal_lines(side.text) for side in compared.sides]
        reasons = np.zeros(block.count, dtype=np.uint8)  # 0: kept; otherwise the number of the filter, from 1
        for number, name in enumerate(FILTERS, start=1):
            if name in self.config.filters and name not in DUPLICATE_FILTERS:
                rows = np.array(list(self._rows(name, compared, near, undecodable)), dtype=np.int64)
                reasons[rows[reasons[rows] == 0]] = number
        kept = np.flatnonzero(reasons == 0)
        source, target = text.sides
        sources, targets = ([side.raw[row] for row in kept.tolist()] for side in (source, target))
        names = list(FILTERS)
        return CleanBlock(
            rows=kept.tolist(),
            sources=sources,
            targets=targets,
            exact=hash_pairs(*(side.raw for side in compared.sides))[kept],
            near=combine(*near)[kept],
            rejected=[
                RejectedPair(row, names[reasons[row] - 1], *(side.lines[row] for side in original.sides))
                for row in np.flatnonzero(reasons).tolist()
            ],
            fixed=fixed,
        )

    def _repair(self, text: BlockText) -> tuple[BlockText, dict[str, int]]:
        """The repaired block, and how many lines each repair changed."""
        counts: dict[str, int] = {}
        sides = []
        for side in text.sides:
            lines, changed = repair_side(side, self.config.repairs)
            sides.append("".join(f"{line}\n" for line in lines).encode("utf-8", "replace") if changed else side.data)
            for name, count in changed.items():
                counts[name] = counts.get(name, 0) + count
        return (BlockText(text.block, (sides[SOURCE], sides[TARGET])) if counts else text), counts

    def _rows(self, name: str, text: BlockText, near: list[Hashes], undecodable: list[NDArray[np.int64]]) -> Rows:
        """The rows of ``text`` that the filter ``name`` drops."""
        config = self.config
        filters: dict[str, Callable[[], Rows]] = {
            "invalid-utf8": lambda: np.concatenate(undecodable).tolist(),
            "replacement": lambda: _rows_holding(text, patterns.REPLACEMENT),
            "empty": lambda: pair_checks.without_text(text).empty,
            "wordless": lambda: pair_checks.without_text(text).wordless,
            "too-long": lambda: np.flatnonzero(pair_checks.too_long(text, config.max_characters)).tolist(),
            "length-ratio": lambda: np.flatnonzero(pair_checks.length_ratio_above(text, config.max_ratio)).tolist(),
            "unusual-ratio": lambda: self._unusual_lengths(text),
            "incomplete": lambda: self._incomplete(text),
            "unrelated": lambda: self._unrelated(text),
            "identical": lambda: pair_checks.identical(text, near[SOURCE] == near[TARGET]),
            "script": lambda: self._odd_scripts(text),
            "language": lambda: self._wrong_languages(text),
            "numbers": lambda: pair_checks.different_numbers(text),
            "urls": lambda: pair_checks.different_urls(text),
            "placeholders": lambda: pair_checks.different_placeholders(text),
            "overlap": lambda: self._overlapping(near),
        }
        return filters[name]()

    def _unusual_lengths(self, text: BlockText) -> Rows:
        if self.profile.lengths is None:
            return ()
        rows: Rows = np.flatnonzero(
            pair_checks.unusual_lengths(text, self.profile.lengths, self.config.max_deviation)
        ).tolist()
        return rows

    def _incomplete(self, text: BlockText) -> Rows:
        if self.profile.lengths is None or not self.profile.ends_agree:
            return ()
        return pair_checks.incomplete(text, self.profile.lengths, self.config.incomplete_deviation)

    def _unrelated(self, text: BlockText) -> Rows:
        if self.profile.translations is None:
            return ()
        is_training = (text.block.corpus, text.block.first) in self.profile.training_blocks
        log_odds = self.profile.translations.log_odds_of_chance(*map(words_of, text.sides), is_training=is_training)
        rows: Rows = np.flatnonzero(log_odds > self.config.chance_margin).tolist()
        return rows

    def _odd_scripts(self, text: BlockText) -> Rows:
        odd = np.zeros(text.block.count, dtype=bool)
        for side, script in zip(text.sides, self.profile.scripts, strict=True):
            if script is not None:
                odd |= (side.classes.scripts != script) & (side.classes.scripts != NO_SCRIPT)
        rows: Rows = np.flatnonzero(odd).tolist()
        return rows

    def _wrong_languages(self, text: BlockText) -> Rows:
        for row in range(text.block.count):
            for side, language in zip(text.sides, self.profile.languages, strict=True):
                if language and find_other_language(side.lines[row], language, self.config.language_margin):
                    yield row
                    break

    def _overlapping(self, near: list[Hashes]) -> Rows:
        for held_out in self.held_out:
            yield from held_out.rows_sharing_a_side(*near).tolist()


def _rows_holding(text: BlockText, part: bytes) -> Rows:
    rows: Rows = np.union1d(*(side.holding_bytes(part) for side in text.sides)).tolist()
    return rows
