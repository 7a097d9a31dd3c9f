import json

import pytest

from nmt.files.lines import display_name
from nmt.text.printable import printable, without_surrogates


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Über 猫.de", "Über 猫.de"),
        ("a b\u00a0c", "a b\u00a0c"),
        (b"caf\xe9.de".decode("utf-8", "surrogateescape"), "caf\\xe9.de"),
        ("two\nlines\t\r", "two\\nlines\\t\\r"),
        ("\x1b[31mred\x07\x9b", "\\x1b[31mred\\x07\\x9b"),
        ("abc\u202etxt.exe\u2028", "abc\\u202etxt.exe\\u2028"),
        ("half \ud800", "half \\ud800"),
    ],
)
def test_printable_text_is_one_line_that_changes_no_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert display_name(text) == shown
    shown.encode("utf-8")


def test_surrogates_survive_json() -> None:
    text = without_surrogates(json.dumps({"name": "caf\udce9"}, ensure_ascii=False), backslash=r"\\")
    assert json.loads(text) == {"name": "caf\\xe9"}
