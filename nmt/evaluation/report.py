"""The report: one page with the table, curves, histograms and a browser of segments; it asks nothing of a network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nmt.corpus.word_counts import words
from nmt.evaluation.breakdowns import STEPS, WordBin
from nmt.evaluation.datasets import EvaluationSet
from nmt.evaluation.error_flags import FAULTS
from nmt.evaluation.results import SetResult, SystemResult, agreement, fault_counts
from nmt.evaluation.scoring import Score
from nmt.evaluation.segments import chosen, most_different, worst
from nmt.pages.page import asset, build_page, escape

SHOWN = 5000  # lines of a test set that are in the page
ALIGNED = 1000  # of them with the alignment of words
_LONGEST = 3000  # characters of a line that are shown
_SCORE_STEP = 5  # chrF2++ from bar to bar of the histogram
_MOST_BARS = 24
_SIGNIFICANT = 0.05
_TESTS = {"bs": "paired bootstrap", "ar": "approximate randomisation"}


@dataclass(frozen=True)
class TrainingCurves:
    """How the training of a model went: values by update, by name."""

    model: str
    curves: Mapping[str, tuple[Sequence[int], Sequence[float]]]


def lines_shown(result: SetResult) -> list[int]:
    """The lines of a test set that the page shows: all, or the worst, the most different and an even spread."""
    return chosen(len(result.test_set), SHOWN, _important(result))


def lines_aligned(result: SetResult) -> list[int]:
    """Those of lines_shown for which it is worth finding out which words belong together."""
    shown = lines_shown(result)
    places = {line: place for place, line in enumerate(shown)}
    important = [[places[line] for line in lines if line in places] for lines in _important(result)]
    return [shown[place] for place in chosen(len(shown), ALIGNED, important)]


def report_page(results: Sequence[SetResult], curves: Sequence[TrainingCurves] = ()) -> str:
    """The text of the HTML file."""
    names = [system.output.name for system in results[0].systems]
    body = [
        f"<h1>Evaluation of {escape(', '.join(names))}</h1>",
        *(_section(number, result) for number, result in enumerate(results)),
        _training(curves),
        _browser(results),
        "<p class='quiet'>Made with <code>nmt evaluate --report</code>. This page is one file and loads nothing.</p>",
    ]
    data = {"sets": list(map(_set_data, results)), "curves": [_curve_data(each) for each in curves], "faults": FAULTS}
    return build_page(
        title=f"Evaluation: {', '.join(names)}",
        body="\n".join(body),
        data=data,
        style=asset("nmt.evaluation", "report.css"),
        script=asset("nmt.evaluation", "report_charts.js") + asset("nmt.evaluation", "report.js"),
    )


# --- what stands in the page without any script


def _section(number: int, result: SetResult) -> str:
    test_set = result.test_set
    named = ", ".join(filter(None, [test_set.source_name, *test_set.reference_names]))
    parts = [
        f"<section data-set='{number}'>",
        f"<h2>{escape(test_set.name)}</h2>",
        f"<p class='quiet'>{len(test_set):,} lines{_left_out(test_set)}: {escape(named)}</p>",
        _table(result),
        _wins(result),
        "<div class='columns'>",
        _figure("intervals", "Scores, with the interval in which 95 in 100 resampled test sets lie"),
        _figure("lengths", "chrF2++ by length of the sentence, in words"),
        _figure("frequencies", _frequency_caption(result)) if result.frequencies else "",
        _figure("kinds", "Words reproduced as in the reference (F1)") if result.kinds else "",
        _figure("score-histogram", "How many lines have which chrF2++"),
        _figure("length-histogram", "How long lines are, in words"),
        "</div>",
        _fault_table(result),
        "</section>",
    ]
    return "\n".join(filter(None, parts))


def _figure(name: str, caption: str) -> str:
    return f"<figure><figcaption>{escape(caption)}</figcaption><div class='chart' data-chart='{name}'></div></figure>"


def _frequency_caption(result: SetResult) -> str:
    return f"Words reproduced (F1), by how often they came in the training text of {result.counts_of}"


def _table(result: SetResult) -> str:
    first = result.systems[0]
    timed = any(system.output.seconds is not None for system in result.systems)
    heads = [*(score.name for score in first.scores.values()), *(["sentences/s", "parameters", "MB"] if timed else [])]
    rows = [_row(number, system, timed) for number, system in enumerate(result.systems)]
    signatures = dict.fromkeys((score.name, text) for each in result.systems for text, score in _signatures(each))
    listed = "".join(f"<li>{escape(name)}: <code>{escape(text)}</code></li>" for name, text in signatures)
    tested = any(score.comparisons for each in result.systems for score in each.scores.values())
    explained = (
        "<p class='quiet'>p: how probable a difference from the first system as large as this would be if the two were "
        f"equally good; below {_SIGNIFICANT} it is marked with a star.</p>"
    )
    return (
        f"<div class='scroll'><table><thead><tr><th>system</th>{''.join(map(_head, heads))}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>{explained if tested else ''}"
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
    for kind, comparison in score.comparisons.items():
        star = "*" if comparison.p_value < _SIGNIFICANT else ""
        parts.append(f"<small title='{_TESTS[kind]}'>p {comparison.p_value:.4f}{star} ({kind})</small>")
    return f"<td class='number'>{'<br>'.join(parts)}</td>"


def _signatures(system: SystemResult) -> list[tuple[str, Score]]:
    found = []
    for score in system.scores.values():
        found += [(text, score) for text in (score.signature, *(each.signature for each in score.comparisons.values()))]
    return found


def _wins(result: SetResult) -> str:
    """In how many lines each system is better than the first."""
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


def _fault_table(result: SetResult) -> str:
    counts = [fault_counts(system) for system in result.systems]
    heads = "".join(_head(system.output.name) for system in result.systems)
    rows = [
        f"<tr><td>{escape(name)} <small class='quiet'>{escape(text)}</small></td>"
        + "".join(f"<td class='number'>{each.get(name, 0):,}</td>" for each in counts)
        + "</tr>"
        for name, text in FAULTS.items()
    ]
    return (
        "<h3>Signs of faults, in lines</h3><div class='scroll'><table>"
        f"<thead><tr><th></th>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _browser(results: Sequence[SetResult]) -> str:
    shown = [(len(lines_shown(result)), len(result.test_set)) for result in results]
    part = any(some < all_lines for some, all_lines in shown)
    said = "; ".join(f"{some:,} of {all_lines:,}" for some, all_lines in shown)
    remark = f"<p class='quiet'>In this page are {said} lines: the worst, the most different and an even spread.</p>"
    return (
        "<section id='browser'><h2>Segments</h2>"
        f"{remark if part else ''}<div class='controls' id='controls'></div>"
        "<p class='quiet' id='found' role='status'></p><div id='segments'></div>"
        "<p><button id='more' type='button'>Show more</button></p></section>"
    )


def _training(curves: Sequence[TrainingCurves]) -> str:
    if not curves:
        return ""
    names = dict.fromkeys(name for each in curves for name in each.curves)
    figures = "".join(_figure(f"training:{name}", f"{name[0].upper()}{name[1:]} by update") for name in names)
    return f"<section id='training'><h2>Training</h2><div class='columns'>{figures}</div></section>"


# --- what the scripts draw from


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
        "kinds": _bins_data(result.kinds),
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
        [each.label, each.systems[0].reference, [agreement(one)["f1"] for one in each.systems]]
        for each in bins
    ]  # fmt: skip


def _segment_data(result: SetResult, line: int) -> list[Any]:
    """Line, source, references, and of each system translation, chrF2++, faults and links, as short as can be."""
    test_set = result.test_set
    return [
        test_set.line_number(line),
        None if test_set.sources is None else _clipped(test_set.sources[line]),
        [_clipped(reference) for reference in test_set.references_of(line)],
        [
            [
                _clipped(system.output.hypotheses[line]),
                round(system.scores["chrf"].segments[line], 1),
                system.faults[line],
                [place for link in system.links.get(line, ()) for place in (*link.source, *link.target)],
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
    """How many of each row of ``values`` are in each step; what is above ``highest`` is in the last one."""
    bars = int(highest // step) + 1
    counts = [[0] * bars for _ in values]
    for row, some in zip(counts, values, strict=True):
        for value in some:
            row[min(bars - 1, int(value // step))] += 1
    return {"step": step, "counts": counts}


def _step(lengths: Sequence[Sequence[int]]) -> int:
    high = max(map(max, lengths))
    return next((step for step in STEPS if high <= step * _MOST_BARS), high)


def _important(result: SetResult) -> list[list[int]]:
    first = result.systems[0]
    found = [worst(system.scores["chrf"].segments, SHOWN) for system in result.systems]
    for system in result.systems[1:]:
        scores = (first.scores["chrf"].segments, system.scores["chrf"].segments)
        found.append(most_different(first.output.hypotheses, system.output.hypotheses, scores, SHOWN))
    return found


def _length(text: str) -> int:
    return len(words(text))


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
