"""How much artificial noise do the filters and repairs of nmt clean find, what else do they drop, what is it worth?

python tests/benchmarks/noise.py SOURCE TARGET --foreign FILE [--share 0.05] [--options ...]
python tests/benchmarks/noise.py SOURCE TARGET --foreign FILE --train VALID_SOURCE VALID_TARGET --steps 400

Adds noise of each kind to the given share of the pairs, cleans, and prints for each kind how many pairs were dropped or
repaired (recall), and for each filter how many of the pairs it dropped were noise (precision). With --train it trains
on the noisy, on the cleaned and on the original text with the same settings, and prints the BLEU of each. ``--foreign``
is text in a third language. Everything after --options goes to nmt clean.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

Pair = tuple[str, str]
NMT = [sys.executable, "-m", "nmt_cli"]


def main() -> None:
    """Make noise, clean it, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--foreign", type=Path, required=True)
    parser.add_argument("--share", type=float, default=0.05, help="of the pairs, for each kind of noise")
    parser.add_argument("--pairs", type=int, help="use only the first so many pairs")
    parser.add_argument("--train", type=Path, nargs=2, help="validation files; train three times")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--only", nargs="*", help="kinds of noise to make; all if left out")
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=[], help="further options of nmt clean")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="nmt-noise-"))
    try:
        pairs = read(arguments.source, arguments.target)[: arguments.pairs]
        foreign = arguments.foreign.read_text("utf-8").splitlines()
        makers = {kind: maker for kind, maker in MAKERS.items() if not arguments.only or kind in arguments.only}
        noisy, kinds, meant = spoil(pairs, foreign, arguments.share, makers)
        suffixes = arguments.source.suffix, arguments.target.suffix
        write(folder / "noisy", suffixes, noisy)
        write(folder / "original", suffixes, pairs)
        command = [*NMT, "clean", "-s", f"{folder}/noisy{suffixes[0]}", "-t", f"{folder}/noisy{suffixes[1]}"]
        command += ["-o", f"{folder}/clean", "--rejected", f"{folder}/rejected.tsv", *arguments.options]
        subprocess.run(command, check=True)
        tell(folder, suffixes, noisy, kinds, meant)
        if arguments.train:
            for name in ("noisy", "clean/noisy", "original"):
                train(folder / name, suffixes, arguments.train, arguments.steps)
    finally:
        shutil.rmtree(folder)


def read(source: Path, target: Path) -> list[Pair]:
    """The pairs of two files."""
    lines = (path.read_text("utf-8").split("\n")[:-1] for path in (source, target))
    return list(zip(*lines, strict=True))


def write(path: Path, suffixes: tuple[str, str], pairs: list[Pair]) -> None:
    """Two files called ``path``."""
    for side, suffix in enumerate(suffixes):
        Path(f"{path}{suffix}").write_text("".join(f"{pair[side]}\n" for pair in pairs), encoding="utf-8", newline="")


