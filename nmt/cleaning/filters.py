"""One block of pairs mended and filtered; what helper processes do of cleaning a corpus."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nmt.cleaning.config import FILTERS, CleaningConfig
from nmt.cleaning.measures import pair_checks, patterns
from nmt.cleaning.measures.association import Translations, words_of
from nmt.cleaning.measures.languages import judge
from nmt.cleaning.measures.length_fit import LengthModel
from nmt.cleaning.repairs import mend_side
from nmt.corpus.block_text import SOURCE, TARGET, BlockText
from nmt.corpus.blocks import Block
from nmt.corpus.hashes import Hashes, combine, hash_normal_lines, hash_pairs
from nmt.corpus.held_out import HeldOut
from nmt.corpus.line_classes import NO_SCRIPT

Rows = Iterable[int]
# These look at what came before, so they are applied where all blocks come together.
FOLLOWING = ("duplicate", "near-duplicate")


@dataclass(frozen=True)
class CorpusProfile:
    """What most of a corpus is like, from which pairs may not stray too far."""

    lengths: LengthModel | None
    scripts: tuple[int | None, int | None]  # numbers in SCRIPT_NAMES; None where there is no clear one
    languages: tuple[str | None, str | None] = (None, None)  # codes the identifier knows
    ends_agree: bool = False  # both sides mark the ends of sentences alike
    translations: Translations | None = None
    learned: frozenset[tuple[int, int]] = frozenset()  # corpus and first line of the blocks they were learnt from


@dataclass(frozen=True)
class Rejected:
    """A pair that was dropped."""

    row: int  # of its block
    reason: str
    source: str
    target: str


@dataclass
class CleanBlock:
    """What is left of a block."""

    rows: list[int]
    sources: list[bytes]
    targets: list[bytes]
    exact: Hashes  # of the pairs left
    near: Hashes
    rejected: list[Rejected]
    mended: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Cleaner:
    """Mends and filters blocks; it can be pickled."""

    config: CleaningConfig
    usual: CorpusProfile
    held_out: tuple[HeldOut, ...] = ()

    def __call__(self, block: Block) -> CleanBlock:
        """``block`` without its faults."""
        original = BlockText(block)
        undecodable = [side.undecodable() for side in original.sides]
        text, mended = self._mend(original)
        compared = text.comparable
        near = [hash_normal_lines(side.text) for side in compared.sides]
        reasons = np.zeros(block.count, dtype=np.uint8)  # 0: kept; else the number of the filter, from 1
        for number, name in enumerate(FILTERS, start=1):
            if name in self.config.filters and name not in FOLLOWING:
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
                Rejected(row, names[reasons[row] - 1], *(side.lines[row] for side in original.sides))
                for row in np.flatnonzero(reasons).tolist()
            ],
            mended=mended,
        )

    def _mend(self, text: BlockText) -> tuple[BlockText, dict[str, int]]:
        """The block after the mends, and how many lines each mend changed."""
        counts: dict[str, int] = {}
        sides = []
        for side in text.sides:
            lines, changed = mend_side(side, self.config.mends)
            sides.append("".join(f"{line}\n" for line in lines).encode("utf-8", "replace") if changed else side.data)
            for name, count in changed.items():
                counts[name] = counts.get(name, 0) + count
        return (BlockText(text.block, (sides[SOURCE], sides[TARGET])) if counts else text), counts

    def _rows(self, name: str, text: BlockText, near: list[Hashes], undecodable: list[NDArray[np.int64]]) -> Rows:
        """The pairs that the filter ``name`` drops."""
        config = self.config
        simple: dict[str, Callable[[], Rows]] = {
            "invalid-utf8": lambda: np.concatenate(undecodable).tolist(),
            "replacement": lambda: _either(text, patterns.REPLACEMENT),
            "empty": lambda: pair_checks.without_words(text)[0],
            "wordless": lambda: pair_checks.without_words(text)[1],
            "too-long": lambda: np.flatnonzero(pair_checks.too_long(text, config.max_characters)).tolist(),
            "length-ratio": lambda: np.flatnonzero(pair_checks.far_apart(text, config.max_ratio)).tolist(),
            "unusual-ratio": lambda: self._unusual(text),
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
        return simple[name]()

    def _unusual(self, text: BlockText) -> Rows:
        if self.usual.lengths is None:
            return ()
        rows: Rows = np.flatnonzero(pair_checks.unusual(text, self.usual.lengths, self.config.max_deviation)).tolist()
        return rows

    def _incomplete(self, text: BlockText) -> Rows:
        if self.usual.lengths is None or not self.usual.ends_agree:
            return ()
        return pair_checks.incomplete(text, self.usual.lengths, self.config.incomplete_deviation)

    def _unrelated(self, text: BlockText) -> Rows:
        if self.usual.translations is None:
            return ()
        learned = (text.block.corpus, text.block.first) in self.usual.learned
        doubts = self.usual.translations.doubts(*map(words_of, text.sides), learned=learned)
        rows: Rows = np.flatnonzero(doubts > self.config.chance_margin).tolist()
        return rows

    def _odd_scripts(self, text: BlockText) -> Rows:
        odd = np.zeros(text.block.count, dtype=bool)
        for side, script in zip(text.sides, self.usual.scripts, strict=True):
            if script is not None:
                odd |= (side.classes.scripts != script) & (side.classes.scripts != NO_SCRIPT)
        rows: Rows = np.flatnonzero(odd).tolist()
        return rows

    def _wrong_languages(self, text: BlockText) -> Rows:
        for row in range(text.block.count):
            for side, language in zip(text.sides, self.usual.languages, strict=True):
                if language is not None and judge(side.lines[row], language, self.config.language_margin):
                    yield row
                    break

    def _overlapping(self, near: list[Hashes]) -> Rows:
        for held_out in self.held_out:
            yield from held_out.sharing(*near).tolist()


def _either(text: BlockText, part: bytes) -> Rows:
    rows: Rows = np.union1d(*(side.holding_bytes(part) for side in text.sides)).tolist()
    return rows
