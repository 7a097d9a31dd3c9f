"""Reading tables: tab-separated values, plain or quoted as Excel does, and CSV; the format is detected.

In a plain tab-separated file, quotation marks are part of the text. A file is taken to be quoted if the quotation marks
at its start are consistent with quoting: cells that start with a mark end with one, and marks inside cells are doubled.
"""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from nmt.errors import NMTError
from nmt.files.compression import without_compression
from nmt.files.lines import StrPath, decode_strictly, display_name, read_line_blocks
from nmt.text.languages import check_language, differ

QUOTINGS = ("auto", "excel", "none")
_SAMPLE = 1 << 16  # bytes at the start that the format is detected from
_SAMPLE_LINES = 4096
_MOST_CHARACTERS = 1 << 26  # of a line in UTF-16
_DELIMITERS = ",;\t|"  # of CSV; the first of those that fit equally well
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # an optional first line, for Excel

_SOURCES = frozenset({"source", "src", "original", "source text", "source sentence", "source segment", "sentence1"})
_TARGETS = frozenset(
    {"target", "tgt", "trg", "translation", "ref", "reference", "translated", "target text", "target sentence"}
    | {"target segment", "sentence2"}
)
_LONGEST_CODE = 3
_LANGUAGE_NAME = re.compile(r"(?:(?:text|sentence|translation|segment|source|target|src|tgt)[ _.:-]+)?([\w-]{2,20})")


class TableFormat(NamedTuple):
    """The format of a table."""

    delimiter: str = "\t"
    is_quoted: bool = False
    is_utf16: bool = False
    skipped: int = 0  # lines before the first row


class Header(NamedTuple):
    """The columns of source and target, and their languages, according to the first row."""

    columns: tuple[int, int]
    languages: tuple[str | None, str | None] = (None, None)


def table_rows(path: StrPath, *, quoting: str = "auto") -> Iterator[tuple[int, list[str]]]:
    """The rows of a table: the number of the first line of each, and its cells, which may contain line ends.

    ``quoting`` is one of QUOTINGS. Raises NMTError, with the line number, for rows that cannot be read.
    """
    blocks = read_line_blocks(path, lines=_SAMPLE_LINES, keep_mark=True)
    first = next(blocks, [])
    return _rows(chain(first, chain.from_iterable(blocks)), path, format_of_table(first, path, quoting=quoting))


def table_blocks(
    path: StrPath,
    *,
    lines: int,
    languages: tuple[str | None, str | None] = (None, None),
    keep_mark: bool = False,
) -> Iterator[list[bytes]]:
    """The lines of a table, ``lines`` at a time: source, tab and target; a header becomes an empty line.

    Lines of a plain table are unchanged, with all columns; see read_line_blocks. Raises NMTError if the header names
    languages, but not the requested ``languages``.
    """
    blocks = read_line_blocks(path, lines=lines, keep_mark=True)
    first = next(blocks, [])
    table_format = format_of_table(first, path)
    cells = _first_row(_rows(iter(first), path, table_format))
    header = header_of(cells, languages)
    if header is not None:
        check_header(header, languages, cells, display_name(path))
    if table_format == TableFormat() and (header is None or header.columns == (0, 1)):
        if first and header is not None:
            first[0] = b"\n"
        elif first and not keep_mark:
            first[0] = first[0].removeprefix(codecs.BOM_UTF8)
        yield from filter(None, chain([first], blocks))
        return
    block: list[bytes] = []
    columns = (0, 1) if header is None else header.columns
    for number, cells in _rows(chain(first, chain.from_iterable(blocks)), path, table_format):
        is_header = header is not None and number == table_format.skipped + 1
        block.append(b"\n" if is_header or not any(cells) else _line(cells, columns, f"{display_name(path)}:{number}"))
        if len(block) == lines:
            yield block
            block = []
    if block:
        yield block


