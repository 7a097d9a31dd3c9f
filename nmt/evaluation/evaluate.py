"""From test sets and systems to everything the evaluation reports: scores, tests, breakdowns and selected lines."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from nmt.corpus.word_counts import WordCounts
from nmt.evaluation.breakdowns import by_category, by_frequency, by_length
from nmt.evaluation.comet import Comet
from nmt.evaluation.datasets import EvaluationSet
from nmt.evaluation.error_flags import error_flags
from nmt.evaluation.line_selection import most_different_lines, worst_lines
from nmt.evaluation.results import SetResult, SystemResult
from nmt.evaluation.significance import MOST_BYTES, RESAMPLES, Score, Scorer
from nmt.evaluation.systems import FileSystem, ModelSystem, SystemOutput, align_words

logger = logging.getLogger(__name__)
_SUSPICIOUS_CHRF = 12.0  # chrF2++ below which a reference probably belongs to another text
LINES_SHOWN = 10  # of the worst lines and of the most different ones


@dataclass(frozen=True, kw_only=True)
class EvaluationConfig:
    """What to compute: scores, intervals and tests against the first system.

    ``tokenize`` and ``lowercase`` are as for ``score_translations``.
    """

    metrics: tuple[str, ...] | None = None  # None: METRICS, without TER where it would take long
    tokenize: str | None = None
    lowercase: bool = False
    allow_empty_references: bool = False  # True: lines without a reference are left out of the scores
    confidence: bool = False
    tests: tuple[str, ...] | None = None  # of "bs" and "ar"; None: bs for several systems, if memory allows
    resamples: int = 0  # 0: the default of each test
    comet: Comet | None = None

    def tests_for(self, scorer: Scorer, systems: int) -> tuple[str, ...]:
        """The tests to run for this number of ``systems``."""
        if systems < 2 or self.tests is not None:
            return self.tests or ()
        if scorer.memory_of_test(self.resamples or RESAMPLES["bs"]) > MOST_BYTES:
            logger.info("many lines: no paired test without --paired-bs or --paired-ar, which take gigabytes here")
            return ()
        return ("bs",)


def evaluate_systems(
    sets: Sequence[EvaluationSet], systems: Sequence[ModelSystem | FileSystem], config: EvaluationConfig
) -> list[SetResult]:
    """Evaluate all ``systems`` on all test ``sets``; the first system is the one that the others are compared with.

    What scoring needs is checked before anything is translated. A line without a reference counts as an error of each
    system that translates it, unless ``config`` allows empty references: then such lines are left out.
    """
    scored = [each.with_references_only() if config.allow_empty_references else each for each in sets]
    for each, whole in zip(scored, sets, strict=True):
        _report_empty_references(each, whole)
    models = [system for system in systems if isinstance(system, ModelSystem)]
    language = next((each.info.target_language for each in models if each.info.target_language), None)
    scorers = [
        Scorer(
            each,
            metrics=config.metrics,
            target_language=language,
            tokenize=config.tokenize,
            lowercase=config.lowercase,
        )
        for each in scored
    ]
    counts_of_models = ((each.word_counts(), each.name) for each in models)
    counts, counts_of = next((pair for pair in counts_of_models if pair[0] is not None), (None, None))
    outputs = [
        [
            system.translate(test_set) if isinstance(system, ModelSystem) else system.output(number)
            for number, test_set in enumerate(sets)
        ]
        for system in systems
    ]
    return [
        evaluate_outputs(
            scorer,
            [output.scored(scorer.test_set) for output in outputs_on_set],
            config,
            counts=counts,
            counts_of=counts_of,
        )
        for scorer, outputs_on_set in zip(scorers, zip(*outputs, strict=True), strict=True)
    ]


def _report_empty_references(scored: EvaluationSet, whole: EvaluationSet) -> None:
    """Report the lines that are left out, or warn about empty references that count."""
    if scored.kept is None and (empty := whole.empty_references()):
        logger.warning(
            "%s of %s lines of %s have an empty reference, so any translation of them counts as an error; "
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


def evaluate_outputs(
    scorer: Scorer,
    outputs: Sequence[SystemOutput],
    config: EvaluationConfig,
    *,
    counts: WordCounts | None = None,
    counts_of: str | None = None,
) -> SetResult:
    """The result of several systems on one test set; ``counts`` are the word counts of the model ``counts_of``."""
    test_set = scorer.test_set
    scores = _scores(scorer, outputs, config)
    for system_scores, output in zip(scores, outputs, strict=True):
        if system_scores["chrf"].score < _SUSPICIOUS_CHRF:
            names = output.name, test_set.reference_names[0]
            logger.warning("%s has almost nothing in common with %s; is that the reference of this test set?", *names)
    hypotheses = [output.hypotheses for output in outputs]
    return SetResult(
        test_set=test_set,
        systems=[_system_result(scorer, outputs, scores, number) for number in range(len(outputs))],
        lengths=by_length(scorer, hypotheses),
        categories=by_category(test_set, hypotheses),
        frequencies=[] if counts is None else by_frequency(test_set, hypotheses, counts.target),
        counts_of=counts_of,
    )


def add_alignments(result: SetResult, number: int, model: ModelSystem, lines: Sequence[int]) -> None:
    """Add to system ``number``, which is ``model``, the word alignments of some of its translations."""
    sources = result.test_set.sources or []
    hypotheses = result.systems[number].output.hypotheses
    links = align_words(model.translator, [sources[line] for line in lines], [hypotheses[line] for line in lines])
    result.systems[number].links = dict(zip(lines, links, strict=True))


def _scores(scorer: Scorer, outputs: Sequence[SystemOutput], config: EvaluationConfig) -> list[dict[str, Score]]:
    """The scores of each system by metric, with the comparisons with the first one."""
    tests = config.tests_for(scorer, len(outputs))
    resamples = (config.resamples or RESAMPLES["bs"]) if config.confidence or tests else 0
    scores = [scorer.scores(output.hypotheses, name=output.name, resamples=resamples) for output in outputs]
    systems = [(output.name, output.hypotheses) for output in outputs]
    for test in tests:
        compared = scorer.compare(systems, test, samples=config.resamples)
        for system_scores, comparisons in zip(scores[1:], compared, strict=True):
            for key, comparison in comparisons.items():
                system_scores[key].comparisons[test] = comparison
    if config.comet is not None:
        for system_scores, output in zip(scores, outputs, strict=True):
            system_scores["comet"] = config.comet.score(scorer.test_set, output.hypotheses)
    return scores


def _system_result(
    scorer: Scorer, outputs: Sequence[SystemOutput], scores: Sequence[dict[str, Score]], number: int
) -> SystemResult:
    test_set = scorer.test_set
    first, hypotheses = outputs[0].hypotheses, outputs[number].hypotheses
    segments = scores[number]["chrf"].segments
    first_segments = scores[0]["chrf"].segments
    return SystemResult(
        output=outputs[number],
        scores=scores[number],
        metrics=tuple(key for key in scores[number] if key in (*scorer.shown, "comet")),
        error_flags=[
            error_flags(
                hypothesis,
                test_set.references_of(line),
                test_set.sources[line] if test_set.sources else None,
            )
            for line, hypothesis in enumerate(hypotheses)
        ],
        worst=worst_lines(segments, LINES_SHOWN),
        different=most_different_lines(first, hypotheses, (first_segments, segments), LINES_SHOWN) if number else [],
    )
