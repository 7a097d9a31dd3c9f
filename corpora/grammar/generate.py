"""Generates the phrasebook: `python -m nmt_corpora.grammar.generate [FOLDER]` draws sentences and splits them.

Nothing here depends on the machine, the Python version or the order of a hash table: choices come from SHA-256 of
names.
"""

import hashlib
import itertools
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import PATTERNS
from .draw import Draw
from .sentences import Pattern, Triple

PHRASEBOOK = Path(__file__).parents[1] / "phrasebook"
LANGUAGES = ("en", "de", "zh")
SPLITS = ("train", "valid", "test")
# Of a thousand pairs of content words (or of a word and a pattern), the number that never occur together in train.
HELD_OUT_PER_MILLE = 20
TEST_SIZE, TEST_HAND = 850, 150
VALID_SIZE, VALID_HAND = 520, 80
# A pattern is abandoned after this many draws for each requested sentence.
PATIENCE = 14


@dataclass(frozen=True)
class Drawn:
    """A sentence, its pattern, and whether it contains a held-out combination."""

    triple: Triple
    pattern: Pattern
    held_out: bool


@dataclass
class Phrasebook:
    """The three splits, and the number of sentences from each pattern family."""

    splits: dict[str, list[Triple]] = field(default_factory=lambda: {split: [] for split in SPLITS})
    counts: dict[str, Counter[str]] = field(default_factory=lambda: {split: Counter() for split in SPLITS})


def rank(text: str) -> str:
    """A key for a fixed order that is not alphabetical."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_held_out(words: Sequence[str], pattern: str) -> bool:
    """Whether two of the content words, or a word and the pattern, are a combination kept for the test set."""
    pairs = itertools.combinations(sorted({*words, f"#{pattern}"}), 2)
    return any(int(rank("|".join(pair))[:8], 16) % 1000 < HELD_OUT_PER_MILLE for pair in pairs)


class Seen:
    """Collects triples, each sentence of each language once: a triple with a known sentence is rejected."""

    def __init__(self) -> None:
        self.sides: tuple[set[str], ...] = tuple(set() for _ in LANGUAGES)

    def take(self, triple: Triple) -> bool:
        keys = [side.casefold() for side in triple]
        if any(key in known for key, known in zip(keys, self.sides, strict=True)):
            return False
        for key, known in zip(keys, self.sides, strict=True):
            known.add(key)
        return True


def read_handwritten(path: Path) -> list[Triple]:
    """The handwritten sentences."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n") if line]
    return [Triple(*row) for row in rows]


def draw_sentences(seen: Seen) -> list[Drawn]:
    """Sentences from every pattern, up to its cap, none of them twice in any language."""
    drawn = []
    for pattern in PATTERNS:
        draw = Draw(pattern.name)
        wanted, patience = pattern.cap, pattern.cap * PATIENCE
        while wanted and patience:
            patience -= 1
            draw.restart()
            triple = pattern.make(draw)
            if triple is None or not seen.take(triple):
                continue
            held_out = is_held_out(draw.picked, pattern.name)
            drawn.append(Drawn(triple, pattern, held_out))
            wanted -= not held_out
    return drawn


def words_of(triple: Triple) -> set[str]:
    """English and German words and Chinese characters, to check that all of them occur in train."""
    words = {f"en {word.strip('.,?!').lower()}" for word in triple.english.split()}
    words |= {f"de {word.strip('.,?!').lower()}" for word in triple.german.split()}
    return words | {f"zh {character}" for character in triple.chinese}


def take_in_turn(drawn: Iterable[Drawn], size: int) -> list[Drawn]:
    """The same number of sentences from every pattern, as long as they last."""
    turns: Counter[str] = Counter()
    keyed = []
    for d in sorted(drawn, key=lambda d: rank("test" + d.triple.english)):
        keyed.append((turns[d.pattern.name], rank(d.triple.german), d))
        turns[d.pattern.name] += 1
    return [d for _, _, d in sorted(keyed, key=lambda entry: entry[:2])[:size]]


def make_phrasebook() -> Phrasebook:
    """Draw sentences, hold out combinations, split, and sort each split."""
    seen = Seen()
    hand = [triple for triple in read_handwritten(PHRASEBOOK / "handwritten.tsv") if seen.take(triple)]
    hand.sort(key=lambda triple: rank(triple.english))
    drawn = draw_sentences(seen)
    free = sorted((d for d in drawn if not d.held_out), key=lambda d: rank("valid" + d.triple.english))
    valid, train = free[:VALID_SIZE], free[VALID_SIZE:]
    known = set().union(*(words_of(d.triple) for d in train))
    fit = [d for d in drawn if d.held_out and words_of(d.triple) <= known]
    test = take_in_turn(fit, TEST_SIZE)
    parts: dict[str, tuple[Iterable[Drawn], list[Triple]]] = {
        "train": (train, hand[TEST_HAND + VALID_HAND :]),
        "valid": (valid, hand[TEST_HAND : TEST_HAND + VALID_HAND]),
        "test": (test, hand[:TEST_HAND]),
    }
    book = Phrasebook()
    for split, (made, written) in parts.items():
        triples = [d.triple for d in made] + written
        book.splits[split] = sorted(triples, key=lambda triple: rank(split + triple.english))
        book.counts[split] = Counter(d.pattern.family for d in made)
        book.counts[split]["written by hand"] = len(written)
    return book


def write_phrasebook(book: Phrasebook, folder: Path) -> None:
    """One UTF-8 file for each split and language, LF after every line."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, triples in book.splits.items():
        for index, language in enumerate(LANGUAGES):
            text = "".join(triple[index] + "\n" for triple in triples)
            (folder / f"{split}.{language}").write_bytes(text.encode())


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PHRASEBOOK
    book = make_phrasebook()
    write_phrasebook(book, folder)
    for split, counts in book.counts.items():
        sys.stdout.write(f"{split}: {len(book.splits[split])}\n")
        for family, count in sorted(counts.items()):
            sys.stdout.write(f"  {family}: {count}\n")


if __name__ == "__main__":
    main()
