"""Quality gates: the least that a score may be, so that a machine can refuse what became worse."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nmt.errors import NMTError
from nmt.evaluation.metrics import METRICS
from nmt.evaluation.results import SetResult
from nmt.evaluation.scoring import LOWER_IS_BETTER
from nmt.settings import did_you_mean

GATED = (*METRICS, "chrf2", "comet")


@dataclass(frozen=True)
class Gate:
    """A metric and its bound: the least that is good enough, or, for TER, the most."""

    metric: str
    bound: float

    def passes(self, score: float) -> bool:
        """Whether a score is good enough."""
        return score <= self.bound if self.metric in LOWER_IS_BETTER else score >= self.bound


def parse_gate(text: str, names: Mapping[str, str] | None = None) -> Gate:
    """The gate that ``text`` describes, such as bleu=35 or ter=50; NMTError if it is none.

    ``names`` has other names of metrics than their own. Without them, chrf and chrf++ are both chrF2++.
    """
    name, _, number = text.partition("=")
    lowered = name.strip().lower()
    metric = names.get(lowered, lowered) if names else lowered.replace("chrf++", "chrf")
    if metric not in GATED:
        hint = did_you_mean(metric, GATED)
        raise NMTError(f"there is no metric {name!r}, only {', '.join(GATED)}{hint}")
    try:
        bound = float(number)
    except ValueError:
        bound = math.nan
    if not math.isfinite(bound):
        raise NMTError(f"a quality gate is a metric and a number, such as {metric}=35, not {text!r}")
    return Gate(metric, bound)


def check_gates(gates: Sequence[Gate], results: Sequence[SetResult]) -> None:
    """NMTError, naming every system that does not pass on every test set, unless all pass all ``gates``."""
    failures = []
    for result in results:
        for system in result.systems:
            for gate in gates:
                score = system.scores[gate.metric]
                if not gate.passes(score.score):
                    relation = "above" if gate.metric in LOWER_IS_BETTER else "below"
                    failures.append(
                        f"{score.name} of {system.output.name} on {result.test_set.name} is {score.score:.4g}, "
                        f"{relation} {gate.bound:g}"
                    )
    if failures:
        raise NMTError(f"the quality gate is shut: {'; '.join(failures)}")