def format_of_table(lines: Sequence[bytes], path: StrPath, *, quoting: str = "auto") -> TableFormat:
    """The format of the table ``path``, from its name and its first ``lines``."""
    start = b"".join(lines)[:_SAMPLE]
    is_utf16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = start.decode("utf-16" if is_utf16 else "utf-8-sig", errors="replace")
    is_csv = Path(without_compression(str(path))).suffix.lower() == ".csv"
    separator = _SEPARATOR.match(text)
    if separator:
        text = text[separator.end() :]
    delimiter = separator[1] if separator else _best_delimiter(text) if is_csv else "\t"
    is_quoted = is_csv or _is_quoted(text, delimiter) if quoting == "auto" else quoting == "excel"
    return TableFormat(delimiter, is_quoted, is_utf16, int(separator is not None))


def header_of(cells: Sequence[str], languages: tuple[str | None, str | None] = (None, None)) -> Header | None:
    """The header in ``cells``, the first row: source and target, or the names or codes of two languages; or None.

    If there are more than two languages, ``languages`` are chosen, or the first ones.

    >>> header_of(["id", "Source text", "Target text"]).columns, header_of(["de", "en"]).languages
    ((1, 2), ('de', 'en'))
    """
    names = [re.sub(r"[\s_]+", " ", cell.strip().lower()) for cell in cells]
    source = next((column for column, name in enumerate(names) if name in _SOURCES), None)
    target = next((column for column, name in enumerate(names) if name in _TARGETS), None)
    if source is not None and target is not None:
        return Header((source, target))
    columns = [(column, language) for column, cell in enumerate(cells) if (language := _language(cell))]
    if len(columns) > len(languages) and columns[0] == (0, "id") and "id" not in languages:
        del columns[0]  # row ids, not Indonesian
    if len({language for _, language in columns}) < 2 or len(columns) * 2 < len(cells):
        return None
    source_side = next(filter(_matches(languages[0], languages[1]), columns), columns[0])
    target_side = next(filter(_matches(languages[1], source_side[1]), columns), columns[1])
    return Header((source_side[0], target_side[0]), (source_side[1], target_side[1]))


def check_header(header: Header, languages: tuple[str | None, str | None], cells: Sequence[str], where: str) -> None:
    """NMTError unless ``header``, from the ``cells`` of the first row, has the requested ``languages``, if any."""
    if any(map(differ, header.languages, languages)):
        raise NMTError(f"{where}: no columns are in the requested languages; the columns are {', '.join(cells)[:200]}")


def _matches(requested: str | None, other: str | None) -> Callable[[tuple[int, str]], bool]:
    """A test of whether a column is in the ``requested`` language; if that is None, not in the ``other`` one."""
    return lambda column: not differ(column[1], requested) if requested else other is None or differ(column[1], other)


def _language(cell: str) -> str | None:
    """The code of the language that the title of a column names, if it has a code of two letters."""
    match = _LANGUAGE_NAME.fullmatch(cell.strip())
    if match is None or (len(match[1]) <= _LONGEST_CODE and match[1].istitle()):
        return None  # a word, not a code
    try:
        code = check_language(match[1])
    except NMTError:
        return None
    return code if len(code.partition("-")[0]) == 2 else None


def _first_row(rows: Iterator[tuple[int, list[str]]]) -> list[str]:
    try:
        return next(rows, (0, []))[1]
    except NMTError:
        return []  # reported when the rows are read


def _line(cells: Sequence[str], columns: tuple[int, int], where: str) -> bytes:
    if len(cells) <= max(columns):
        raise NMTError(f"{where}: there is no column {max(columns) + 1}, only {len(cells)}")
    return "\t".join(re.sub(r"[\t\r\n]+", " ", cells[column]) for column in columns).encode("utf-8", "replace") + b"\n"


