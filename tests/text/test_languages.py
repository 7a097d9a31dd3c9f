"""Codes of languages in all forms that people write, and facts about the languages."""

from pathlib import Path

import pytest

from nmt.errors import NMTError
from nmt.text.languages import (
    canonical_code,
    check_language,
    differ,
    find_language,
    known_codes,
    language_name,
    language_of,
    language_suffix,
    primary_language,
    script_of,
    script_of_text_in,
    sentence_separator,
)

CODES = {
    "de": ("de", "DE", "deu", "ger", "deu_Latn", "de-Latn"),
    "zh": ("zh", "zho", "chi", "cmn", "zh-Hani"),
    "zh-Hans": ("zho_Hans", "zh-hans", "cmn_Hans", "zh-CHS"),
    "sr-Latn": ("sr@latin", "sr-Latn", "srp_Latn", "sh", "sr_latn"),
    "sr": ("sr", "srp", "srp_Cyrl", "scc"),
    "yue": ("yue", "zh-yue", "zho-yue"),
    "no": ("no", "nb", "nob", "nor", "nob_Latn"),
    "sw": ("sw", "swa", "swh", "swh_Latn"),
    "ar": ("ar", "arb", "arb_Arab", "ara"),
    "he": ("he", "iw", "heb_Hebr"),
    "id": ("id", "in", "ind"),
    "tl": ("tl", "fil", "tgl_Latn"),
    "fa": ("fa", "pes_Arab", "per", "fas"),
}


@pytest.mark.parametrize(("canonical", "codes"), CODES.items(), ids=CODES.keys())
def test_every_form_of_a_code_has_one_canonical_form(canonical: str, codes: tuple[str, ...]) -> None:
    assert [canonical_code(code) for code in codes] == [canonical] * len(codes)
    assert all(not differ(codes[0], code) for code in codes)
    assert all(primary_language(code) == canonical.partition("-")[0] for code in codes)


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("zh_tw", "zh-TW"),
        ("de_DE.UTF-8", "de-DE"),
        ("de-at", "de-AT"),
        ("pt_BR", "pt-BR"),
        ("es-419", "es-419"),
        ("zh-Hant-HK", "zh-Hant-HK"),
    ],
)
def test_regions_are_kept(code: str, tag: str) -> None:
    assert canonical_code(code) == tag


@pytest.mark.parametrize("code", [None, "", "xx", "cn", "xyz", "chinese", "und", "src", "tgt", "txt", "中文", "d", "-"])
def test_unknown_codes_have_no_language(code: str | None) -> None:
    assert find_language(code) is None
    assert canonical_code(code) is primary_language(code) is script_of(code) is language_name(code) is None
    assert known_codes(code) == ()


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("deu", "de", False),
        ("de_AT", "de-CH", False),
        ("zho_Hans", "zh-TW", False),
        ("zh", "yue", True),
        ("nob", "nno", True),
        ("de", "nl", True),
        ("xx", "XX-y", False),
        ("xx", "de", True),
        (None, "de", False),
        ("", "de", False),
    ],
)
def test_languages_are_compared_for_any_form_of_their_codes(one: str, other: str, expected: bool) -> None:
    assert differ(one, other) is differ(other, one) is expected


@pytest.mark.parametrize(
    ("code", "script"),
    [
        ("en", "Latn"), ("zh-TW", "Hani"), ("wuu", "Hani"), ("nan_Latn", "Latn"), ("ja", "Jpan"), ("kor_Hang", "Kore"),
        ("ka", "Geor"), ("amh", "Ethi"), ("dzo_Tibt", "Tibt"), ("sr", "Cyrl"), ("srp_Latn", "Latn"), ("aab", None),
    ],
)  # fmt: skip
def test_the_script_of_a_language(code: str, script: str | None) -> None:
    assert script_of(code) == script


