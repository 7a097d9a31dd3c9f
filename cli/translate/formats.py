"""The formats of the lines to translate and of the translations: plain text, n-best lists, TSV and JSON lines.

Whatever a line contains, it is one line of the output: what cannot be translated is an object that says why, or an
empty line.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..console.repeated_warnings import closed_at_the_end

if TYPE_CHECKING:
    from nmt import Translator
    from nmt.translation.requests import InputLine, Request
    from nmt.translation.results import Translation

Reader = Callable[[Sequence[bytes], str | None, int], list["InputLine"]]
# A line is written in pieces: for a line of a megabyte, JSON has a hundred megabytes of details.
Writer = Callable[[int, "InputLine", "Translation | None"], Iterable[str]]


@dataclass(frozen=True)
class OutputFormat:
    """How lines are read and translations written."""

    read: Reader
    write: Writer
    details: bool  # whether it shows the probabilities of subwords and the alignment


def choose_format(
    translator: "Translator", output_format: str, input_format: str | None, *, scores: bool, defaults: "Request"
) -> OutputFormat:
    """The format of text, tsv or json lines; text is a list where several translations or ``scores`` are asked for.

    ``defaults`` has the prefix and the forbidden words of all lines.
    """
    reads_json = (input_format or output_format) == "json"
    read = json_reader(defaults, translator.constraint_for) if reads_json else text_reader(defaults)
    several = translator.search.n_best > 1 or translator.search.alternatives > 1
    as_text = write_list if scores or several else write_text
    write = {"json": write_json, "tsv": write_tsv, "text": as_text}[output_format]
    return OutputFormat(read, write, details=output_format == "json")


def text_reader(defaults: "Request") -> Reader:
    """A reader of lines of text; all lines have the prefix and the forbidden words of ``defaults``."""

    from nmt.translation.requests import REPLACED, InputLine, decode_requests

    warnings = closed_at_the_end(REPLACED)

    def read(window: Sequence[bytes], name: str | None, number: int) -> list[InputLine]:
        requests = decode_requests(window, name=name, number=number, defaults=defaults, warnings=warnings)
        return [InputLine(request, {"text": request.text}) for request in requests]

    return read


def json_reader(defaults: "Request", check: "Callable[[Request], object]") -> Reader:
    """A reader of JSON objects, which logs the first few lines that are not what was asked for; see read_json_line."""

    from nmt.translation.jsonl import read_json_line

    errors = closed_at_the_end("lines that are not the JSON asked for", logging.ERROR)

    def read(window: Sequence[bytes], name: str | None, number: int) -> "list[InputLine]":
        source = name or "standard input"
        lines = []
        for line_number, raw in enumerate(window, number):
            line = read_json_line(raw, f"{source}, line {line_number}", defaults=defaults, check=check)
            if line.problem:
                errors.add("%s", line.problem)
            lines.append(line)
        return lines

    return read


def write_text(index: int, line: "InputLine", translation: "Translation | None") -> Iterable[str]:  # noqa: ARG001
    """The translation alone."""
    return () if translation is None else (translation.text,)


def write_list(index: int, line: "InputLine", translation: "Translation | None") -> Iterable[str]:  # noqa: ARG001
    """All translations of a line, in the form of Moses' n-best lists."""
    if translation is None:
        return (f"{index} |||  ||| nan",)
    return ("\n".join(f"{index} ||| {each.text} ||| {each.score:.4f}" for each in translation.candidates),)


def write_tsv(index: int, line: "InputLine", translation: "Translation | None") -> Iterable[str]:  # noqa: ARG001
    """Translation, tab, score; then further translations and scores after further tabs."""
    if translation is None:
        return ("\tnan",)
    return ("\t".join(f"{_without_tabs(each.text)}\t{each.score:.4f}" for each in translation.candidates),)


def _without_tabs(text: str) -> str:
    """``text`` as one column of TSV: a line that is copied may have tabs."""
    return text.replace("\t", " ")


def write_json(index: int, line: "InputLine", translation: "Translation | None") -> Iterable[str]:  # noqa: ARG001
    """The object of the line with its translation or error."""
    from nmt.translation.jsonl import write_json_line

    return write_json_line(line, translation)


def write_alignment(index: int, line: "InputLine", translation: "Translation | None") -> Iterable[str]:  # noqa: ARG001
    """Pairs of words such as 0-0 1-2; none where nothing is aligned."""
    from nmt.translation.alignment import word_pairs

    if translation is None:
        return ()
    pairs = word_pairs(translation.source, translation.text, translation.links)
    return (" ".join(f"{source}-{target}" for source, target in pairs),)
