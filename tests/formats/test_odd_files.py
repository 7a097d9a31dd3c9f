"""Files of translation tools: several variants and regions, states, line breaks, plurals, missing texts."""

from pathlib import Path

import pytest

from nmt.errors import NMTError
from tests.formats.test_reader import TMX, run

VARIANTS = """<tmx version="1.4"><header srclang="en-US"/><body>
<tu><tuv xml:lang="DE"><seg>Nur Deutsch</seg></tuv></tu>
<tu><tuv xml:lang="DE"><seg>Hallo Welt</seg></tuv><tuv xml:lang="EN-us"><seg>Hello<ph type="lb"/>world</seg></tuv></tu>
<tu><tuv xml:lang="EN-gb"><seg>Colour</seg></tuv><tuv xml:lang="en_US"><seg>Color</seg></tuv>
<tuv xml:lang="de"><seg>Farbe</seg></tuv></tu>
<tu><tuv xml:lang="en-US"><seg> </seg></tuv><tuv xml:lang="en-US"><seg>second</seg></tuv>
<tuv xml:lang="de"><seg>zweite</seg></tuv></tu>
</body></tmx>"""
SCRIPTS = """<tmx version="1.4"><header srclang="*all*"/><body>
<tu><tuv xml:lang="zh-Hans"><seg>汉语</seg></tuv><tuv xml:lang="zh-Hant"><seg>漢語</seg></tuv></tu>
<tu><tuv xml:lang="zh-Hans"><seg>只有</seg></tuv></tu></body></tmx>"""
STATES = """<xliff version="1.2"><file source-language="en" target-language="de"><body>
<trans-unit id="1"><source>Save</source><target state="needs-translation">Save</target></trans-unit>
<trans-unit id="2"><source>Hello<x id="B" ctype="lb"/>you</source>
<target state="translated">Hallo<x id="B" ctype="lb"/>du</target></trans-unit></body></file>
<file source-language="en" target-language="fr"><body>
<trans-unit id="1"><source>Open</source><target>Ouvrir</target></trans-unit></body></file></xliff>"""
STATES_2 = """<xliff version="2.0" srcLang="en" trgLang="de"><file id="f"><unit id="1">
<segment state="initial"><source>Save</source><target>Save</target></segment>
<segment state="final"><source>Hello<ph id="1" type="fmt" subType="xlf:lb"/>you</source>
<target>Hallo du</target></segment>
</unit></file></xliff>"""


def po(language: str, *forms: str) -> str:
    plurals = "\n".join(f'msgstr[{number}] "{form}"' for number, form in enumerate(forms))
    return f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n\nmsgid "a file"\nmsgid_plural "%d files"\n{plurals}\n'


def test_the_source_of_a_tmx_is_the_language_of_its_header_and_regions_are_distinguished(tmp_path: Path) -> None:
    made, dropped = run(tmp_path, "m.tmx", VARIANTS)
    assert made == {"m.EN-us": ["Hello world", "Color", "second"], "m.DE": ["Hallo Welt", "Farbe", "zweite"]}
    assert dropped == {"empty": 1}
    made, _ = run(tmp_path, "m.tmx", VARIANTS, languages=("de", "EN_GB"))
    assert made["m.EN_GB"] == ["Hello world", "Colour", "second"]
    for languages in (("deu_Latn", "eng-GB"), ("German", "EN_GB")):
        again, _ = run(tmp_path, "m.tmx", VARIANTS, languages=languages)
        assert sorted(again.values()) == sorted(made.values())


def test_two_scripts_of_a_language_can_be_the_two_sides(tmp_path: Path) -> None:
    made, dropped = run(tmp_path, "m.tmx", SCRIPTS, languages=("zh-hans", "zh-Hant"))
    assert (made, dropped) == ({"m.zh-hans": ["汉语"], "m.zh-Hant": ["漢語"]}, {"untranslated": 1})


@pytest.mark.parametrize("languages", [(None, None), ("fr", "de")])
def test_the_error_lists_the_languages_of_a_file_without_the_requested_ones(
    tmp_path: Path, languages: tuple[str | None, str | None]
) -> None:
    with pytest.raises(NMTError, match=r"choose with --source-language and --target-language two of zh-Hans, zh-Hant$"):
        run(tmp_path, "m.tmx", SCRIPTS, languages=languages)


def test_a_first_unit_without_the_requested_language_does_not_determine_the_other(tmp_path: Path) -> None:
    unit = '<tu><tuv xml:lang="{}"><seg>{}</seg></tuv><tuv xml:lang="en"><seg>{}</seg></tuv></tu>'
    units = unit.format("de", "Haus", "house") + unit.format("fr", "maison", "house") + unit.format("fr", "mer", "sea")
    text = f'<tmx version="1.4"><header srclang="en"/><body>{units}</body></tmx>'
    made, dropped = run(tmp_path, "m.tmx", text, languages=("fr", None))
    assert (made, dropped) == ({"m.fr": ["maison", "mer"], "m.en": ["house", "sea"]}, {"empty": 1})