def _rows(raw: Iterable[bytes], path: StrPath, table_format: TableFormat) -> Iterator[tuple[int, list[str]]]:
    lines = enumerate(_utf16_lines(raw, path) if table_format.is_utf16 else _utf8_lines(raw, path), start=1)
    for _ in range(table_format.skipped):
        next(lines, None)
    if table_format.is_quoted:
        yield from _quoted_rows(lines, path, table_format.delimiter)
    else:
        yield from ((number, line.split(table_format.delimiter)) for number, line in lines)


def _quoted_rows(lines: Iterator[tuple[int, str]], path: StrPath, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    row: list[tuple[int, str]] = []  # the lines of the row that is being read

    def feed() -> Iterator[str]:
        for number, line in lines:
            row.append((number, line))
            yield line.replace("\r", " ") + "\n"

    reader = csv.reader(feed(), delimiter=delimiter)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            cells = []
            is_whole = False
        else:
            is_whole = len(row) < 2 or sum(line.count('"') for _, line in row) % 2 == 0
        if not is_whole:
            raise NMTError(
                f"{display_name(path)}:{row[0][0]}: a cell starts with a quotation mark that is not closed; close it, "
                "or if quotation marks are part of the text, import the file with --quoting none"
            )
        if cells is None:
            return
        yield row[0][0], cells
        row.clear()


def _utf8_lines(raw: Iterable[bytes], path: StrPath) -> Iterator[str]:
    for number, line in enumerate(raw, start=1):
        line = line.removesuffix(b"\n").removesuffix(b"\r")
        yield decode_strictly(line.removeprefix(codecs.BOM_UTF8) if number == 1 else line, path, number)


def _utf16_lines(raw: Iterable[bytes], path: StrPath) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-16")()
    remainder, number = "", 1
    try:
        for piece in chain(raw, [b""]):
            *lines, remainder = (remainder + decoder.decode(piece, final=not piece)).split("\n")
            yield from (line.removesuffix("\r") for line in lines)
            number += len(lines)
            if len(remainder) > _MOST_CHARACTERS:
                raise NMTError(f"{display_name(path)}:{number}: this line is too long for text")
    except UnicodeDecodeError as error:
        raise NMTError(f"{display_name(path)}:{number}: not valid UTF-16; convert the file to UTF-8") from error
    if remainder:
        yield remainder


def _best_delimiter(text: str) -> str:
    """The delimiter that splits most of the first rows into the same number of cells."""

    def quality(delimiter: str) -> tuple[float, bool]:
        try:
            rows = [row for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter) if row]
        except csv.Error:
            return 0.0, False
        counts = Counter(map(len, rows))
        count, times = max(counts.items(), key=lambda item: item[1], default=(1, 0))
        return (times / len(rows) if count > 1 else 0.0), bool(rows) and header_of(rows[0]) is not None

    return max(_DELIMITERS, key=quality)


def _is_quoted(text: str, delimiter: str) -> bool:
    """Whether the cells of ``text`` are quoted as Excel does: only where needed, with doubled quotation marks inside.

    Excel quotes cells that contain a quotation mark, the delimiter or a line end; in tab-separated text also a comma.
    """
    cell = re.compile(f"[^{re.escape(delimiter)}\n]*")
    needed = against = quoted = other = with_comma = without_comma = 0
    position = 0
    while position < len(text):
        match = _QUOTED.match(text, position)
        end = match.end() if match else position
        if match and (end == len(text) or text[end] in f"{delimiter}\r\n"):
            content = match[0][1:-1]
            quoted += 1
            needed += '"' in content or delimiter in content or "\n" in content
            without_comma += not set(content) & {",", '"', delimiter, "\n"}
        else:
            match = cell.match(text, position)
            end = match.end() if match else position
            content = text[position:end]
            against += '"' in content
            with_comma += "," in content
            other += any(map(str.isalpha, content))
        position = end + len(text[end : end + 2]) if text[end : end + 2] == "\r\n" else end + 1
    if needed or against:
        return needed > against
    return quoted > 0 and (other == 0 or (with_comma == 0 and without_comma == 0))
