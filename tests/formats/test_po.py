"""PO: plurals according to the formula of the file, and every file that msgfmt reads."""

import logging
from pathlib import Path

import pytest

from nmt.errors import NMTError
from tests.formats.test_reader import run

LATVIAN = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2);"
RUSSIAN = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
ARABIC = "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;"
SLOVENE = "nplurals=4; plural=(n%100==1 ? 1 : n%100==2 ? 2 : n%100==3 || n%100==4 ? 3 : 0);"


def plural(formula: str, *forms: str) -> str:
    """A file with one message that has plural forms."""
    texts = "\n".join(f'msgstr[{number}] "{form}"' for number, form in enumerate(forms))
    header = f'"Language: xx\\n"\n"Plural-Forms: {formula}\\n"\n' if formula else '"Language: xx\\n"\n'
    return f'msgid ""\nmsgstr ""\n{header}\nmsgid "a file"\nmsgid_plural "%d files"\n{texts}\n'


def pairs(tmp_path: Path, content: str | bytes) -> list[tuple[str, ...]]:
    return list(zip(*run(tmp_path, "x.po", content)[0].values(), strict=True))


@pytest.mark.parametrize(
    ("formula", "forms", "one", "many"),
    [
        (LATVIAN, "one other zero", "one", "other"),  # by position the form for none would be taken
        (RUSSIAN, "one few many", "one", "many"),
        (ARABIC, "zero one two few many other", "one", "few"),
        (SLOVENE, "other one two few", "one", "other"),  # the form for one stands second
        ("nplurals=2; plural=n != 1;", "one other", "one", "other"),
        ("nplurals=2; plural=(n > 1)", "one other", "one", "other"),  # without the last semicolon
        ("nplurals=1; plural=0;", "any", None, "any"),
        ("nplurals=2; plural=0;", "any never", None, "any"),
    ],
)
def test_the_formula_of_the_file_selects_the_forms_for_one_and_for_five(
    tmp_path: Path, formula: str, forms: str, one: str | None, many: str, caplog: pytest.LogCaptureFixture
) -> None:
    expected = [("a file", one)] if one else []
    assert pairs(tmp_path, plural(formula, *forms.split())) == [*expected, ("%d files", many)]
    assert not caplog.records


@pytest.mark.parametrize(
    "formula", ["", "nplurals=2;", "nplurals=2; plural=n n;", "plural=1/0;", f"plural={'(' * 400}"]
)
def test_without_a_formula_the_first_form_is_for_one_and_there_is_a_warning(
    tmp_path: Path, formula: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert pairs(tmp_path, plural(formula, "one", "few", "many")) == [("a file", "one"), ("%d files", "many")]
    (record,) = caplog.records
    assert "x.po: the header has no valid Plural-Forms" in record.message


def test_a_missing_form_is_untranslated(tmp_path: Path) -> None:
    made, dropped = run(tmp_path, "x.po", plural(LATVIAN, "one"))
    assert (made, dropped) == ({"x.en": ["a file"], "x.xx": ["one"]}, {"untranslated": 1})


MESSAGE = 'msgid "a"\nmsgstr "ä"\n'


@pytest.mark.parametrize(
    "content",
    [
        f"#TODO check\n#\n#: a.c:1\n#. said\n#, c-format\n{MESSAGE}",
        f'{MESSAGE}\n#~ msgid "old"\n#~ msgstr ""\n#~ "alt"\n',
        f'#| msgctxt "x"\n#| msgid ""\n#| "before"\n{MESSAGE}',
        f'#~| msgid "before"\n#~ msgctxt "c"\n#~ msgid "x"\n#~ msgstr "y"\n\n{MESSAGE}',
        f'msgctxt "menu"\n{MESSAGE}',
        f'domain "other"\n{MESSAGE}',
        MESSAGE.rstrip(),
        MESSAGE.replace("\n", "\r\n"),
        f"\ufeff{MESSAGE}",
        'msgid"a"msgstr"ä"',
        '\t msgid   "a"  # why\n  msgstr\n\n"ä"\n',
        'msgid "" "\\x61"\nmsgstr "\\303\\244"',
        f'{MESSAGE}\n#, no-c-format, fuzzy\nmsgid "b"\nmsgstr "B"\n',
        f'{MESSAGE}\nmsgid "b"\nmsgid_plural "bs"\nmsgstr[ 0 ] ""\nmsgstr [1] ""\n',
    ],
)
@pytest.mark.parametrize("with_header", [True, False])
def test_everything_that_msgfmt_reads_is_read(tmp_path: Path, content: str, with_header: bool) -> None:
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n' if with_header else ""
    mark = content[: content.startswith("\ufeff")]
    assert pairs(tmp_path, mark + header + content.removeprefix(mark)) == [("a", "ä")]


def test_fuzzy_applies_to_the_next_message_only(tmp_path: Path) -> None:
    content = '#, fuzzy\nmsgid ""\nmsgstr "Language: de\\n"\n\n' + MESSAGE + '#,fuzzy\n#: x\nmsgid "b"\nmsgstr "B"\n\n'
    content += '#. not fuzzy\nmsgid "c \\"d\\"\\te\\nf\\\\g"\nmsgstr "C"\n'
    made, dropped = run(tmp_path, "x.po", content)
    assert (made, dropped) == ({"x.en": ["a", 'c "d"\te f\\g'], "x.de": ["ä", "C"]}, {"fuzzy": 1})


@pytest.mark.parametrize("charset", ["ISO-8859-1", "iso-8859-15", "cp1252", "GB18030", "UTF-8"])
def test_the_header_names_the_encoding(tmp_path: Path, charset: str) -> None:
    header = f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset={charset}\\n"\n\n'
    assert pairs(tmp_path, (header + MESSAGE).encode(charset)) == [("a", "ä")]


def test_without_a_charset_invalid_utf8_is_read_as_latin_1(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert pairs(tmp_path, MESSAGE.encode("latin-1")) == [("a", "ä")]
    assert "x.po:2: byte 0xe4 is not UTF-8, and the header has no charset" in caplog.text
    assert pairs(tmp_path, MESSAGE.encode()) == [("a", "ä")]
    template = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=CHARSET\\n"\n'
    assert pairs(tmp_path, (template + MESSAGE).encode()) == [("a", "ä")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('msgid "a"\nmsgstr "b\n', r"x\.po:2: this is not a PO file: unexpected '\"b'"),
        ('msgid "a"\nmsgstr b\n', r"x\.po:2: this is not a PO file: unexpected 'b'"),
        (
            'msgid "a"\n\nmsgid "b"\nmsgstr "c"\n',
            r"x\.po:1: this is not a PO file: a message has no msgid",
        ),
        ('"a"\n', r"x\.po:1: this is not a PO file"),
        ('msgstr "a"\n', r"x\.po:1: this is not a PO file"),
        ('msgid "a"\nmsgstr[x] "b"\n', r"x\.po:2: this is not a PO file"),
        (
            'msgid ""\nmsgstr "Content-Type: text/plain; charset=klingon\\n"\n',
            r"cannot be read \(klingon\); run msgconv",
        ),
    ],
)
def test_what_msgfmt_refuses_is_reported_with_the_line(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(NMTError, match=message):
        run(tmp_path, "x.po", content)
