"""The report: one page with a table of scores, charts and a browser of segments; it makes no network requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nmt.corpus.word_counts import words
from nmt.evaluation.breakdowns import STEPS, WordBin
from nmt.evaluation.datasets import EvaluationSet
from nmt.evaluation.error_flags import ERROR_FLAGS
from nmt.evaluation.line_selection import most_different_lines, select_lines, worst_lines
from nmt.evaluation.results import SetResult, SystemResult, flag_counts
from nmt.evaluation.significance import Score
from nmt.pages.page import asset, build_page, escape

SHOWN = 5000  # lines of a test set that are in the page
ALIGNED = 1000  # of them with word alignments
_LONGEST = 3000  # characters of a line that are shown
_SCORE_STEP = 5  # chrF2++ points of one bar of the histogram
_MOST_BARS = 24
_SIGNIFICANT = 0.05
_TESTS = {"bs": "paired bootstrap", "ar": "approximate randomisation"}


@dataclass(frozen=True)
class TrainingCurves:
    """The training curves of a model: by name, updates and their values."""

    model: str
    curves: Mapping[str, tuple[Sequence[int], Sequence[float]]]


def lines_shown(result: SetResult) -> list[int]:
    """The lines of a test set that the page shows: all, or the worst, the most different and an even spread."""
    return select_lines(len(result.test_set), SHOWN, _important(result))


def lines_aligned(result: SetResult) -> list[int]:
    """Those of ``lines_shown`` whose words the page aligns."""
    shown = lines_shown(result)
    positions = {line: position for position, line in enumerate(shown)}
    important = [[positions[line] for line in lines if line in positions] for lines in _important(result)]
    return [shown[position] for position in select_lines(len(shown), ALIGNED, important)]


def report_page(results: Sequence[SetResult], curves: Sequence[TrainingCurves] = ()) -> str:
    """The text of the HTML file."""
    names = [system.output.name for system in results[0].systems]
    body = [
        f"<h1>Evaluation of {escape(', '.join(names))}</h1>",
        *(_section(number, result) for number, result in enumerate(results)),
        _training(curves),
        _browser(results),
        "<p class='quiet'>Made with <code>nmt evaluate --report</code>. This page is one file and makes no network "
        "requests.</p>",
    ]
    data = {
        "sets": list(map(_set_data, results)),
        "curves": [_curve_data(each) for each in curves],
        "flags": ERROR_FLAGS,
    }
    return build_page(
        title=f"Evaluation: {', '.join(names)}",
        body="\n".join(body),
        data=data,
        style=asset("nmt.evaluation", "report.css"),
        script=asset("nmt.evaluation", "report_charts.js") + asset("nmt.evaluation", "report.js"),
    )


# --- what the page shows without scripts


def _section(number: int, result: SetResult) -> str:
    test_set = result.test_set
    files = ", ".join(filter(None, [test_set.source_name, *test_set.reference_names]))
    parts = [
        f"<section data-set='{number}'>",
        f"<h2>{escape(test_set.name)}</h2>",
        f"<p class='quiet'>{len(test_set):,} lines{_left_out(test_set)}: {escape(files)}</p>",
        _table(result),
        _wins(result),
        "<div class='columns'>",
        _figure("intervals", "Scores, with the 95 % interval of resampled test sets"),
        _figure("lengths", "chrF2++ by sentence length, in words"),
        _figure("frequencies", _frequency_caption(result)) if result.frequencies else "",
        _figure("categories", "Words reproduced as in the reference (F1)") if result.categories else "",
        _figure("score-histogram", "Lines by chrF2++"),
        _figure("length-histogram", "Lines by length, in words"),
        "</div>",
        _flag_table(result),
        "</section>",
    ]
    return "\n".join(filter(None, parts))


def _figure(name: str, caption: str) -> str:
    return f"<figure><figcaption>{escape(caption)}</figcaption><div class='chart' data-chart='{name}'></div></figure>"


def _frequency_caption(result: SetResult) -> str:
    return f"Words reproduced (F1), by how often they occur in the training text of {result.counts_of}"


def _table(result: SetResult) -> str:
    first = result.systems[0]
    timed = any(system.output.seconds is not None for system in result.systems)
    heads = [*(score.name for score in first.scores.values()), *(["sentences/s", "parameters", "MB"] if timed else [])]
    rows = [_row(number, system, timed) for number, system in enumerate(result.systems)]
    signatures = dict.fromkeys((score.name, text) for each in result.systems for text, score in _signatures(each))
    listed = "".join(f"<li>{escape(name)}: <code>{escape(text)}</code></li>" for name, text in signatures)
    tested = any(score.comparisons for each in result.systems for score in each.scores.values())
    explanation = (
        "<p class='quiet'>p: how probable a difference this large from the first system would be if both were equally "
        f"good; values below {_SIGNIFICANT} have a star.</p>"
    )
    return (
        f"<div class='scroll'><table><thead><tr><th>system</th>{''.join(map(_head, heads))}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>{explanation if tested else ''}"
        f"<details><summary>Signatures</summary><ul>{listed}</ul></details>"
    )


def _head(text: str) -> str:
    return f"<th class='number'>{escape(text)}</th>"


def _row(number: int, system: SystemResult, timed: bool) -> str:
    output = system.output
    cells = [_score_cell(score) for score in system.scores.values()]
    if timed and output.seconds is not None:
        sizes = (f"{output.sentences_per_second:,.1f}", f"{output.parameters:,}", f"{(output.bytes or 0) / 1e6:,.1f}")
        cells += [f"<td class='number'>{text}</td>" for text in sizes]
    elif timed:
        cells += ["<td></td>"] * 3
    return f"<tr><th><span class='key s{number}'></span> {escape(output.name)}</th>{''.join(cells)}</tr>"


def _score_cell(score: Score) -> str:
    digits = 4 if score.name == "COMET" else 2
    parts = [f"<b>{score.score:.{digits}f}</b>"]
    if score.confidence is not None:
        parts[0] += f" <small>± {score.confidence.interval:.2f}</small>"
    for test, comparison in score.comparisons.items():
        star = "*" if comparison.p_value < _SIGNIFICANT else ""
        parts.append(f"<small title='{_TESTS[test]}'>p {comparison.p_value:.4f}{star} ({test})</small>")
    return f"<td class='number'>{'<br>'.join(parts)}</td>"


def _signatures(system: SystemResult) -> list[tuple[str, Score]]:
    signatures = []
    for score in system.scores.values():
        texts = (score.signature, *(each.signature for each in score.comparisons.values()))
        signatures += [(text, score) for text in texts]
    return signatures


def _wins(result: SetResult) -> str:
    """In how many lines each system is better than the first one, and in how many worse."""
    first = result.systems[0]
    items = []
    for other in result.systems[1:]:
        pairs = list(zip(first.scores["chrf"].segments, other.scores["chrf"].segments, strict=True))
        better, worse = sum(two > one for one, two in pairs), sum(two < one for one, two in pairs)
        items.append(
            f"<li>{escape(other.output.name)} has a better chrF2++ than {escape(first.output.name)} in {better:,} "
            f"lines, a worse one in {worse:,}, the same in {len(pairs) - better - worse:,}.</li>"
        )
    return f"<ul>{''.join(items)}</ul>" if items else ""


def _flag_table(result: SetResult) -> str:
    counts = [flag_counts(system) for system in result.systems]
    heads = "".join(_head(system.output.name) for system in result.systems)
    rows = [
        f"<tr><td>{escape(name)} <small class='quiet'>{escape(text)}</small></td>"
        + "".join(f"<td class='number'>{each.get(name, 0):,}</td>" for each in counts)
        + "</tr>"
        for name, text in ERROR_FLAGS.items()
    ]
    return (
        "<h3>Lines with signs of errors</h3><div class='scroll'><table>"
        f"<thead><tr><th></th>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _browser(results: Sequence[SetResult]) -> str:
    shown = [(len(lines_shown(result)), len(result.test_set)) for result in results]
    incomplete = any(number < total for number, total in shown)
    counts = "; ".join(f"{number:,} of {total:,}" for number, total in shown)
    remark = f"<p class='quiet'>This page shows {counts} lines: the worst, the most different and an even spread.</p>"
    return (
        "<section id='browser'><h2>Segments</h2>"
        f"{remark if incomplete else ''}<div class='controls' id='controls'></div>"
        "<p class='quiet' id='matches' role='status'></p><div id='segments'></div>"
        "<p><button id='more' type='button'>Show more</button></p></section>"
    )


def _training(curves: Sequence[TrainingCurves]) -> str:
    if not curves:
        return ""
    names = dict.fromkeys(name for each in curves for name in each.curves)
    figures = "".join(_figure(f"training:{name}", f"{name[0].upper()}{name[1:]} by update") for name in names)
    return f"<section id='training'><h2>Training</h2><div class='columns'>{figures}</div></section>"


# --- the data of the scripts


def _left_out(test_set: EvaluationSet) -> str:
    return f" ({test_set.left_out:,} more have no reference and are left out)" if test_set.left_out else ""


def _set_data(result: SetResult) -> dict[str, Any]:
    test_set = result.test_set
    lengths = [list(map(_length, test_set.references[0]))]
    lengths += [list(map(_length, system.output.hypotheses)) for system in result.systems]
    return {
        "name": test_set.name,
        "systems": [_system_data(system) for system in result.systems],
        "lengths": [[each.label, each.sentences, [one["chrf"] for one in each.scores]] for each in result.lengths],
        "frequencies": _bins_data(result.frequencies),
        "categories": _bins_data(result.categories),
        "scoreHistogram": _histogram([each.scores["chrf"].segments for each in result.systems], _SCORE_STEP, 99),
        "lengthHistogram": _histogram(lengths, _step(lengths), max(map(max, lengths))),
        "segments": [_segment_data(result, line) for line in lines_shown(result)],
    }


def _system_data(system: SystemResult) -> dict[str, Any]:
    return {
        "name": system.output.name,
        "scores": [
            {
                "name": score.name,
                "score": score.score,
                "interval": None if score.confidence is None else [score.confidence.mean, score.confidence.interval],
            }
            for key, score in system.shown().items()
            if key != "comet"
        ],
        "aligned": bool(system.links),
    }


def _bins_data(bins: Sequence[WordBin]) -> list[list[Any]]:
    return [
        [each.label, each.systems[0].reference, [agreement.f1 for agreement in each.systems]]
        for each in bins
    ]  # fmt: skip


def _segment_data(result: SetResult, line: int) -> list[Any]:
    """Line, source, references, and for each system translation, chrF2++, error flags and links, as a compact list."""
    test_set = result.test_set
    return [
        test_set.line_number(line),
        None if test_set.sources is None else _clipped(test_set.sources[line]),
        [_clipped(reference) for reference in test_set.references_of(line)],
        [
            [
                _clipped(system.output.hypotheses[line]),
                round(system.scores["chrf"].segments[line], 1),
                system.error_flags[line],
                [offset for link in system.links.get(line, ()) for offset in (*link.source, *link.target)],
            ]
            for system in result.systems
        ],
    ]


def _curve_data(each: TrainingCurves) -> dict[str, Any]:
    finite = {
        name: [(step, value) for step, value in zip(*points, strict=True) if abs(value) < float("inf")]
        for name, points in each.curves.items()
    }
    return {"model": each.model, "curves": finite}


def _histogram(values: Sequence[Sequence[float]], step: int, highest: float) -> dict[str, Any]:
    """How many of each row of ``values`` are in each step; values above ``highest`` count in the last one."""
    bars = int(highest // step) + 1
    counts = [[0] * bars for _ in values]
    for row_counts, row in zip(counts, values, strict=True):
        for value in row:
            row_counts[min(bars - 1, int(value // step))] += 1
    return {"step": step, "counts": counts}


def _step(lengths: Sequence[Sequence[int]]) -> int:
    longest = max(map(max, lengths))
    return next((step for step in STEPS if longest <= step * _MOST_BARS), longest)


def _important(result: SetResult) -> list[list[int]]:
    first = result.systems[0]
    lists = [worst_lines(system.scores["chrf"].segments, SHOWN) for system in result.systems]
    for system in result.systems[1:]:
        scores = (first.scores["chrf"].segments, system.scores["chrf"].segments)
        lists.append(most_different_lines(first.output.hypotheses, system.output.hypotheses, scores, SHOWN))
    return lists


def _length(text: str) -> int:
    return len(words(text))


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
