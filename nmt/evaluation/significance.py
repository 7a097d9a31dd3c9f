"""The scores of several systems on one test set, with confidence intervals, tests and the scores of parts and lines.

sacreBLEU's sufficient statistics of each line are computed once for each system. Everything else follows from their
sums: the score of the corpus, of resampled corpora, of the lines of one length, of a single line.
"""

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nmt.errors import NMTError
from nmt.evaluation.datasets import EvaluationSet
from nmt.evaluation.metrics import METRICS, bleu_tokenizer, make_metric, seconds_of_ter, warn_if_tokenized
from nmt.evaluation.normal_forms import warn_about_normal_forms
from nmt.text.languages import canonical_code, script_of_text_in

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric
    from sacrebleu.metrics.bleu import BLEU

RESAMPLES = {"bs": 1000, "ar": 10000}  # sacreBLEU's defaults
LOWER_IS_BETTER = frozenset({"ter"})
_LINES_AT_ONCE = 1000  # whose n-grams, tens of kilobytes each, are in memory
MOST_SECONDS_OF_TER = 10.0  # above it, TER is computed only on request
MOST_BYTES = 2_000_000_000  # of memory; above it, a paired test runs only on request

Stats = list[list[float]]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Confidence:
    """The 95 % interval of the scores of resampled test sets: ``mean`` plus or minus ``interval``."""

    mean: float
    interval: float
    resamples: int


@dataclass(frozen=True)
class Comparison:
    """A test against the first system: how probable a larger difference would be if both were equally good.

    The p-value is never below 2 ** (1 - n), where n is the number of lines that the metric scores differently; for
    n = 0 it is 1.
    """

    p_value: float
    signature: str


@dataclass(kw_only=True)
class Score:
    """The score of one system by one metric; ``details`` are the n-gram precisions and lengths behind a BLEU score."""

    name: str  # BLEU, chrF2++, TER, COMET
    score: float
    signature: str
    details: str = ""
    segments: list[float]  # by line
    confidence: Confidence | None = None
    comparisons: dict[str, Comparison] = field(default_factory=dict)  # by "bs" and "ar"; none for the first system


