"""The report of nmt check as an HTML page."""

from collections.abc import Iterator

from nmt.cleaning.check import CheckReport, Finding
from nmt.cleaning.report import (
    HEADINGS,
    MARKS,
    as_mapping,
    heading,
    location_of,
    pairs_text,
    remedy,
    statistics_rows,
    texts_of,
    verdict,
)
from nmt.pages.page import asset, build_page, escape


def as_page(report: CheckReport) -> str:
    """The HTML of the whole report; the page also contains the report as JSON."""
    title = "Check of " + " and ".join(filter(None, (report.corpora[0].source, report.corpora[0].target)))
    return build_page(
        title=title,
        body="\n".join(_body(title, report)),
        data=as_mapping(report),
        style=asset("nmt.cleaning", "report.css"),
    )


def _body(page_title: str, report: CheckReport) -> Iterator[str]:
    state = "bad" if report.errors or not report.pairs else "good"
    yield f"<h1>{escape(page_title)}</h1>"
    yield f'<p class="verdict {state}">{escape(verdict(report))}</p>'
    yield f'<p class="quiet">{pairs_text(report.pairs)}</p>'
    for severity, title in HEADINGS.items():
        findings = [finding for finding in report.findings if finding.severity == severity]
        if findings:
            yield f"<h2>{title}</h2>"
            yield from (part for finding in findings for part in _finding(finding, report))
    yield '<h2>Statistics</h2><div class="scroll"><table>'
    yield '<tr><th></th><th class="number">source</th><th class="number">target</th></tr>'
    for name, *values in statistics_rows(report):
        cells = "".join(f'<td class="number">{escape(value)}</td>' for value in values)
        yield f"<tr><td>{escape(name)}</td>{cells}</tr>"
    yield "</table></div>"
    if report.length_correlation is not None:
        yield f'<p class="quiet">Correlation of the lengths: {report.length_correlation:.2f}.</p>'


def _finding(finding: Finding, report: CheckReport) -> Iterator[str]:
    mark = f'<span class="mark {finding.severity}">{MARKS[finding.severity]}</span>'
    yield f'<section class="finding" id="{finding.type.name}">'
    yield f"<h3>{mark} {escape(heading(finding))} <code>{finding.type.name}</code></h3>"
    advice = remedy(finding)
    yield f"<p>{escape(advice[0].upper() + advice[1:])}.</p>"
    if finding.locations:
        yield "<ul>" + "".join(f"<li>{escape(location)}</li>" for location in finding.locations) + "</ul>"
    if finding.examples:
        yield '<div class="scroll"><table>'
        for example in finding.examples:
            cells = "".join(f'<td dir="auto">{escape(text)}</td>' for text in texts_of(example))
            yield f'<tr><td class="mono">{escape(location_of(example, report.corpora))}</td>{cells}</tr>'
        yield "</table></div>"
    yield "</section>"
