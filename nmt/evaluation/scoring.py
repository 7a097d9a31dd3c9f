"""The scores of several systems on one test set, with confidence intervals, tests and the scores of parts and lines.

What sacreBLEU counts of each line (its sufficient statistics) is counted once for each system; all else follows from
sums of it: the corpus score, those of resampled corpora, of the lines of some length, of a single line.
"""

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nmt.errors import NMTError
from nmt.evaluation.datasets import EvaluationSet
from nmt.evaluation.metrics import METRICS, bleu_tokenizer, make_metric, seconds_of_ter, warn_if_tokenized
from nmt.evaluation.normal_forms import warn_of_normal_forms
from nmt.text.languages import canonical_code, script_of_text_in

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric
    from sacrebleu.metrics.bleu import BLEU

RESAMPLES = {"bs": 1000, "ar": 10000}  # sacreBLEU's own numbers
LOWER_IS_BETTER = frozenset({"ter"})
_TOGETHER = 1000  # lines whose n-grams, tens of kilobytes each, are in memory at once
MOST_SECONDS_OF_TER = 10.0  # that it may take unless it is asked for
MOST_BYTES = 2_000_000_000  # of memory that a paired test may take unless it is asked for

Stats = list[list[float]]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Confidence:
    """Where the scores of 95 in 100 resampled test sets lie: ``mean`` plus or minus ``interval``."""

    mean: float
    interval: float
    resamples: int


@dataclass(frozen=True)
class Comparison:
    """How probable a larger difference from the first system would be if the two were equally good, as tests count it.

    Never below 2 ** (1 - n) where the metric tells the two apart in n lines; 1 where n is 0.
    """

    p_value: float
    signature: str


@dataclass(kw_only=True)
class Score:
    """What one metric says of one system; ``details`` is sacreBLEU's own account of a BLEU score."""

    name: str  # BLEU, chrF2++, TER, COMET
    score: float
    signature: str
    details: str = ""
    segments: list[float]  # of each line
    confidence: Confidence | None = None
    comparisons: dict[str, Comparison] = field(default_factory=dict)  # by "bs" and "ar"; none for the first system