def test_fields_with_text_are_preferred_to_null(tmp_path: Path) -> None:
    lines = '{"source": null, "target": null, "src": "a", "tgt": "b"}\n{"src": "c", "tgt": "d"}\n'
    made, _ = run(tmp_path, "x.jsonl", lines, languages=("de", "en"))
    assert made == {"x.de": ["a", "c"], "x.en": ["b", "d"]}


def test_languages_are_not_suggested_if_those_of_the_file_were_used(tmp_path: Path) -> None:
    unit = '<trans-unit id="1"><source>Save</source><target state="new">Save</target></trans-unit>'
    file = f'<file source-language="en" target-language="de"><body>{unit}</body></file>'
    with pytest.raises(NMTError, match=r"1 unit read, 0 kept; dropped: 1 untranslated$"):
        run(tmp_path, "x.xlf", f'<xliff version="1.2">{file}</xliff>')


def test_untranslated_xliff_units_are_skipped_and_languages_are_not_mixed(tmp_path: Path) -> None:
    made, dropped = run(tmp_path, "x.xlf", STATES)
    assert (made, dropped) == (
        {"x.en": ["Hello you"], "x.de": ["Hallo du"]},
        {"untranslated": 1, "other languages": 1},
    )
    made, dropped = run(tmp_path, "x.xlf", STATES, languages=(None, "fr"))
    assert (made, dropped) == ({"x.en": ["Open"], "x.fr": ["Ouvrir"]}, {"other languages": 2})
    made, dropped = run(tmp_path, "x.xlf", STATES_2)
    assert (made, dropped) == ({"x.en": ["Hello you"], "x.de": ["Hallo du"]}, {"untranslated": 1})


@pytest.mark.parametrize(
    ("content", "made"),
    [
        (po("zh", "%d 个文件"), {"x.en": ["%d files"], "x.zh": ["%d 个文件"]}),
        (
            po("sr@latin", "fajl", "fajla", "fajlova"),
            {"x.en": ["a file", "%d files"], "x.sr-latin": ["fajl", "fajlova"]},
        ),
        (po("ar", *"012345"), {"x.en": ["a file", "%d files"], "x.ar": ["1", "5"]}),
    ],
)
def test_plural_forms_are_paired_with_their_sources(tmp_path: Path, content: str, made: dict[str, list[str]]) -> None:
    assert run(tmp_path, "x.po", content)[0] == made


def test_null_means_untranslated_and_is_not_an_error(tmp_path: Path) -> None:
    lines = '{"translation": {"de": "a", "en": null}}\n{"translation": null}\n{"translation": {"de": "b", "en": "c"}}\n'
    made, dropped = run(tmp_path, "x.jsonl", lines, languages=("de", "en"))
    assert (made, dropped) == ({"x.de": ["b"], "x.en": ["c"]}, {"untranslated": 1, "empty": 1})


@pytest.mark.parametrize(
    ("name", "content", "settings", "message"),
    [
        ("x.tsv", "a\tb\n", {"fields": ("0", "1")}, "there is no column 0: --source-field and --target-field count"),
        ("x.tsv", "a,b\n", {}, r"x\.tsv:1: there is no column 2, only 1; columns must be separated by tabs"),
        ("x.tsv", b"\x1f\x8b\x08\0", {}, r"x\.tsv is compressed by gzip; give it a name in \.gz"),
        (
            "x.jsonl",
            '{"source": "a", "target": "b"}\n',
            {"fields": ("source", None)},
            "give both --source-field and --target-field",
        ),
        (
            "x.jsonl",
            '{"id": 1, "t": {"de": "a", "en": "b"}}\n',
            {},
            r"x\.jsonl:1: choose fields .*; the fields are id, t\.de, t\.en$",
        ),
        ("x.jsonl", '{"a\\nb\\ud800": 1}\n', {}, r"x\.jsonl:1: choose fields .*; the fields are a b\ufffd$"),
        ("x.tmx", '<tmx><tu><tuv lang="d&#10;e"><seg>a</seg></tuv></tu></tmx>', {}, "two of d e$"),
        ("x.po", po("de", "a"), {"fields": ("1", None)}, r"are for TSV, CSV and JSONL; .*x\.po is read as po"),
        ("x.tmx", TMX.format(encoding="utf-17"), {}, "has an encoding that cannot be read .*; convert it to UTF-8"),
        ("x.tmx", TMX.format(encoding="gb2312"), {}, "has an encoding that cannot be read .*; convert it to UTF-8"),
        ("x.tmx", "<tmx>\n&#x1F;</tmx>", {}, r"x\.tmx:2: this is not XML .*; fix the line, or .*xmllint --recover"),
    ],
)
def test_unreadable_files_are_reported_in_one_sentence_with_a_remedy(
    tmp_path: Path, name: str, content: str | bytes, settings: dict[str, tuple[str | None, str | None]], message: str
) -> None:
    with pytest.raises(NMTError, match=message):
        run(tmp_path, name, content, **settings)
    assert not (tmp_path / "out").exists()


def test_the_imported_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(
        NMTError, match=r"x\.de would be overwritten; choose another directory with -o, or another --name"
    ):
        run(tmp_path, "out/x.de", "a\tb\n", format="tsv", languages=("de", "en"))
    assert (tmp_path / "out" / "x.de").read_text() == "a\tb\n"
    assert len(list((tmp_path / "out").iterdir())) == 1
