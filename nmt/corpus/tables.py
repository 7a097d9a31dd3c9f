"""Tables of text: tab-separated columns, plain or quoted as Excel quotes them, and CSV; the beginning tells which.

A tab-separated file is plain, every quotation mark in it a part of the text, unless its beginning is quoted throughout:
there is no cell that begins with a mark and does not end with one, nor one with a mark within that is not in marks.
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
_SAMPLE = 1 << 16  # bytes that tell what a table is
_SAMPLE_LINES = 4096
_MOST_CHARACTERS = 1 << 26  # of a line in UTF-16
_DELIMITERS = ",;\t|"  # of CSV; where two fit equally well, the first
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # a first line for Excel

_SOURCES = frozenset({"source", "src", "original", "source text", "source sentence", "source segment", "sentence1"})
_TARGETS = frozenset(
    {"target", "tgt", "trg", "translation", "ref", "reference", "translated", "target text", "target sentence"}
    | {"target segment", "sentence2"}
)
_LONGEST_CODE = 3
_LANGUAGE_NAME = re.compile(r"(?:(?:text|sentence|translation|segment|source|target|src|tgt)[ _.:-]+)?([\w-]{2,20})")


class TableFormat(NamedTuple):
    """How the cells of a table are told apart."""

    delimiter: str = "\t"
    is_quoted: bool = False
    is_utf16: bool = False
    skipped: int = 0  # lines before the first row


class Header(NamedTuple):
    """The columns of source and target, and their languages, as the first row names them."""

    columns: tuple[int, int]
    languages: tuple[str | None, str | None] = (None, None)


def table_rows(path: StrPath, *, quoting: str = "auto") -> Iterator[tuple[int, list[str]]]:
    """The rows of a table: the number of each one's first line, and its cells, which may hold line ends.

    ``quoting`` is one of QUOTINGS. Raises NMTError for what cannot be read, naming the line.
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
    """The raw lines of a table, ``lines`` at a time, each the source, a tab and the target; a header is an empty line.

    Lines of a plain table come as they are, with all columns; see read_line_blocks. Raises NMTError where the header
    names languages, but not the ``languages`` asked for.
    """
    blocks = read_line_blocks(path, lines=lines, keep_mark=True)
    first = next(blocks, [])
    form = format_of_table(first, path)
    cells = _first_row(_rows(iter(first), path, form))
    header = header_of(cells, languages)
    if header is not None:
        check_header(header, languages, cells, display_name(path))
    if form == TableFormat() and (header is None or header.columns == (0, 1)):
        if first and header is not None:
            first[0] = b"\n"
        elif first and not keep_mark:
            first[0] = first[0].removeprefix(codecs.BOM_UTF8)
        yield from filter(None, chain([first], blocks))
        return
    block: list[bytes] = []
    columns = (0, 1) if header is None else header.columns
    for number, cells in _rows(chain(first, chain.from_iterable(blocks)), path, form):
        is_header = header is not None and number == form.skipped + 1
        block.append(b"\n" if is_header or not any(cells) else _line(cells, columns, f"{display_name(path)}:{number}"))
        if len(block) == lines:
            yield block
            block = []
    if block:
        yield block


def format_of_table(lines: Sequence[bytes], path: StrPath, *, quoting: str = "auto") -> TableFormat:
    """The format of the table ``path`` that begins with these raw ``lines``, by them and by its name."""
    start = b"".join(lines)[:_SAMPLE]
    is_utf16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = start.decode("utf-16" if is_utf16 else "utf-8-sig", errors="replace")
    is_csv = Path(without_compression(str(path))).suffix.lower() == ".csv"
    told = _SEPARATOR.match(text)
    if told:
        text = text[told.end() :]
    delimiter = told[1] if told else _best_delimiter(text) if is_csv else "\t"
    is_quoted = is_csv or _is_quoted(text, delimiter) if quoting == "auto" else quoting == "excel"
    return TableFormat(delimiter, is_quoted, is_utf16, int(told is not None))


def header_of(cells: Sequence[str], languages: tuple[str | None, str | None] = (None, None)) -> Header | None:
    """What ``cells`` say if they are the header of a table: source and target, or the names or codes of two languages.

    Of more than two languages those are taken that ``languages`` asks for, or the first.

    >>> header_of(["id", "Source text", "Target text"]).columns, header_of(["de", "en"]).languages
    ((1, 2), ('de', 'en'))
    """
    names = [re.sub(r"[\s_]+", " ", cell.strip().lower()) for cell in cells]
    source = next((place for place, name in enumerate(names) if name in _SOURCES), None)
    target = next((place for place, name in enumerate(names) if name in _TARGETS), None)
    if source is not None and target is not None:
        return Header((source, target))
    found = [(place, language) for place, cell in enumerate(cells) if (language := _language(cell))]
    if len(found) > len(languages) and found[0] == (0, "id") and "id" not in languages:
        del found[0]  # of the rows, rather than Indonesian
    if len({language for _, language in found}) < 2 or len(found) * 2 < len(cells):
        return None
    source_side = next(filter(_side(languages[0], languages[1]), found), found[0])
    target_side = next(filter(_side(languages[1], source_side[1]), found), found[1])
    return Header((source_side[0], target_side[0]), (source_side[1], target_side[1]))


