"""Translate through a pipe and train for so many minutes, and print the resident memory over time and its slope.

    python tests/benchmarks/soak.py translate|train MODEL [--minutes 10] [--engine auto] [--lines FILE]

For training MODEL is a directory for text and model, which is made. The slope is that of a straight line through the
second half of the samples; a leak of a megabyte a minute shows.
"""

import argparse
import itertools
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

EVERY = 2.0  # seconds between two looks
SHOWN = 12  # of the samples
PAGE = os.sysconf("SC_PAGE_SIZE")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("translate", "train"))
    parser.add_argument("model", type=Path)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--lines", type=Path)
    options = parser.parse_args()
    process = translating(options) if options.what == "translate" else training(options)
    samples = watch(process, 60 * options.minutes)
    process.send_signal(signal.SIGTERM)  # SIGINT may be ignored behind a shell's &
    process.wait()
    tell(samples)
    return 0


def translating(options: argparse.Namespace) -> "subprocess.Popen[bytes]":
    """nmt translate, fed without end: lines of text, now and then an odd one."""
    command = [sys.executable, "-m", "nmt_cli", "translate", "-m", str(options.model), "--engine", options.engine]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    counted = [0, 0]

    def feed() -> None:
        assert process.stdin is not None
        generator = random.Random(1)
        known = options.lines.read_bytes().splitlines() if options.lines else [b"Ein Hund rennt.", b"Zwei Katzen."]
        odd = (b"", b"\xff\xfe", b"x" * 5000, b"word " * 700, "我们\u2028".encode(), b"\0")
        try:
            while True:
                line = generator.choice(odd) if generator.random() < 0.01 else generator.choice(known)
                if generator.random() < 0.3:
                    line += b" %d" % generator.randrange(10**9)
                process.stdin.write(line + b"\n")
                counted[0] += 1
                if generator.random() < 0.01:
                    process.stdin.flush()
        except (BrokenPipeError, ValueError):
            return

    def read() -> None:
        assert process.stdout is not None
        for _ in process.stdout:
            counted[1] += 1
            if counted[1] % 50_000 == 0:
                print(f"{counted[1]:,} lines", flush=True)

    for work in (feed, read):
        threading.Thread(target=work, daemon=True).start()
    return process


def training(options: argparse.Namespace) -> "subprocess.Popen[bytes]":
    """nmt train without an end, of random text that it can learn from."""
    options.model.mkdir(parents=True, exist_ok=True)
    generator = random.Random(1)
    words = ["".join(generator.choices("abcdefghijklmno", k=generator.randint(2, 8))) for _ in range(800)]
    lines = [" ".join(generator.choices(words, k=generator.randint(3, 20))) for _ in range(20_000)]
    for name, text in (("text.de", lines), ("text.en", [line.upper() for line in lines])):
        (options.model / name).write_text("".join(f"{line}\n" for line in text))
    files = [str(options.model / name) for name in ("text.de", "text.en")]
    limits = ("--preset", "tiny", "--patience", "100000", "--validate-every", "100", "--checkpoint-every", "50")
    command = [sys.executable, "-m", "nmt_cli", "train", "-s", files[0], "-t", files[1], *limits]
    return subprocess.Popen([*command, "-o", str(options.model / "model")])


def watch(process: "subprocess.Popen[bytes]", seconds: float) -> list[tuple[float, float]]:
    """Seconds and megabytes, until ``process`` ends or so many seconds have passed."""
    samples = []
    began = time.monotonic()
    while time.monotonic() - began < seconds and process.poll() is None:
        pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
        samples.append((time.monotonic() - began, pages * PAGE / 1e6))
        time.sleep(EVERY)
    return samples


def tell(samples: list[tuple[float, float]]) -> None:
    step = max(1, len(samples) // SHOWN)
    for second, megabytes in itertools.islice(samples, 0, None, step):
        print(f"{second / 60:6.1f} min  {megabytes:8.1f} MB")
    later = samples[len(samples) // 2 :]
    slope = statistics.linear_regression(*zip(*later, strict=True)).slope * 60
    print(f"at most {max(megabytes for _, megabytes in samples):.1f} MB; slope of the second half {slope:+.3f} MB/min")


if __name__ == "__main__":
    sys.exit(main())
