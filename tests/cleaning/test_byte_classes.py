"""Characters by their first bytes: counts and scripts of lines."""

import pytest

from nmt.cleaning.block_text import SideText
from nmt.cleaning.byte_classes import NO_SCRIPT, SCRIPT_NAMES, LineClasses


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
        ("कुत्ता दौड़ता है", "Indic or Thai"),
        ("这只狗在跑。", "Chinese or Japanese"),
        ("犬が走っています。", "Chinese or Japanese"),
        ("개가 달리고 있다", "Korean"),
        ("ძაღლი დარბის", "Georgian, Ethiopic or Khmer"),
        ("ሰላም ለዓለም ሁሉ።", "Georgian, Ethiopic or Khmer"),
        ("ߒߞߏ ߞߊ߲ ߛߓߍ", "N'Ko"),
        ("ދިވެހިރާއްޖެ", "Thaana"),
        ("ⵜⴰⵎⴰⵣⵉⵖⵜ", "Tifinagh, Adlam, Vai or another"),
        ("𞤆𞤵𞤤𞤢𞤪", "Tifinagh, Adlam, Vai or another"),
        ("ꕙꔤ ꕙꔤꕙ", "Tifinagh, Adlam, Vai or another"),
        ("ꯃꯤꯇꯩꯂꯣꯟ", "Tifinagh, Adlam, Vai or another"),
        ("𠀀𠀁𠀂𠀃", "Chinese or Japanese"),
        ("ݣݢݐ ݫݬݭ", "Arabic"),
        ("Tom 不想让Mary走", "Chinese or Japanese"),
        ("Tom는 Mary를 좋아해", "Korean"),
        ("He said 你好 to me", "Latin"),
    ],
)
def test_the_script_of_a_line_is_that_of_most_letters(line: str, script: str) -> None:
    assert SCRIPT_NAMES[classes_of(line).scripts[0]] == script


def test_lines_without_letters_or_of_two_scripts_have_no_script() -> None:
    assert classes_of("", "1234 %", "ok", "собака runs now", "😀😀😀😀", "“”…–").scripts.tolist() == [NO_SCRIPT] * 6


def test_lines_are_counted_apart() -> None:
    found = classes_of("äß 12", "", "a\x00b\r!", "狗")
    assert found.characters.tolist() == [5, 0, 5, 1]
    assert found.digits.tolist() == [2, 0, 0, 0]
    assert found.controls.tolist() == [0, 0, 2, 0]
    assert found.letters.tolist() == [2, 0, 2, 1]