@pytest.mark.parametrize("code", ["zh", "zho_Hans", "zh-TW", "cmn", "ja", "jpn_Jpan", "yue", "wuu", "lzh"])
def test_no_space_separates_sentences_in_chinese_and_japanese(code: str) -> None:
    assert sentence_separator(code) == ""


@pytest.mark.parametrize("code", ["en", "deu", "ko", "th", "tha_Thai", "km", "my", "bo", "nan_Latn", "xx", None])
def test_a_space_separates_sentences_elsewhere(code: str | None) -> None:
    assert sentence_separator(code) == " "


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a/train.de", "de"),
        ("train.de.gz", "de"),
        ("train.zh-CN", "zh-CN"),
        ("train.zho_Hans.txt.xz", "zho_Hans"),
        ("train.tok.bpe.de", "de"),
        ("newstest2014.de.tok.bpe", "de"),
        ("zho_Hans.devtest", "zho_Hans"),
        ("test.mt", "mt"),
        ("train.cn", None),
        ("train.src", None),
        ("train.tgt", None),
        ("train.ref", None),
        ("system.hyp", None),
        ("train.txt", None),
        ("train.tok", None),
        ("train.tsv.zst", None),
        ("train.chinese", None),
        ("train", None),
        ("de", None),
        ("de.txt", None),
        (".de", "de"),
        ("", None),
    ],
)
def test_the_language_in_the_name_of_a_file(name: str, suffix: str | None) -> None:
    assert language_suffix(name) == suffix
    assert language_suffix(Path(name)) == suffix


@pytest.mark.parametrize(
    ("names", "language"),
    [
        (("a.de", "b.deu.gz", "c.deu_Latn"), "de"),
        (("a.de", "b.en"), None),
        (("a.de", "b.txt"), None),
        ((), None),
    ],
)
def test_several_files_have_one_language_or_none(names: tuple[str, ...], language: str | None) -> None:
    assert language_of(names) == language


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("deu", "de"), ("zho_Hans", "zh-Hans"), ("chinese", "zh"), ("Chinese", "zh"), ("Deutsch", "de"), ("中文", "zh"),
        ("français", "fr"), ("Francais", "fr"), ("Hausa", "ha"), ("ქართული", "ka"), ("farsi", "fa"), ("Ghotuo", "aaa"),
    ],
)  # fmt: skip
def test_codes_and_names_are_understood(given: str, code: str) -> None:
    assert check_language(given) == code


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("cn", r"'cn' is not a language code; did you mean zh \(Chinese\)\?"),
        ("jp", r"ja \(Japanese\)"),
        ("cz", r"cs \(Czech\)"),
        ("germann", r"de \(German\)"),
        ("portugese", r"pt \(Portuguese\)"),
        ("xx", "give one such as de, zh or pt-BR"),
        ("src", "give one such as de"),
        ("", "give one such as de"),
    ],
)
def test_an_unknown_language_is_an_error_with_suggestions(given: str, hint: str) -> None:
    with pytest.raises(NMTError, match=hint):
        check_language(given)


@pytest.mark.parametrize(
    ("code", "text", "script"),
    [
        (None, "我在家里喝茶。", "Hani"),
        ("cn", "我在家里喝茶。", "Hani"),
        ("de", "我在家里喝茶。", "Hani"),
        ("ja", "東京都。", "Jpan"),
        ("zh", "これは日本語の文章です。", "Jpan"),
        ("zh", "이것은 한국어 문장입니다.", "Kore"),
        ("zh", "OK", "Hani"),
        ("de", "ฉันชอบดื่มชา", "Thai"),
        ("de", "Das ist die Stadt 北京.", "Latn"),
        ("de", "", "Latn"),
        ("sr", "Dobar dan", "Cyrl"),
        (None, "Dobar dan", "Latn"),
        (None, "", None),
    ],
)
def test_the_script_of_text_in_a_given_language(code: str | None, text: str, script: str | None) -> None:
    assert script_of_text_in(code, [text]) == script
