"""Translation speed of nmt by either engine, of CTranslate2 by itself, and of other toolkits, in the same run.

python tests/benchmarks/translate_speed.py MODEL SOURCE [--lines 4000] [--beams 1 5] [--threads 2] [--repeat 3]
       [--peers DIR --cache DIR]

SOURCE has one sentence a line; identical lines are left out first, since nmt translates them once. Every figure comes
from a process of its own, all systems in turn, round by round; the table has the medians. What its columns mean:
  sentences/s     in the whole command, from its start to its end; of ctranslate2, from the first batch to the last,
                  the model loaded and the text encoded before
  tokens/s        target subwords of the translations, an end mark for each, in the whole command
  without start   the same less the time that the command takes for one line
  start           seconds from the start of the command to the end of it for one line; of nmt the median of 5
  latency         milliseconds a line, one after the other in a process that is running: median and 95th percentile
  peak            largest resident memory of the process
  nmt / this      tokens/s of nmt by CTranslate2, the first of --quantizations, for one token/s of this system: of the
                  whole commands, and without start
The systems:
  nmt torch, nmt ctranslate2 TYPE   nmt translate --engine
  ctranslate2 TYPE ready            translate_batch on ready-made batches: sorted by length, 64 sentences each
  ctranslate2 TYPE translate_file   CTranslate2's own loop over a file, with SentencePiece on both sides
  others                            by their own commands, for the same text, the same number of threads, batches of 64
                                    sentences sorted by length where they can, in every precision for processors that
                                    they document

The others are the toolkits with a virtual environment in a folder of --peers: marian, fairseq, transformers,
opennmt-py, sockeye, eole, joeynmt. Each gets a model of MODEL's shape and vocabulary, made by itself in two updates and
kept in --cache; they are given the text as subwords and write subwords, which nmt has to split and to join itself. Such
models do not know when to end, so the others are asked for --pieces subwords a sentence, and compared by what they
have written: sentences/s say less than tokens/s there. What cannot run is listed with its last message.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from peers import DECODERS
from peers.system import Shape, SystemFailed, Task
from peers.translating import UPDATES, Decoder, Job, Run, make_model, run, translate

LATENCY_LINES = 100
BATCH_SENTENCES = 64
Figures = dict[str, float]


@dataclass(frozen=True)
class Setting:
    """What all systems are given."""

    model: Path
    lines: list[str]
    beam: int
    threads: int
    folder: Path
    limit: float

    @property
    def source(self) -> Path:
        """The text as a file."""
        path = self.folder / "source"
        if not path.exists():
            path.write_text("".join(f"{line}\n" for line in self.lines), encoding="utf-8")
        return path


@dataclass(frozen=True)
class System:
    """One line of the table."""

    name: str
    measure: Callable[[Setting], Figures]


def child(task: str, setting: Setting, **more: object) -> tuple[Figures, Run]:
    """This program in another process, on one of the tasks below; what it found, and how it ran."""
    arguments = {"model": str(setting.model), "source": str(setting.source), "beam": setting.beam}
    described = json.dumps({"task": task, "threads": setting.threads, **arguments, **more})
    ended = run([sys.executable, __file__, "--child", described], limit=setting.limit)
    return json.loads(ended.output.splitlines()[-1]), ended


def measure_nmt(setting: Setting, *, engine: str, model: Path) -> Figures:
    """The whole command, its start and its latency."""
    command = [sys.executable, "-m", "nmt_cli", "translate", "-m", str(model), "-b", str(setting.beam)]
    command += ["--engine", engine, "--device", "cpu", "--threads", str(setting.threads)]
    starts = [run(command, text=f"{line}\n".encode(), limit=setting.limit).seconds for line in setting.lines[:5]]
    whole = run([*command, str(setting.source)], limit=setting.limit)
    translated = whole.output.splitlines()
    assert len(translated) == len(setting.lines)
    latency, _ = child("latency", setting, engine=engine, model=str(model))
    return {
        "seconds": whole.seconds,
        "start": statistics.median(starts),
        "peak": whole.peak_bytes,
        "tokens": sum(len(ids) + 1 for ids in encode(model, translated)),
        **latency,
    }


def encode(model: Path, lines: Sequence[str]) -> list[list[int]]:
    """Subwords, without end marks."""
    from nmt.tokenization.tokenizer import Tokenizer

    return [list(ids) for ids in Tokenizer.load(model / "tokenizer.model").encode(lines)]


def measure_raw(setting: Setting, *, task: str, model: Path) -> Figures:
    """CTranslate2 without nmt."""
    found, ended = child(task, setting, model=str(model))
    return {**found, "start": 0, "peak": ended.peak_bytes}


@dataclass(frozen=True)
class Others:
    """What the other toolkits are given beside the setting: where they are, their models, and the encoded text."""

    environments: Path
    cache: Path
    pieces: int
    shape: Shape

    def task(self, toolkit: str, threads: int) -> Task:
        """How its model is made, and where."""
        shape = self.shape
        sizes = (shape.vocabulary, shape.layers, shape.dimension, shape.heads, shape.feed_forward)
        return Task(
            data=self.cache,
            work=self.cache / f"{toolkit}-{'-'.join(map(str, sizes))}",
            source="source",
            target="target",
            threads=threads,
            updates=UPDATES,
            batch_tokens=4096,
            shape=shape,
        )


def write_text(model: Path, lines: Sequence[str], cache: Path) -> None:
    """The encoded text, its first line, and the same again for training, as a training corpus that teaches nothing."""
    encoded = [" ".join(f"w{number}" for number in ids) + "\n" for ids in encode(model, lines)]
    cache.mkdir(parents=True, exist_ok=True)
    for side in ("source", "target"):
        (cache / f"train.{side}").write_text("".join(encoded), "utf-8")
        (cache / f"few.{side}").write_text("".join(encoded[:8]), "utf-8")
    (cache / "one").write_text(encoded[0], "utf-8")


def measure_other(setting: Setting, *, decoder: Decoder, precision: str, others: Others) -> Figures:
    """Its command for the whole text and for one line."""
    environment = others.environments / decoder.toolkit
    if not environment.is_dir():
        raise SystemFailed("not installed")
    task = others.task(decoder.toolkit, setting.threads)
    make_model(decoder, task, environment, precision)
    whole = task.side("source")
    tokens = sum(len(line.split()) + 1 for line in whole.read_text("utf-8").splitlines())

    def ended(source: Path) -> tuple[Run, int]:
        job = Job(
            task=task,
            environment=environment,
            precision=precision,
            source=source,
            output=setting.folder / "translated",
            beam=setting.beam,
            batch=BATCH_SENTENCES,
            pieces=others.pieces,
            source_pieces=tokens / len(setting.lines),
        )
        return translate(decoder, job, limit=setting.limit)

    one, _ = ended(others.cache / "one")
    all_, written = ended(whole)
    return {"seconds": all_.seconds, "start": one.seconds, "peak": all_.peak_bytes, "tokens": written}


def find_latency(arguments: dict[str, object]) -> dict[str, float]:
    """In the child: lines one at a time."""
    from nmt import Translator

    translator = Translator(
        str(arguments["model"]),
        device="cpu",
        engine=str(arguments["engine"]),
        threads=int(str(arguments["threads"])),
        beam_size=int(str(arguments["beam"])),
    )
    seconds = []
    for line in Path(str(arguments["source"])).read_text("utf-8").splitlines()[: LATENCY_LINES + 5]:
        began = time.perf_counter()
        translator.translate([line])
        seconds.append(time.perf_counter() - began)
    ordered = sorted(seconds[5:])  # the first ones warm up
    return {"median": 1e3 * statistics.median(ordered), "p95": 1e3 * ordered[int(0.95 * len(ordered))]}


def translate_ready(arguments: dict[str, object]) -> dict[str, float]:
    """In the child: batches made before the clock starts."""
    model, lines, translator, options = load_raw(arguments)
    tokens = [model.encode(line, out_type=str) for line in lines]
    tokens.sort(key=len, reverse=True)
    batches = [tokens[start : start + BATCH_SENTENCES] for start in range(0, len(tokens), BATCH_SENTENCES)]
    translator.translate_batch(batches[-1], **options)
    began = time.perf_counter()
    begun = [result for batch in batches for result in translator.translate_batch(batch, asynchronous=True, **options)]
    results = [result.result() for result in begun]
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "tokens": sum(len(result.hypotheses[0]) + 1 for result in results)}


def translate_file(arguments: dict[str, object]) -> dict[str, float]:
    """In the child: CTranslate2's own way through a file."""
    model, _, translator, options = load_raw(arguments)
    output = Path(str(arguments["source"])).with_suffix(".translated")
    began = time.perf_counter()
    stats = translator.translate_file(
        str(arguments["source"]),
        str(output),
        max_batch_size=BATCH_SENTENCES,
        source_tokenize_fn=lambda line: model.encode(line, out_type=str),
        target_detokenize_fn=model.decode,
        **options,
    )
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "tokens": stats.num_tokens + stats.num_examples}


