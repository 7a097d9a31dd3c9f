"""From translations to all that can be said of them: scores, tests, weaknesses and the lines worth looking at."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from nmt.corpus.word_counts import WordCounts
from nmt.evaluation.breakdowns import by_frequency, by_kind, by_length
from nmt.evaluation.comet import Comet
from nmt.evaluation.datasets import EvaluationSet
from nmt.evaluation.error_flags import faults_of
from nmt.evaluation.results import SetResult, SystemResult
from nmt.evaluation.scoring import MOST_BYTES, RESAMPLES, Score, Scorer
from nmt.evaluation.segments import most_different, worst
from nmt.evaluation.systems import FileSystem, ModelSystem, Output, align

logger = logging.getLogger(__name__)
_STRANGE = 12.0  # chrF2++ below which a reference is probably that of another text
LINES_SHOWN = 10  # of the worst lines and of the most different ones


@dataclass(frozen=True, kw_only=True)
class EvaluationConfig:
    """How much is asked: how many resamples (0: each test's own number), intervals, tests against the first system."""

    confidence: bool = False
    tests: tuple[str, ...] | None = None  # of "bs" and "ar"; None: bs where there are several systems and memory for it
    samples: int = 0
    comet: Comet | None = None
    metrics: tuple[str, ...] | None = None  # those wanted; None: METRICS, without TER where it would take long

    def tests_for(self, scorer: Scorer, systems: int) -> tuple[str, ...]:
        """The tests that are made of so many ``systems``."""
        if systems < 2 or self.tests is not None:
            return self.tests or ()
        if scorer.memory_of_test(self.samples or RESAMPLES["bs"]) > MOST_BYTES:
            logger.info("many lines: no paired test without --paired-bs or --paired-ar, which take gigabytes here")
            return ()
        return ("bs",)


def evaluate_systems(
    sets: Sequence[EvaluationSet],
    systems: Sequence[ModelSystem | FileSystem],
    evaluation_config: EvaluationConfig,
    *,
    tokenize: str | None = None,
    lowercase: bool = False,
    allow_empty_references: bool = False,
) -> list[SetResult]:
    """Let all ``systems`` translate all test ``sets``, and judge them; the others are compared with the first.

    What would be missing for the scores is said before anything is translated. A line without a reference counts as an
    error of each system that says anything there, unless they are allowed: then such lines are left out.
    """
    scored = [each.with_references_only() if allow_empty_references else each for each in sets]
    for each, whole in zip(scored, sets, strict=True):
        _report_empty_references(each, whole)
    models = [system for system in systems if isinstance(system, ModelSystem)]
    language = next((each.info.target_language for each in models if each.info.target_language), None)
    chosen = evaluation_config.metrics
    scorers = [
        Scorer(each, metrics=chosen, target_language=language, tokenize=tokenize, lowercase=lowercase)
        for each in scored
    ]
    known = ((each.word_counts(), each.name) for each in models)
    counts, counts_of = next((found for found in known if found[0] is not None), (None, None))
    made = [
        [
            each.translate(one) if isinstance(each, ModelSystem) else each.output(number)
            for number, one in enumerate(sets)
        ]
        for each in systems
    ]
    return [
        judge(
            scorer,
            [each.scored(scorer.test_set) for each in outputs],
            evaluation_config,
            counts=counts,
            counts_of=counts_of,
        )
        for scorer, outputs in zip(scorers, zip(*made, strict=True), strict=True)
    ]


def _report_empty_references(scored: EvaluationSet, whole: EvaluationSet) -> None:
    """A word on the lines that are left out, or a warning about empty references that count."""
    if scored.kept is None and (empty := whole.empty_references()):
        logger.warning(
            "%s of %s lines of %s have an empty reference, which any translation is an error against; "
            "--allow-empty-references leaves them out",
            *(f"{empty:,}", f"{len(whole):,}", whole.name),
        )
    elif scored.left_out:
        logger.info(
            "%s: %s of %s lines have no reference and are left out",
            whole.name,
            f"{scored.left_out:,}",
            f"{len(whole):,}",
        )


def judge(
    scorer: Scorer,
    outputs: Sequence[Output],
    evaluation_config: EvaluationConfig,
    *,
    counts: WordCounts | None = None,
    counts_of: str | None = None,
) -> SetResult:
    """All that can be said of the ``outputs`` of several systems; ``counts`` are those of the model ``counts_of``."""
    test_set = scorer.test_set
    tests = evaluation_config.tests_for(scorer, len(outputs))
    resamples = (evaluation_config.samples or RESAMPLES["bs"]) if evaluation_config.confidence or tests else 0
    scores = [scorer.scores(output.hypotheses, name=output.name, resamples=resamples) for output in outputs]
    for kind in tests:
        compared = scorer.compare(
            [(output.name, output.hypotheses) for output in outputs], kind, samples=evaluation_config.samples
        )
        for found, comparisons in zip(scores[1:], compared, strict=True):
            for key, comparison in comparisons.items():
                found[key].comparisons[kind] = comparison
    if evaluation_config.comet is not None:
        for found, output in zip(scores, outputs, strict=True):
            found["comet"] = evaluation_config.comet.score(test_set, output.hypotheses)
    for found, output in zip(scores, outputs, strict=True):
        if found["chrf"].score < _STRANGE:
            names = output.name, test_set.reference_names[0]
            logger.warning("%s agrees with %s hardly anywhere; is that the reference of this test set?", *names)
    hypotheses = [output.hypotheses for output in outputs]
    return SetResult(
        test_set=test_set,
        systems=[_system(scorer, outputs, scores, number) for number in range(len(outputs))],
        lengths=by_length(scorer, hypotheses),
        kinds=by_kind(test_set, hypotheses),
        frequencies=[] if counts is None else by_frequency(test_set, hypotheses, counts.target),
        counts_of=counts_of,
    )


def add_alignments(result: SetResult, number: int, model: ModelSystem, lines: Sequence[int]) -> None:
    """Let ``model``, which made the translations of system ``number``, say which words it aligned in some lines."""
    sources = result.test_set.sources or []
    hypotheses = result.systems[number].output.hypotheses
    links = align(model.translator, [sources[line] for line in lines], [hypotheses[line] for line in lines])
    result.systems[number].links = dict(zip(lines, links, strict=True))


def _system(scorer: Scorer, outputs: Sequence[Output], scores: Sequence[dict[str, Score]], number: int) -> SystemResult:
    test_set = scorer.test_set
    first, own = outputs[0].hypotheses, outputs[number].hypotheses
    segments = scores[number]["chrf"].segments
    different = most_different(first, own, (scores[0]["chrf"].segments, segments), LINES_SHOWN) if number else []
    return SystemResult(
        output=outputs[number],
        scores=scores[number],
        metrics=tuple(key for key in scores[number] if key in (*scorer.shown, "comet")),
        faults=[
            faults_of(
                hypothesis,
                test_set.references_of(line),
                test_set.sources[line] if test_set.sources else None,
            )
            for line, hypothesis in enumerate(own)
        ],
        worst=worst(segments, LINES_SHOWN),
        different=different,
    )
