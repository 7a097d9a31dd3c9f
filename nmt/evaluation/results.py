"""All that an evaluation found, and the same as plain values for JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from nmt.evaluation.breakdowns import Agreement, LengthBin, WordBin
from nmt.evaluation.datasets import EvaluationSet
from nmt.evaluation.scoring import Score
from nmt.evaluation.systems import Output
from nmt.translation.results import Link


@dataclass(kw_only=True)
class SystemResult:
    """A system on a test set."""

    output: Output
    scores: dict[str, Score]  # by metric; chrf (chrF2++) is always among them
    metrics: tuple[str, ...] = ()  # those that were wanted; none: all
    faults: list[list[str]]  # of each line, by name
    worst: list[int]  # lines
    different: list[int]  # lines in which it differs most from the first system; none for that one
    links: dict[int, Sequence[Link]] = field(default_factory=dict)  # alignments of some lines

    def shown(self) -> dict[str, Score]:
        """The scores that were wanted, by metric."""
        return {key: self.scores[key] for key in self.metrics or self.scores}


@dataclass(kw_only=True)
class SetResult:
    """All systems on a test set; the first is the one that the others are compared with."""

    test_set: EvaluationSet
    systems: list[SystemResult]
    lengths: list[LengthBin]
    kinds: list[WordBin]
    frequencies: list[WordBin]
    counts_of: str | None  # the model whose training text tells what is frequent


def as_json(results: Sequence[SetResult]) -> dict[str, Any]:
    """Everything, as JSON takes it; of one system on one test set the main things stand outside, too."""
    sets = [_set(result) for result in results]
    outside: dict[str, Any] = {}
    if len(results) == len(results[0].systems) == 1:
        inside = sets[0]["systems"][0]
        names = ["model", "hypotheses", "source", "references", "sentences", "left_out", "scores"]
        names += ["seconds", "sentences_per_second", "parameters", "bytes"]
        values = sets[0] | inside
        outside = {name: values[name] for name in names if values.get(name) is not None}
    return {**outside, "test_sets": sets}


def _set(result: SetResult) -> dict[str, Any]:
    test_set = result.test_set
    return {
        "name": test_set.name,
        "source": test_set.source_name,
        "references": list(test_set.reference_names),
        "sentences": len(test_set),
        "left_out": test_set.left_out,
        "systems": [_system(system) for system in result.systems],
        "by_length": [asdict(each) for each in result.lengths],
        "by_frequency": {"counts_of": result.counts_of, "bins": _word_bins(result.frequencies)},
        "by_kind": _word_bins(result.kinds),
        "segments": [_segment(result, line) for line in range(len(test_set))],
    }


def _system(system: SystemResult) -> dict[str, Any]:
    output = system.output
    return {
        "name": output.name,
        "model": output.model,
        "hypotheses": output.file,
        "scores": [_score(key, score) for key, score in system.shown().items()],
        "seconds": output.seconds,
        "sentences_per_second": output.sentences_per_second,
        "parameters": output.parameters,
        "bytes": output.bytes,
        "faults": fault_counts(system),
        "worst": system.worst,
        "different": system.different,
    }


def fault_counts(system: SystemResult) -> dict[str, int]:
    """How many lines have each fault that occurs."""
    found = [name for faults in system.faults for name in faults]
    return {name: found.count(name) for name in dict.fromkeys(found)}


def _score(key: str, score: Score) -> dict[str, Any]:
    return {
        "name": score.name,
        "score": score.score,
        "signature": score.signature,
        "details": score.details,
        "metric": key,
        "confidence": None if score.confidence is None else asdict(score.confidence),
        **{f"paired_{kind}": asdict(comparison) for kind, comparison in score.comparisons.items()},
    }


def _word_bins(bins: Sequence[WordBin]) -> list[dict[str, Any]]:
    return [{"label": each.label, "systems": [agreement(system) for system in each.systems]} for each in bins]


def agreement(found: Agreement) -> dict[str, Any]:
    """The counts and what follows from them."""
    return {**asdict(found), "precision": found.precision, "recall": found.recall, "f1": found.f1}


def _segment(result: SetResult, line: int) -> dict[str, Any]:
    test_set = result.test_set
    return {
        "line": test_set.line_number(line),
        "source": None if test_set.sources is None else test_set.sources[line],
        "references": test_set.references_of(line),
        "systems": [
            {
                "hypothesis": system.output.hypotheses[line],
                "scores": {key: round(score.segments[line], 2) for key, score in system.shown().items()},
                "faults": system.faults[line],
            }
            for system in result.systems
        ],
    }
