"""Importing tables and JSON Lines."""

import json
from collections.abc import Mapping
from typing import Any

from nmt.corpus.drop_reasons import DropReason
from nmt.corpus.pairs import LONGEST_SEGMENT, Unit, Units, unit_of
from nmt.corpus.tables import check_header, header_of, table_rows
from nmt.errors import NMTError
from nmt.files.lines import StrPath, display_name, read_lines
from nmt.text.controls import clean_text

Fields = tuple[str | None, str | None]
_COMMON_FIELDS = (("source", "target"), ("src", "tgt"), ("src", "ref"))


class TableImport:
    """The pairs of two columns, chosen by number (from 1), by title, or by the languages in the first row."""

    def __init__(self, path: StrPath, fields: Fields, languages: Fields, quoting: str) -> None:
        """Raises NMTError for column 0."""
        if any(field is not None and field.isdecimal() and int(field) == 0 for field in fields):
            raise NMTError("there is no column 0: --source-field and --target-field count columns from 1")
        self.languages = languages
        self._path = path
        self._fields = fields
        self._quoting = quoting

    def units(self) -> Units:
        """The pairs in order, without the header. Raises NMTError for a missing column."""
        columns: tuple[int, int] | None = None
        for number, cells in table_rows(self._path, quoting=self._quoting):
            where = f"{display_name(self._path)}:{number}"
            if columns is None:
                columns, is_header = self._choose(cells, where)
                if is_header:
                    continue
            if not any(map(str.strip, cells)):
                yield Unit(skipped=DropReason.EMPTY)
                continue
            if len(cells) <= max(columns):
                raise NMTError(
                    f"{where}: there is no column {max(columns) + 1}, only {len(cells)}; "
                    "columns must be separated by tabs, or in CSV by commas or semicolons"
                )
            yield unit_of(*(cells[column] for column in columns))

    def _choose(self, cells: list[str], where: str) -> tuple[tuple[int, int], bool]:
        """The columns of source and target, and whether ``cells``, the first row, is a header."""
        header = header_of(cells, self.languages)
        default = header.columns if header is not None else (0, 1)
        if header is not None and not any(self._fields):
            check_header(header, self.languages, cells, where)
            source, target = (
                requested or named for requested, named in zip(self.languages, header.languages, strict=True)
            )
            self.languages = (source, target)
        source_column, target_column = (
            column if field is None else _column(field, cells, where)
            for field, column in zip(self._fields, default, strict=True)
        )
        if source_column == target_column:
            raise NMTError(
                f"{where}: source and target would both be column {source_column + 1}; "
                "give both --source-field and --target-field"
            )
        has_titles = any(field is not None and not field.isdecimal() for field in self._fields)
        return (source_column, target_column), has_titles or header is not None


def _column(name: str, header: list[str], where: str) -> int:
    if name.isdecimal():
        return int(name) - 1
    if name not in header:
        raise NMTError(f"{where}: there is no column {name!r}; the columns are {', '.join(header)[:200]}")
    return header.index(name)


def read_objects(
    path: StrPath, fields: tuple[str | None, str | None], languages: tuple[str | None, str | None]
) -> Units:
    """The pairs of JSON Lines; ``translation.de`` is the field ``de`` of the object ``translation``.

    Without ``fields``, common names such as source and target are tried, then the languages; null means untranslated.
    Raises NMTError with the line number.
    """
    if bool(fields[0]) != bool(fields[1]):
        raise NMTError("give both --source-field and --target-field, or neither")
    chosen: tuple[str, str] | None = (fields[0], fields[1]) if fields[0] and fields[1] else None
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        where = f"{display_name(path)}:{number}"
        if len(line) > 4 * LONGEST_SEGMENT:
            yield Unit(skipped=DropReason.TOO_LONG)
            continue
        record = _parse(line, where)
        if chosen is None:
            chosen = _guess_fields(record, languages, where)
        source, target = (_value(record, field) for field in chosen)
        if source is None or target is None:
            missing = chosen[0] if source is None else chosen[1]
            raise NMTError(
                f"{where}: no text in the field {missing!r}; choose fields with --source-field and --target-field"
            )
        yield unit_of(source, target)


def _parse(line: str, where: str) -> Mapping[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NMTError(f"{where}: this is not JSON ({str(error)[:80]}); each line must be an object") from error
    if not isinstance(record, dict):
        raise NMTError(f"{where}: not a JSON object; each line must be one")
    return record


def _guess_fields(record: Mapping[str, Any], languages: tuple[str | None, str | None], where: str) -> tuple[str, str]:
    by_language = [(f"{prefix}{languages[0]}", f"{prefix}{languages[1]}") for prefix in ("", "translation.")]
    pairs = (*_COMMON_FIELDS, *by_language)
    usable = [pair for pair in pairs if all(_value(record, field) is not None for field in pair)]
    if usable:  # preferably with text: null means untranslated
        return next((pair for pair in usable if all(_value(record, field) for field in pair)), usable[0])
    nested = [f"{key}.{part}" for key, value in record.items() for part in (value if isinstance(value, dict) else ())]
    names = clean_text(", ".join([*(key for key, value in record.items() if not isinstance(value, dict)), *nested]))
    raise NMTError(f"{where}: choose fields with --source-field and --target-field; the fields are {names[:200]}")


def _value(record: Mapping[str, Any], field: str) -> str | None:
    """The text in ``field``, which may be a path with dots; empty for null, None if there is none."""
    value: Any = record
    for part in [field] if field in record else field.split("."):
        if value is not None and (not isinstance(value, dict) or part not in value):
            return None
        value = value[part] if value is not None else None
    return "" if value is None else value if isinstance(value, str) else None
