"""How long does a corpus larger than memory take to prepare, and how much memory does training on it use?

python tests/benchmarks/large_corpus.py [--pairs 10000000] [--updates 20] [--folder DIR]

Writes random text of Zipf-distributed words, runs `nmt train` with a tiny model in a process of its own, then the same
command again with more time, and prints the seconds between the lines it writes, and the most memory of the command and
all its helpers together: what is their own, and with the pages of files they have mapped. Linux only.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

WORDS = 200_000
PAIRS_AT_ONCE = 100_000
MEGABYTE = 1 << 20
FIELDS = ("RssAnon", "RssFile", "RssShmem")
TINY = (
    *("--preset", "tiny", "--dimension", "64", "--heads", "2", "--feed-forward", "128"),
    *("--encoder-layers", "1", "--decoder-layers", "1", "--batch-tokens", "4096", "--device", "cpu"),
)


def main() -> None:
    """Make the text, train twice, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=10_000_000)
    parser.add_argument("--updates", type=int, default=20)
    parser.add_argument("--folder", type=Path, help="Where text and model go (default: a temporary folder).")
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=[], help="Further options of nmt train.")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="nmt-large-", dir=arguments.folder))
    try:
        began = time.monotonic()
        paths = write_text(folder, arguments.pairs)
        size = sum(path.stat().st_size for path in paths) / MEGABYTE
        print(
            f"{arguments.pairs:,} pairs, {size:,.0f} MB of text, made in {time.monotonic() - began:.0f} s", flush=True
        )
        command = [sys.executable, "-m", "nmt_cli", "train", "-s", str(paths[0]), "-t", str(paths[1])]
        command += ["-o", str(folder / "model"), "--max-steps", str(arguments.updates), *TINY]
        command += ["--validate-every", "1000000", "--checkpoint-every", "1", *arguments.options]
        time.sleep(3)  # files changed a moment ago are digested once more
        print("first start, stopped after its first checkpoint", flush=True)
        run(command, folder, until="checkpoint")
        print("second start, to the end", flush=True)
        run(command, folder)
    finally:
        shutil.rmtree(folder)


def write_text(folder: Path, pairs: int) -> tuple[Path, Path]:
    """Two files of ``pairs`` lines of 8 to 20 words, word N of one meaning word N of the other."""
    generator = np.random.default_rng(1)
    vocabularies = [make_words(generator, consonants) for consonants in ("bdgklmnprst", "fhjkqvwxzcm")]
    paths = (folder / "text.aa", folder / "text.bb")
    with paths[0].open("w") as source, paths[1].open("w") as target:
        for start in range(0, pairs, PAIRS_AT_ONCE):
            lengths = generator.integers(8, 21, min(PAIRS_AT_ONCE, pairs - start))
            ends = np.cumsum(lengths).tolist()
            drawn = (generator.zipf(1.2, ends[-1]) - 1) % WORDS
            for file, words in zip((source, target), vocabularies, strict=True):
                text = words[drawn].tolist()
                file.writelines(
                    " ".join(text[first:end]) + ".\n" for first, end in zip([0, *ends[:-1]], ends, strict=True)
                )
    return paths


def make_words(generator: np.random.Generator, consonants: str) -> np.ndarray:
    """Distinct words of a few syllables, the first ones the shortest."""
    syllables = [consonant + vowel for consonant in consonants for vowel in "aeiou"]
    words: dict[str, None] = {}
    while len(words) < WORDS:
        count = 1 + min(4, len(words).bit_length() // 4)
        words["".join(generator.choice(syllables, count))] = None
    return np.array(list(words), dtype=object)


def run(command: Sequence[str], folder: Path, until: str = "") -> None:
    """Run one command; print what it says and its peak of memory; stop it when a file called ``until``... appears."""
    began = time.monotonic()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    memory = MemoryWatch(process.pid)
    memory.start()
    assert process.stderr is not None
    for line in process.stderr:
        print(f"  {time.monotonic() - began:6.1f} s  {memory.now():5.0f} MB  {line.rstrip()}", flush=True)
        if until and "training to step" in line:
            threading.Thread(target=stop_when_saved, args=(process, folder / "model" / "training", until)).start()
    status = process.wait()
    memory.stopped.set()
    memory.join()
    print(f"  ended with status {status} after {time.monotonic() - began:.1f} s")
    for name, peak in memory.peaks.items():
        print(f"  peak of {name}: {peak:,.0f} MB")


def stop_when_saved(process: "subprocess.Popen[str]", directory: Path, name: str) -> None:
    """Ask the process to stop as soon as a file of that name is in ``directory``."""
    while process.poll() is None and not list(directory.glob(f"{name}*")):
        time.sleep(0.05)
    if process.poll() is None:
        process.terminate()


class MemoryWatch(threading.Thread):
    """Adds up the memory of a process and all below it, ten times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.stopped = threading.Event()
        self.peaks = {"the processes' own memory": 0.0, "that and mapped file pages": 0.0}
        self.last = (0.0, 0.0)

    def run(self) -> None:
        """Look until told to stop."""
        while not self.stopped.wait(0.1):
            statuses = [status_of(pid) for pid in family_of(self.pid)]
            own, files, shared = (sum(status.get(field, 0) for status in statuses) / 1024 for field in FIELDS)
            self.last = (own + shared, own + shared + files)
            for name, value in zip(self.peaks, self.last, strict=True):
                self.peaks[name] = max(self.peaks[name], value)

    def now(self) -> float:
        """Megabytes in all when last looked at."""
        return self.last[1]


def family_of(pid: int) -> list[int]:
    """The process and all that it has started, directly or not."""
    family = [pid]
    for parent in family:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                family += map(int, task.read_text().split())
            except OSError:
                continue
    return family


def status_of(pid: int) -> dict[str, int]:
    """The kilobytes of each kind of memory of a process."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split(":", 1) for line in lines)
    return {name: int(value.split()[0]) for name, value in pairs if name in FIELDS}


if __name__ == "__main__":
    main()