def load_raw(arguments: dict[str, object]) -> tuple[Any, list[str], Any, dict[str, object]]:
    """SentencePiece, the lines, CTranslate2 and how to call it."""
    import ctranslate2
    import sentencepiece

    folder = Path(str(arguments["model"]))
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    translator = ctranslate2.Translator(
        str(folder / "ctranslate2"),
        inter_threads=int(str(arguments["threads"])),
        intra_threads=1,
        max_queued_batches=-1,
    )
    lines = Path(str(arguments["source"])).read_text("utf-8").splitlines()
    return processor, lines, translator, {"beam_size": arguments["beam"], "max_input_length": 0}


CHILDREN = {"latency": find_latency, "ready": translate_ready, "translate_file": translate_file}


def medians(runs: Sequence[Figures]) -> Figures:
    """Of every figure."""
    return {name: statistics.median(found[name] for found in runs) for name in runs[0]}


def rates(found: Figures) -> tuple[float, float]:
    """Tokens a second, of the whole and without start."""
    return found["tokens"] / found["seconds"], found["tokens"] / max(found["seconds"] - found["start"], 1e-9)


def row(name: str, beam: int, lines: int, found: Figures, fast: Figures | None) -> str:
    """One line of the table, as Markdown; ``fast`` are the figures of nmt's fast engine."""
    whole, steady = rates(found)
    per_token = lines / found["tokens"]
    ratios = [ours / theirs for ours, theirs in zip(rates(fast), (whole, steady), strict=True)] if fast else []
    latency = [f"{found['median']:.1f}", f"{found['p95']:.1f}"] if "median" in found else ["-", "-"]
    cells = [
        *(
            name,
            f"{beam}",
            f"{whole * per_token:,.1f}",
            f"{steady * per_token:,.1f}",
            f"{whole:,.0f}",
            f"{steady:,.0f}",
        ),
        *(f"{found['start']:.2f}" if found["start"] else "-", *latency, f"{found['peak'] / 2**20:,.0f}"),
        *([f"{ratio:.2f}" for ratio in ratios] or ["-", "-"]),
    ]
    return f"| {' | '.join(cells)} |"


