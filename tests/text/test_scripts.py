"""Scripts of characters and of text."""

import unicodedata

import pytest

from nmt.text.scripts import (
    NO_SCRIPT,
    common_name,
    count_scripts,
    is_unsegmented,
    joins_without_space,
    script_numbers,
    script_of_text,
    scripts,
)

# How Unicode's names of letters begin, by script.
NAMES = {
    "LATIN ": "Latn", "GREEK ": "Grek", "CYRILLIC ": "Cyrl", "ARMENIAN ": "Armn", "HEBREW ": "Hebr", "ARABIC ": "Arab",
    "DEVANAGARI ": "Deva", "BENGALI ": "Beng", "TAMIL ": "Taml", "THAI ": "Thai", "LAO ": "Laoo", "TIBETAN ": "Tibt",
    "MYANMAR ": "Mymr", "GEORGIAN ": "Geor", "HANGUL ": "Hang", "ETHIOPIC ": "Ethi", "KHMER ": "Khmr", "NKO ": "Nkoo",
    "HIRAGANA ": "Hira", "KATAKANA ": "Kana", "CJK UNIFIED": "Hani", "TIFINAGH ": "Tfng", "ADLAM ": "Adlm",
    "VAI ": "Vaii", "MEETEI MAYEK ": "Mtei", "OL CHIKI ": "Olck", "CHEROKEE ": "Cher", "SYRIAC ": "Syrc",
}  # fmt: skip


def test_letters_have_the_script_that_their_names_begin_with() -> None:
    numbers = script_numbers()
    compared = 0
    for code in [*range(0x250), *range(0x250, 0x3400), *range(0x4E00, 0x4F00), *range(0xA000, 0x20100)]:
        if not unicodedata.category(chr(code)).startswith("L"):
            continue
        name = unicodedata.name(chr(code), "")
        expected = next((script for start, script in NAMES.items() if name.startswith(start)), None)
        if expected is not None and numbers[code] != NO_SCRIPT:  # letters that several scripts share have none
            assert scripts()[numbers[code]].code == expected, hex(code)
            compared += 1
    assert compared > 5000


def test_characters_that_all_scripts_share_have_no_script() -> None:
    shared = " 1.,!?%“”—。、「」😀\u0301\u200d"
    assert [script_numbers()[ord(character)] for character in shared] == [NO_SCRIPT] * len(shared)
    assert scripts()[NO_SCRIPT].code == "Zyyy"


def test_scripts_have_common_names_and_those_mixed_in_one_text_have_the_same() -> None:
    names = {script.code: common_name(script) for script in scripts()}
    assert [names[code] for code in ("Geor", "Cans", "Hang", "Mymr")] == [
        "Georgian", "Canadian Aboriginal", "Korean", "Burmese",
    ]  # fmt: skip
    assert {names[code] for code in ("Hani", "Hira", "Kana", "Bopo")} == {"Chinese or Japanese"}


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("我用 TensorFlow 训练了一个模型。", "Hani"),
        ("これは日本語の文章です。", "Jpan"),
        ("이것은 한국어 문장입니다.", "Kore"),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", "Kore"),
        ("ฉันชอบดื่มชา และใช้ Python", "Thai"),
        ("ຂ້ອຍມັກດື່ມຊາ", "Laoo"),
        ("ខ្ញុំចូលចិត្តផឹកតែ", "Khmr"),
        ("ကျွန်တော် လက်ဖက်ရည် ကြိုက်တယ်", "Mymr"),
        ("ང་ཇ་འཐུང་རྒྱུར་དགའ", "Tibt"),
        ("The Thai word ชา means tea.", "Latn"),
        ("The name 北京 means northern capital.", "Latn"),
        ("ქართული ენა", "Geor"),
        ("ሰላም ለዓለም", "Ethi"),
        ("Dies ist ein Satz.", "Latn"),
        ("ab вг", None),
        ("123", None),
        ("", None),
    ],
)
def test_the_script_that_dominates_a_text(text: str, script: str | None) -> None:
    assert script_of_text([text]) == script


def test_counts_are_of_letters() -> None:
    assert count_scripts(["Das ist 12 北京.", "ქართული"]) == {"Latn": 6, "Geor": 7, "Hani": 2}
    assert count_scripts([]) == {}


def test_unsegmented_scripts() -> None:
    assert [is_unsegmented(code) for code in ("Hani", "Jpan", "Thai", "Khmr", "Kore", "Latn", None)] == [
        True, True, True, True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("我在家。", "你呢？", True),
        ("はい！", "「いいえ」", True),
        ("我在家", "你呢", True),
        ("我在家。", "OK.", False),
        ("Ende.", "你呢？", False),
        ("ฉันไป", "เขามา", False),
        ("집에 있다.", "너는?", False),
        ("", "你", False),
        ("你", "", False),
    ],
)
def test_where_no_space_is_between_sentences(before: str, after: str, expected: bool) -> None:
    assert joins_without_space(before, after) is expected
