"""Quality gates: bounds on scores that turn a worse model into a failed command."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nmt.errors import NMTError
from nmt.evaluation.metrics import METRICS
from nmt.evaluation.results import SetResult
from nmt.evaluation.significance import LOWER_IS_BETTER
from nmt.settings import did_you_mean

GATE_METRICS = (*METRICS, "chrf2", "comet")


@dataclass(frozen=True)
class Gate:
    """A metric and its bound: the lowest score that passes, or, for TER, the highest."""

    metric: str
    bound: float

    def passes(self, score: float) -> bool:
        """Whether a score is good enough."""
        return score <= self.bound if self.metric in LOWER_IS_BETTER else score >= self.bound


def parse_gate(text: str, names: Mapping[str, str] | None = None) -> Gate:
    """The gate that ``text`` describes, such as bleu=35 or ter=50; NMTError if it does not describe one.

    ``names`` maps other names of metrics to ours. Without it, chrf and chrf++ both mean chrF2++.
    """
    name, _, number = text.partition("=")
    lowered = name.strip().lower()
    metric = names.get(lowered, lowered) if names else lowered.replace("chrf++", "chrf")
    if metric not in GATE_METRICS:
        hint = did_you_mean(metric, GATE_METRICS)
        raise NMTError(f"there is no metric {name!r}, only {', '.join(GATE_METRICS)}{hint}")
    try:
        bound = float(number)
    except ValueError:
        bound = math.nan
    if not math.isfinite(bound):
        raise NMTError(f"a quality gate is a metric and a number, such as {metric}=35, not {text!r}")
    return Gate(metric, bound)


def check_gates(gates: Sequence[Gate], results: Sequence[SetResult]) -> None:
    """NMTError that names each score that does not pass one of the ``gates``."""
    failures = []
    for result in results:
        for system in result.systems:
            for gate in gates:
                score = system.scores[gate.metric]
                if not gate.passes(score.score):
                    relation = "above" if gate.metric in LOWER_IS_BETTER else "below"
                    failures.append(
                        f"{score.name} {score.score:.4g} of {system.output.name} on {result.test_set.name} "
                        f"is {relation} {gate.bound:g}"
                    )
    if failures:
        raise NMTError(f"quality gate failed: {'; '.join(failures)}")
