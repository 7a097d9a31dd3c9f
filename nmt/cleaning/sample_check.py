"""The cheap part of the check, made by the way on some of the blocks that somebody else reads."""

from collections.abc import Iterable, Iterator, Sequence

from nmt.cleaning.check import CheckReport, CorpusCheck
from nmt.cleaning.findings import WARNING
from nmt.cleaning.inspection import Inspector
from nmt.cleaning.report import pairs_text, percent
from nmt.corpus.blocks import Block, ParallelFiles
from nmt.corpus.pairs import FilterConfig

# The first blocks, then one of so many, and no more than this: two seconds for any corpus.
FIRST, EVERY, MOST = 4, 16, 16
_TOLD_ELSEWHERE = frozenset({"duplicate", "near-duplicate"})  # counted for all pairs by whoever reads them
_NAMED = 5  # sorts of findings


class SampleCheck:
    """Looks at some of the blocks that pass by; what it sees changes nothing."""

    def __init__(self, corpora: Sequence[ParallelFiles], filters: FilterConfig) -> None:
        self._check = CorpusCheck(corpora)
        self._inspect = Inspector(filters)
        self._pairs = 0

    def watching(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The same blocks."""
        looked_at = 0
        for number, block in enumerate(blocks):
            yield block
            self._pairs += block.count
            if (number < FIRST or number % EVERY == 0) and looked_at < MOST:
                self._check.add(self._inspect(block), block)
                looked_at += 1

    def lines(self) -> list[str]:
        """Three lines on what was seen; none for an empty corpus."""
        report = self._check.report([])
        if not report.pairs:
            return []
        of = f"{report.pairs:,} of " if self._pairs > report.pairs else ""
        return [f"check of {of}{pairs_text(self._pairs)}: {_figures(report)}", _warnings(report), _verdict(report)]


def _figures(report: CheckReport) -> str:
    source, target = (statistics.as_mapping() for statistics in report.statistics)
    fit = "" if report.fit is None else f", lengths agree by {report.fit:.2f}"
    return (
        f"{source['mean_words']:g} and {target['mean_words']:g} words a line, about {source['distinct_words']:,} and "
        f"{target['distinct_words']:,} distinct, {source['script'] or 'mixed'} and "
        f"{target['script'] or 'mixed'} script{fit}"
    )


def _warnings(report: CheckReport) -> str:
    found = [
        f"{finding.count:,} {finding.kind.name}"
        for finding in report.findings
        if finding.severity == WARNING and finding.kind.name not in _TOLD_ELSEWHERE
    ]
    more = f" and {len(found) - _NAMED} more sorts" if len(found) > _NAMED else ""
    return (
        f"check: worth mending: {', '.join(found[:_NAMED])}{more}" if found else "check: no faults worth mending seen"
    )


def _verdict(report: CheckReport) -> str:
    stops = [f"{finding.kind.name} ({percent(finding.share)})" for finding in report.stops]
    if stops:
        mended = " and nmt clean mends it" if all(finding.kind.mended_by for finding in report.stops) else ""
        return f"check: NOT FIT FOR TRAINING: {', '.join(stops)}; nmt check says where{mended}"
    return "check: fit for training as far as a quick look can tell; nmt check looks at all of it"
