"""For any bytes in the files, the check ends with a report and cleaning with two aligned files."""

import tempfile
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nmt.cleaning.check import check_corpus
from nmt.cleaning.clean import clean_corpus
from nmt.cleaning.config import FILTERS, REPAIRS, CleaningConfig
from nmt.cleaning.report import as_mapping, as_text
from nmt.cleaning.report_page import as_page
from nmt.corpus.blocks import ParallelFiles
from nmt.corpus.deduplication import scan_pairs
from nmt.corpus.pairs import FilterConfig, Pair
from nmt.corpus.tolerant_reader import parallel_files
from nmt.evaluation.error_flags import error_flags
from nmt.files.file_types import has_mac_line_ends
from tests.conftest import Writer, translations

PIECES = (
    b"\xef\xbb\xbf",
    b"\r",
    b"\0",
    b"&amp;",
    b"&#0;",
    b"<b>",
    b"\xc3\x83\xc2\xa4",
    b"%s",
    b"{x}",
    b"www.a.b",
    b"\t",
    b"1",
)
PART = st.one_of(
    st.binary(max_size=6),
    st.text(max_size=6).map(lambda text: text.encode("utf-8", "replace")),
    st.sampled_from(PIECES),
)
LINE = st.lists(PART, max_size=5).map(lambda parts: b"".join(parts).replace(b"\n", b""))
# All filters but the one that needs the languages.
EVERYTHING = CleaningConfig(filters=tuple(name for name in FILTERS if name != "language"), repairs=tuple(REPAIRS))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(LINE, LINE), max_size=12), st.booleans())
def test_any_bytes_are_checked_and_cleaned(pairs: list[tuple[bytes, bytes]], last_end: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for side, suffix in enumerate("ab"):
            text = b"\n".join(pair[side] for pair in pairs) + (b"\n" if last_end and pairs else b"")
            assume(not has_mac_line_ends(text))
            (folder / f"text.{suffix}").write_bytes(text)
        corpora = [ParallelFiles(str(folder / "text.a"), str(folder / "text.b"))]
        report = check_corpus(corpora)
        assert as_text(report)
        assert as_page(report)
        assert as_mapping(report)["pairs"] == report.pairs
        if any(error.type.name == "unequal-counts" for error in report.errors):
            return  # an empty last line without a line end does not count
        cleaned = clean_corpus(corpora, folder / "out", EVERYTHING)
        sides = [(folder / "out" / f"text.{suffix}").read_bytes().decode("utf-8").split("\n")[:-1] for suffix in "ab"]
        assert len(sides[0]) == len(sides[1]) == cleaned.kept
        assert cleaned.read == report.pairs
        assert all(line.strip() for side in sides for line in side)


UNITS = (" .", "a", "1", "<", "<a ", "&", "%(a", "a@", "Ã¤", "e\u0301", "\u0301\u0323", "[[", "http://")
HOSTILE = ["." * 200_000, *(unit * (60_000 // len(unit)) for unit in UNITS)]


def test_very_long_lines_take_time_in_proportion_to_their_length(write: Writer, tmp_path: Path) -> None:
    """If something took quadratic time, this would take hours."""
    files = write([*translations(100), *((line, f"{line} @ www.a.org %s.") for line in HOSTILE)])
    corpora = parallel_files([files[0]], [files[1]])
    counts = {finding.type.name: finding.count for finding in check_corpus(corpora).findings}
    assert counts["too-long"] == len(HOSTILE)
    config = CleaningConfig().changed(filters=[*FILTERS], repairs=[*REPAIRS], without=["too-long", "language"])
    assert clean_corpus(corpora, tmp_path / "out", config).read == 100 + len(HOSTILE)
    for line in HOSTILE:
        assert error_flags(line, [line[:99]], line[:50]) is not None
        assert scan_pairs([Pair(line, line)], FilterConfig(), 1)[0].tolist() == [2]
