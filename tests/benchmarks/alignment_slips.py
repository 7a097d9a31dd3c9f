"""How near does ``nmt check`` get to the place where a line was lost?

python tests/benchmarks/alignment_slips.py SOURCE TARGET [--trials 40] [--lines 1] [--places 1]

Takes lines out of one side, or puts lines from elsewhere into it, at random places, looks for the slips and prints how
many lines off they are found, how often the right place is in the range named, and how long it takes.
"""

import argparse
import random
import time
from pathlib import Path

import numpy as np

from nmt.cleaning.measures.misalignment import LineFeatures, misalignments_between, read_features


def main() -> None:
    """Make slips, find them, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--lines", type=int, default=1, help="lost or put in at each place")
    parser.add_argument("--places", type=int, default=1)
    arguments = parser.parse_args()
    began = time.perf_counter()
    sides = [read_features(str(path)) for path in (arguments.source, arguments.target)]
    reading = time.perf_counter() - began
    generator = random.Random(1)
    errors, covered, found_all, seconds = [], 0, 0, []
    for _ in range(arguments.trials):
        spoilt, truth = spoil(sides, generator, arguments.lines, arguments.places)
        began = time.perf_counter()
        slips = misalignments_between(*spoilt)
        seconds.append(time.perf_counter() - began)
        found_all += len(slips) == len(truth)
        for place in truth:
            near = min(slips, key=lambda slip: abs(slip.source_line - place), default=None)
            errors.append(abs(near.source_line - place) if near else 10**6)
            covered += near is not None and near.earliest <= place <= near.latest
    print(f"{len(sides[0].lengths):,} pairs, {arguments.trials} trials, {arguments.places} places of {arguments.lines}")
    quantiles = np.quantile(errors, [0.5, 0.9, 1.0])
    within = [sum(error <= limit for error in errors) / len(errors) for limit in (0, 1, 3, 10)]
    print("lines off: median {:.0f}, 90 % {:.0f}, most {:.0f};".format(*quantiles), end=" ")
    print("exact {:.0%}, within 1 {:.0%}, 3 {:.0%}, 10 {:.0%}".format(*within))
    print(
        f"in the range named {covered / len(errors):.0%}, as many slips as made {found_all / arguments.trials:.0%}",
        end=" ",
    )
    print(f"{np.mean(seconds):.2f} s each, and {reading:.2f} s to read both files")


def spoil(
    sides: list[LineFeatures], generator: random.Random, lines: int, places: int
) -> tuple[list[LineFeatures], list[int]]:
    """Copies with slips, and the source lines (from 1) from which on they no longer fit."""
    size = len(sides[0].lengths)
    chosen = sorted(generator.sample(range(size // 100, size - size // 100), places))
    side = generator.randrange(2)
    rows = [np.arange(size), np.arange(size)]
    truth = []
    moved = 0
    kept, extra = [], generator.random() < 0.5
    last = 0
    for place in chosen:
        kept.append(np.arange(last, place))
        if extra:
            kept.append(np.array([generator.randrange(size) for _ in range(lines)]))
            truth.append(place + 1 + (moved if side == 0 else 0))
            last = place
            moved += lines
        else:
            last = place + lines
            truth.append(place + 1 - (moved if side == 0 else 0))
            moved += lines
    kept.append(np.arange(last, size))
    rows[side] = np.concatenate(kept)
    return [
        LineFeatures(*(column[row] for column in features)) for features, row in zip(sides, rows, strict=True)
    ], truth


if __name__ == "__main__":
    main()
