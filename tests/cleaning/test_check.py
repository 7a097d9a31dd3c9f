"""Each problem is found and counted, with its lines and its severity."""

import gzip
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nmt.cleaning.check import CheckReport, check_corpus
from nmt.cleaning.clean import clean_corpus
from nmt.cleaning.config import CleaningConfig
from nmt.cleaning.findings import FINDING_TYPES
from nmt.cleaning.measures.length_fit import fit_lengths
from nmt.cleaning.report import as_mapping, as_text
from nmt.cleaning.report_page import as_page
from nmt.corpus import blocks, tolerant_reader
from nmt.corpus.held_out import held_out_of
from nmt.corpus.pairs import FilterConfig, Pair, drop_reason
from nmt.corpus.tolerant_reader import parallel_files
from nmt.errors import NMTError
from tests.conftest import Pairs, Writer, translations

CLEAN = translations(600)
ROW = 100  # index of the pair that is changed


def check(files: tuple[str, str], **settings: Any) -> CheckReport:
    return check_corpus(parallel_files([files[0]], [files[1]]), **settings)


def names(report: CheckReport) -> set[str]:
    return {finding.type.name for finding in report.findings}


def with_problem(source: str | None = None, target: str | None = None) -> Pairs:
    """The clean pairs, with one side of one pair replaced."""
    pairs = list(CLEAN)
    pairs[ROW] = (source or pairs[ROW][0], target or pairs[ROW][1])
    return pairs


def test_clean_text_has_no_findings(write: Writer) -> None:
    report = check(write(CLEAN))
    assert report.findings == ()
    assert report.pairs == 600
    assert report.length_correlation is not None
    assert report.length_correlation > 0.7


