"""The report of nmt check as text for people and as JSON values for programs."""

from collections.abc import Iterator
from typing import Any

from nmt.cleaning.check import CheckReport, Finding
from nmt.cleaning.config import FILTERS, REPAIRS, CleaningConfig
from nmt.cleaning.findings import ERROR, NOTE, WARNING
from nmt.cleaning.inspection import LONGEST
from nmt.corpus.block_text import SOURCE, TARGET, Example
from nmt.corpus.blocks import ParallelFiles
from nmt.text.controls import replace_controls
from nmt.text.printable import printable

HEADINGS = {ERROR: "Errors: fix these before training", WARNING: "Warnings", NOTE: "Notes"}
MARKS = {ERROR: "✗", WARNING: "!", NOTE: "·"}
_JSON_SEVERITIES = {ERROR: "stop", WARNING: "warning", NOTE: "note"}
_EXAMPLES_IN_TEXT = 3
_CHARACTERS_IN_TEXT = 90  # of a side


def remedy(finding: Finding) -> str:
    """What to do about a finding, and whether nmt clean can do it."""
    return f"{finding.type.advice}; {_remedy_by_clean(finding.type.fixed_by)}"


def heading(finding: Finding) -> str:
    """The title of a finding and its count, such as ``Lines that are not UTF-8: 3 (0.01 %)``."""
    title = finding.type.title
    return f"{title[0].upper()}{title[1:]}: {finding.count:,} ({percent(finding.share)})"


def _remedy_by_clean(name: str) -> str:
    """What nmt clean does with the repair or filter ``name``, and the option that it needs."""
    default = CleaningConfig()
    if name in REPAIRS:
        return "nmt clean fixes them" if name in default.repairs else f"nmt clean --fix {name} fixes them"
    if name == "overlap":
        return "nmt clean drops these pairs if you give it the same files"
    if name in FILTERS:
        return "nmt clean drops them" if name in default.filters else f"nmt clean --filter {name} drops them"
    return "nmt clean cannot fix this"


def verdict(report: CheckReport) -> str:
    """One sentence on the whole corpus."""
    if not report.pairs:
        return "There are no pairs to train on."
    if report.errors:
        names = ", ".join(finding.type.name for finding in report.errors)
        return f"Do not train on this text until you have fixed: {names}."
    return "There are no errors: you can train on this text."


def location_of(example: Example, corpora: tuple[ParallelFiles, ...]) -> str:
    """``file:line`` of an example; for a pair, of its source."""
    files = corpora[example.corpus]
    name = files.target if example.side == TARGET and files.target is not None else files.source
    return f"{printable(name)}:{example.line}"


def texts_of(example: Example) -> tuple[str, ...]:
    """The text of an example, safe to print: one side, or both for a pair."""
    sides = (example.source, example.target)
    chosen = sides if example.side is None else (sides[example.side],)
    return tuple(replace_controls(text) for text in chosen)


def as_text(report: CheckReport) -> str:
    """The report as text."""
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
    yield f"  {MARKS[finding.severity]} {heading(finding)}  [{finding.type.name}]"
    for location in finding.locations:
        yield f"      {location}"
    for example in finding.examples[:_EXAMPLES_IN_TEXT]:
        yield f"      {location_of(example, report.corpora)}: {' | '.join(map(_clip, texts_of(example)))}"
    yield f"      → {remedy(finding)}"


def _clip(text: str) -> str:
    return text if len(text) <= _CHARACTERS_IN_TEXT else f"{text[: _CHARACTERS_IN_TEXT - 1]}…"


def percent(share: float) -> str:
    """A share as a percentage: 12 %, 0.40 %, under 0.01 %."""
    value = 100 * share
    if value >= 10:
        return f"{value:.0f} %"
    return f"{value:.2f} %" if value >= 0.01 else "under 0.01 %"


def pairs_text(count: int) -> str:
    """A number of pairs, such as ``1,200 pairs``."""
    return "1 pair" if count == 1 else f"{count:,} pairs"


def statistics_rows(report: CheckReport) -> list[tuple[str, str, str]]:
    """The statistics of both sides, one row each: what, source, target."""
    source, target = (statistics.as_mapping() for statistics in report.statistics)
    rows = []
    for key, title in (
        ("words", "words"),
        ("distinct_words", "distinct words (estimate)"),
        ("mean_words", "words a line"),
        ("mean_characters", "characters a line"),
        ("distinct_characters", "distinct characters"),
        ("characters_once", "characters that occur once"),
        ("script", "script"),
        ("case", "letter case"),  # none: for too little text, and for scripts without case
    ):
        rows.append((title, _shown(source[key]), _shown(target[key])))
    lengths = [" · ".join(map(_length, side["length_quantiles"].values())) for side in (source, target)]
    rows.append(("characters a line: 5, 50, 95, 99 % quantiles", lengths[SOURCE], lengths[TARGET]))
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
    """The statistics alone, as text."""
    return "\n".join([f"{pairs_text(report.pairs)}, {_names(report)}", *_statistics_lines(report)])


def _statistics_lines(report: CheckReport) -> Iterator[str]:
    rows = [("", "source", "target"), *statistics_rows(report)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        yield f"  {row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}"
    if report.length_correlation is not None:
        yield f"  correlation of the lengths: {report.length_correlation:.2f} (0.6 to 0.95 in aligned text)"


def as_mapping(report: CheckReport) -> dict[str, Any]:
    """The report as values for JSON; keys and the values of ``name`` and ``severity`` do not change."""
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
        "fit_for_training": not report.errors and report.pairs > 0,
        "verdict": verdict(report),
        "findings": [_finding_mapping(finding, report) for finding in report.findings],
        "length_correlation": None if report.length_correlation is None else round(report.length_correlation, 4),
        "source": report.statistics[SOURCE].as_mapping(),
        "target": report.statistics[TARGET].as_mapping(),
    }


def _finding_mapping(finding: Finding, report: CheckReport) -> dict[str, Any]:
    return {
        "name": finding.type.name,
        "severity": _JSON_SEVERITIES[finding.severity],
        "count": finding.count,
        "share": round(finding.share, 6),
        "what": finding.type.title,
        "to_do": remedy(finding),
        "mended_by": finding.type.fixed_by or None,
        "places": list(finding.locations),
        "examples": [
            {"place": location_of(example, report.corpora), "text": list(texts_of(example))}
            for example in finding.examples
        ],
    }
