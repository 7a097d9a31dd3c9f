"""JSON lines: objects with "text" become requests, and translations become objects, one on each line.

Whatever a line contains, it is one line of the output: what cannot be translated is an object with "error".
"""

import itertools
import json
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from nmt.errors import NMTError
from nmt.translation.requests import InputLine, Request
from nmt.translation.results import Candidate, Translation

_ENTRIES = 4096  # of a list that are written at a time
_CHUNK = 1 << 20  # characters of a line, likewise

# Characters that some programs take for line ends or controls, which JSON allows in strings as they are.
_ESCAPED = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)}


def read_json_line(
    raw: bytes, where: str, *, defaults: Request, check: Callable[[Request], object] | None = None
) -> InputLine:
    """The request in the JSON object ``raw``; the problem of a line that has none names its place, ``where``.

    A "prefix" in the object replaces that of ``defaults``; the words of its "forbid" are forbidden in addition.
    ``check`` raises an NMTError for a request that cannot be fulfilled.
    """
    fields: dict[str, Any] = {}
    try:
        fields = _parse(raw)
        request = _request(fields, defaults, cleaned=not _is_utf8(raw))
        if check is not None:
            check(request)
    except NMTError as error:
        return InputLine(None, fields, f"{where}: {error}")
    return InputLine(request, fields)


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
        raise ValueError(f"{text} is not a JSON number")
    return number


def _request(fields: dict[str, Any], defaults: Request, *, cleaned: bool) -> Request:
    text, prefix, forbid = fields.get("text"), fields.get("prefix", defaults.prefix), fields.get("forbid", [])
    if not isinstance(text, str):
        raise NMTError('the object has no "text"' if "text" not in fields else '"text" is not a string')
    if not isinstance(prefix, str):
        raise NMTError('"prefix" is not a string')
    if not isinstance(forbid, list) or not all(isinstance(word, str) for word in forbid):
        raise NMTError('"forbid" is not a list of strings')
    return Request(text, prefix, (*defaults.forbid, *forbid), cleaned)


def write_json_line(line: InputLine, translation: Translation | None) -> Iterator[str]:
    """The object of ``line`` with its translation or error, in pieces: details of a megabyte take a hundred megabytes.

    A field of the translation replaces a field of the object with the same name; all other fields stay.
    """
    if translation is None:
        yield _as_json({**line.fields, "error": line.problem})
        return
    lists = _lists(translation)
    kept = {name: value for name, value in line.fields.items() if name not in lists}
    yield _as_json({**kept, **_described(translation)})[:-1]
    for name, entries in lists.items():
        yield f', "{name}": ['
        separator = ""
        while texts := [_as_json(entry) for entry in itertools.islice(entries, _ENTRIES)]:
            yield separator
            yield ", ".join(texts)
            separator = ", "
        yield "]"
    yield "}"


def encode_lines(lines: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """The bytes of ``lines``, each given in pieces; half surrogates in JSON's strings are escaped as JSON does.

    They are given line by line, so that an interrupted write leaves whole lines; only very long lines come in parts.
    """
    for line in lines:
        pieces: list[str] = []
        size = 0
        for piece in itertools.chain(line, "\n"):
            pieces.append(piece)
            size += len(piece)
            if size >= _CHUNK:
                yield "".join(pieces).encode("utf-8", "backslashreplace")
                pieces, size = [], 0
        yield "".join(pieces).encode("utf-8", "backslashreplace")


def _as_json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).translate(_ESCAPED)


def _described(translation: Translation) -> dict[str, Any]:
    best = translation.candidates[0]
    described: dict[str, Any] = {"translation": best.text, **_scores(best)}
    if len(translation.candidates) > 1:
        described["n_best"] = [{"translation": each.text, **_scores(each)} for each in translation.candidates]
    return {**described, "split": translation.split, "cleaned": translation.cleaned}


def _lists(translation: Translation) -> dict[str, Iterator[dict[str, Any]]]:
    """The fields of the subwords and of the words that translate each other."""
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


def _scores(candidate: Candidate) -> dict[str, float]:
    return {"score": round(candidate.score, 4), "log_probability": round(candidate.log_probability, 4)}
