"""JSON lines without a command: what a server or a worker reads and writes."""

import json

import pytest

from nmt import NMTError
from nmt.translation.compact_details import Links, Tokens
from nmt.translation.jsonl import encode_lines, read_json_line, write_json_line
from nmt.translation.requests import InputLine, Request
from nmt.translation.results import Candidate, Link, Translation

DEFAULTS = Request("", "Dear", ("cat",))


def read(value: object, defaults: Request = DEFAULTS) -> InputLine:
    return read_json_line(json.dumps(value).encode(), "jobs, line 3", defaults=defaults)


def test_an_object_is_a_request_with_its_own_prefix_and_further_forbidden_words() -> None:
    assert read({"text": "a", "id": 7}) == InputLine(Request("a", "Dear", ("cat",)), {"text": "a", "id": 7})
    assert read({"text": "a", "prefix": "", "forbid": ["dog"]}).request == Request("a", "", ("cat", "dog"))
    broken = read_json_line(b'{"text": "a \xff"}', "", defaults=DEFAULTS)
    assert broken.request == Request("a \ufffd", "Dear", ("cat",), cleaned=True)


def test_a_line_without_a_request_has_its_fields_and_a_problem_that_names_its_place() -> None:
    assert read({"id": 7}) == InputLine(None, {"id": 7}, 'jobs, line 3: the object has no "text"')

    def check(request: Request) -> None:
        raise NMTError(f"no {request.text}")

    rejected = read_json_line(b'{"text": "a"}', "jobs, line 3", defaults=DEFAULTS, check=check)
    assert rejected == InputLine(None, {"text": "a"}, "jobs, line 3: no a")


def as_object(line: InputLine, translation: Translation | None) -> dict[str, object]:
    [written] = b"".join(encode_lines([write_json_line(line, translation)])).splitlines()
    value: dict[str, object] = json.loads(written)
    return value


def test_a_translation_is_an_object_with_all_other_fields_of_its_line() -> None:
    tokens = Tokens(["\u2581a"], [(0, 1)], [-0.123456])
    best = Candidate(text="a", score=-0.5, log_probability=-1.0, tokens=tokens, links=Links([Link((0, 1), (0, 1))]))
    line = InputLine(Request("a"), {"id": 7, "text": "a", "tokens": "replaced", "score": "replaced"})
    assert as_object(line, Translation(source="a", candidates=(best,))) == {
        "id": 7,
        "text": "a",
        "translation": "a",
        "score": -0.5,
        "log_probability": -1.0,
        "split": False,
        "cleaned": False,
        "tokens": [{"piece": "\u2581a", "start": 0, "end": 1, "log_probability": -0.1235}],
        "alignment": [{"source": [0, 1], "target": [0, 1]}],
    }
    assert as_object(InputLine(None, {"id": 7}, "too bad"), None) == {"id": 7, "error": "too bad"}


@pytest.mark.parametrize("text", ["\ud800", "a\u2028b\x85", "\n"])
def test_an_object_is_one_line_whatever_its_text(text: str) -> None:
    candidate = Candidate(text="", score=0.0, log_probability=0.0)
    line = InputLine(Request(text), {"text": text})
    assert as_object(line, Translation(source=text, candidates=(candidate,)))["text"] == text


def test_many_details_are_written_in_pieces() -> None:
    number = 300_000
    tokens = Tokens(["a"] * number, [(0, 1)] * number, [-1.0] * number)
    candidate = Candidate(text="a", score=0.0, log_probability=0.0, tokens=tokens)
    pieces = list(
        encode_lines([write_json_line(InputLine(Request("a")), Translation(source="a", candidates=(candidate,)))])
    )
    assert len(pieces) > 10
    assert max(map(len, pieces)) < 2_000_000
    assert len(json.loads(b"".join(pieces))["tokens"]) == number
