"""Importing the formats of translation tools, and protection against hostile files."""

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from nmt.errors import NMTError
from nmt.formats.reader import ImportOptions, import_file
from nmt.formats.xml import XmlImport

TMX = """<?xml version="1.0" encoding="{encoding}"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="en-US" datatype="plaintext"/><body>
<tu><note>no text</note><tuv xml:lang="de-DE"><seg>Ein <bpt i="1">&lt;b&gt;</bpt>Hund<ept i="1">&lt;/b&gt;</ept> läuft
weit.</seg></tuv><tuv xml:lang="en-US"><seg>A <hi>dog</hi> runs&nbsp;far.</seg></tuv></tu>
<tu><tuv xml:lang="en-US"><seg>Only English &amp; nothing</seg></tuv></tu>
<tu><tuv xml:lang="en-GB"><seg>Colour</seg></tuv><tuv xml:lang="de-AT"><seg>Farbe</seg></tuv></tu>
</body></tmx>"""
XLIFF_1 = """<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
<file source-language="en" target-language="de"><body>
<trans-unit id="1"><source>Save <g id="1">file</g><x id="2"/></source>
<seg-source><mrk mtype="seg">Save</mrk></seg-source>
<target>Datei <ph id="1">{0}</ph>sichern</target><alt-trans><source>no</source><target>nein</target></alt-trans>
</trans-unit><trans-unit id="2"><source>Open</source></trans-unit></body></file></xliff>"""
XLIFF_2 = """<x:xliff version="2.0" srcLang="en" trgLang="fr" xmlns:x="urn:oasis:names:tc:xliff:document:2.0">
<x:file id="f"><x:unit id="1"><x:segment><x:source>Hello <x:pc id="1">world</x:pc></x:source>
<x:target>Bonjour <x:pc id="1">monde</x:pc></x:target></x:segment>
<x:segment><x:source>Bye<x:cp hex="0007"/>now</x:source><x:target>Au revoir</x:target></x:segment>
</x:unit></x:file></x:xliff>"""
PO = """msgid ""
msgstr ""
"Language: de\\n"

msgid "Open %s"
msgstr "%s\\n"
"öffnen"

#, fuzzy
msgid "Close"
msgstr "Zu"

msgid "one file"
msgid_plural "%d files"
msgstr[0] "eine Datei"
msgstr[1] "%d Dateien"

msgid "Not yet"
msgstr ""

#~ msgid "old"
#~ msgstr "alt"
"""


def run(
    tmp_path: Path, called: str, content: str | bytes, **settings: Any
) -> tuple[dict[str, list[str]], dict[str, int]]:
    """The lines of each file that an import writes, and the counts of skipped units."""
    path = tmp_path / called
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    files, report = import_file(path, tmp_path / "out", ImportOptions(**settings))
    assert files.target is not None
    made = {Path(side).name: Path(side).read_text("utf-8").split("\n")[:-1] for side in (files.source, files.target)}
    return made, report.dropped


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_tmx_is_imported_without_inline_codes(tmp_path: Path, encoding: str) -> None:
    made, dropped = run(tmp_path, "memory.tmx", TMX.format(encoding=encoding).encode(encoding))
    assert made == {
        "memory.en-US": ["A dog runs\xa0far.", "Colour"],
        "memory.de-DE": ["Ein Hund läuft weit.", "Farbe"],
    }
    assert dropped == {"untranslated": 1}


def test_tmx_is_imported_in_the_requested_languages(tmp_path: Path) -> None:
    content = gzip.compress(TMX.format(encoding="utf-8").encode())
    made, dropped = run(tmp_path, "memory.tmx.gz", content, languages=("de", "en"), name="all")
    assert made == {"all.de": ["Ein Hund läuft weit.", "Farbe"], "all.en": ["A dog runs\xa0far.", "Colour"]}
    assert dropped == {"empty": 1}
    with pytest.raises(NMTError, match="has no translated text"):
        run(tmp_path, "memory.tmx", TMX.format(encoding="utf-8"), languages=("fr", "en"))


def test_both_versions_of_xliff_are_imported(tmp_path: Path) -> None:
    made, dropped = run(tmp_path, "app.xlf", XLIFF_1)
    assert (made, dropped) == ({"app.en": ["Save file"], "app.de": ["Datei {0}sichern"]}, {"untranslated": 1})
    made, dropped = run(tmp_path, "app.xliff", XLIFF_2)
    assert (made, dropped) == ({"app.en": ["Hello world", "Bye now"], "app.fr": ["Bonjour monde", "Au revoir"]}, {})


def test_po_is_imported_without_fuzzy_messages(tmp_path: Path) -> None:
    made, dropped = run(tmp_path, "messages.po", PO)
    assert made == {
        "messages.en": ["Open %s", "one file", "%d files"],
        "messages.de": ["%s öffnen", "eine Datei", "%d Dateien"],
    }
    assert dropped == {"fuzzy": 1, "untranslated": 1, "obsolete": 1}


