"""Which lines are worth looking at: the worst of a system, those in which two systems differ most, a fair choice."""

from collections.abc import Iterable, Sequence


def worst(scores: Sequence[float], number: int) -> list[int]:
    """The ``number`` lines with the lowest ``scores``, the worst first."""
    return sorted(range(len(scores)), key=lambda line: scores[line])[:number]


def most_different(
    first: Sequence[str], second: Sequence[str], scores: tuple[Sequence[float], Sequence[float]], number: int
) -> list[int]:
    """The ``number`` lines whose scores differ most between two systems, of those that are not the same in both."""
    differing = [line for line in range(len(first)) if first[line] != second[line]]
    return sorted(differing, key=lambda line: -abs(scores[1][line] - scores[0][line]))[:number]


def chosen(total: int, limit: int, important: Iterable[Sequence[int]]) -> list[int]:
    """At most ``limit`` lines in their order: all if they are few, else the ``important`` ones and an even spread.

    Of each list of important lines the first come first; they take half of the room at most.
    """
    if total <= limit:
        return list(range(total))
    kept: set[int] = set()
    lists = [list(lines) for lines in important]
    for rank in range(max(map(len, lists), default=0)):
        for lines in lists:
            if rank < len(lines) and len(kept) < limit // 2:
                kept.add(lines[rank])
    rest = [line for line in range(total) if line not in kept]
    room = limit - len(kept)
    kept.update(rest[place * len(rest) // room] for place in range(room))
    return sorted(kept)
