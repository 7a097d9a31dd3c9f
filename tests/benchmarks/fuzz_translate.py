"""Send random and hostile lines through the real command, and check that as many come out: no crash, bounded memory.

python tests/benchmarks/fuzz_translate.py MODEL [LINES] [FORMAT|all] [OPTION_OF_NMT_TRANSLATE]...
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

FORMS = ("text", "tsv", "json")
MEGABYTE = 1 << 20

_ODD = [
    *(
        "\u202e",
        "\u2066",
        "\u200f",
        "\u200d",
        "\ufeff",
        "\u2028",
        "\u2029",
        "\x85",
        "\x0b",
        "\x0c",
        "\x1b[31m",
        "\x00",
        "\r",
    ),
    *("👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "\ufe0f", "\u0301" * 5, "▁", "\ufdd0", "\uffff", "\U0010ffff", "\u3000", "\xa0", "\t"),
    *(
        "|||",
        "<unk>",
        "</s>",
        "<pad>",
        "<0xE2>",
        "{}",
        "%s",
        "'; --",
        "ﷺ",
        "ｶﾞ",
        "①",
        "ﬁ",
        "ǆ",
        "我们",
        "ไทย",
        "हूँ",
        "שלום",
    ),
]
_WORDS = ["ein", "Hund", "der", "Mann", "läuft", ".", ",", "!", "3.14", "heute", "Haus", "z.", "B.", "Dr.", "wo", "?"]
_BYTES = [
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xed\xb0\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xc0\x80",
    b"\xe2\x80",
    b"\x80\xbf",
]
_JSON = [
    b"{",
    b"[1]",
    b"null",
    b"nan",
    b'{"text": 1}',
    b'{"text": "a", "forbid": 3}',
    b'{"x": 1e999, "text": ""}',
    b"[" * 99_999,
]


def hostile_lines(number: int, seed: int, *, longest: int = MEGABYTE) -> Iterator[bytes]:
    """So many lines without their ends, the same for the same ``seed``; three of them are of ``longest`` bytes."""
    generator = random.Random(seed)
    long_ones = set(generator.sample(range(number), min(3, number)))
    for place in range(number):
        size = longest if place in long_ones else int(generator.expovariate(1 / 12))
        yield _line(generator, size).replace(b"\n", b" ")


def _line(generator: random.Random, size: int) -> bytes:
    """A line of one of several kinds, of about ``size`` words, or bytes if that is large."""
    kind = generator.randrange(8)
    if size >= 10_000:
        unit = generator.choice(
            ["a", "ein Hund läuft. ", "👩‍👩‍👧‍👦", "\u0301", " ", "Haus, ", "\x00", "我们走。"]
        ).encode()
        return unit * (size // len(unit))
    if kind == 0:
        return generator.randbytes(size)
    if kind == 1:
        return b" \t"[: generator.randrange(3)] * size
    if kind == 2:
        return "".join(
            chr(generator.choice((generator.randrange(0x250), generator.randrange(0xD800)))) for _ in range(size)
        ).encode()
    if kind == 3:
        return b" ".join(generator.choice([*_BYTES, b"ein", b"Hund"]) for _ in range(size))
    words = generator.choices([*_WORDS, *_ODD] if kind < 6 else _WORDS, k=size)
    return generator.choice([" ", "", "  "]).join(words).encode()


def as_json(line: bytes, generator: random.Random) -> bytes:
    """A line of JSON that holds ``line``, or something that is none."""
    if generator.random() < 0.1:
        return generator.choice([line, *_JSON]).replace(b"\n", b" ")
    fields = {"text": line.decode("utf-8", generator.choice(["replace", "surrogateescape"])), "id": generator.random()}
    return json.dumps(fields, ensure_ascii=generator.random() < 0.5).encode("utf-8", "replace")


@dataclass(frozen=True)
class Outcome:
    """How the command did."""

    status: int
    lines_in: int
    lines_out: int
    megabytes: float  # the most memory it had
    seconds: float
    messages: str  # that begin no warning and no error

    @property
    def faults(self) -> list[str]:
        """What is wrong, in words."""
        faults = [f"{self.lines_in:,} lines in, {self.lines_out:,} out"] if self.lines_in != self.lines_out else []
        return faults + ([self.messages] if self.messages else [])


def run(model: Path, lines: list[bytes], form: str, *options: str, hurry: float = 3600) -> Outcome:
    """Translate ``lines`` by the real command from a file into a file; it is ended after ``hurry`` seconds."""
    generator = random.Random(1)
    with tempfile.TemporaryDirectory() as place:
        source, goal, said = (Path(place, name) for name in ("in", "out", "err"))
        with source.open("wb") as stream:
            stream.writelines((as_json(line, generator) if form == "json" else line) + b"\n" for line in lines)
        code = "from nmt_cli.main import main; main()"
        command = [sys.executable, "-c", code, "translate", str(source), "-m", str(model), "--format", form, *options]
        began = time.monotonic()
        with goal.open("wb") as out, said.open("wb") as err:
            process = subprocess.Popen(command, stdout=out, stderr=err)
            timer = threading.Timer(hurry, process.kill)
            timer.start()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            timer.cancel()
        lines_out = _count_lines(goal, json_lines=form == "json")
        expected = ("nmt: warning: ", "nmt: error: ")
        messages = [
            line for line in said.read_text("utf-8", "replace").split("\n") if line and not line.startswith(expected)
        ]
        rates = [line for line in messages if " lines/s" in line]
        left = "\n".join(line for line in messages if line not in rates)[:2000]
        return Outcome(
            process.returncode,
            len(lines),
            lines_out,
            usage.ru_maxrss / 1024,
            time.monotonic() - began,
            left,
        )


def _count_lines(path: Path, *, json_lines: bool) -> int:
    """The lines of ``path`` as every program counts them; of JSON, each must be an object."""
    count = 0
    with path.open("rb") as stream:
        for line in stream:
            count += 1
            text = line.decode("utf-8")
            assert line.endswith(b"\n")
            assert len(text.splitlines()) == 1, text[:100]
            assert not json_lines or isinstance(json.loads(text), dict)
    return count


def main(model: Path, number: int, forms: Sequence[str], options: list[str]) -> int:
    """Run every one of ``forms`` with other lines; the number of those with a fault."""
    wrong = 0
    for form in forms:
        seed = FORMS.index(form)
        outcome = run(model, list(hostile_lines(number, seed)), form, *options)
        expected = (0,) if form != "json" else (1,)  # some lines are no JSON
        faults = outcome.faults + ([] if outcome.status in expected else [f"status {outcome.status}"])
        wrong += bool(faults)
        print(
            f"{form:5} {outcome.lines_in:,} lines in, {outcome.lines_out:,} out, status {outcome.status}, "
            f"{outcome.megabytes:,.0f} MB at most, {outcome.seconds:,.0f} s {'; '.join(faults)}",
            flush=True,
        )
    return wrong


if __name__ == "__main__":
    directory, count, chosen, *given = [*sys.argv[1:], *["100000", "all"][len(sys.argv) - 2 :]]
    sys.exit(bool(main(Path(directory), int(count), FORMS if chosen == "all" else [chosen], given)))
