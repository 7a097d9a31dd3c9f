"""Which lines to show: the worst of a system, those in which two systems differ most, and an even spread."""

from collections.abc import Iterable, Sequence


def worst_lines(scores: Sequence[float], number: int) -> list[int]:
    """The ``number`` lines with the lowest ``scores``, the worst first."""
    return sorted(range(len(scores)), key=lambda line: scores[line])[:number]


def most_different_lines(
    first: Sequence[str], second: Sequence[str], scores: tuple[Sequence[float], Sequence[float]], number: int
) -> list[int]:
    """The ``number`` lines whose scores differ most between two systems, among those whose translations differ."""
    differing = [line for line in range(len(first)) if first[line] != second[line]]
    return sorted(differing, key=lambda line: -abs(scores[1][line] - scores[0][line]))[:number]


def select_lines(total: int, limit: int, important: Iterable[Sequence[int]]) -> list[int]:
    """At most ``limit`` of ``total`` lines, in order: all if they fit, else the ``important`` ones and an even spread.

    Important lines take at most half of the limit; from each of their lists the first lines are taken first.
    """
    if total <= limit:
        return list(range(total))
    kept: set[int] = set()
    lists = [list(lines) for lines in important]
    for rank in range(max(map(len, lists), default=0)):
        for lines in lists:
            if rank < len(lines) and len(kept) < limit // 2:
                kept.add(lines[rank])
    remaining = [line for line in range(total) if line not in kept]
    room = limit - len(kept)
    kept.update(remaining[index * len(remaining) // room] for index in range(room))
    return sorted(kept)
