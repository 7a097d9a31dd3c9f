"""A language and its translation, of which there is as much as a test wants."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

WORDS = 300
Pairs = list[tuple[str, str]]


def translations(count: int, seed: int = 1) -> Pairs:
    """Distinct pairs in two invented languages, word by word, of 3 to 12 words; one in five is a question."""
    letters = random.Random(0)
    made = [
        ["".join(letters.choices(alphabet, k=letters.randint(3, 9))) for _ in range(WORDS)]
        for alphabet in ("abdegilmnorstu", "aefhiklnoprstvwz")
    ]
    generator = random.Random(seed)
    pairs: dict[str, str] = {}
    while len(pairs) < count:
        chosen = [min(generator.randrange(WORDS), generator.randrange(WORDS)) for _ in range(generator.randint(3, 12))]
        end = "?" if generator.random() < 0.2 else "."
        source, target = (" ".join(words[number] for number in chosen).capitalize() + end for words in made)
        pairs[source] = target
    return list(pairs.items())


Writer = Callable[..., tuple[str, str]]


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Writes pairs, or lines of both sides, as two files, and gives their paths."""

    def write_files(pairs: Sequence[tuple[str, str]], name: str = "text") -> tuple[str, str]:
        paths = tmp_path / f"{name}.aa", tmp_path / f"{name}.bb"
        for side, path in enumerate(paths):
            path.write_bytes(b"".join(f"{pair[side]}\n".encode() for pair in pairs))
        return str(paths[0]), str(paths[1])

    return write_files