def check_header(header: Header, languages: tuple[str | None, str | None], cells: Sequence[str], where: str) -> None:
    """NMTError unless the ``header``, in the ``cells`` of the first row, has the ``languages`` asked for, if any."""
    if any(map(differ, header.languages, languages)):
        raise NMTError(f"{where}: no column is in a language asked for; there are {', '.join(cells)[:200]}")


def _side(asked: str | None, other: str | None) -> Callable[[tuple[int, str]], bool]:
    """Whether a column is in the language that was ``asked`` for; where none was, in none but the ``other``."""
    return lambda item: not differ(item[1], asked) if asked else other is None or differ(item[1], other)


def _language(cell: str) -> str | None:
    """The code of the language that the head of a column names, if it is one that has a code of two letters."""
    found = _LANGUAGE_NAME.fullmatch(cell.strip())
    if found is None or (len(found[1]) <= _LONGEST_CODE and found[1].istitle()):
        return None  # a word, and no code
    try:
        code = check_language(found[1])
    except NMTError:
        return None
    return code if len(code.partition("-")[0]) == 2 else None


def _first_row(rows: Iterator[tuple[int, list[str]]]) -> list[str]:
    try:
        return next(rows, (0, []))[1]
    except NMTError:
        return []  # whoever reads it on says what is wrong


def _line(cells: Sequence[str], columns: tuple[int, int], where: str) -> bytes:
    if len(cells) <= max(columns):
        raise NMTError(f"{where}: there is no column {max(columns) + 1}, only {len(cells)}")
    return "\t".join(re.sub(r"[\t\r\n]+", " ", cells[column]) for column in columns).encode("utf-8", "replace") + b"\n"


def _rows(raw: Iterable[bytes], path: StrPath, form: TableFormat) -> Iterator[tuple[int, list[str]]]:
    lines = enumerate(_utf16_lines(raw, path) if form.is_utf16 else _utf8_lines(raw, path), start=1)
    for _ in range(form.skipped):
        next(lines, None)
    if form.is_quoted:
        yield from _quoted_rows(lines, path, form.delimiter)
    else:
        yield from ((number, line.split(form.delimiter)) for number, line in lines)


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
                f"{display_name(path)}:{row[0][0]}: a cell begins with a quotation mark and does not end; close it, "
                "or, where marks are a part of the text, import the file with --quoting none"
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
    rest, number = "", 1
    try:
        for piece in chain(raw, [b""]):
            *lines, rest = (rest + decoder.decode(piece, final=not piece)).split("\n")
            yield from (line.removesuffix("\r") for line in lines)
            number += len(lines)
            if len(rest) > _MOST_CHARACTERS:
                raise NMTError(f"{display_name(path)}:{number}: this line is longer than any text is")
    except UnicodeDecodeError as error:
        raise NMTError(f"{display_name(path)}:{number}: not UTF-16, which it begins as; convert it to UTF-8") from error
    if rest:
        yield rest


def _best_delimiter(text: str) -> str:
    """The delimiter that divides most of the first rows into equally many cells."""

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
    """Whether the cells of ``text`` are quoted as Excel does: those that need it, with marks in them doubled.

    Excel quotes cells with a mark, the delimiter or a line end, and in tab-separated text those with a comma.
    """
    cell = re.compile(f"[^{re.escape(delimiter)}\n]*")
    needed = against = quoted = other = with_comma = without_comma = 0
    position = 0
    while position < len(text):
        found = _QUOTED.match(text, position)
        end = found.end() if found else position
        if found and (end == len(text) or text[end] in f"{delimiter}\r\n"):
            content = found[0][1:-1]
            quoted += 1
            needed += '"' in content or delimiter in content or "\n" in content
            without_comma += not set(content) & {",", '"', delimiter, "\n"}
        else:
            found = cell.match(text, position)
            end = found.end() if found else position
            content = text[position:end]
            against += '"' in content
            with_comma += "," in content
            other += any(map(str.isalpha, content))
        position = end + len(text[end : end + 2]) if text[end : end + 2] == "\r\n" else end + 1
    if needed or against:
        return needed > against
    return quoted > 0 and (other == 0 or (with_comma == 0 and without_comma == 0))
