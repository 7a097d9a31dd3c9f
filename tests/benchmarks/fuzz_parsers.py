"""Feed damaged, cut and invented bytes to every parser of this project: only NMTError may come out, and no crash.

    python tests/benchmarks/fuzz_parsers.py [--minutes 10] [--target NAME]... [--seed 1] [--keep DIRECTORY]

The inputs are mutations of sound files. They are read in a process of its own, whose death by a signal counts as a
crash of the input it had last; inputs that crashed are kept in DIRECTORY. Exit status 1 if there was any.
"""

import argparse
import collections
import faulthandler
import gzip
import hashlib
import io
import json
import logging
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from nmt.errors import NMTError

Target = Callable[[bytes], Any]
LIMIT_BYTES = 6 << 30  # of address space: what wants more is a fault
SLOW = 5.0  # seconds for one input are a fault, too
HANGING = 20  # seconds after which the process is ended
ODD = [
    *(b"null", b"true", b"-1", b"0", b"1e999", b"NaN", b"Infinity", b"1e308", b"9" * 30, b"0.5", b'""', b"[]", b"{}"),
    *(b"[" * 3000, b'{"a":' * 3000, b"[[[[", b'"\\ud800"', b"\xff", b"\x00", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r\n"),
    *(b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
    *(b"\t", b"\n", b"=", b"[a.b]"),
    *(b'"text"', b'"forbid"', b'"shape"', b'"dtype"', b'"data_offsets"', b"../../etc/passwd", b"\xe2\x80\xa8", b","),
]


class Mutator:
    """Draws changed copies of some inputs."""

    def __init__(self, seeds: Sequence[bytes], seed: int) -> None:
        self.seeds = [part for part in seeds if part] or [b"x"]
        self.random = random.Random(seed)

    def draw(self) -> bytes:
        """One of the seeds with one to six changes."""
        data = bytearray(self.random.choice(self.seeds))
        for _ in range(min(6, 1 + int(self.random.expovariate(0.8)))):
            self._change(data)
        return bytes(data)

    def _change(self, data: bytearray) -> None:
        draw = self.random
        place = draw.randrange(len(data) + 1)
        if draw.random() < 0.5:  # most that matters is at the beginning
            place = min(place, draw.randrange(256))
        end = min(len(data), place + 1 + int(draw.expovariate(0.05)))
        match draw.randrange(9):
            case 0 if place < len(data):
                data[place] ^= 1 << draw.randrange(8)
            case 1:
                data[place:place] = draw.choice(ODD)
            case 2:
                data[place:end] = draw.choice(ODD)
            case 3:
                del data[place:end]
            case 4:
                data[place:place] = data[place:end] * draw.randint(1, 20)
            case 5:
                del data[place:]
            case 6 if place < len(data):
                data[place] = draw.choice((0, 1, 0x7F, 0x80, 0xFF, draw.randrange(256)))
            case 7:
                other = draw.choice(self.seeds)
                start = draw.randrange(len(other))
                data[place:end] = other[start : start + draw.randrange(1, 200)]
            case _:
                data[place:end] = bytes(draw.randrange(256) for _ in range(end - place))


class Targets(Protocol):
    """What is fuzzed: made once in this process, and again in each of those that do it."""

    def __init__(self, directory: Path) -> None: ...

    def targets(self) -> dict[str, tuple[Callable[[], Target], list[bytes]]]:
        """Each target by name: what makes it, and its seeds."""


class Workshop:
    """A small sound model, with everything a training leaves, and the targets that read damaged copies of it."""

    def __init__(self, directory: Path) -> None:
        from nmt.ctranslate2.fast_copy import make_copy
        from tests.faults.test_disk import run, write_text

        self.directory = directory
        if not directory.exists():
            write_text(directory)
            run(directory)
            if not (directory / "model" / "ctranslate2").exists():
                make_copy(directory / "model")
        self.model = directory / "model"
        self.scratch = directory / f"scratch-{os.getpid()}"

    def bytes_of(self, *names: str) -> list[bytes]:
        return [(self.model / name).read_bytes() for name in names]

    def targets(self) -> dict[str, tuple[Callable[[], Target], list[bytes]]]:
        """Each target by name: what makes it, and its seeds."""
        weights = self.bytes_of("weights.safetensors")[0]
        header = weights[8 : 8 + int.from_bytes(weights[:8], "little")]
        [checkpoint] = [path.read_bytes() for path in sorted((self.model / "training").glob("checkpoint-*.pt"))][-1:]
        text = (self.directory / "text.de").read_bytes()[:3000]
        toml = b'preset = "small"\n[model]\nencoder_layers = 6\n[training]\nbatch_tokens = 4096\nbudget = "20m"\n'
        objects = [
            b'{"text": "Ein Hund", "prefix": "A", "forbid": ["hound"], "id": 7}',
            b'{"text": "\\u00e4\\ud83d", "x": {"y": [1, 2.5, null]}}',
        ]
        training = ("training/settings.json", "training/prepared.json", "training/corpus/corpus.json")
        names = ("nmt.json", "shared_vocabulary.json", "model.bin")
        manifest, vocabulary, engine = (f"ctranslate2/{name}" for name in names)
        return {
            "lines": (self.lines, [text, b"a\r\nb\n\xff\n", gzip.compress(text, mtime=0)]),
            "config": (self.config, self.bytes_of("config.json")),
            "weights": (self.weights, [header]),
            "toml": (self.toml, [toml]),
            "json-lines": (self.json_lines, objects),
            "tokenizer": (self.tokenizer, self.bytes_of("tokenizer.model")),
            "spans": (self.spans, self.span_seeds()),
            "manifest": (self.manifest, self.bytes_of(manifest)),
            "vocabulary": (self.vocabulary, self.bytes_of(vocabulary)),
            "ctranslate2": (self.ctranslate2, self.bytes_of(engine)),
            "checkpoint": (self.checkpoint, [checkpoint]),
            "log": (self.log, self.bytes_of("training/log.jsonl")),
            "training": (self.training, self.bytes_of(*training)),
            "card": (self.card, self.bytes_of("config.json")),
        }

    def span_seeds(self) -> list[bytes]:
        import sentencepiece

        processor = sentencepiece.SentencePieceProcessor(model_file=str(self.model / "tokenizer.model"))
        return [processor.encode("Ein Hund läuft", out_type="serialized_proto"), *self.bytes_of("tokenizer.model")]

    def copy_of_model(self, *names: str) -> Path:
        """A directory of links to the model's files, in which those called ``names`` will be others."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        for path in self.model.rglob("*"):
            goal = self.scratch / path.relative_to(self.model)
            if path.is_file() and str(path.relative_to(self.model)) not in names:
                goal.parent.mkdir(parents=True, exist_ok=True)
                goal.symlink_to(path)
        return self.scratch

    def lines(self) -> Target:
        from nmt.files.lines import read_line_blocks, read_lines, read_windows

        self.scratch.mkdir(exist_ok=True)

        def read(data: bytes) -> None:
            ending = ".gz" if data[:2] == b"\x1f\x8b" else ""
            path = self.scratch / f"text{ending}"
            path.write_bytes(data)
            windows = [line for window in read_windows(io.BytesIO(data), max_lines=3, max_bytes=100) for line in window]
            unmarked = data.removeprefix(b"\xef\xbb\xbf")
            assert b"\n".join(windows) == unmarked.removesuffix(b"\n") or not data
            blocks = read_line_blocks(path, lines=2)
            one = b"".join(line for block in blocks for line in block)
            assert ending or one == unmarked
            list(read_lines(path))

        return read

    def config(self) -> Target:
        from nmt.model_dir.config_json import load_info

        directory = self.copy_of_model("config.json")

        def read(data: bytes) -> None:
            (directory / "config.json").write_bytes(data)
            load_info(directory).search.length_limit(100)

        return read

    def card(self) -> Target:
        """The config as somebody else wrote it, weights and all, as ``nmt info`` and the model card show it."""
        from nmt.model_dir.card import model_card
        from nmt.model_dir.config_json import load_info
        from nmt.model_dir.weights import read_header
        from nmt_cli.info import _json, _text

        directory = self.copy_of_model("config.json", "weights.safetensors")
        whole = (self.model / "weights.safetensors").read_bytes()
        start = 8 + int.from_bytes(whole[:8], "little")

        def read(data: bytes) -> None:
            header = json.loads(whole[8:start])
            header["__metadata__"]["config"] = data.decode("utf-8", "replace")
            header["__metadata__"]["config_sha256"] = hashlib.sha256(
                data.decode("utf-8", "replace").encode()
            ).hexdigest()
            text = json.dumps(header).encode()
            (directory / "config.json").write_bytes(data)
            (directory / "weights.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + whole[start:])
            info = load_info(directory)
            parameters = read_header(directory / "weights.safetensors").parameters
            model_card(info, parameters)
            _text(directory, info, parameters)
            _json(directory, info, parameters)

        return read

    def weights(self) -> Target:
        from nmt.model_dir.load import load_model
        from nmt.model_dir.weights import read_arrays

        directory = self.copy_of_model("weights.safetensors")
        path = directory / "weights.safetensors"
        whole = (self.model / "weights.safetensors").read_bytes()
        content = whole[8 + int.from_bytes(whole[:8], "little") :]

        def read(data: bytes) -> None:
            path.write_bytes(len(data).to_bytes(8, "little") + data + content)
            read_arrays(path)
            load_model(directory)

        return read

    def toml(self) -> Target:
        from nmt.training.recipe import Recipe, merge_recipe
        from nmt_cli.options import read_toml

        self.scratch.mkdir(exist_ok=True)
        path = self.scratch / "settings.toml"

        def read(data: bytes) -> None:
            path.write_bytes(data)
            merge_recipe(Recipe(), read_toml(str(path)), where="file")

        return read

    def json_lines(self) -> Target:
        from nmt.translation.jsonl import encode_lines
        from nmt.translation.requests import Request
        from nmt_cli.translate.formats import json_reader, write_json

        reader = json_reader(Request(""), lambda request: None)

        def read(data: bytes) -> None:
            raw = data.split(b"\n")
            lines = reader(raw, None, 1)
            assert len(lines) == len(raw)
            written = b"".join(encode_lines(write_json(0, line, None) for line in lines))
            assert written.count(b"\n") == len(raw)

        return read

    def tokenizer(self) -> Target:
        from nmt.tokenization.tokenizer import Tokenizer

        def read(data: bytes) -> None:
            tokenizer = Tokenizer(data)
            [ids] = tokenizer.encode(["Ein Satz, 我们 \u2581 <url>"], threads=1)
            tokenizer.decode([ids])
            tokenizer.source_spans("Ein Satz 1")
            tokenizer.target_spans(ids)

        return read

    def spans(self) -> Target:
        """Only what SentencePiece itself could read comes here; anything else may be refused as ValueError."""
        from nmt.tokenization.sentencepiece_proto import model_type, read_spans, without_rules_path

        def read(data: bytes) -> None:
            for parse in (model_type, without_rules_path, read_spans):
                try:
                    parse(data)
                except ValueError:
                    continue

        return read

    def manifest(self) -> Target:
        from nmt.ctranslate2.fast_copy import read_copy

        directory = self.copy_of_model("ctranslate2/nmt.json")

        def read(data: bytes) -> None:
            (directory / "ctranslate2" / "nmt.json").write_bytes(data)
            read_copy(directory)

        return read

    def vocabulary(self) -> Target:
        return self._copy_with("shared_vocabulary.json")

    def ctranslate2(self) -> Target:
        return self._copy_with("model.bin")

    def _copy_with(self, name: str) -> Target:
        """A copy in which the file ``name`` is another one with the right checksum: what an attacker would write."""
        from nmt.ctranslate2.fast_copy import read_copy
        from nmt.decoding.config import SearchConfig
        from nmt.decoding.hypothesis import SearchInput
        from nmt.translation.loading import load_copy

        directory = self.copy_of_model("ctranslate2/nmt.json", f"ctranslate2/{name}")
        manifest = json.loads((self.model / "ctranslate2" / "nmt.json").read_text())

        def read(data: bytes) -> None:
            manifest["checksums"][name] = hashlib.sha256(data).hexdigest()
            (directory / "ctranslate2" / name).write_bytes(data)
            (directory / "ctranslate2" / "nmt.json").write_text(json.dumps(manifest))
            copy = read_copy(directory)
            assert copy is not None
            load_copy(copy, threads=1).search([SearchInput([5, 6, 7])], SearchConfig(beam_size=2))

        return read

    def checkpoint(self) -> Target:
        from nmt.training.run_directory.checkpoints import CheckpointStore

        self.scratch.mkdir(exist_ok=True)

        def read(data: bytes) -> None:
            (self.scratch / "checkpoint-00000001.pt").write_bytes(data)
            CheckpointStore(self.scratch, keep=1).load_newest()

        return read

    def log(self) -> Target:
        from nmt.training.reporting.curves import read_curves
        from nmt.training.reporting.log import JsonLog
        from tests.conftest import RecordingReporter

        self.scratch.mkdir(exist_ok=True)
        path = self.scratch / "log.jsonl"

        def read(data: bytes) -> None:
            path.write_bytes(data)
            JsonLog(path, RecordingReporter()).forget_after(2)
            read_curves(path)

        return read

    def training(self) -> Target:
        from nmt.data.encoded_corpus import open_encoded_corpus
        from nmt.training.preparation.prepared import stored_validation
        from nmt.training.run_directory.open_directory import _differences

        names = ("settings.json", "prepared.json", "corpus/corpus.json")
        training = self.copy_of_model(*(f"training/{name}" for name in names)) / "training"

        def read(data: bytes) -> None:
            for name in names:
                (training / name).write_bytes(data)
            open_encoded_corpus(training / "corpus", key=None)
            stored_validation(training)
            _differences(training / "settings.json", {"a": 1})

        return read


def main(make: type[Targets] = Workshop) -> int:
    """Fuzz the targets that ``make`` makes, as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--target", action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-crashes"))
    options = parser.parse_args()
    base = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=base) as directory:
        folder = Path(directory) / "workshop"
        targets = make(folder).targets()  # made here once, so that no process has to make it
        names = options.target or list(targets)
        return int(sum(fuzz(make, folder, name, options) for name in names) > 0)