LONGEST = max(CLEAN, key=lambda pair: len(pair[1]))
LONG = " ".join(source for source, _ in CLEAN[:60])
SINGLE_PROBLEMS: dict[str, tuple[str | None, str | None]] = {
    "mojibake": (None, "Das ist schÃ¶n fÃ¼r mich."),
    "identical": ("This is the very same line.", "this is the very same line!"),
    "empty": (None, " "),
    "wordless": (None, "..."),
    "source-script": ("Это было бы очень хорошо.", None),
    "target-script": (None, "这只狗在外面跑来跑去。"),
    "length-ratio": (LONG[:600], "Oh no."),
    "unusual-ratio": (None, LONG[:250]),
    "incomplete": (LONGEST[0], LONGEST[1][: len(LONGEST[1]) // 2]),
    "too-long": (LONG * 2, LONG * 2),
    "byte-order-mark": ("\ufeffMirolsa.", None),
    "nul": (None, "a\0b"),
    "carriage-return": ("a\rb c d e", None),
    "line-separator": (None, "a\u2028b c d"),
    "control": ("a\x07b c d", None),
    "replacement": (None, "a \ufffd c d"),
    "entity": (None, "this &amp; that"),
    "tag": ("<b>this</b> and <br/>", None),
    "numbers": ("In 1999 and 2001.", None),
    "urls": ("See www.example.org for it.", None),
    "placeholders": ("Open {name} now", None),
}


@pytest.mark.parametrize("name", SINGLE_PROBLEMS)
def test_a_single_problem_is_found_with_its_line(write: Writer, name: str) -> None:
    files = write(with_problem(*SINGLE_PROBLEMS[name]))
    report = check(files)
    finding = next(finding for finding in report.findings if finding.type.name == name)
    assert finding.count == 1
    assert [example.line for example in finding.examples] == [ROW + 1]
    assert finding.severity != "error"
    assert f"{files[finding.examples[0].side or 0]}:{ROW + 1}: " in as_text(report)


def test_text_that_only_looks_wrong_is_not_reported(write: Writer) -> None:
    pairs = [
        *CLEAN,
        ("„Viel Spaß“, sagte er – à Paris.", "“Have fun,” he said – à Paris."),
        ("AT&T; 3 < 4 & 5 > 2 so", "As AT&T; 3 < 4 & 5 > 2"),
        ("Tom Mary", "Tom Mary"),
        ("Um 10:30 am 1.000.", "At 10:30 on 1,000."),
        ("50 % der Leute", "50 % of people"),
    ]
    assert names(check(write(pairs))) == set()


def test_extra_columns_are_reported(tmp_path: Path) -> None:
    rows = [f"{source}\t{target}" for source, target in CLEAN]
    rows[3:5] = [f"{rows[3]}\tid 3\t", f"{rows[4]}\t"]
    table = tmp_path / "pairs.tsv"
    table.write_text("\n".join(rows), encoding="utf-8")
    report = check_corpus(parallel_files([], [], [str(table)]))
    [finding] = [finding for finding in report.findings if finding.type.name == "more-columns"]
    assert (finding.count, [example.line for example in finding.examples]) == (2, [4, 5])
    table.write_text("\n".join(rows[5:]), encoding="utf-8")
    assert names(check_corpus(parallel_files([], [], [str(table)]))) == set()


def test_rows_without_a_tab_are_not_counted_as_empty_pairs(tmp_path: Path) -> None:
    table = tmp_path / "pairs.tsv"
    table.write_text("".join(f"{source}\t{target}\n" for source, target in CLEAN) + "no tab\n\t\n\n", encoding="utf-8")
    report = check_corpus(parallel_files([], [], [str(table)]))
    assert [(finding.type.name, finding.count, finding.severity) for finding in report.findings] == [
        ("one-column", 1, "error"),
        ("empty", 2, "warning"),
        ("duplicate", 1, "warning"),
    ]
    assert report.findings[0].examples[0].line == 601


def test_files_that_are_not_text_are_refused_at_once(write: Writer, tmp_path: Path) -> None:
    files = write(CLEAN)
    for data, message in ((gzip.compress(b"x"), "compressed by gzip"), ("x".encode("utf-16"), "in UTF-16")):
        Path(files[1]).write_bytes(data)
        with pytest.raises(NMTError, match=message):
            parallel_files([files[0]], [files[1]])


@pytest.mark.parametrize("digits", ["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "߀߁߂߃߄߅߆߇߈߉", "０１２３４５６７８９"])
def test_numbers_are_equal_in_the_digits_of_different_scripts(write: Writer, digits: str) -> None:
    pairs = [*CLEAN, ("In 1999 and 24.", f"{digits[2]}{digits[4]} / {digits[1]}{digits[9] * 3}")]
    assert "numbers" not in names(check(write(pairs)))
    pairs[-1] = (pairs[-1][0], pairs[-1][1] + digits[5])
    assert "numbers" in names(check(write(pairs)))


def test_wide_spaces_and_punctuation_are_not_words(write: Writer) -> None:
    report = check(write([*CLEAN, ("\u3000", CLEAN[0][1]), ("「……」。", "《！》")]))
    assert {finding.type.name: finding.examples[0].line for finding in report.findings if finding.examples} == {
        "empty": 601,
        "wordless": 602,
    }


def test_georgian_text_is_not_reported_as_lower_case(write: Writer) -> None:
    georgian = "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ"
    letters = str.maketrans("abcdefghijklmnopqrstuvwxyz", georgian[:26])
    report = check(write([(source.lower().translate(letters), target) for source, target in CLEAN]))
    assert report.findings == ()
    assert report.statistics[0].case() == "none"


def test_examples_come_from_all_of_the_text(write: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tolerant_reader, "BLOCK_LINES", 50)
    pairs = list(CLEAN)
    for row in (10, 110, 210):
        pairs[row] = ("Это было бы очень хорошо.", f"{CLEAN[row][1]}")
    [finding] = [finding for finding in check(write(pairs)).findings if finding.type.name == "source-script"]
    assert [example.line for example in finding.examples] == [11, 111, 211]


def test_lines_without_a_counterpart_are_a_share_of_all_lines(write: Writer) -> None:
    files = write(CLEAN)
    Path(files[1]).write_text("".join(f"{target}\n" for _, target in CLEAN[:60]), encoding="utf-8")
    [finding] = [finding for finding in check(files).findings if finding.type.name == "unequal-counts"]
    assert (finding.count, finding.share) == (540, 0.9)


def test_lines_that_are_not_utf8_are_an_error_with_their_line_numbers(write: Writer) -> None:
    files = write(CLEAN)
    path = Path(files[1])
    lines = path.read_bytes().split(b"\n")
    lines[7] = b"sch\xf6n"
    path.write_bytes(b"\n".join(lines))
    report = check(files)
    assert [(error.type.name, error.count) for error in report.errors] == [("invalid-utf8", 1)]
    assert f"{files[1]}:8: sch�n" in as_text(report)


def test_unequal_counts_are_an_error_with_the_line_of_the_misalignment(write: Writer) -> None:
    files = write(CLEAN)
    lines = Path(files[1]).read_bytes().split(b"\n")
    Path(files[1]).write_bytes(b"\n".join(lines[:300] + lines[301:]))
    report = check(files)
    error = report.errors[0]
    assert (error.type.name, error.count) == ("unequal-counts", 1)
    assert error.locations[0] == f"{files[0]} has 600 lines, {files[1]} has 599"
    line = int(error.locations[1].removeprefix(f"{files[0]}:").partition(":")[0])
    assert abs(line - 301) < 8
    assert "has no counterpart" in error.locations[1]


def test_a_misaligned_passage_is_found_although_the_counts_are_equal(write: Writer) -> None:
    pairs = translations(4000)
    targets = [target for _, target in pairs]
    targets.insert(3000, targets.pop(1000))
    report = check(write([(source, target) for (source, _), target in zip(pairs, targets, strict=True)]))
    [error] = [error for error in report.errors if error.type.name == "shifted"]
    assert 1500 < error.count <= 2100
    assert "1 line earlier" in error.locations[0]


def test_exact_and_near_copies_are_counted(write: Writer) -> None:
    again = [CLEAN[3], CLEAN[4], (CLEAN[5][0].upper(), CLEAN[5][1].replace(" ", "  "))]
    report = check(write([*CLEAN, *again]))
    counts = {finding.type.name: finding.count for finding in report.findings}
    assert counts == {"duplicate": 2, "near-duplicate": 1}


def test_overlap_with_held_out_text_is_counted_once_for_each_pair(write: Writer) -> None:
    test = [Pair(*CLEAN[0]), Pair(CLEAN[1][0].upper(), CLEAN[1][1]), Pair(CLEAN[2][0], "Something else entirely.")]
    test += [Pair(*pair) for pair in translations(700, seed=5)[600:]]
    report = check(write([*CLEAN, CLEAN[0]]), held_out=[held_out_of("test", test)])
    counts = {finding.type.name: finding.count for finding in report.findings}
    assert counts == {"test-overlap": 1, "test-near-overlap": 1, "test-half-overlap": 1, "duplicate": 1}
    assert report.errors == ()
    known = held_out_of("test", [Pair(*pair) for pair in CLEAN[:50]])
    assert names(check(write(CLEAN), held_out=[known])) == {"test-overlap"}
    assert check(write(CLEAN), held_out=[known]).errors != ()


def test_too_many_of_some_warnings_are_an_error(write: Writer) -> None:
    for name, pair in (
        ("mojibake", ("Gut so.", "schÃ¶n fÃ¼r mich")),
        ("identical", ("This is the very same line.", "This is the very same line.")),
        ("target-script", ("Gut so hier.", "Это было бы очень хорошо.")),
    ):
        bad_pairs = [(f"{pair[0]} {number}", f"{pair[1]} {number}") for number in range(100)]
        assert name in {error.type.name for error in check(write([*CLEAN, *bad_pairs])).errors}


def test_many_unrelated_pairs_are_reported(write: Writer) -> None:
    pairs = translations(3000)
    wrong = {row: pairs[(row + 7) % 3000][1] for row in range(0, 3000, 20)}
    report = check(write([(source, wrong.get(row, target)) for row, (source, target) in enumerate(pairs)]))
    [finding] = [finding for finding in report.findings if finding.type.name == "unrelated"]
    assert finding.count > 0.6 * len(wrong)
    assert all((example.line - 1) % 20 == 0 for example in finding.examples)


def test_tokenised_and_lower_cased_text_is_reported(write: Writer) -> None:
    tokenised = [(f"{source[:-1]} {source[-1]}", target.lower()) for source, target in CLEAN]
    assert names(check(write(tokenised))) == {"tokenised-source", "lowercased-target"}


def test_the_report_is_the_same_for_any_number_of_helpers_and_any_file_format(
    write: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tolerant_reader, "BLOCK_LINES", 64)
    pairs = [*with_problem(target="schÃ¶n &amp; gut"), CLEAN[0]]
    files = write(pairs)
    alone = as_mapping(check(files))
    assert {"mojibake", "entity", "duplicate"} <= {finding["name"] for finding in alone["findings"]}
    assert as_mapping(check(files, helpers=2)) == alone
    table = tmp_path / "table.tsv.gz"
    table.write_bytes(gzip.compress("".join(f"{source}\t{target}\n" for source, target in pairs).encode()))
    tabular = as_mapping(check_corpus(parallel_files([], [], [str(table)])))
    for key in ("pairs", "source", "target", "length_correlation"):
        assert tabular[key] == alone[key]
    assert [finding["count"] for finding in tabular["findings"]] == [finding["count"] for finding in alone["findings"]]


def test_hostile_text_is_escaped_in_reports(write: Writer) -> None:
    hostile = "</script><script>alert(1)</script> &amp; <b>\x1b[31m"
    report = check(write(with_problem(target=hostile)))
    page = as_page(report)
    assert "<script>alert" not in page
    assert page.count("<script") == 2
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in page
    assert "\x1b" not in as_text(report)


def test_findings_that_nmt_clean_fixes_name_one_of_its_filters_or_repairs() -> None:
    from nmt.cleaning.config import FILTERS, REPAIRS

    assert {finding.fixed_by for finding in FINDING_TYPES.values()} <= {"", *FILTERS, *REPAIRS}
    assert blocks.BLOCK_LINES == tolerant_reader.BLOCK_LINES


def test_blocks_of_very_long_lines_are_divided(write: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    files = write(with_problem(target="schÃ¶n"))
    whole = as_mapping(check(files))
    monkeypatch.setattr(tolerant_reader, "MOST_BYTES", 500)
    blocks_read = list(tolerant_reader.TolerantReader(parallel_files([files[0]], [files[1]])).blocks())
    assert len(blocks_read) > 60
    assert [block.first for block in blocks_read] == [
        1 + sum(b.count for b in blocks_read[:n]) for n in range(len(blocks_read))
    ]
    assert as_mapping(check(files))["source"] == whole["source"]
    assert "mojibake" in names(check(files))


def test_an_empty_corpus_and_a_missing_last_line_end_are_accepted(write: Writer, tmp_path: Path) -> None:
    assert check(write([])).pairs == 0
    for name, text in (("x", b"one two three\r\nfour"), ("y", b"eins zwei drei\nvier")):
        (tmp_path / name).write_bytes(text)
    report = check((str(tmp_path / "x"), str(tmp_path / "y")))
    assert (report.pairs, names(report)) == (2, {"carriage-return"})


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


ACCENTED = [tuple(side.translate(str.maketrans("aeou", "áéöü")) for side in pair) for pair in CLEAN]


def test_text_that_is_not_nfc_is_counted_and_nmt_clean_fixes_it(write: Writer) -> None:
    pairs = [*CLEAN[:-3], ("Cafe\u0301 da.", "Café da."), ("na da", "Vie\u0302\u0323t"), ("한 da", decomposed("한 da"))]
    files = write(pairs)
    [finding] = [finding for finding in check(files).findings if finding.type.name == "not-nfc"]
    assert (finding.count, finding.severity) == (3, "warning")
    assert [(example.side, example.line) for example in finding.examples] == [(0, 598), (1, 599), (1, 600)]
    assert "nmt clean fixes them" in as_text(check(files))


def test_unicode_normalisation_makes_no_difference_when_pairs_are_compared(write: Writer) -> None:
    pairs = [tuple(map(decomposed, pair)) for pair in ACCENTED]
    same = "Örtlich übel gänzlich."
    test = held_out_of("test", [Pair(*ACCENTED[7]), Pair(ACCENTED[8][0].upper(), ACCENTED[8][1])])
    report = check(write([*pairs, ACCENTED[3], (same, decomposed(same)), ("\u200b\u00ad", "nothing")]), held_out=[test])
    counts = {finding.type.name: finding.count for finding in report.findings if finding.type.name != "not-nfc"}
    assert counts == {
        "duplicate": 1,
        "identical": 1,
        "empty": 1,
        "test-overlap": 1,
        "test-near-overlap": 1,
    }


def test_unicode_normalisation_makes_no_difference_to_lengths(write: Writer) -> None:
    """Decomposed Korean has up to three characters and nine bytes for each syllable."""
    pairs = [*CLEAN, ("word " * 12, decomposed("한국말 " * 20).strip())]
    assert not {"length-ratio", "unusual-ratio", "incomplete"} & names(check(write(pairs)))
    assert drop_reason(Pair("a", decomposed("각" * 20)), FilterConfig()) is None


def test_shares_of_lines_are_never_above_one(write: Writer) -> None:
    files = write([(f"{source} &amp;\rx\r", f"{target} &amp;\rx\r") for source, target in CLEAN])
    report = check(files)
    counts = {finding.type.name: (finding.count, finding.share) for finding in report.findings}
    assert counts["entity"] == counts["carriage-return"] == (1200, 1.0)
    assert "1,200 (100 %)" in as_text(report)
    half = check(write([(source, f"{target} &amp;") for source, target in CLEAN], "half"))
    assert [finding.share for finding in half.findings if finding.type.name == "entity"] == [0.5]


MESSAGES = [(f"Kopie Nr. {number:03}", f"Kopie Nr. {number:03}".replace("Nr", "No")) for number in range(200)]
REAL_MESSAGES = [
    ("Date out of range", "Datum außerhalb des zulässigen Bereichs"),
    ("Undo", "Rückgängig machen"),
    ("OK", "Einverstanden"),
    ("Cut", "Ausschneiden"),
]


@pytest.mark.parametrize("count", [45, 200])
def test_translations_are_not_unusual_if_most_pairs_are_equally_long(write: Writer, count: int) -> None:
    files = write([*MESSAGES[:count], *REAL_MESSAGES])
    assert not {"unusual-ratio", "incomplete"} & names(check(files))
    corpora = parallel_files([files[0]], [files[1]])
    spread = fit_lengths(np.array([[10, 10]] * count))
    assert (spread is None) == (count < 50)
    assert spread is None or spread.spread == 1.0
    assert clean_corpus(corpora, Path(files[0]).parent / "out", CleaningConfig()).kept == count + 4


def test_the_spread_is_that_of_translations_if_most_pairs_are_copies() -> None:
    lengths = np.random.default_rng(1).integers(20, 90, 400)
    moved = np.maximum(1, lengths + np.random.default_rng(2).normal(0, 2.6 * np.sqrt(lengths + 8))).astype(np.int64)
    mixed = fit_lengths(np.concatenate([np.stack([lengths, lengths], 1)] * 2 + [np.stack([lengths, moved], 1)]))
    assert mixed is not None
    assert 2.0 < mixed.spread < 3.2
