"""The forms in which lines come to be translated and translations go: plain text, n-best lists, TSV and JSON lines.

Whatever a line holds, it is one line of the output: what cannot be translated is an object that says why, or an empty
line.
"""

import itertools
import json
import logging
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nmt import NMTError

from ..console.repeated_warnings import closed_at_the_end

if TYPE_CHECKING:
    from nmt import Translator
    from nmt.runtime.repeated_warnings import RepeatedWarnings
    from nmt.translation.requests import Request
    from nmt.translation.results import Candidate, Translation

_ENTRIES = 4096  # of a list that are written at a time
_CHUNK = 1 << 20  # characters of a line, likewise

# Characters that some programs take for line ends or controls, which JSON allows in strings as they are.
_ESCAPED = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)}


@dataclass(frozen=True)
class Line:
    """A line of input: what is to be translated, or why it cannot be."""

    request: "Request | None"
    fields: dict[str, Any] = field(default_factory=dict)  # that its JSON object has
    problem: str = ""


Reader = Callable[[Sequence[bytes], str | None, int], list[Line]]
# A line is written in pieces: of a line of a megabyte JSON tells a hundred megabytes.
Writer = Callable[[int, Line, "Translation | None"], Iterable[str]]


@dataclass(frozen=True)
class OutputFormat:
    """How lines are read and translations written."""

    read: Reader
    write: Writer
    details: bool  # whether it shows the probabilities of subwords and the alignment


def choose_form(
    translator: "Translator", output_format: str, input_format: str | None, *, scores: bool, wanted: "Request"
) -> OutputFormat:
    """The form of text, tsv or json lines; text is a list where several translations or ``scores`` are wanted.

    What is ``wanted`` holds for all lines.
    """
    reads_json = (input_format or output_format) == "json"
    read = json_reader(wanted, translator.constraint_for) if reads_json else text_reader(wanted)
    several = translator.search.n_best > 1 or translator.search.alternatives > 1
    as_text = write_list if scores or several else write_text
    write = {"json": write_json, "tsv": write_tsv, "text": as_text}[output_format]
    return OutputFormat(read, write, details=output_format == "json")


def text_reader(wanted: "Request") -> Reader:
    """A reader of lines of text, of all of which the same is ``wanted``."""

    from nmt.translation.requests import REPLACED, decode_requests

    warnings = closed_at_the_end(REPLACED)

    def read(window: Sequence[bytes], name: str | None, number: int) -> list[Line]:
        requests = decode_requests(
            window, name=name, number=number, prefix=wanted.prefix, forbid=wanted.forbid, warnings=warnings
        )
        return [Line(request, {"text": request.text}) for request in requests]

    return read


def json_reader(wanted: "Request", check: "Callable[[Request], object]") -> Reader:
    """A reader of JSON objects; ``check`` raises an NMTError for a request that cannot be fulfilled.

    A prefix of their own replaces the ``wanted`` one, words forbidden in them are forbidden besides.
    """

    errors = closed_at_the_end("lines that are not the JSON asked for", logging.ERROR)

    def read(window: Sequence[bytes], name: str | None, number: int) -> list[Line]:
        where = name or "standard input"
        return [
            _read_object(raw, f"{where}, line {place}", wanted, check, errors)
            for place, raw in enumerate(window, number)
        ]

    return read


def _read_object(
    raw: bytes, where: str, wanted: "Request", check: "Callable[[Request], object]", errors: "RepeatedWarnings"
) -> Line:
    fields: dict[str, Any] = {}
    try:
        fields = _parse(raw)
        request = _request(fields, wanted, cleaned=not _is_utf8(raw))
        check(request)
    except NMTError as error:
        problem = f"{where}: {error}"
        errors.add("%s", problem)
        return Line(None, fields, problem)
    return Line(request, fields)


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw.decode("utf-8", "replace"), parse_float=_finite, parse_constant=_finite, strict=False)
        json.dumps(value)  # what is nested almost too deeply to be read is too deep to be written
    except RecursionError:
        raise NMTError("it is nested too deeply") from None
    except ValueError as error:
        raise NMTError(f"not JSON ({error})") from None
    if not isinstance(value, dict):
        raise NMTError('not a JSON object such as {"text": "..."}')
    return value


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number of JSON's")
    return number


def _request(fields: dict[str, Any], wanted: "Request", *, cleaned: bool) -> "Request":
    from nmt.translation.requests import Request

    text, prefix, forbid = fields.get("text"), fields.get("prefix", wanted.prefix), fields.get("forbid", [])
    if not isinstance(text, str):
        raise NMTError('the object has no "text"' if "text" not in fields else '"text" is not a string')
    if not isinstance(prefix, str):
        raise NMTError('"prefix" is not a string')
    if not isinstance(forbid, list) or not all(isinstance(word, str) for word in forbid):
        raise NMTError('"forbid" is not a list of strings')
    return Request(text, prefix, (*wanted.forbid, *forbid), cleaned)


def write_text(index: int, line: Line, translation: "Translation | None") -> Iterable[str]:  # noqa: ARG001 - see Writer
    """The translation alone."""
    return () if translation is None else (translation.text,)


def write_list(index: int, line: Line, translation: "Translation | None") -> Iterable[str]:  # noqa: ARG001
    """All translations of a line, in the form of Moses' n-best lists."""
    if translation is None:
        return (f"{index} |||  ||| nan",)
    return ("\n".join(f"{index} ||| {each.text} ||| {each.score:.4f}" for each in translation.candidates),)


def write_tsv(index: int, line: Line, translation: "Translation | None") -> Iterable[str]:  # noqa: ARG001
    """Translation, tab, score; further translations behind further tabs."""
    if translation is None:
        return ("\tnan",)
    return ("\t".join(f"{_without_tabs(each.text)}\t{each.score:.4f}" for each in translation.candidates),)


def _without_tabs(text: str) -> str:
    """``text`` as one column of TSV: a line that is copied may have tabs."""
    return text.replace("\t", " ")


def write_json(index: int, line: Line, translation: "Translation | None") -> Iterator[str]:  # noqa: ARG001
    """The object that was given, and what became of it; it may replace what the object had under the same names."""
    if translation is None:
        yield _as_json({**line.fields, "error": line.problem})
        return
    lists = _lists(translation)
    kept = {name: value for name, value in line.fields.items() if name not in lists}
    yield _as_json({**kept, **_described(translation)})[:-1]
    for name, entries in lists.items():
        yield f', "{name}": ['
        separator = ""
        while some := [_as_json(entry) for entry in itertools.islice(entries, _ENTRIES)]:
            yield separator
            yield ", ".join(some)
            separator = ", "
        yield "]"
    yield "}"


def _as_json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).translate(_ESCAPED)


def _described(translation: "Translation") -> dict[str, Any]:
    best = translation.candidates[0]
    described: dict[str, Any] = {"translation": best.text, **_scores(best)}
    if len(translation.candidates) > 1:
        described["n_best"] = [{"translation": each.text, **_scores(each)} for each in translation.candidates]
    return {**described, "split": translation.split, "cleaned": translation.cleaned}


def _lists(translation: "Translation") -> dict[str, Iterator[dict[str, Any]]]:
    """What is told of each subword and of words that translate each other."""
    best = translation.candidates[0]
    lists: dict[str, Iterator[dict[str, Any]]] = {}
    if best.tokens is not None:
        lists["tokens"] = (
            {
                "piece": token.piece,
                "start": token.start,
                "end": token.end,
                "log_probability": round(token.log_probability, 4),
            }
            for token in best.tokens
        )
    if best.links is not None:
        lists["alignment"] = ({"source": link.source, "target": link.target} for link in best.links)
    return lists


def _scores(candidate: "Candidate") -> dict[str, float]:
    return {"score": round(candidate.score, 4), "log_probability": round(candidate.log_probability, 4)}


def write_alignment(index: int, line: Line, translation: "Translation | None") -> Iterable[str]:  # noqa: ARG001
    """Pairs of words such as 0-0 1-2; none where nothing is aligned."""
    from nmt.translation.alignment import word_pairs

    if translation is None:
        return ()
    pairs = word_pairs(translation.source, translation.text, translation.links)
    return (" ".join(f"{source}-{target}" for source, target in pairs),)


def as_lines(lines: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """The bytes of ``lines``, each made of pieces; half surrogates that JSON brought along are escaped as it does.

    They come line by line, so that what stops the writing leaves whole lines, and only very long ones in parts.
    """
    for line in lines:
        some: list[str] = []
        size = 0
        for piece in itertools.chain(line, "\n"):
            some.append(piece)
            size += len(piece)
            if size >= _CHUNK:
                yield "".join(some).encode("utf-8", "backslashreplace")
                some, size = [], 0
        yield "".join(some).encode("utf-8", "backslashreplace")
