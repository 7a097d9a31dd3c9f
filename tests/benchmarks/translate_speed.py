"""Translation speed of nmt by either engine, and of CTranslate2 by itself, on the same model, text and threads.

python tests/benchmarks/translate_speed.py MODEL SOURCE [--lines 4000] [--beams 1 5] [--threads 2]

SOURCE has one sentence a line; identical lines are left out first, since nmt translates them once. Every figure comes
from a process of its own. What the columns mean:
  sentences/s     in the whole command, from its start to its end; of ctranslate2, from the first batch to the last,
                  the model loaded and the text encoded before
  without start   the same less the time that the command takes for one line
  tokens/s        target subwords of the translations, an end mark for each, in the whole command
  start           seconds from the start of the command to the end of it for one line; the median of 5
  latency         milliseconds a line, one after the other in a process that is running: median and 95th percentile
  peak            largest resident memory of the process
The systems:
  nmt torch, nmt ctranslate2 TYPE   nmt translate --engine
  ctranslate2 TYPE ready            translate_batch on ready-made batches: sorted by length, 64 sentences each
  ctranslate2 TYPE translate_file   CTranslate2's own loop over a file, with SentencePiece on both sides
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LATENCY_LINES = 100
BATCH_SENTENCES = 64


@dataclass(frozen=True)
class Setting:
    """What all systems are given."""

    model: Path
    lines: list[str]
    beam: int
    threads: int
    folder: Path

    @property
    def source(self) -> Path:
        """The text as a file."""
        path = self.folder / "source"
        if not path.exists():
            path.write_text("".join(f"{line}\n" for line in self.lines), encoding="utf-8")
        return path


@dataclass(frozen=True)
class Run:
    """One process: how long it took, its largest memory and what it wrote."""

    seconds: float
    peak_bytes: int
    output: str


def run(command: Sequence[str | Path], text: str | None = None) -> Run:
    """Run ``command`` to its end; SystemExit with its messages if it fails."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as messages:
        given.write((text or "").encode())
        given.seek(0)
        began = time.perf_counter()
        process = subprocess.Popen([*map(str, command)], stdin=given, stdout=out, stderr=messages)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        messages.seek(0)
        if process.returncode:
            raise SystemExit(messages.read().decode())
        return Run(seconds, usage.ru_maxrss * 1024, out.read().decode())


def child(task: str, setting: Setting, **more: object) -> tuple[dict[str, float], Run]:
    """This program in another process, on one of the tasks below; what it found, and how it ran."""
    arguments = {"model": str(setting.model), "source": str(setting.source), "beam": setting.beam}
    described = json.dumps({"task": task, "threads": setting.threads, **arguments, **more})
    ended = run([sys.executable, __file__, "--child", described])
    return json.loads(ended.output.splitlines()[-1]), ended


def measure_nmt(setting: Setting, engine: str) -> dict[str, float]:
    """The whole command, its start and its latency."""
    command = [sys.executable, "-m", "nmt_cli", "translate", "-m", setting.model, "-b", str(setting.beam)]
    command += ["--engine", engine, "--device", "cpu", "--threads", str(setting.threads)]
    starts = [run(command, f"{setting.lines[number]}\n").seconds for number in range(5)]
    whole = run([*command, setting.source])
    translated = whole.output.splitlines()
    assert len(translated) == len(setting.lines)
    latency, _ = child("latency", setting, engine=engine)
    return {
        "seconds": whole.seconds,
        "start": statistics.median(starts),
        "peak": whole.peak_bytes,
        "tokens": count_tokens(setting.model, translated),
        **latency,
    }


def count_tokens(model: Path, lines: Sequence[str]) -> int:
    """Subwords and an end mark for each line."""
    from nmt.text.tokenizer import Tokenizer

    return sum(len(ids) + 1 for ids in Tokenizer.load(model / "tokenizer.model").encode(lines))


def measure_raw(setting: Setting, task: str) -> dict[str, float]:
    """CTranslate2 without nmt."""
    found, ended = child(task, setting)
    return {**found, "peak": ended.peak_bytes}


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


def show(name: str, beam: int, lines: int, found: dict[str, float]) -> None:
    """One line of the table."""
    start = found.get("start")
    steady = f"{lines / (found['seconds'] - start):8.1f}" if start else f"{'-':>8}"
    latency = f"{found['median']:6.1f} {found['p95']:6.1f}" if "median" in found else f"{'-':>6} {'-':>6}"
    print(
        f"{name:34} {beam:4} {lines / found['seconds']:11.1f} {steady:>13} {found['tokens'] / found['seconds']:9.0f} "
        f"{'-' if start is None else format(start, '.2f'):>6} {latency:>15} {found['peak'] / 2**20:8.0f}",
        flush=True,
    )


def main() -> None:
    """Print a table, one system after the other; or be the child of one of them."""
    if sys.argv[1:2] == ["--child"]:
        arguments = json.loads(sys.argv[2])
        print(json.dumps(CHILDREN[arguments["task"]](arguments)))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("source", type=Path)
    parser.add_argument("--lines", type=int, default=4000)
    parser.add_argument("--beams", type=int, nargs="+", default=[1, 5])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--quantizations", nargs="*", default=["int8", "float32"])
    parser.add_argument("--without-torch", action="store_true")
    given = parser.parse_args()
    lines = list(dict.fromkeys(filter(str.strip, given.source.read_text("utf-8").splitlines())))[: given.lines]
    print(f"{len(lines):,} lines, {given.threads} threads")
    print(
        f"{'system':34} beam sentences/s without start  tokens/s  start  median ms   p95  peak MiB",
    )
    from nmt.ctranslate2_copy import make_copy

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = folder / "model"
        shutil.copytree(given.model, model, ignore=shutil.ignore_patterns("training"))
        for beam in given.beams:
            setting = Setting(model, lines, beam, given.threads, folder)
            if not given.without_torch:
                show("nmt torch float32", beam, len(lines), measure_nmt(setting, "torch"))
            for quantization in given.quantizations:
                make_copy(model, quantization=quantization)
                show(f"nmt ctranslate2 {quantization}", beam, len(lines), measure_nmt(setting, "ctranslate2"))
                for task in ("ready", "translate_file"):
                    show(f"ctranslate2 {quantization} {task}", beam, len(lines), measure_raw(setting, task))


if __name__ == "__main__":
    main()