HEADER = """
| system | beam | sentences/s | without start | tokens/s | without start | start s | median ms | p95 ms | peak MiB \
| nmt / this | without start |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("source", type=Path)
    parser.add_argument("--lines", type=int, default=4000)
    parser.add_argument("--beams", type=int, nargs="+", default=[1, 5])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--quantizations", nargs="*", default=["int8", "float32"])
    parser.add_argument("--without-torch", action="store_true")
    parser.add_argument("--repeat", type=int, default=1, help="rounds in which every system runs once")
    parser.add_argument("--peers", type=Path, metavar="DIR", help="virtual environments of the others")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="folder for their models, else a temporary one")
    parser.add_argument("--pieces", type=int, default=16, help="subwords that they are asked for, a sentence")
    parser.add_argument("--only", default="", metavar="NAME,…", help="systems whose names begin so; else all")
    parser.add_argument("--limit", type=float, default=900, metavar="SECONDS", help="for one run of one system")
    return parser.parse_args()


def systems(given: argparse.Namespace, folder: Path, lines: Sequence[str]) -> list[System]:
    """All that were asked for, their models and texts written."""
    from nmt.ctranslate2.fast_copy import make_copy

    found = [] if given.without_torch else [("nmt torch", partial(measure_nmt, engine="torch", model=given.model))]
    for quantization in given.quantizations:
        model = folder / quantization
        shutil.copytree(given.model, model, ignore=shutil.ignore_patterns("training", "ctranslate2"))
        make_copy(model, quantization=quantization)
        found.append((f"nmt ctranslate2 {quantization}", partial(measure_nmt, engine="ctranslate2", model=model)))
        for task in ("ready", "translate_file"):
            found.append((f"ctranslate2 {quantization} {task}", partial(measure_raw, task=task, model=model)))
    if given.peers:
        cache = (given.cache or folder / "cache").absolute()
        write_text(given.model, lines, cache)
        shape = read_shape(given.model)
        others = Others(given.peers.absolute(), cache, given.pieces, shape)
        for decoder in DECODERS:
            for precision in decoder.precisions:
                measure = partial(measure_other, decoder=decoder, precision=precision, others=others)
                found.append((f"{decoder.toolkit} {precision}", measure))
    wanted = tuple(filter(None, given.only.split(",")))
    return [System(name, measure) for name, measure in found if not wanted or name.startswith(wanted)]


def read_shape(model: Path) -> Shape:
    """What the others' models have to have; SystemExit if theirs cannot be told."""
    settings = json.loads((model / "config.json").read_text("utf-8"))["model"]
    if settings["encoder_layers"] != settings["decoder_layers"]:
        raise SystemExit("--peers: the model must have as many layers in its decoder as in its encoder")
    return Shape(
        vocabulary=settings["vocabulary_size"],
        layers=settings["encoder_layers"],
        dimension=settings["dimension"],
        heads=settings["heads"],
        feed_forward=settings["feed_forward"],
    )


