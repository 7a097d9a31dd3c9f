"""A check's report as text for people and as plain values for programs."""

from collections.abc import Iterator
from typing import Any

from nmt.cleaning.check import CheckReport, Finding
from nmt.cleaning.config import FILTERS, MENDS, CleaningConfig
from nmt.cleaning.findings import NOTE, STOP, WARNING
from nmt.cleaning.inspection import LONGEST
from nmt.corpus.block_text import SOURCE, TARGET, Example
from nmt.corpus.blocks import ParallelFiles
from nmt.text.controls import replace_controls
from nmt.text.printable import printable

HEADINGS = {STOP: "Not fit for training", WARNING: "Worth mending", NOTE: "Worth knowing"}
MARKS = {STOP: "✗", WARNING: "!", NOTE: "·"}
_SHOWN_IN_TEXT = 3  # examples
_CHARACTERS_IN_TEXT = 90  # of a side


def remedy(finding: Finding) -> str:
    """What to do about a finding, and whether nmt clean does it."""
    return f"{finding.kind.advice}; {by_clean(finding.kind.mended_by)}"


def heading(finding: Finding) -> str:
    """What was found how often: Lines that are not UTF-8: 3 (0.01 %)."""
    title = finding.kind.title
    return f"{title[0].upper()}{title[1:]}: {finding.count:,} ({percent(finding.share)})"


def by_clean(name: str) -> str:
    """What nmt clean does about it, and how it is asked to."""
    default = CleaningConfig()
    if name in MENDS:
        return "nmt clean mends them" if name in default.mends else f"nmt clean --mend {name} mends them"
    if name == "overlap":
        return "nmt clean drops the pairs if it is given these files"
    if name in FILTERS:
        return "nmt clean drops them" if name in default.filters else f"nmt clean --filter {name} drops them"
    return "nmt clean does nothing about it"


def verdict(report: CheckReport) -> str:
    """One sentence on the whole."""
    if not report.pairs:
        return "There are no pairs to train on."
    if report.stops:
        names = ", ".join(finding.kind.name for finding in report.stops)
        return f"Do not train on this text before these are mended: {names}."
    return "Nothing was found that training must not see."


def place_of(example: Example, corpora: tuple[ParallelFiles, ...]) -> str:
    """``file:line`` of an example; of a pair, that of its source."""
    files = corpora[example.corpus]
    name = files.target if example.side == TARGET and files.target is not None else files.source
    return f"{printable(name)}:{example.line}"


def texts_of(example: Example) -> tuple[str, ...]:
    """The text of an example as a terminal and a page can show it."""
    sides = (example.source, example.target)
    chosen = sides if example.side is None else (sides[example.side],)
    return tuple(replace_controls(text) for text in chosen)


def as_text(report: CheckReport) -> str:
    """The report for people."""
    parts = [f"{pairs_text(report.pairs)}, {_names(report)}"]
    for severity, title in HEADINGS.items():
        findings = [finding for finding in report.findings if finding.severity == severity]
        if findings:
            parts += ["", title]
            parts += [line for finding in findings for line in _finding_lines(finding, report)]
    parts += ["", *_statistics_lines(report), "", verdict(report)]
    return "\n".join(parts)


def _names(report: CheckReport) -> str:
    sides = [filter(None, (files.source, files.target)) for files in report.corpora]
    return ", ".join(" and ".join(map(printable, names)) for names in sides)


def _finding_lines(finding: Finding, report: CheckReport) -> Iterator[str]:
    yield f"  {MARKS[finding.severity]} {heading(finding)}  [{finding.kind.name}]"
    for place in finding.places:
        yield f"      {place}"
    for example in finding.examples[:_SHOWN_IN_TEXT]:
        yield f"      {place_of(example, report.corpora)}: {' | '.join(map(_clipped, texts_of(example)))}"
    yield f"      → {remedy(finding)}"


def _clipped(text: str) -> str:
    return text if len(text) <= _CHARACTERS_IN_TEXT else f"{text[: _CHARACTERS_IN_TEXT - 1]}…"


def percent(share: float) -> str:
    """A share as people read it: 12 %, 0.4 %, under 0.01 %."""
    value = 100 * share
    if value >= 10:
        return f"{value:.0f} %"
    return f"{value:.2f} %" if value >= 0.01 else "under 0.01 %"


def pairs_text(count: int) -> str:
    """So many pairs."""
    return "1 pair" if count == 1 else f"{count:,} pairs"


def statistics_rows(report: CheckReport) -> list[tuple[str, str, str]]:
    """What is counted of both sides, a row each: what, source, target."""
    source, target = (statistics.as_mapping() for statistics in report.statistics)
    rows = []
    for key, title in (
        ("words", "words"),
        ("distinct_words", "distinct words, about"),
        ("mean_words", "words a line"),
        ("mean_characters", "characters a line"),
        ("distinct_characters", "distinct characters"),
        ("characters_once", "characters that come once"),
        ("script", "script"),
        ("case", "letter case"),  # none: of too little text, and in scripts without it
    ):
        rows.append((title, _shown(source[key]), _shown(target[key])))
    lengths = [" · ".join(map(_length, side["length_quantiles"].values())) for side in (source, target)]
    rows.append(("characters: 5, 50, 95, 99 % of lines", lengths[SOURCE], lengths[TARGET]))
    return rows


def _length(characters: int) -> str:
    return f"{characters:,}{'+' if characters >= LONGEST else ''}"


def _shown(value: Any) -> str:
    if value is None:
        return "mixed"
    if value == "none":
        return "\u2013"
    return f"{value:,}" if isinstance(value, (int, float)) else str(value)


def statistics_text(report: CheckReport) -> str:
    """The figures alone."""
    return "\n".join([f"{pairs_text(report.pairs)}, {_names(report)}", *_statistics_lines(report)])


def _statistics_lines(report: CheckReport) -> Iterator[str]:
    rows = [("", "source", "target"), *statistics_rows(report)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        yield f"  {row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}"
    if report.fit is not None:
        yield f"  lengths of both sides agree by {report.fit:.2f} (correlation; aligned text has 0.6 to 0.95)"


def as_mapping(report: CheckReport) -> dict[str, Any]:
    """The report as JSON can hold it."""
    return {
        "pairs": report.pairs,
        "files": [
            {
                "source": files.source,
                "target": files.target,
                "source_lines": lines[SOURCE],
                "target_lines": lines[TARGET],
            }
            for files, lines in zip(report.corpora, report.lines, strict=True)
        ],
        "fit_for_training": not report.stops and report.pairs > 0,
        "verdict": verdict(report),
        "findings": [_finding_mapping(finding, report) for finding in report.findings],
        "length_correlation": None if report.fit is None else round(report.fit, 4),
        "source": report.statistics[SOURCE].as_mapping(),
        "target": report.statistics[TARGET].as_mapping(),
    }


def _finding_mapping(finding: Finding, report: CheckReport) -> dict[str, Any]:
    return {
        "name": finding.kind.name,
        "severity": finding.severity,
        "count": finding.count,
        "share": round(finding.share, 6),
        "what": finding.kind.title,
        "to_do": remedy(finding),
        "mended_by": finding.kind.mended_by or None,
        "places": list(finding.places),
        "examples": [
            {"place": place_of(example, report.corpora), "text": list(texts_of(example))}
            for example in finding.examples
        ],
    }