def fuzz(make: type[Targets], directory: Path, name: str, options: argparse.Namespace) -> int:
    """Fuzz one target for so many minutes; how many different crashes there were."""
    end = time.monotonic() + 60 * options.minutes
    count = collections.Counter[str]()
    crashes: dict[str, bytes] = {}
    context = multiprocessing.get_context("fork")
    number = 0
    while time.monotonic() < end:
        number += 1
        ours, theirs = context.Pipe()
        seed = options.seed * 100_003 + number
        current = directory / "current"
        child = context.Process(target=_work, args=(make, directory, name, seed, end, theirs, current))
        child.start()
        theirs.close()
        while True:
            try:
                kind, value = ours.recv()
            except EOFError:
                break
            if kind == "count":
                count.update(value)
            else:
                crashes.setdefault(kind, value)
        child.join()
        if child.exitcode:
            crashes.setdefault(f"the process died with {child.exitcode}", current.read_bytes())
            count["died"] += 1
    inputs = sum(count.values())
    print(f"{name:<12} {inputs:>9,} inputs  {dict(count)}  crashes: {len(crashes)}", flush=True)
    for kind, data in crashes.items():
        options.keep.mkdir(exist_ok=True)
        path = options.keep / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
        path.write_bytes(data)
        print(f"    {kind}\n        kept as {path}", flush=True)
    return len(crashes)


