import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from nmt.errors import NMTError
from nmt.evaluation import metrics
from nmt.evaluation.metrics import bleu_tokenizer, score_translations
from nmt.text.languages import script_of

ENGLISH = [
    "The cat sat on the mat, didn't it?",
    "Prices rose by 3.5% in 2019 - more than expected.",
    "",
    '"Who goes there?" asked the guard.',
    "Two men are standing in front of a white house.  ",
]
ENGLISH_HYPOTHESES = [
    "The cat sat on a mat, did it not?",
    "Prices rose 3.5% in 2019, more than was expected.",
    "Nothing",
    "",
    "Two men stand in front of a white house.",
]
ENGLISH_OTHER = [
    "A cat was sitting on the mat, wasn't it?",
    "In 2019 prices went up by 3.5%, more than expected.",
    "Nothing at all.",
    '"Who is there?" the guard asked.',
    "Two men stand before a white house.",
]
CHINESE = ["我喜欢喝茶。", "他在2019年搬到了北京。", "这是一本有意思的书。"]
CHINESE_HYPOTHESES = ["我喜欢茶。", "2019年他搬到北京。", "这是一本很有意思的书。"]


def sacrebleu_command(
    folder: Path, hypotheses: Sequence[str], references: Sequence[Sequence[str]], *options: str
) -> dict:
    """Name to (score, signature), from the sacrebleu command on files with these lines."""
    paths = []
    for number, lines in enumerate([hypotheses, *references]):
        path = folder / f"{number}.txt"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        paths.append(str(path))
    command = [sys.executable, "-m", "sacrebleu", *paths[1:], "-i", paths[0], "-m", "bleu", "chrf", "ter"]
    command += ["--chrf-word-order", "2", "-w", "10", "-f", "json", *options]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return {entry["name"]: (entry["score"], entry["signature"]) for entry in json.loads(result.stdout)}


@pytest.mark.parametrize(
    ("hypotheses", "references", "options"),
    [
        (ENGLISH_HYPOTHESES, [ENGLISH], []),
        (ENGLISH_HYPOTHESES, [ENGLISH, ENGLISH_OTHER], []),
        (CHINESE_HYPOTHESES, [CHINESE], ["-tok", "zh", "--ter-normalized", "--ter-asian-support"]),
    ],
    ids=["one reference with an empty line", "two references", "Chinese"],
)
def test_scores_and_signatures_are_those_of_the_sacrebleu_command(
    tmp_path: Path, hypotheses: list[str], references: list[list[str]], options: list[str]
) -> None:
    expected = sacrebleu_command(tmp_path, hypotheses, references, *options)
    scores = score_translations(hypotheses, references)
    assert [score.name for score in scores] == ["BLEU", "chrF2++", "TER"]
    assert {score.name: (round(score.score, 10), score.signature) for score in scores} == expected
    assert all(0 < score.score <= 100 for score in scores)


def test_lowercase_shows_in_the_signature() -> None:
    mixed, lower = (score_translations(["THE CAT sat down."], [["The cat sat down."]], lowercase=low) for low in (0, 1))
    assert mixed[0].score < lower[0].score == pytest.approx(100)
    assert "case:lc" in lower[0].signature


@pytest.mark.parametrize(
    ("language", "tokenizer"),
    [("zh", "zh"), ("zh-TW", "zh"), ("zho_Hans", "zh"), ("cmn", "zh"), ("en", "13a"), ("swa", "13a"), (None, "13a")],
)
def test_tokenizer_follows_from_the_language(language: str | None, tokenizer: str) -> None:
    assert bleu_tokenizer(script_of(language)) == tokenizer


@pytest.mark.parametrize("language", ["th", "tha_Thai", "km-KH", "khm", "lo", "lao", "my", "bur", "bo", "dzo_Tibt"])
def test_characters_are_counted_where_no_spaces_separate_words(language: str, caplog: pytest.LogCaptureFixture) -> None:
    metrics._log_once.cache_clear()
    caplog.set_level("INFO", logger="nmt")
    assert [bleu_tokenizer(script_of(language)) for _ in range(3)] == ["char"] * 3
    assert caplog.text.count("BLEU counts characters") == 1


@pytest.mark.parametrize(("reference", "hypothesis"), [("ฉันชอบดื่มชาร้อน", "ฉันชอบดื่มชาเย็น"), ("ཁྱེད་རང་བདེ་མོ", "ཁྱེད་བདེ་མོ")])
def test_similar_translations_in_unsegmented_scripts_have_a_bleu(reference: str, hypothesis: str) -> None:
    [bleu] = score_translations([hypothesis], [[reference]], metrics=["bleu"])
    assert 40 < bleu.score < 100
    assert "tok:char" in bleu.signature


