"""Word frequencies in the training text: counted once, stored with the model, bounded in size.

Words are found by character classes alone, and case is ignored. In scripts written without spaces, each character is a
word.
"""

import gzip
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nmt.corpus.pairs import Pair
from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer
from nmt.files.lines import StrPath
from nmt.text.words import countable_words
from nmt.tokenization.normalization import fold

MOST_WORDS = 200_000  # of each side that are kept: the most frequent ones
MOST_PAIRS = 1_000_000  # that are counted; larger corpora are sampled
_LONGEST = 200  # characters of a word that is kept
_MOST_BYTES = 100_000_000  # of a file, decompressed
_MAGIC = "nmt word counts"


@dataclass(frozen=True)
class SideCounts:
    """The counts of one side; words that occur ``lowest`` times or less may be missing."""

    counts: Mapping[str, int]
    lowest: int

    def of(self, word: str) -> int:
        """How often ``word`` occurs; 0 for a word that is not listed."""
        return self.counts.get(word.casefold(), 0)


@dataclass(frozen=True)
class WordCounts:
    """The counts of both sides, in ``pairs`` pairs."""

    source: SideCounts
    target: SideCounts
    pairs: int


class WordCounter:
    """Counts the words of pairs and writes the counts."""

    def __init__(self) -> None:
        self.pairs = 0
        self._counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())

    def add(self, pairs: Iterable[Pair]) -> None:
        """Add the words of ``pairs``."""
        for pair in pairs:
            self.pairs += 1
            for counts, text in zip(self._counts, pair, strict=True):
                counts.update(words(text.casefold()))

    def save(self, path: StrPath, *, all_pairs: int) -> None:
        """Write the most frequent words; equal counts give identical bytes.

        ``all_pairs``, the number of training pairs, is stored next to the number of counted pairs.
        """
        kept, lowest = zip(*map(_most_frequent, self._counts), strict=True)
        with atomic_writer(path) as file:
            header = (_MAGIC, "1", self.pairs, all_pairs, *lowest)
            file.write("\t".join(map(str, header)).encode("utf-8") + b"\n")
            for side, rows in zip("st", kept, strict=True):
                for word, count in rows:
                    file.write(f"{side}\t{word}\t{count}\n".encode(errors="replace"))


def words(text: str) -> list[str]:
    """The words of ``text``, folded, without punctuation; ``3.14``, ``don't`` and each ideograph are one word."""
    return countable_words(fold(text))


def read_word_counts(path: StrPath) -> WordCounts | None:
    """The counts in a file that WordCounter wrote; None if it does not exist, NMTError if it is damaged."""
    if not Path(path).exists():
        return None
    damaged = NMTError(f"{path} is damaged; you can delete it, then evaluation has no breakdown by word frequency")
    try:
        with gzip.open(path, "rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise damaged
        header, *rows = raw.decode("utf-8").removesuffix("\n").split("\n")
        magic, version, *numbers = header.split("\t")
        pairs, _, *lowest = map(int, numbers)
        if (magic, version) != (_MAGIC, "1"):
            raise damaged
        counts: dict[str, dict[str, int]] = {"s": {}, "t": {}}
        for side, word, count in (row.split("\t") for row in rows):
            counts[side][word] = int(count)
        source, target = map(SideCounts, counts.values(), lowest)
    except (OSError, EOFError, zlib.error, ValueError, KeyError) as error:
        raise damaged from error
    return WordCounts(source, target, pairs)


def _most_frequent(counts: Counter[str]) -> tuple[list[tuple[str, int]], int]:
    """The words to keep, the most frequent first, and the count at and below which words may be missing."""
    short = [(word, count) for word, count in counts.items() if len(word) <= _LONGEST]
    short.sort(key=lambda item: (-item[1], item[0]))
    kept = short[:MOST_WORDS]
    return kept, kept[-1][1] if len(kept) < len(short) else 0