def _work(make: type[Targets], directory: Path, name: str, seed: int, end: float, pipe: Any, current: Path) -> None:
    """In a process of its own: some thousand inputs, and what came of them through ``pipe``."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
    faulthandler.disable()
    warnings.simplefilter("ignore")
    logging.disable()
    target_of, seeds = make(directory).targets()[name]
    target, mutator = target_of(), Mutator(seeds, seed)
    count = collections.Counter[str]()
    told: set[str] = set()
    with current.open("wb", buffering=0) as memory:
        for number in range(4000):
            data = mutator.draw()
            memory.seek(0)
            memory.write(data)
            memory.truncate()
            began = time.monotonic()
            signal.alarm(HANGING)
            kind = _outcome(target, data)
            signal.alarm(0)
            if time.monotonic() - began > SLOW:
                kind = f"it took more than {SLOW:g} s"
            count[kind if kind in ("read", "refused") else "crashed"] += 1
            if kind not in ("read", "refused") and kind not in told:
                told.add(kind)
                pipe.send((kind, data))
            if number % 100 == 99:
                pipe.send(("count", count))
                count = collections.Counter()
                if time.monotonic() > end:
                    break
    pipe.send(("count", count))
    os._exit(0)


def _outcome(target: Target, data: bytes) -> str:
    try:
        target(data)
    except NMTError:
        return "refused"
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        place = traceback.extract_tb(error.__traceback__)[-1]
        ours = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        return f"{type(error).__name__}: {str(error)[:100]} at {place.name}, {' > '.join(ours[-4:])}"
    return "read"


if __name__ == "__main__":
    sys.exit(main())
