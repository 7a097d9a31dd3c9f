"""Training speed of nmt, and of other toolkits where they are installed, on the same text, model and batch size.

python tests/benchmarks/train_speed.py CORPUS_DIR --source de --target en --peers DIR

CORPUS_DIR holds train.de and train.en (and so on). DIR holds one virtual environment for each toolkit, in folders named
marian, fairseq, transformers, opennmt-py, sockeye, eole and joeynmt; those that are absent are left out. All of them
run in turn, each in a process of its own, on processor only, with the same number of threads.

What the figures mean, the same for all:
  target tokens/s  subwords of the target side, one EOS for each sentence counted, padding never, in the updates behind
                   the first --skip ones, by the clock of this program (of nmt: of its own log)
  both             source tokens as well, by the corpus's ratio of source to target subwords, EOS of either side counted
  padding          share of padding in all positions of the batches, both sides together; "-" where it is not told
  peak             largest resident memory of the process, or of its largest child
  of float32, of bfloat16
                   share of the target tokens/s that the model's matrix products alone would allow at that precision;
                   measured in the same run, before and after; see gemm.py for what is counted
A batch is asked to be --batch-tokens padded tokens on its wider side; what became of that, by each toolkit's own way of
counting and rounding, is in the column of target tokens an update. A toolkit that pads much trains on fewer in a batch.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from peers import PEERS
from peers.own import VALIDATION_LINES, OwnText, command, padding, read_log, window
from peers.system import Peer, Shape, SystemFailed, Task, Watched, child_environment, run_before, watch

HERE = Path(__file__).parent
LONGEST = 256  # subwords of a side; pairs above it are in nobody's text


@dataclass(frozen=True)
class Measured:
    """One run of one system."""

    name: str
    target_rate: float  # target tokens a second
    tokens_an_update: float
    padding: float | None
    peak_bytes: int


@dataclass(frozen=True)
class Text:
    """The corpus, encoded for the others and plain for nmt, and what is known of it."""

    data: Path
    own: OwnText
    source_ratio: float  # source tokens for each target token, EOS counted


def nmt(*arguments: str | Path) -> list[str]:
    """A command of nmt, by the Python that runs this."""
    return [sys.executable, "-m", "nmt_cli", *map(str, arguments)]


def encode(corpus: Path, folder: Path, source: str, target: str, vocabulary: int) -> Text:
    """Train one SentencePiece vocabulary for both sides and write the text as ids, words such as w4711."""
    plain = {language: corpus / f"train.{language}" for language in (source, target)}
    model = folder / "tokenizer.model"
    size = ("--vocabulary-size", str(vocabulary))
    subprocess.run(nmt("tokenizer", "train", *plain.values(), "-o", model, *size, "--quiet"), check=True)
    encoded: list[list[list[str]]] = []
    validation = {}
    for language, path in plain.items():
        done = subprocess.run(
            nmt("tokenizer", "encode", "-m", model, "--ids", path), check=True, capture_output=True, encoding="utf-8"
        )
        encoded.append([line.split() for line in done.stdout.splitlines()])
        validation[language] = folder / f"valid.{language}"
        few = path.read_text("utf-8").split("\n")[:VALIDATION_LINES]
        validation[language].write_text("".join(f"{line}\n" for line in few), "utf-8")
    pairs = [pair for pair in zip(*encoded, strict=True) if all(0 < len(side) <= LONGEST for side in pair)]
    for number, language in enumerate((source, target)):
        lines = [" ".join(f"w{word}" for word in pair[number]) + "\n" for pair in pairs]
        (folder / f"train.{language}").write_text("".join(lines), "utf-8")
        (folder / f"few.{language}").write_text("".join(lines[:VALIDATION_LINES]), "utf-8")
    tokens = [sum(len(pair[number]) + 1 for pair in pairs) for number in (0, 1)]
    own = OwnText(plain[source], plain[target], validation[source], validation[target])
    print(f"text: {len(pairs):,} pairs, {tokens[0]:,} source and {tokens[1]:,} target tokens, EOS counted", flush=True)
    return Text(folder, own, tokens[0] / tokens[1])


def measure_bound(given: argparse.Namespace, text: Text, shape: Shape) -> dict[str, float]:
    """Target tokens a second of the matrix products alone, for each precision."""
    options = {
        "threads": given.threads,
        "tokens": given.batch_tokens,
        "source-ratio": text.source_ratio,
        "layers": shape.layers,
        "dimension": shape.dimension,
        "feed-forward": shape.feed_forward,
        "vocabulary": shape.vocabulary,
    }
    done = subprocess.run(
        [sys.executable, HERE / "gemm.py", *(f"--{name}={value}" for name, value in options.items())],
        check=True,
        capture_output=True,
        text=True,
        env=child_environment(given.threads, {}),
    )
    found = json.loads(done.stdout)
    for precision, bound in found["bounds"].items():
        print(
            f"matrix products, {precision}: {bound['gflops']:,.0f} GFLOP/s; at "
            f"{found['operations_a_target_token'] / 1e6:,.1f} MFLOP a target token "
            f"{bound['tokens_per_second']:,.0f} target tokens/s",
            flush=True,
        )
    return {precision: bound["tokens_per_second"] for precision, bound in found["bounds"].items()}


def rate_of(watched: Watched, *, skip: int, updates: int) -> tuple[float, float, float | None]:
    """Target tokens a second and an update, and the share of padding, of the updates behind ``skip``."""
    times = {step.update: now for now, step in watched.steps}
    measured = [step for _, step in watched.steps if skip < step.update <= updates]
    if skip not in times or updates not in times or len(measured) != updates - skip:
        raise SystemFailed(f"told of {len(times)} updates, not of all up to {updates}")
    tokens = sum(step.target_tokens for step in measured)
    shares = [step.padded_share for step in measured if step.padded_share is not None]
    share = statistics.fmean(shares) if shares else None
    return tokens / (times[updates] - times[skip]), tokens / len(measured), share


def measure_peer(peer: Peer, environment: Path, task: Task, given: argparse.Namespace) -> Measured:
    """One run of another toolkit."""
    run_before(peer.prepare(task, environment), task, peer.variables)
    watched = watch(
        peer.command(task, environment), task, parse=peer.parse, variables=peer.variables, limit=given.limit
    )
    rate, tokens, share = rate_of(watched, skip=given.skip, updates=given.updates)
    return Measured(peer.name, rate, tokens, share, watched.peak_bytes)


def measure_own(precision: str | None, text: Text, task: Task, given: argparse.Namespace) -> Measured:
    """One run of nmt."""
    watched = watch(
        command(task, text.own, precision=precision), task, parse=lambda _: None, variables={}, limit=given.limit
    )
    model = task.work / "model"
    found = window(read_log(model), skip=given.skip)
    share = padding(model, batch_tokens=task.batch_tokens)
    name = f"nmt {precision}" if precision else "nmt"
    return Measured(
        name, found.target_tokens / found.seconds, found.target_tokens / found.updates, share, watched.peak_bytes
    )


def report(runs: Sequence[Measured], text: Text, bounds: Sequence[dict[str, float]]) -> None:
    """A table of medians, as Markdown, and how nmt compares with the fastest of the others."""
    best = {precision: max(bound[precision] for bound in bounds) for precision in bounds[0]}
    print()
    print(
        "| system | target tokens/s | both | target tokens an update | padding | peak MB | of float32 | of bfloat16 |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    rates: dict[str, float] = {}
    for name in dict.fromkeys(run.name for run in runs):
        same = [run for run in runs if run.name == name]
        rate = rates[name] = statistics.median(run.target_rate for run in same)
        share = "-" if same[0].padding is None else f"{same[0].padding:.1%}"
        spread = f" ({min(run.target_rate for run in same):,.0f}-{max(run.target_rate for run in same):,.0f})"
        cells = [
            name,
            f"{rate:,.0f}" + (spread if len(same) > 1 else ""),
            f"{rate * (1 + text.source_ratio):,.0f}",
            f"{statistics.fmean(run.tokens_an_update for run in same):,.0f}",
            share,
            f"{max(run.peak_bytes for run in same) / 1e6:,.0f}",
            *(f"{rate / best[precision]:.0%}" for precision in ("float32", "bfloat16")),
        ]
        print(f"| {' | '.join(cells)} |")
    own = {name: rate for name, rate in rates.items() if name.startswith("nmt")}
    others = {name: rate for name, rate in rates.items() if name not in own}
    if own and others:
        fastest = max(others, key=lambda name: others[name])
        print()
        for name, rate in own.items():
            print(f"{name}: {rate / others[fastest]:.2f} times {fastest}, the fastest of {len(others)} others")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", metavar="CORPUS_DIR", type=Path)
    parser.add_argument("--source", required=True, metavar="CODE")
    parser.add_argument("--target", required=True, metavar="CODE")
    parser.add_argument("--updates", type=int, default=60, help="updates in all")
    parser.add_argument("--skip", type=int, default=15, help="of them not measured; of nmt up to the next ten")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch-tokens", type=int, default=4096)
    parser.add_argument("--precision", action="append", metavar="NAME", help="of nmt; repeatable; else its own choice")
    parser.add_argument("--peers", type=Path, metavar="DIR", help="virtual environments of the others")
    parser.add_argument("--only", default="", metavar="NAME,…", help="systems to run, nmt among them; else all")
    parser.add_argument("--repeat", type=int, default=1, help="rounds in which every system runs once")
    parser.add_argument("--limit", type=float, default=600, metavar="SECONDS", help="for one run of one system")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="folder for logs and data, else a temporary one")
    given = parser.parse_args()
    if not 0 < given.skip <= given.updates - 10:
        parser.error("--updates must be at least 10 above --skip, which must be above 0")
    unknown = set(filter(None, given.only.split(","))) - {"nmt", *(peer.name for peer in PEERS)}
    if unknown:
        parser.error(f"--only: unknown system {', '.join(sorted(unknown))}")
    return given


def measure(given: argparse.Namespace, folder: Path) -> None:
    """All systems in turn, round by round."""
    shape = Shape()
    text = encode(given.corpus.absolute(), folder, given.source, given.target, shape.vocabulary)
    wanted = set(filter(None, given.only.split(","))) or {"nmt", *(peer.name for peer in PEERS)}
    peers = []
    for peer in PEERS if given.peers else ():
        if peer.name in wanted and not (given.peers / peer.name).is_dir():
            print(f"{peer.name}: not installed, left out")
        elif peer.name in wanted:
            peers.append(peer)
    bounds = [measure_bound(given, text, shape)]
    runs: list[Measured] = []

    def task(name: str) -> Task:
        work = folder / "systems" / name.replace(" ", "-")
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        return Task(
            data=folder,
            work=work,
            source=given.source,
            target=given.target,
            threads=given.threads,
            updates=given.updates,
            batch_tokens=given.batch_tokens,
            shape=shape,
        )

    for round_number in range(given.repeat):
        jobs = [
            *((None, precision) for precision in (given.precision or [None]) if "nmt" in wanted),
            *((peer, None) for peer in peers),
        ]
        for peer, precision in jobs:
            name = peer.name if peer else f"nmt {precision or ''}".strip()
            try:
                here = task(f"{name}-{round_number}")
                if peer:
                    run = measure_peer(peer, (given.peers / peer.name).absolute(), here, given)
                else:
                    run = measure_own(precision, text, here, given)
            except SystemFailed as error:
                print(f"{name}: failed: {error}", flush=True)
                continue
            runs.append(run)
            print(f"{name}: {run.target_rate:,.0f} target tokens/s, {run.tokens_an_update:,.0f} an update", flush=True)
    bounds.append(measure_bound(given, text, shape))
    report(runs, text, bounds)


def main() -> None:
    """Measure and print."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # children end with this
    given = arguments()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.2f}; {given.threads} threads", flush=True)
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
        measure(given, given.keep.absolute())
        return
    with tempfile.TemporaryDirectory(prefix="train-speed-", ignore_cleanup_errors=True) as folder:
        measure(given, Path(folder))


if __name__ == "__main__":
    main()
