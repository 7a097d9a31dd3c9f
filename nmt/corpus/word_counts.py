"""How often each word came in the training text: counted once, kept beside the model, bounded in size.

Words are told apart by characters alone and counted without regard to case; in scripts that are written without blanks
each character is one.
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

MOST_WORDS = 200_000  # of each side that are kept, the most frequent
MOST_PAIRS = 1_000_000  # that are counted; of a larger corpus a sample is
_LONGEST = 200  # characters of a word that is kept
_MOST_BYTES = 100_000_000  # of a file, unpacked
_MAGIC = "nmt word counts"


@dataclass(frozen=True)
class SideCounts:
    """The counts of one side; of words that come ``lowest`` times or less only some are listed, or none."""

    counts: Mapping[str, int]
    lowest: int

    def of(self, word: str) -> int:
        """How often ``word`` came; 0 for one that is not listed."""
        return self.counts.get(word.casefold(), 0)


@dataclass(frozen=True)
class WordCounts:
    """The counts of both sides in ``pairs`` pairs."""

    source: SideCounts
    target: SideCounts
    pairs: int


class WordCounter:
    """Counts the words of pairs and writes what was counted."""

    def __init__(self) -> None:
        self.pairs = 0
        self._counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())

    def add(self, pairs: Iterable[Pair]) -> None:
        """Count the words of ``pairs``, too."""
        for pair in pairs:
            self.pairs += 1
            for counts, text in zip(self._counts, pair, strict=True):
                counts.update(words(text.casefold()))

    def save(self, path: StrPath, *, all_pairs: int) -> None:
        """Write the most frequent words; the same counts give the same bytes.

        ``all_pairs`` that the model learnt from are noted beside those counted.
        """
        kept, lowest = zip(*map(_most_frequent, self._counts), strict=True)
        with atomic_writer(path) as file:
            header = (_MAGIC, "1", self.pairs, all_pairs, *lowest)
            file.write("\t".join(map(str, header)).encode("utf-8") + b"\n")
            for side, rows in zip("st", kept, strict=True):
                for word, count in rows:
                    file.write(f"{side}\t{word}\t{count}\n".encode(errors="replace"))


def words(text: str) -> list[str]:
    """The words of ``text``, folded and without punctuation: ``3.14`` and ``don't`` are one, an ideograph is one."""
    return countable_words(fold(text))


def read_word_counts(path: StrPath) -> WordCounts | None:
    """The counts in a file that WordCounter wrote; None if there is no such file, NMTError if it is damaged."""
    if not Path(path).exists():
        return None
    damaged = NMTError(f"{path} is damaged; delete it, and nothing is told by word frequency")
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
    """The words to keep, the most frequent first, and the count at and below which some are missing."""
    known = [(word, count) for word, count in counts.items() if len(word) <= _LONGEST]
    known.sort(key=lambda item: (-item[1], item[0]))
    kept = known[:MOST_WORDS]
    return kept, kept[-1][1] if len(kept) < len(known) else 0