class Scorer:
    """Scores systems on one test set; a system is identified by its list of hypotheses, which must not be changed."""

    def __init__(
        self,
        test_set: EvaluationSet,
        *,
        metrics: Sequence[str] | None = None,
        target_language: str | None = None,
        tokenize: str | None = None,
        lowercase: bool = False,
    ) -> None:
        """Settings as for ``score_translations``; NMTError if BLEU's tokenizer is not available.

        ``metrics`` None means METRICS, without TER where it would take long. chrF2++ (chrf) is always computed,
        because lines are sorted by it; ``shown`` are the metrics that were asked for.
        """
        self.test_set = test_set
        language = canonical_code(target_language) or test_set.target_language
        script = script_of_text_in(language, test_set.references[0])
        if tokenize is None:
            tokenize = bleu_tokenizer(script)
        self.shown = _without_slow_ter(test_set, script) if metrics is None else tuple(dict.fromkeys(metrics))
        self.metrics: dict[str, Metric] = {}
        for name in dict.fromkeys([*self.shown, "chrf"]):
            metric = make_metric(name, script=script, tokenize=tokenize, lowercase=lowercase)
            self._cache_statistics(metric)
            self.metrics[name] = metric
        self._line_bleu = _line_bleu(tokenize, lowercase)

    def scores(self, hypotheses: list[str], *, name: str = "", resamples: int = 0) -> dict[str, Score]:
        """The scores by metric, with confidence intervals from ``resamples`` resampled test sets if that is not 0."""
        if len(hypotheses) < 2:  # all resampled test sets of a single line are the same
            resamples = 0
        warn_if_tokenized(hypotheses, name)
        warn_about_normal_forms(hypotheses, self.test_set.references, name)
        scores = {}
        for key, metric in self.metrics.items():
            stats = self.statistics(key, hypotheses)
            score = metric._aggregate_and_compute(stats)
            scores[key] = Score(
                name=score.name,
                score=float(score.score),
                signature=_signature(metric, resamples),
                details=score._verbose if key == "bleu" else "",
                segments=[self._line_score(key, line) for line in stats],
                confidence=_confidence(metric, stats, resamples) if resamples else None,
            )
        return scores

    def part_score(self, key: str, hypotheses: list[str], lines: Sequence[int]) -> float:
        """The score of some of the lines, as if they were the whole test set."""
        stats = self.statistics(key, hypotheses)
        return float(self.metrics[key]._aggregate_and_compute([stats[line] for line in lines]).score)

    def statistics(self, key: str, hypotheses: list[str]) -> Stats:
        """The metric's sufficient statistics of each line."""
        statistics: Stats = self.metrics[key]._extract_corpus_statistics(hypotheses, None)
        return statistics

    def compare(
        self, systems: Sequence[tuple[str, list[str]]], test: str, *, samples: int = 0
    ) -> list[dict[str, Comparison]]:
        """For each system but the first, by metric: sacreBLEU's paired ``test``, "bs" or "ar", against the first.

        ``samples`` is the number of resampled corpora (bs) or of trials (ar); 0 means sacreBLEU's default. sacreBLEU
        counts only larger differences, not equal ones, so it finds a system different from its own copy, and finds a
        difference in a single line certain. Two of the 2**n ways to exchange n lines give the observed difference;
        their share is the lower bound of p here.
        """
        from sacrebleu.significance import PairedTest

        signatures, results = PairedTest(
            list(systems), self.metrics, references=None, test_type=test, n_samples=samples
        )()
        names = dict(zip(self.metrics, signatures, strict=True))
        (_, first), *others = systems
        return [
            {
                key: Comparison(
                    max(self._least_p_value(key, first, other), float(_p_value(results[name][number]))),
                    str(signatures[name]),
                )
                for key, name in names.items()
            }
            for number, (_, other) in enumerate(others, start=1)
        ]

    def _least_p_value(self, key: str, first: list[str], other: list[str]) -> float:
        """The p-value of the strongest evidence that the lines with different scores can give."""
        pairs = zip(self.statistics(key, first), self.statistics(key, other), strict=True)
        differing = sum(one != another for one, another in pairs)
        return 2.0 ** -max(0, differing - 1)

    def memory_of_test(self, samples: int) -> int:
        """About how many bytes a paired test takes: sacreBLEU holds the statistics of all resampled corpora at once."""
        return samples * len(self.test_set) * (24 * 4 + 8)

    def _cache_statistics(self, metric: "Metric") -> None:
        """Let ``metric`` compute the statistics of each system once; sacreBLEU's tests ask for them again."""
        may_be_empty = self.test_set.kept is not None  # sacreBLEU expects None where a line has fewer references
        all_references = [
            [None if may_be_empty and not text.strip() else text for text in each] for each in self.test_set.references
        ]
        cache: dict[int, tuple[Sequence[str], Stats]] = {}  # keeps the hypotheses alive, so that ids stay unique
        compute: Callable[..., Any] = metric._extract_corpus_statistics

        def cached(hypotheses: Sequence[str], references: Sequence[Sequence[str]] | None) -> Stats:  # noqa: ARG001
            if id(hypotheses) not in cache:
                stats: Stats = []
                for first in range(0, len(hypotheses), _LINES_AT_ONCE):
                    part = slice(first, first + _LINES_AT_ONCE)
                    stats += compute(hypotheses[part], [reference[part] for reference in all_references])
                cache[id(hypotheses)] = (hypotheses, stats)
            return cache[id(hypotheses)][1]

        metric._extract_corpus_statistics = cached  # type: ignore[method-assign]

    def _line_score(self, key: str, stats: list[float]) -> float:
        metric = self._line_bleu if key == "bleu" else self.metrics[key]
        return float(metric._aggregate_and_compute([stats]).score)


def _without_slow_ter(test_set: EvaluationSet, script: str | None) -> tuple[str, ...]:
    """METRICS, without TER, and with a warning, where long lines would take it more than a moment."""
    seconds = seconds_of_ter(test_set.references, script)
    if seconds <= MOST_SECONDS_OF_TER:
        return METRICS
    logger.warning(
        "%s: TER is left out, as it can take %s for lines this long; --metrics bleu,chrf++,ter computes it anyway",
        test_set.name,
        f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes",
    )
    return tuple(key for key in METRICS if key != "ter")


def _line_bleu(tokenize: str, lowercase: bool) -> "BLEU":
    """BLEU for single lines, which are often shorter than four words."""
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(tokenize=tokenize, lowercase=lowercase, force=True, effective_order=True)


def seed() -> int | None:
    """The seed of all resampling, which sacreBLEU reads from $SACREBLEU_SEED; None: a different one each time."""
    value = os.environ.get("SACREBLEU_SEED", "12345")
    if value.lower() == "none":
        return None
    try:
        return int(value)
    except ValueError:
        raise NMTError(f"SACREBLEU_SEED must be a whole number or none, not {value!r}") from None


def _signature(metric: "Metric", resamples: int) -> str:
    signature = metric.get_signature()
    if resamples:
        signature.update("bs", resamples)
        signature.update("seed", str(seed()).lower())
    return str(signature)


def _confidence(metric: "Metric", stats: Stats, resamples: int) -> Confidence:
    """The numbers of ``sacrebleu --confidence``, without holding all resampled corpora in memory at once."""
    import numpy as np
    from sacrebleu.significance import estimate_ci

    generator = np.random.default_rng(seed())
    counts = np.array(stats, dtype="float32")
    scores = [
        metric._compute_score_from_stats(counts[generator.choice(len(counts), size=len(counts))].sum(0)).score
        for _ in range(resamples)
    ]
    mean, interval = estimate_ci(np.array(scores))
    return Confidence(float(mean), float(interval), resamples)


def _p_value(result: Any) -> float:
    value: float = result.p_value
    return value