def test_columns_are_chosen_by_number_or_name(tmp_path: Path) -> None:
    table = "id\tde\ten\n1\tEin Hund\tA dog\n\n2\tZwei\tTwo\n"
    languages = ("de", "en")
    made, dropped = run(tmp_path, "t.tsv", table, languages=languages, fields=("de", "en"))
    assert (made, dropped) == ({"t.de": ["Ein Hund", "Zwei"], "t.en": ["A dog", "Two"]}, {"empty": 1})
    assert run(tmp_path, "t.tsv", table, fields=("3", "2"))[0]["t.source"] == ["A dog", "Two"]
    with pytest.raises(NMTError, match=r"t\.tsv:1: there is no column 'fr'; the columns are id, de, en"):
        run(tmp_path, "t.tsv", table, fields=("fr", "en"))
    with pytest.raises(NMTError, match=r"t\.tsv:2: there is no column 2, only 1"):
        run(tmp_path, "t.tsv", "a\tb\nc\n")


@pytest.mark.parametrize(
    ("content", "settings"),
    [
        ({"source": "Ein Hund", "target": "A dog"}, {}),
        ({"translation": {"de": "Ein Hund", "en": "A dog"}}, {"languages": ("de", "en")}),
        ({"a": {"b": "Ein Hund"}, "c.d": "A dog"}, {"fields": ("a.b", "c.d")}),
    ],
)
def test_json_fields_are_known_or_given(tmp_path: Path, content: dict[str, Any], settings: dict[str, Any]) -> None:
    made, _ = run(tmp_path, "x.jsonl", json.dumps(content) + "\n\n", **settings)
    assert list(made.values()) == [["Ein Hund"], ["A dog"]]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.jsonl", '{"a": 1}\n', r"x\.jsonl:1: choose fields"),
        (
            "x.jsonl",
            '{"source": "a", "target": "b"}\n{"source": "a"}\n',
            r"x\.jsonl:2: no text in the field 'target'",
        ),
        ("x.jsonl", "[" * 100_000 + "\n", r"x\.jsonl:1: this is not JSON"),
        ("x.jsonl", "[1]\n", r"x\.jsonl:1: not a JSON object"),
        ("x.tmx", "<tmx><body><tu></body></tmx>", r"x\.tmx:1: this is not XML"),
        ("x.tmx", "<tmx><body>", r"x\.tmx:1: this is not XML"),
        ("x.tmx", "<a>" * 200, "more than 100 nested elements"),
        ("x.tmx", '<!DOCTYPE t [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><tmx>&b;</tmx>', "declares entities"),
        ("x.xlf", '<!DOCTYPE t [<!ENTITY a SYSTEM "/etc/passwd">]><xliff>&a;</xliff>', "declares entities"),
        ("x.tmx", '<!DOCTYPE t [<!ENTITY % a SYSTEM "/etc/passwd"> %a;]><tmx/>', "declares entities"),
        ("x.po", 'msgid "a"\nfoo\n', "this is not a PO file"),
        (
            "x.po",
            PO.encode("latin-1").replace(b"Language", b"Content-Type: text/plain; charset=utf-8\\nLanguage"),
            r"x\.po:7: byte 0xf6 is not utf-8, the charset in the header",
        ),
        ("x.docx", "", r"unknown format; choose it with --format: tmx, xliff, po, tsv, csv, jsonl"),
    ],
)
def test_damaged_files_are_reported_in_one_sentence(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    with pytest.raises(NMTError, match=message):
        run(tmp_path, name, content)
    assert not (tmp_path / "out").exists()


def test_a_language_code_cannot_be_a_path(tmp_path: Path) -> None:
    unit = '<tu><tuv xml:lang="../../x"><seg>a</seg></tuv><tuv xml:lang="de"><seg>b</seg></tuv></tu>'
    with pytest.raises(NMTError, match=r"'\.\./\.\./x' is not a language code"):
        run(tmp_path, "x.tmx", f"<tmx><body>{unit}</body></tmx>")
    with pytest.raises(NMTError, match="is not a language code"):
        run(tmp_path, "x.tsv", "a\tb\n", languages=("../x", "de"))
    with pytest.raises(NMTError, match="is not a language code"):
        run(tmp_path, "x.po", PO.replace("Language: de", "Language: ../de"))
    with pytest.raises(NMTError, match="is not a file name"):
        run(tmp_path, "x.tsv", "a\tb\n", name="../../x")


def test_large_files_need_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.tmx.gz"
    unit = "".join(f'<tuv xml:lang="{code}"><seg>{code * 500}</seg></tuv>' for code in ("de", "en"))
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write("<tmx><body>")
        for _ in range(10_000):
            file.write(f"<tu>{unit}</tu>")
        file.write(f"<tu><tuv xml:lang='de'><seg>{'x' * 20_000_000}</seg></tuv></tu></body></tmx>")
    found = XmlImport(path, "tmx", (None, None))
    tracemalloc.start()
    try:
        units = sum(1 for _ in found.units())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert units == 10_001
    assert peak < 3_000_000  # of 40 MB