class Noise:
    """What makers of noise draw from."""

    def __init__(self, pairs: list[Pair], foreign: list[str]) -> None:
        self.pairs = pairs
        self.foreign = foreign
        self.generator = random.Random(7)

    def misaligned(self, pair: Pair) -> Pair | None:
        """The target of another pair."""
        return pair[0], self.generator.choice(self.pairs)[1]

    def copied(self, pair: Pair) -> Pair | None:
        """The source on both sides."""
        return pair[0], pair[0]

    def wrong_language(self, pair: Pair) -> Pair | None:
        """A target of a third language."""
        return pair[0], self.generator.choice(self.foreign)

    def truncated(self, pair: Pair) -> Pair | None:
        """Half of a target of at least six words."""
        words = pair[1].split(" ")
        return (pair[0], " ".join(words[: len(words) // 3])) if len(words) >= 6 else None

    def run_together(self, pair: Pair) -> Pair | None:
        """A target with two more sentences behind it."""
        return pair[0], " ".join([pair[1], *(self.generator.choice(self.pairs)[1] for _ in range(2))])

    def mojibake(self, pair: Pair) -> Pair | None:
        """UTF-8 taken for Windows-1252 on the sides that hold more than ASCII."""
        if (pair[0] + pair[1]).isascii():
            return None
        try:
            return tuple(side.encode("utf-8").decode("cp1252") for side in pair)  # type: ignore[return-value]
        except UnicodeDecodeError:
            return None

    def entities(self, pair: Pair) -> Pair | None:
        """HTML for quotation marks, apostrophes and umlauts."""
        table = {'"': "&quot;", "'": "&#39;", "ä": "&auml;", "ü": "&uuml;", "ß": "&szlig;", "&": "&amp;"}
        spoilt = tuple("".join(table.get(character, character) for character in side) for side in pair)
        return spoilt if spoilt != pair else None  # type: ignore[return-value]

    def controls(self, pair: Pair) -> Pair | None:
        """A byte order mark in front, a carriage return behind, doubled blanks."""
        return f"\ufeff{pair[0]}", pair[1].replace(" ", "  ") + "\r"

    def duplicate(self, pair: Pair) -> Pair | None:
        """A pair once more."""
        return pair


MAKERS: dict[str, Callable[[Noise, Pair], Pair | None]] = {
    name: getattr(Noise, name)
    for name in (
        "misaligned",
        "copied",
        "wrong_language",
        "truncated",
        "run_together",
        "mojibake",
        "entities",
        "controls",
        "duplicate",
    )
}
REPAIRED = ("mojibake", "entities", "controls")


def spoil(
    pairs: list[Pair], foreign: list[str], share: float, makers: dict[str, Callable[[Noise, Pair], Pair | None]]
) -> tuple[list[Pair], list[str], list[Pair]]:
    """The pairs with noise, the kind of each ("" for none), and what it was before. Copies come as pairs more."""
    noise = Noise(pairs, foreign)
    noisy, kinds, meant = [], [], []
    for pair in pairs:
        kind = noise.generator.choices(["", *makers], [1 - share * len(makers), *[share] * len(makers)])[0]
        spoilt = makers[kind](noise, pair) if kind else None
        if kind == "duplicate":
            noisy.append(pair)
            kinds.append("")
            meant.append(pair)
        noisy.append(spoilt or pair)
        kinds.append(kind if spoilt else "")
        meant.append(pair)
    return noisy, kinds, meant


def tell(folder: Path, suffixes: tuple[str, str], noisy: list[Pair], kinds: list[str], meant: list[Pair]) -> None:
    """Print what became of each kind, and what each filter dropped."""
    dropped: dict[int, str] = {}
    for row in (folder / "rejected.tsv").read_text("utf-8").split("\n")[:-1]:
        reason, place = row.split("\t")[:2]
        dropped[int(place.rpartition(":")[2]) - 1] = reason
    kept = iter(read(Path(f"{folder}/clean/noisy{suffixes[0]}"), Path(f"{folder}/clean/noisy{suffixes[1]}")))
    right = Counter(kind for row, kind in enumerate(kinds) if row not in dropped and next(kept) == meant[row])
    by_kind = Counter(kinds)
    by_reason = Counter((reason, kinds[row]) for row, reason in dropped.items())
    print(f"{len(noisy):,} pairs, {sum(map(bool, kinds)):,} of them noise")
    print(f"{'kind':<16}{'pairs':>9}{'dropped':>10}{'repaired':>10}   by")
    for kind, count in by_kind.items():
        reasons = {reason: number for (reason, other), number in by_reason.items() if other == kind}
        repaired = f"{right[kind] / count:>10.1%}" if kind in REPAIRED else f"{'':>10}"
        named = ", ".join(
            f"{number:,} {reason}" for reason, number in sorted(reasons.items(), key=lambda item: -item[1])
        )
        print(f"{kind or 'clean':<16}{count:>9,}{sum(reasons.values()) / count:>10.2%}{repaired}   {named}")
    print(f"{'filter':<16}{'dropped':>9}{'precision':>11}")
    for reason in dict.fromkeys(dropped.values()):
        all_of = sum(number for (name, _), number in by_reason.items() if name == reason)
        print(f"{reason:<16}{all_of:>9,}{1 - by_reason[reason, ''] / all_of:>11.1%}")


def train(path: Path, suffixes: tuple[str, str], validation: list[Path], steps: int) -> None:
    """Train on the files called ``path`` and print the last line with a BLEU."""
    model = path.parent / f"model-{path.name}"
    command = [*NMT, "train", "-s", f"{path}{suffixes[0]}", "-t", f"{path}{suffixes[1]}", "-o", str(model)]
    command += ["--valid-source", str(validation[0]), "--valid-target", str(validation[1])]
    command += ["--preset", "tiny", "--max-steps", str(steps), "--validate-every", str(steps)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    scores = [line for line in result.stderr.splitlines() if line.startswith("validation BLEU")]
    print(f"{path}: {scores[-1]}", flush=True)


if __name__ == "__main__":
    main()
