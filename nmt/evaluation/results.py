"""The results of an evaluation, and the same as plain values for JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from nmt.evaluation.breakdowns import Agreement, LengthBin, WordBin
from nmt.evaluation.datasets import EvaluationSet
from nmt.evaluation.significance import Score
from nmt.evaluation.systems import SystemOutput
from nmt.translation.results import Link


@dataclass(kw_only=True)
class SystemResult:
    """The result of one system on one test set."""

    output: SystemOutput
    scores: dict[str, Score]  # by metric; chrf (chrF2++) is always among them
    metrics: tuple[str, ...] = ()  # those asked for; empty: all
    error_flags: list[list[str]]  # by line, names in ERROR_FLAGS
    worst: list[int]  # lines with the lowest scores
    different: list[int]  # lines in which it differs most from the first system; empty for that one
    links: dict[int, Sequence[Link]] = field(default_factory=dict)  # alignments of some lines

    def shown(self) -> dict[str, Score]:
        """The scores that were asked for, by metric."""
        return {key: self.scores[key] for key in self.metrics or self.scores}


@dataclass(kw_only=True)
class SetResult:
    """The results of all systems on one test set; the others are compared with the first."""

    test_set: EvaluationSet
    systems: list[SystemResult]
    lengths: list[LengthBin]
    categories: list[WordBin]
    frequencies: list[WordBin]
    counts_of: str | None  # the model whose training text the frequencies are from


def as_json(results: Sequence[SetResult]) -> dict[str, Any]:
    """Everything, as JSON values; for one system on one test set the main values are also at the top level."""
    sets = [_set(result) for result in results]
    top_level: dict[str, Any] = {}
    if len(results) == len(results[0].systems) == 1:
        system = sets[0]["systems"][0]
        names = ["model", "hypotheses", "source", "references", "sentences", "left_out", "scores"]
        names += ["seconds", "sentences_per_second", "parameters", "bytes"]
        values = sets[0] | system
        top_level = {name: values[name] for name in names if values.get(name) is not None}
    return {**top_level, "test_sets": sets}


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
        "by_kind": _word_bins(result.categories),
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
        "faults": flag_counts(system),
        "worst": system.worst,
        "different": system.different,
    }


def flag_counts(system: SystemResult) -> dict[str, int]:
    """How many lines have each error flag that occurs."""
    names = [name for flags in system.error_flags for name in flags]
    return {name: names.count(name) for name in dict.fromkeys(names)}


def _score(key: str, score: Score) -> dict[str, Any]:
    return {
        "name": score.name,
        "score": score.score,
        "signature": score.signature,
        "details": score.details,
        "metric": key,
        "confidence": None if score.confidence is None else asdict(score.confidence),
        **{f"paired_{test}": asdict(comparison) for test, comparison in score.comparisons.items()},
    }


def _word_bins(bins: Sequence[WordBin]) -> list[dict[str, Any]]:
    return [{"label": each.label, "systems": [agreement_values(system) for system in each.systems]} for each in bins]


def agreement_values(agreement: Agreement) -> dict[str, Any]:
    """The counts, and precision, recall and F1."""
    ratios = {"precision": agreement.precision, "recall": agreement.recall, "f1": agreement.f1}
    return {**asdict(agreement), **ratios}


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
                "faults": system.error_flags[line],
            }
            for system in result.systems
        ],
    }