def measure(given: argparse.Namespace, folder: Path) -> None:
    """All systems in turn, round by round, then the table."""
    texts = filter(str.strip, given.source.read_text("utf-8").splitlines())
    lines = list(dict.fromkeys(texts))[: given.lines]
    print(f"{len(lines):,} lines, {given.threads} threads, {os.cpu_count()} processors", flush=True)
    runs: dict[tuple[str, int], list[Figures]] = {}
    failed: dict[str, str] = {}
    tried = systems(given, folder, lines)
    for _ in range(given.repeat):
        for beam in given.beams:
            setting = Setting(given.model, lines, beam, given.threads, folder, given.limit)
            for system in tried:
                if system.name in failed:
                    continue
                try:
                    found = system.measure(setting)
                except SystemFailed as error:
                    failed[system.name] = f"{error}"
                    print(f"{system.name}: cannot run here: {error}", flush=True)
                    continue
                runs.setdefault((system.name, beam), []).append(found)
                print(
                    f"{system.name}, beam {beam}: {rates(found)[0]:,.0f} tokens/s, load {os.getloadavg()[0]:.1f}",
                    flush=True,
                )
    report(runs, len(lines), f"nmt ctranslate2 {next(iter(given.quantizations), '')}", failed)


def report(runs: dict[tuple[str, int], list[Figures]], lines: int, fast: str, failed: dict[str, str]) -> None:
    """The table, and what is missing in it."""
    print(HEADER)
    table = {key: medians(found) for key, found in runs.items()}
    for (name, beam), found in sorted(table.items(), key=lambda item: item[0][1]):
        print(row(name, beam, lines, found, table.get((fast, beam))))
    print()
    for name, reason in failed.items():
        print(f"{name}: cannot run here: {reason}")


def main() -> None:
    """Measure and print; or be the child of one of the systems."""
    if sys.argv[1:2] == ["--child"]:
        described = json.loads(sys.argv[2])
        print(json.dumps(CHILDREN[described["task"]](described)))
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # children end with this
    with tempfile.TemporaryDirectory(prefix="translate-speed-", ignore_cleanup_errors=True) as folder:
        measure(arguments(), Path(folder))


if __name__ == "__main__":
    main()
