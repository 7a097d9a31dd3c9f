"""A fast check of some of the blocks that nmt train reads."""

from collections.abc import Iterable, Iterator, Sequence

from nmt.cleaning.check import CheckReport, CorpusCheck
from nmt.cleaning.findings import WARNING
from nmt.cleaning.inspection import Inspector
from nmt.cleaning.report import pairs_text, percent
from nmt.corpus.blocks import Block, ParallelFiles
from nmt.corpus.drop_reasons import DropReason
from nmt.corpus.pairs import FilterConfig

# The first blocks, then every sixteenth, 16 at most: this takes two seconds for any corpus.
FIRST, EVERY, MOST = 4, 16, 16
_COUNTED_ELSEWHERE = frozenset({DropReason.DUPLICATE, DropReason.NEAR_DUPLICATE})  # by nmt train, for all pairs
_NAMED = 5  # findings


class SampleCheck:
    """Checks some of the blocks that pass through it and leaves all of them unchanged."""

    def __init__(self, corpora: Sequence[ParallelFiles], filters: FilterConfig) -> None:
        self._check = CorpusCheck(corpora)
        self._inspect = Inspector(filters)
        self._pairs = 0

    def observe(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Yield ``blocks``; check the sample among them."""
        checked = 0
        for number, block in enumerate(blocks):
            yield block
            self._pairs += block.count
            if (number < FIRST or number % EVERY == 0) and checked < MOST:
                self._check.add(self._inspect(block), block)
                checked += 1

    def summary(self) -> list[str]:
        """Three lines: statistics, warnings, and whether there are errors; empty for an empty corpus."""
        report = self._check.report([])
        if not report.pairs:
            return []
        sample = f"{report.pairs:,} of " if self._pairs > report.pairs else ""
        return [
            f"check of {sample}{pairs_text(self._pairs)}: {_statistics(report)}",
            _warnings(report),
            _verdict(report),
        ]


def _statistics(report: CheckReport) -> str:
    source, target = (statistics.as_mapping() for statistics in report.statistics)
    correlation = report.length_correlation
    lengths = "" if correlation is None else f", correlation of lengths {correlation:.2f}"
    return (
        f"{source['mean_words']:g} and {target['mean_words']:g} words a line, about {source['distinct_words']:,} and "
        f"{target['distinct_words']:,} distinct, {source['script'] or 'mixed'} and "
        f"{target['script'] or 'mixed'} script{lengths}"
    )


def _warnings(report: CheckReport) -> str:
    warnings = [
        f"{finding.count:,} {finding.type.name}"
        for finding in report.findings
        if finding.severity == WARNING and finding.type.name not in _COUNTED_ELSEWHERE
    ]
    more = f" and {len(warnings) - _NAMED} more" if len(warnings) > _NAMED else ""
    return f"check: warnings: {', '.join(warnings[:_NAMED])}{more}" if warnings else "check: no warnings"


def _verdict(report: CheckReport) -> str:
    errors = [f"{finding.type.name} ({percent(finding.share)})" for finding in report.errors]
    if errors:
        fixes = ", and nmt clean fixes it" if all(finding.type.fixed_by for finding in report.errors) else ""
        return f"check: NOT FIT FOR TRAINING: {', '.join(errors)}; nmt check shows where{fixes}"
    return "check: no errors in this quick check; nmt check does a full one"
