"""Character classes: counts and scripts of lines."""

import pytest

from nmt.corpus.block_text import SideText
from nmt.corpus.line_classes import NO_SCRIPT, SCRIPT_NAMES, LineClasses, without_code


def classes_of(*lines: str) -> LineClasses:
    return SideText("".join(f"{line}\n" for line in lines).encode()).classes


@pytest.mark.parametrize(
    ("line", "script"),
    [
        ("Ein Hund läuft.", "Latin"),
        ("Tôi đang học tiếng Việt", "Latin"),
        ("Собака бежит", "Cyrillic"),
        ("ο σκύλος τρέχει", "Greek"),
        ("הכלב רץ מהר", "Hebrew"),
        ("الكلب يجري", "Arabic"),
        ("कुत्ता दौड़ता है", "Devanagari"),
        ("这只狗在跑。", "Chinese or Japanese"),
        ("犬が走っています。", "Chinese or Japanese"),
        ("개가 달리고 있다", "Korean"),
        ("ძაღლი დარბის", "Georgian"),
        ("ሰላም ለዓለም ሁሉ።", "Ethiopic"),
        ("ߒߞߏ ߞߊ߲ ߛߓߍ", "N'Ko"),
        ("ދިވެހިރާއްޖެ", "Thaana"),
        ("ⵜⴰⵎⴰⵣⵉⵖⵜ", "Tifinagh"),
        ("𞤆𞤵𞤤𞤢𞤪", "Adlam"),
        ("ꕙꔤ ꕙꔤꕙ", "Vai"),
        ("ꯃꯤꯇꯩꯂꯣꯟ", "Meetei Mayek"),
        ("𠀀𠀁𠀂𠀃", "Chinese or Japanese"),
        ("ݣݢݐ ݫݬݭ", "Arabic"),
        ("Tom 不想让Mary走", "Chinese or Japanese"),
        ("Tom는 Mary를 좋아해", "Korean"),
        ("The Chinese word 你好 means hello in English", "Latin"),
        ("ฉันชอบดื่มชา", "Thai"),
        ("ខ្ញុំចូលចិត្តផឹកតែ", "Khmer"),
        ("ကျွန်တော် လက်ဖက်ရည်", "Burmese"),
        ("ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ", "Cherokee"),
        ("ᚠᚢᚦᚨᚱᚲ", "Runic"),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af \u1106\u1165\u11ab", "Korean"),
        ("طول %(max_length)s حرف %(limit_value)d", "Arabic"),
        ('ფაილი <a href="https://nmt.org/a_long_path">{file_name}</a>', "Georgian"),
        ("Пиши user@example.com или www.example.org/path", "Cyrillic"),
        ("Используйте --no-byte-fallback, $HOME и foo.bar()", "Cyrillic"),
        ("ใช้ ``django.contrib.admin`` และ :ref:`contents`", "Thai"),
        ("Ctrl&amp;&nbsp;&lt;ῥόδον&gt;", "Greek"),
        ("Save the file now", "Latin"),
        ("<b>Save</b> the %(name)s of {user}", "Latin"),
    ],
)
def test_the_script_of_a_line_is_that_of_most_letters(line: str, script: str) -> None:
    assert SCRIPT_NAMES[classes_of(line).scripts[0]] == script


def test_lines_without_letters_or_of_two_scripts_have_no_script() -> None:
    assert (
        classes_of("", "1234 %", "ok", "собака runs now", "😀😀😀😀", "“”…–", "He said 你好 to me").scripts.tolist()
        == [NO_SCRIPT] * 7
    )


@pytest.mark.parametrize(
    "line",
    [
        "ფაილი Ctrl",
        "Microsoft Windows ფაილი",
        "የፋይል ስም README",
        "បើកឯកសារ Python",
        "ملف Document",
        "파일 Microsoft Word",
        "查看 Microsoft",
    ],
)
def test_names_in_latin_letters_do_not_make_a_line_latin(line: str) -> None:
    assert classes_of(line).scripts[0] != SCRIPT_NAMES.index("Latin")


def test_lines_of_code_have_no_script_among_lines_that_have_one() -> None:
    code = ("%(max_length)s %(limit)d", "https://example.org/a", "<br/>", "foo_bar()", "--force", "{name} {other}")
    text = ["ფაილი ვერ მოიძებნა"] * (len(code) + 1)
    assert classes_of(*text, *code).scripts[len(text) :].tolist() == [NO_SCRIPT] * len(code)


def test_text_of_another_script_is_found_among_markup() -> None:
    text = ["ფაილი ვერ მოიძებნა"] * 3
    assert SCRIPT_NAMES[classes_of(*text, "<b>File</b> %(name)s was not found").scripts[-1]] == "Latin"
    assert SCRIPT_NAMES[classes_of(*text, "Файл %(long_file_name)s <br class='line'/>").scripts[-1]] == "Cyrillic"


def test_the_classes_of_a_line_do_not_depend_on_the_other_lines() -> None:
    lines = [
        "Ein Hund",
        "",
        "ძაღლი {name_of_dog}",
        "這是狗 dog",
        "a\x00b",
        "१२ कुत्ता",
        "12 34",
        "Собака foo_bar.baz_qux",
    ]
    together = classes_of(*lines)
    for row, line in enumerate(lines):
        alone = classes_of(line)
        assert [column[row] for column in together] == [column[0] for column in alone]


def test_code_is_removed() -> None:
    assert (
        without_code("Use it, don't (or do) well-known words: yes.") == "Use it, don't (or do) well-known words: yes."
    )
    for code in ("a_b", "a.b", "f(x)", "--force", "camelCase", "utf8", "$HOME", "%s", "&amp;", "/etc/passwd", "a@b.c"):
        assert without_code(code) == ""


def test_hostile_lines_are_classified_in_linear_time() -> None:
    for part in ("<", "<a", "{", "`", ":a", "%(", "a_", "[", "&", ":ref:`"):
        assert len(classes_of("ქ" + part * 100_000).letters) == 1


def test_each_line_is_counted_separately() -> None:
    found = classes_of("äß 12", "", "a\x00b\r!", "狗")
    assert found.characters.tolist() == [5, 0, 5, 1]
    assert found.digits.tolist() == [2, 0, 0, 0]
    assert found.controls.tolist() == [0, 0, 2, 0]
    assert found.letters.tolist() == [2, 0, 2, 1]