@pytest.mark.parametrize(("language", "package"), [("ja", "MeCab"), ("ko", "mecab_ko")])
def test_japanese_and_korean_fall_back_to_characters(
    monkeypatch: pytest.MonkeyPatch, language: str, package: str
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    assert bleu_tokenizer(script_of(language)) == f"{language}-mecab"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == package else object())
    assert bleu_tokenizer(script_of(language)) == "char"


@pytest.mark.parametrize("language", [None, "tgt", "cn", "chinese", "xx", "en", "de_AT", "zho_Hant"])
def test_the_text_decides_where_a_code_is_unknown_or_contradicts_it(language: str | None) -> None:
    bleu, ter = score_translations(CHINESE_HYPOTHESES, [CHINESE], metrics=["bleu", "ter"], target_language=language)
    assert "tok:zh" in bleu.signature
    assert "asian:yes" in ter.signature
    assert bleu.score > 30


@pytest.mark.parametrize(
    ("text", "tokenizer"),
    [("ฉันชอบดื่มชาร้อน", "char"), ("ខ្ញុំចូលចិត្តផឹកតែ", "char"), ("Ich trinke gern Tee.", "13a"), ("ჩაი მიყვარს ძალიან", "13a")],
)
@pytest.mark.parametrize("language", [None, "tgt", "ref", "src"])
def test_suffixes_of_tools_are_not_languages(language: str | None, text: str, tokenizer: str) -> None:
    [bleu] = score_translations([text], [[text]], metrics=["bleu"], target_language=language)
    assert f"tok:{tokenizer}" in bleu.signature


@pytest.mark.parametrize(
    ("language", "segmented"),
    [("zh", True), ("zho_Hans", True), ("yue", True), ("ja", True), ("ko", True), ("en", False), ("th", False)],
)
def test_ter_segments_text_by_the_language(language: str, segmented: bool) -> None:
    for tokenize in (None, "char"):
        [ter] = score_translations(["a"], [["a"]], metrics=["ter"], target_language=language, tokenize=tokenize)
        assert ("|norm:yes|" in ter.signature, "|asian:yes|" in ter.signature) == (segmented, segmented)


def test_ter_of_similar_translations_in_unsegmented_scripts_is_small() -> None:
    [ter] = score_translations(CHINESE_HYPOTHESES, [CHINESE], metrics=["ter"])
    assert 0 < ter.score < 40
    [japanese] = score_translations(["今日は東京に雪が降る。"], [["今日は東京に雨が降る。"]], metrics=["ter"])
    assert 0 < japanese.score < 20


def test_tokenize_overrides_the_script() -> None:
    scores = score_translations(CHINESE, [CHINESE], metrics=["bleu"], tokenize="char")
    assert "tok:char" in scores[0].signature


@pytest.mark.parametrize(
    ("hypotheses", "references", "words"),
    [
        (["a"] * 1200, [["a"] * 3], ["1,200", "the reference", "3"]),
        (["a"], [["a"], ["a", "b"]], ["reference 2", "1", "2"]),
        ([], [[]], ["nothing to score"]),
        (["a"], [], ["no reference"]),
    ],
)
def test_what_cannot_be_scored_is_an_error(
    hypotheses: list[str], references: list[list[str]], words: list[str]
) -> None:
    with pytest.raises(NMTError) as caught:
        score_translations(hypotheses, references)
    assert all(word in str(caught.value) for word in words)


def test_unknown_tokenizer_and_metric_are_errors() -> None:
    with pytest.raises(NMTError, match="no tokenizer '14a'"):
        score_translations(["a"], [["a"]], tokenize="14a")
    with pytest.raises(NMTError, match="no metric 'meteor'"):
        score_translations(["a"], [["a"]], metrics=["meteor"])


@pytest.mark.parametrize("error", [RuntimeError("install\n it"), OSError("no network")])
def test_a_tokenizer_that_is_not_available_is_named(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def unavailable(*arguments: object, **settings: object) -> None:
        raise error

    monkeypatch.setattr("sacrebleu.metrics.bleu.BLEU.__init__", unavailable)
    with pytest.raises(NMTError, match=r"install it|tokenizer flores200, .* no network"):
        score_translations(["a"], [["a"]], tokenize="flores200")


def test_empty_hypotheses_have_a_score() -> None:
    scores = score_translations(["", ""], [["a b c", ""]])
    assert [score.score for score in scores] == [0, 0, 100]


def test_tokenised_text_gets_a_hint(caplog: pytest.LogCaptureFixture) -> None:
    score_translations(["a b ."] * 99, [["a b."] * 99], metrics=["bleu"])
    assert not caplog.records
    score_translations(["a b ."] * 100, [["a b."] * 100], metrics=["bleu"])
    assert "detokenised" in caplog.text