class Scorer:
    """Scores systems on one test set; a system is known by its list of hypotheses, which must stay as it is."""

    def __init__(
        self,
        test_set: EvaluationSet,
        *,
        metrics: Sequence[str] | None = None,
        target_language: str | None = None,
        tokenize: str | None = None,
        lowercase: bool = False,
    ) -> None:
        """As score_translations; NMTError if BLEU's tokenizer is not available.

        ``metrics`` are those wanted; None: METRICS, without TER where it would take long. chrF2++ (chrf) is computed
        always, as lines are sorted by it; ``shown`` are those wanted.
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
            self._remember(metric)
            self.metrics[name] = metric
        self._line_bleu = _for_lines(tokenize, lowercase)

    def scores(self, hypotheses: list[str], *, name: str = "", resamples: int = 0) -> dict[str, Score]:
        """The scores by metric; with confidence intervals if there are ``resamples``, and lines to draw from."""
        if len(hypotheses) < 2:  # of a single line all resampled test sets are alike
            resamples = 0
        warn_if_tokenized(hypotheses, name)
        warn_of_normal_forms(hypotheses, self.test_set.references, name)
        found = {}
        for key, metric in self.metrics.items():
            stats = self.statistics(key, hypotheses)
            score = metric._aggregate_and_compute(stats)
            found[key] = Score(
                name=score.name,
                score=float(score.score),
                signature=_signature(metric, resamples),
                details=score._verbose if key == "bleu" else "",
                segments=[self._line_score(key, line) for line in stats],
                confidence=_confidence(metric, stats, resamples) if resamples else None,
            )
        return found

    def part_score(self, key: str, hypotheses: list[str], lines: Sequence[int]) -> float:
        """The score of some of the lines, as if they were the test set."""
        stats = self.statistics(key, hypotheses)
        return float(self.metrics[key]._aggregate_and_compute([stats[line] for line in lines]).score)

    def statistics(self, key: str, hypotheses: list[str]) -> Stats:
        """What the metric counts of each line."""
        found: Stats = self.metrics[key]._extract_corpus_statistics(hypotheses, None)
        return found

    def compare(
        self, systems: Sequence[tuple[str, list[str]]], kind: str, *, samples: int = 0
    ) -> list[dict[str, Comparison]]:
        """For each system but the first, by metric: sacreBLEU's paired test, "bs" or "ar", against the first.

        ``samples`` are the resampled corpora (bs) or the trials (ar); 0 means sacreBLEU's own number. Its tests count
        larger differences only, never equal ones, and so find a system different from its own copy, and certain what
        differs in a single line. Of the 2**n ways to exchange n lines two give the difference that was found, so that
        p is never less than theirs.
        """
        from sacrebleu.significance import PairedTest

        signatures, results = PairedTest(
            list(systems), self.metrics, references=None, test_type=kind, n_samples=samples
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
        """That of the strongest evidence which the lines that the metric tells apart can give."""
        pairs = zip(self.statistics(key, first), self.statistics(key, other), strict=True)
        differing = sum(one != another for one, another in pairs)
        return 2.0 ** -max(0, differing - 1)

    def memory_of_test(self, samples: int) -> int:
        """Bytes that a paired test takes about: sacreBLEU holds the statistics of all resampled corpora at once."""
        return samples * len(self.test_set) * (24 * 4 + 8)

    def _remember(self, metric: "Metric") -> None:
        """Let ``metric`` count each system once, also for sacreBLEU's tests, which ask for it again."""
        fewer = self.test_set.kept is not None  # None is how sacreBLEU knows of a line with fewer references
        references_given = [
            [None if fewer and not text.strip() else text for text in each] for each in self.test_set.references
        ]
        known: dict[int, tuple[Sequence[str], Stats]] = {}  # holds the hypotheses, so that no other takes their id
        count: Callable[..., Any] = metric._extract_corpus_statistics

        def remembering(hypotheses: Sequence[str], references: Sequence[Sequence[str]] | None) -> Stats:  # noqa: ARG001
            if id(hypotheses) not in known:
                stats: Stats = []
                for first in range(0, len(hypotheses), _TOGETHER):
                    part = slice(first, first + _TOGETHER)
                    stats += count(hypotheses[part], [reference[part] for reference in references_given])
                known[id(hypotheses)] = (hypotheses, stats)
            return known[id(hypotheses)][1]

        metric._extract_corpus_statistics = remembering  # type: ignore[method-assign]

    def _line_score(self, key: str, stats: list[float]) -> float:
        metric = self._line_bleu if key == "bleu" else self.metrics[key]
        return float(metric._aggregate_and_compute([stats]).score)


def _without_slow_ter(test_set: EvaluationSet, script: str | None) -> tuple[str, ...]:
    """METRICS, without TER where long lines would keep it busy for more than a moment, which a warning says."""
    seconds = seconds_of_ter(test_set.references, script)
    if seconds <= MOST_SECONDS_OF_TER:
        return METRICS
    logger.warning(
        "%s: TER is left out, as lines this long can take it %s; --metrics bleu,chrf++,ter computes it all the same",
        test_set.name,
        f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes",
    )
    return tuple(key for key in METRICS if key != "ter")


def better(key: str, one: float, other: float) -> bool:
    """Whether ``one`` is the better value of a metric."""
    return one < other if key in LOWER_IS_BETTER else one > other


def _for_lines(tokenize: str, lowercase: bool) -> "BLEU":
    """BLEU for single lines, which are often shorter than four words."""
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(tokenize=tokenize, lowercase=lowercase, force=True, effective_order=True)


def seed() -> int | None:
    """The seed of all resampling, as sacreBLEU takes it from $SACREBLEU_SEED; None: another one each time."""
    given = os.environ.get("SACREBLEU_SEED", "12345")
    if given.lower() == "none":
        return None
    try:
        return int(given)
    except ValueError:
        raise NMTError(f"SACREBLEU_SEED must be a whole number or none, not {given!r}") from None


def _signature(metric: "Metric", resamples: int) -> str:
    signature = metric.get_signature()
    if resamples:
        signature.update("bs", resamples)
        signature.update("seed", str(seed()).lower())
    return str(signature)


def _confidence(metric: "Metric", stats: Stats, resamples: int) -> Confidence:
    """As ``sacrebleu --confidence``, number for number, without holding all resampled corpora in memory at once."""
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
