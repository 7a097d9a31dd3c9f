"""Which settings train the better model: validation BLEU of many trainings of the same text.

python tests/benchmarks/recipes.py CORPUS_DIR --source en --target de VARIANTS

CORPUS_DIR holds train.en, valid.en and so on. VARIANTS is a file; each line is a name and, behind the first blank, the
options of nmt train that make the variant, such as

    dropout-0.3  --preset small --dropout 0.3 --max-steps 2000

Every variant is trained once for each of --seeds. The table has the BLEU of the validation text by beam search, as nmt
train itself records it; the test sets are not looked at. --jobs trainings run at a time, which on a GPU costs each of
them little while the models are small; on a processor it should stay 1.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Variant:
    """Settings by a name."""

    name: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What one training gave."""

    name: str
    seed: int
    bleu: float
    loss: float
    updates: int
    target_tokens: int
    minutes: float
    weights: str  # which were published


def read_variants(path: Path) -> list[Variant]:
    """The variants of a file; blank lines and those that begin with # are passed over."""
    lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    found = [shlex.split(line) for line in lines if line and not line.startswith("#")]
    return [Variant(name, tuple(options)) for name, *options in found]


def command(given: argparse.Namespace, variant: Variant, seed: int, model: Path) -> list[str]:
    """The training of one variant."""
    text = {
        option: given.corpus / f"{part}.{language}"
        for option, part, language in (
            ("--source", "train", given.source),
            ("--target", "train", given.target),
            ("--valid-source", "valid", given.source),
            ("--valid-target", "valid", given.target),
        )
    }
    files = [word for option, path in text.items() for word in (option, str(path))]
    fixed = ["-o", str(model), "--device", given.device, "--threads", str(given.threads), "--seed", str(seed), "-q"]
    return [sys.executable, "-m", "nmt_cli", "train", *files, *fixed, *variant.options]


def train(given: argparse.Namespace, variant: Variant, seed: int, folder: Path) -> Result | None:
    """Train one variant; None, with a word on stderr, if that failed or the time for all of them is over."""
    left = given.stop_after - (time.monotonic() - given.began)
    if left <= 0:
        return None
    model = folder / f"{variant.name}-{seed}"
    environment = {**os.environ, "OMP_NUM_THREADS": str(given.threads)}
    began = time.monotonic()
    try:
        done = subprocess.run(
            command(given, variant, seed, model),
            capture_output=True,
            text=True,
            env=environment,
            timeout=left if left < float("inf") else None,
        )
    except subprocess.TimeoutExpired:
        print(f"{variant.name}, seed {seed}: no time left", file=sys.stderr, flush=True)
        return None
    if done.returncode:
        print(f"{variant.name}, seed {seed}: {done.stderr.strip()[-2000:]}", file=sys.stderr, flush=True)
        return None
    info = json.loads((model / "config.json").read_text("utf-8"))
    result = Result(
        name=variant.name,
        seed=seed,
        bleu=info["scores"]["bleu"]["score"],
        loss=info["scores"]["validation_loss"],
        updates=info["training"]["steps"],
        target_tokens=info["training"]["target_tokens"],
        minutes=(time.monotonic() - began) / 60,
        weights=info["scores"]["weights"],
    )
    print(json.dumps(asdict(result)), flush=True)
    return result


def table(results: Sequence[Result], variants: Sequence[Variant]) -> Iterator[str]:
    """The lines of a Markdown table, the best mean first."""
    yield "| variant | BLEU | of seeds | loss | updates | target tokens | minutes | options |"
    yield "|---|---:|---|---:|---:|---:|---:|---|"
    options = {variant.name: " ".join(variant.options) for variant in variants}
    groups = {name: [result for result in results if result.name == name] for name in options}
    means = {name: statistics.fmean(result.bleu for result in group) for name, group in groups.items() if group}
    for name in sorted(means, key=lambda name: -means[name]):
        group = groups[name]
        every = ", ".join(f"{result.bleu:.2f}" for result in sorted(group, key=lambda result: result.seed))
        loss, tokens, minutes = (
            statistics.fmean(getattr(result, part) for result in group) for part in ("loss", "target_tokens", "minutes")
        )
        yield (
            f"| {name} | {means[name]:.2f} | {every} | {loss:.3f} | {group[0].updates:,} | {tokens:,.0f} | "
            f"{minutes:.1f} | `{options[name]}` |"
        )


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", metavar="CORPUS_DIR", type=Path)
    parser.add_argument("variants", metavar="VARIANTS", type=Path)
    parser.add_argument("--source", required=True, metavar="CODE")
    parser.add_argument("--target", required=True, metavar="CODE")
    parser.add_argument("--seeds", default="1", metavar="N,…")
    parser.add_argument("--jobs", type=int, default=1, help="trainings at a time")
    parser.add_argument("--threads", type=int, default=2, help="of each training")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--stop-after", type=float, default=float("inf"), metavar="SECONDS", help="for all together")
    given = parser.parse_args()
    given.began = time.monotonic()
    return given


def main() -> None:
    """Train all variants and print the table."""
    given = arguments()
    variants = read_variants(given.variants)
    seeds = [int(seed) for seed in given.seeds.split(",")]
    jobs = [(variant, seed) for seed in seeds for variant in variants]
    with tempfile.TemporaryDirectory(prefix="recipes-") as folder, ThreadPoolExecutor(given.jobs) as pool:
        found = pool.map(lambda job: train(given, *job, Path(folder)), jobs)
        results = [result for result in found if result is not None]
    print("\n".join(table(results, variants)))


if __name__ == "__main__":
    main()
