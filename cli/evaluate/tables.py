"""The results of ``nmt evaluate`` as text."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nmt.evaluation.breakdowns import WordBin
    from nmt.evaluation.results import SetResult, SystemResult
    from nmt.evaluation.significance import Score

SIGNIFICANT = 0.05
TESTS = {"bs": "p, paired bootstrap", "ar": "p, approximate randomisation"}
EXPLANATION = (
    "p: how probable a larger difference from the first system would be if both were equally good "
    f"(* below {SIGNIFICANT}); if only a few lines differ it stays large, and if none differs it is 1. ±: "
    "95% interval of resampled test sets."
)


def scores_text(results: "Sequence[SetResult]", *, confidence: bool) -> str:
    """The scores: three lines for one system, one table for several systems or test sets."""
    if len(results) == len(results[0].systems) == 1:
        scores = results[0].systems[0].shown().values()
        lines = [f"{score.name:<8} {_value(score, confidence)}  {score.signature}" for score in scores]
        return "\n".join([*lines, *_left_out(results)])
    keys = [key for key in results[0].systems[0].shown() if all(key in each.systems[0].shown() for each in results)]
    timed = any(system.output.seconds is not None for result in results for system in result.systems)
    names = [results[0].systems[0].scores[key].name for key in keys]
    rows = [["", *names, *(["sentences/s", "parameters", "MB"] if timed else [])]]
    for result in results:
        if len(results) > 1:
            rows += [[""], [f"{result.test_set.name}, {len(result.test_set):,} lines"]]
        for system in result.systems:
            rows.append([system.output.name, *(_value(system.scores[key], True) for key in keys), *_size(system)])
            rows += _p_values(system, keys)
    tested = any(score.comparisons for result in results for each in result.systems for score in each.shown().values())
    signatures = [f"{name:<8} {signature}" for name, signature in _signatures(results, keys)]
    return "\n".join([*_table(rows), "", *signatures, *_left_out(results), *([EXPLANATION] if tested else [])])


def _left_out(results: "Sequence[SetResult]") -> list[str]:
    """A line for each test set that has lines without a reference, which are left out of the scores."""
    return [
        f"{each.test_set.name}: {each.test_set.left_out:,} of {len(each.test_set) + each.test_set.left_out:,} lines "
        "have no reference and are left out"
        for each in results
        if each.test_set.left_out
    ]


def details_text(results: "Sequence[SetResult]") -> str:
    """Where the systems are weak, for each test set."""
    return "\n\n".join("\n".join(_details(result)) for result in results)


def _value(score: "Score", confidence: bool) -> str:
    value = f"{score.score:6.2f}" if abs(score.score) > 2 or score.name != "COMET" else f"{score.score:6.4f}"
    if confidence and score.confidence is not None:
        value += f" ± {score.confidence.interval:.2f}"
    return value


def _size(system: "SystemResult") -> list[str]:
    output = system.output
    if output.seconds is None or output.parameters is None or output.bytes is None:
        return []
    return [f"{output.sentences_per_second:,.1f}", f"{output.parameters:,}", f"{output.bytes / 1e6:,.1f}"]


def _p_values(system: "SystemResult", keys: Sequence[str]) -> list[list[str]]:
    rows = []
    for test, name in TESTS.items():
        comparisons = [system.scores[key].comparisons.get(test) for key in keys]
        if any(comparisons):
            cells = [
                f"{each.p_value:.4f}{'*' if each.p_value < SIGNIFICANT else ' '}" if each else ""
                for each in comparisons
            ]
            rows.append([f"  {name}", *cells])
    return rows


def _signatures(results: "Sequence[SetResult]", keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every signature once; the signatures of tests replace those of the scores, which they contain."""
    for key in keys:
        scores = [system.scores[key] for result in results for system in result.systems]
        signatures = [score.signature for score in scores if not any(each.comparisons for each in scores)]
        signatures += [comparison.signature for score in scores for comparison in score.comparisons.values()]
        for signature in dict.fromkeys(signatures):
            yield scores[0].name, signature


def _details(result: "SetResult") -> Iterator[str]:
    names = [system.output.name for system in result.systems]
    measured = "source" if result.test_set.sources is not None else "reference"
    yield f"chrF2++ by length of the {measured}, in words"
    yield from _indented(
        ["", "lines", *names],
        [
            [each.label, f"{each.sentences:,}", *(f"{scores['chrf']:.2f}" for scores in each.scores)]
            for each in result.lengths
        ],
    )
    if result.frequencies:
        yield f"\nwords reproduced (F1), by how often they occur in the training text of {result.counts_of}"
        yield from _word_bins(names, result.frequencies)
    yield "\nwords reproduced (F1), by category"
    yield from _word_bins(names, result.categories)
    yield "\nlines with signs of errors"
    yield from _indented(["", *names], _flag_rows(result))
    for system in result.systems:
        yield f"\nworst lines of {system.output.name}, by chrF2++"
        yield from (text for line in system.worst[:3] for text in _line(result, line, [system]))
    for system in result.systems[1:]:
        yield f"\nlines in which {system.output.name} differs most from {names[0]}, by chrF2++"
        yield from (text for line in system.different[:3] for text in _line(result, line, [result.systems[0], system]))


def _word_bins(names: Sequence[str], bins: "Sequence[WordBin]") -> Iterator[str]:
    rows = [
        [
            each.label,
            f"{each.systems[0].reference:,}",
            *("" if system.f1 is None else f"{system.f1:.1f}" for system in each.systems),
        ]
        for each in bins
    ]
    return _indented(["", "words", *names], rows)


def _flag_rows(result: "SetResult") -> list[list[str]]:
    from nmt.evaluation.error_flags import ERROR_FLAGS
    from nmt.evaluation.results import flag_counts

    counts = [flag_counts(system) for system in result.systems]
    return [[f"{name}: {text}", *(f"{each.get(name, 0):,}" for each in counts)] for name, text in ERROR_FLAGS.items()]


def _line(result: "SetResult", line: int, systems: "Sequence[SystemResult]") -> Iterator[str]:
    scores = " and ".join(f"{system.scores['chrf'].segments[line]:.1f}" for system in systems)
    yield f"  line {result.test_set.line_number(line):,}: {scores}"
    if result.test_set.sources is not None:
        yield f"    < {result.test_set.sources[line]}"
    yield from (f"    > {system.output.hypotheses[line]}" for system in systems)
    yield f"    = {result.test_set.references[0][line]}"


def _indented(header: list[str], rows: list[list[str]]) -> Iterator[str]:
    return (f"  {line}" for line in _table([header, *rows]))


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows with aligned columns, the first one flush left and the others flush right."""
    count = max(map(len, rows))
    widths = [max((len(row[column]) for row in rows if column < len(row) > 1), default=0) for column in range(count)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines
