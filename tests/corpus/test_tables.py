"""Tables written by spreadsheets and other programs: quoting, delimiters, encodings, headers."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmt.cleaning.clean import clean_corpus
from nmt.cleaning.config import CleaningConfig
from nmt.corpus.blocks import ParallelFiles, read_blocks
from nmt.corpus.tables import header_of, table_rows
from nmt.corpus.tolerant_reader import TolerantReader, parallel_files
from nmt.errors import NMTError
from nmt.formats.reader import ImportOptions, import_file
from nmt.training.preparation.data_config import DataConfig
from nmt.training.preparation.training_data import resolve_data

PLAIN = '"Hallo", sagte er.\t"Hello," he said.\n"Gut."\t"Good."\n5" Rohr\t5" pipe\n'
EXCEL = '"Er sagte ""Hallo""."\tHe said.\r\n"zwei\nZeilen"\t"a\ttab"\r\nDrei\tThree\r\n'


def rows_of(path: Path, text: str, encoding: str = "utf-8", quoting: str = "auto") -> list[list[str]]:
    path.write_bytes(text.encode(encoding))
    return [cells for _, cells in table_rows(path, quoting=quoting)]


def pairs_of(path: Path) -> list[tuple[str, str]]:
    return [(pair.source, pair.target) for block in read_blocks([ParallelFiles(str(path))]) for pair in block.pairs()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_the_quotation_marks_of_excel_are_not_text(tmp_path: Path, encoding: str) -> None:
    text = ("\ufeff" if encoding == "utf-16-be" else "") + EXCEL
    assert rows_of(tmp_path / "x.tsv", text, encoding) == [
        ['Er sagte "Hallo".', "He said."],
        ["zwei\nZeilen", "a\ttab"],
        ["Drei", "Three"],
    ]
    assert pairs_of(tmp_path / "x.tsv") == [
        ('Er sagte "Hallo".', "He said."),
        ("zwei Zeilen", "a tab"),
        ("Drei", "Three"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        '"Ja."\t"Yes."\nNein.\tNo.\nGut, danke.\tWell, thanks.\n',  # marks where Excel needs none
        'Er sagte "ja"\tHe said "yes"\n',
    ],
)
def test_quotation_marks_in_plain_text_are_kept(tmp_path: Path, text: str) -> None:
    expected = [line.split("\t") for line in text.splitlines()]
    assert rows_of(tmp_path / "x.tsv", text) == expected
    assert pairs_of(tmp_path / "x.tsv") == [tuple(cells) for cells in expected]


@pytest.mark.parametrize(
    "text",
    [
        '"Gut, danke."\t"Well, thanks."\nJa.\tYes.\n',  # Excel quotes cells with commas in tab-separated text
        '"Ja."\t"Yes."\n"Nein."\t"No."\n"3"\t"3"\n',  # others quote every cell
    ],
)
def test_quoting_without_doubled_marks_is_detected_if_it_is_consistent(tmp_path: Path, text: str) -> None:
    assert rows_of(tmp_path / "x.tsv", text) == list(csv.reader(io.StringIO(text), delimiter="\t"))
    assert rows_of(tmp_path / "x.tsv", text, quoting="none") == [line.split("\t") for line in text.splitlines()]


def test_quoting_can_be_forced(tmp_path: Path) -> None:
    text = '"a"\tb\nc, d\te\n'
    assert rows_of(tmp_path / "x.tsv", text) == [['"a"', "b"], ["c, d", "e"]]
    assert rows_of(tmp_path / "x.tsv", text, quoting="excel") == [["a", "b"], ["c, d", "e"]]
    assert rows_of(tmp_path / "x.csv", '"a",b\n', quoting="none") == [['"a"', "b"]]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('"Ja, gut",Yes\nNein,"No, ""really"""\n', [["Ja, gut", "Yes"], ["Nein", 'No, "really"']]),
        ("Ja, gut;Yes, well, yes\nNein;No\n", [["Ja, gut", "Yes, well, yes"], ["Nein", "No"]]),
        ("Ja\tYes\nNein\tNo, no\n", [["Ja", "Yes"], ["Nein", "No, no"]]),
        ("sep=|\nJa, ja|Yes, yes\n", [["Ja, ja", "Yes, yes"]]),
        ('Ja,"eins\r\nzwei"\r\n', [["Ja", "eins \nzwei"]]),
        ("", []),
    ],
)
def test_the_delimiter_of_csv_is_detected(tmp_path: Path, text: str, rows: list[list[str]]) -> None:
    assert [[cell.replace(" \n", "\n") for cell in row] for row in rows_of(tmp_path / "x.csv", text)] == [
        [cell.replace(" \n", "\n") for cell in row] for row in rows
    ]


CELL = st.text(st.sampled_from('ab ",;\t\n猫'), max_size=6)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_fully_quoted_csv_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter="\t", quoting=csv.QUOTE_ALL).writerows(rows)
    path = tmp_path_factory.mktemp("tables") / "x.tsv"
    assert rows_of(path, written.getvalue()) == [list(row) for row in rows]


@pytest.mark.parametrize(
    ("cells", "columns", "languages"),
    [
        (["source", "target"], (0, 1), (None, None)),
        (["id", "Target", "Source_Text"], (2, 1), (None, None)),
        (["src", "ref", "score"], (0, 1), (None, None)),
        (["de", "en"], (0, 1), ("de", "en")),
        (["id", "EN", "pt-BR"], (1, 2), ("en", "pt-BR")),
        (["German", "English"], (0, 1), ("de", "en")),
        (["text_de", "text_zh"], (0, 1), ("de", "zh")),
    ],
)
def test_headers_are_recognised_by_their_names(
    cells: list[str], columns: tuple[int, int], languages: tuple[str | None, str | None]
) -> None:
    header = header_of(cells)
    assert header is not None
    assert (header.columns, header.languages) == (columns, languages)


@pytest.mark.parametrize(
    "cells",
    [
        ["Ein Hund", "A dog"],
        ["So", "Da"],
        ["Quelle", "Source"],
        ["source", "Quelle"],
        ["the", "der"],
        ["de", "de"],
        ["", ""],
        [],
        ["1", "2"],
    ],
)
def test_a_first_pair_is_not_taken_for_a_header(cells: list[str]) -> None:
    assert header_of(cells) is None


def test_requested_languages_are_chosen_among_several(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("id,en,de,fr\n1,dog,Hund,chien\n", encoding="utf-8")
    for asked, made in (
        ((None, None), {"x.en": "dog", "x.de": "Hund"}),
        (("fr", "de"), {"x.fr": "chien", "x.de": "Hund"}),
        (("fr", None), {"x.fr": "chien", "x.en": "dog"}),
        ((None, "en"), {"x.de": "Hund", "x.en": "dog"}),
    ):
        files, report = import_file(path, tmp_path / "out", ImportOptions(languages=asked))
        assert {Path(side).name: Path(side).read_text().strip() for side in (files.source, files.target or "")} == made
        assert (report.read, report.kept) == (1, 1)
    with pytest.raises(
        NMTError, match=r"x\.csv:1: no columns are in the requested languages; the columns are id, en, de, fr"
    ):
        import_file(path, tmp_path / "out", ImportOptions(languages=("zh", "de")))


@pytest.mark.parametrize(
    "text", ["source\ttarget\nHund\tdog\n", "id\tsource\ttarget\n1\tHund\tdog\n", "de\ten\nHund\tdog"]
)
def test_a_header_is_never_read_as_a_pair(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.tsv"
    path.write_text(text, encoding="utf-8")
    assert pairs_of(path) == [("", ""), ("Hund", "dog")]  # line 1 is empty, so that line numbers stay
    (block,) = TolerantReader(parallel_files([], [], [str(path)])).blocks()
    assert [tuple(pair) for pair in block.pairs()] == [("", ""), ("Hund", "dog")]
    files, report = import_file(path, tmp_path / "out")
    assert (Path(files.source).read_text(), report.read) == ("Hund\n", 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_csv_can_be_cleaned_and_is_written_as_tsv(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes('Quelle;Ziel\n"Ein Hund; er bellt";A dog barks\n'.encode(encoding))
    clean_corpus(parallel_files([], [], [str(path)]), tmp_path / "out", CleaningConfig(filters=("empty",)))
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["x.tsv"]
    assert (tmp_path / "out" / "x.tsv").read_text() == "Quelle\tZiel\nEin Hund; er bellt\tA dog barks\n"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("x.csv", b'a,"b\nc\nd,e\n', r"x\.csv:1: a cell starts with a quotation mark that is not closed"),
        ("x.csv", b'a,b\nc,"' + b"d" * 200_000 + b'"\n', r"x\.csv:2: a cell starts with a quotation mark"),
        ("x.csv", b"a,b\nc,\xff\n", r"x\.csv:2: not UTF-8"),
        ("x.tsv", "a\tb\n".encode("utf-16")[:-1], r"x\.tsv:1: not valid UTF-16"),
        ("x.csv", b"a,b\nc\n", r"x\.csv:2: there is no column 2, only 1"),
        ("x.tsv", b"a\tb\rc\td\r", r"x\.tsv has the line ends of old Macs"),
    ],
)
def test_unreadable_rows_are_reported_with_their_line(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(NMTError, match=message):
        pairs_of(path)
    with pytest.raises(NMTError, match=message):
        import_file(path, tmp_path / "out", ImportOptions(languages=("de", "en")))


@pytest.mark.parametrize(("asked", "line"), [(("de", "fr"), b"Hund\tchien\n"), (("fr", "en"), b"chien\tdog\n")])
def test_requested_languages_choose_the_columns_of_a_table(tmp_path: Path, asked: tuple[str, str], line: bytes) -> None:
    path = tmp_path / "m.tsv"
    path.write_text("en\tde\tfr\ndog\tHund\tchien\n")
    files = DataConfig(tsv=(str(path),), source_language=asked[0], target_language=asked[1])
    [block] = read_blocks(resolve_data(files).files)
    assert block.source.splitlines(keepends=True)[1] == line
    [block] = TolerantReader(parallel_files([], [], [str(path)], asked)).blocks()
    assert block.source.splitlines(keepends=True)[1] == line


def test_a_table_without_the_requested_languages_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.tsv"
    path.write_text("en\tde\ndog\tHund\n")
    files = DataConfig(tsv=(str(path),), source_language="nl", target_language="fr")
    with pytest.raises(NMTError, match="no columns are in the requested languages; the columns are en, de"):
        list(read_blocks(resolve_data(files).files))


def test_source_and_target_cannot_be_the_same_column(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("a1\tb1\tc1\n")
    with pytest.raises(NMTError, match="both be column 2"):
        import_file(path, tmp_path / "out", ImportOptions(fields=("2", None)))
