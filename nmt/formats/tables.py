"""Tables, and a JSON object a line."""

import json
from collections.abc import Mapping
from typing import Any

from nmt.corpus.drop_reasons import DropReason
from nmt.corpus.tables import check_header, header_of, table_rows
from nmt.corpus.units import LONGEST, Unit, Units, unit_of
from nmt.errors import NMTError
from nmt.files.lines import StrPath, display_name, read_lines
from nmt.text.controls import clean_text

Fields = tuple[str | None, str | None]
_USUAL = (("source", "target"), ("src", "tgt"), ("src", "ref"))  # what the fields of such objects are called


class TableImport:
    """The pairs of two columns, given by their numbers from 1 or by the first row, which may name the languages."""

    def __init__(self, path: StrPath, fields: Fields, languages: Fields, quoting: str) -> None:
        """NMTError for fields that cannot be."""
        if any(field is not None and field.isdecimal() and int(field) == 0 for field in fields):
            raise NMTError("columns are counted from 1, so there is no column 0 for --source-field and --target-field")
        self.languages = languages
        self._path = path
        self._fields = fields
        self._quoting = quoting

    def units(self) -> Units:
        """The pairs in their order, without a header. Raises NMTError for a column that is not there."""
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
                    "a tab must stand between columns, or in CSV a comma or semicolon"
                )
            yield unit_of(*(cells[column] for column in columns))

    def _choose(self, cells: list[str], where: str) -> tuple[tuple[int, int], bool]:
        """The columns of source and target, and whether ``cells``, the first row, are a header."""
        header = header_of(cells, self.languages)
        by_place = header.columns if header is not None else (0, 1)
        if header is not None and not any(self._fields):
            check_header(header, self.languages, cells, where)
            source, target = (own or told for own, told in zip(self.languages, header.languages, strict=True))
            self.languages = (source, target)
        source_column, target_column = (
            place if field is None else _column(field, cells, where)
            for field, place in zip(self._fields, by_place, strict=True)
        )
        if source_column == target_column:
            raise NMTError(
                f"{where}: source and target would both be column {source_column + 1}; "
                "name both, --source-field and --target-field"
            )
        named = any(field is not None and not field.isdecimal() for field in self._fields)
        return (source_column, target_column), named or header is not None


def _column(name: str, header: list[str], where: str) -> int:
    if name.isdecimal():
        return int(name) - 1
    if name not in header:
        raise NMTError(f"{where}: no column is called {name!r}; there are {', '.join(header)[:200]}")
    return header.index(name)


def read_objects(
    path: StrPath, fields: tuple[str | None, str | None], languages: tuple[str | None, str | None]
) -> Units:
    """The pairs of JSON objects, one a line; a field such as ``translation.de`` is looked for inside others.

    Without fields they are source and target, or called by the languages; null is no translation. Raises NMTError
    naming the line.
    """
    if bool(fields[0]) != bool(fields[1]):
        raise NMTError("name both fields, --source-field and --target-field, or none")
    chosen: tuple[str, str] | None = (fields[0], fields[1]) if fields[0] and fields[1] else None
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        where = f"{display_name(path)}:{number}"
        if len(line) > 4 * LONGEST:
            yield Unit(skipped=DropReason.TOO_LONG)
            continue
        found = _parse(line, where)
        if chosen is None:
            chosen = _guess(found, languages, where)
        source, target = (_value(found, field) for field in chosen)
        if source is None or target is None:
            missing = chosen[0] if source is None else chosen[1]
            raise NMTError(
                f"{where}: there is no text under {missing!r}; name the fields with --source-field and --target-field"
            )
        yield unit_of(source, target)


def _parse(line: str, where: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NMTError(f"{where}: this is not JSON ({str(error)[:80]}); each line must be an object") from error
    if not isinstance(found, dict):
        raise NMTError(f"{where}: not a JSON object; each line must be one")
    return found


def _guess(found: Mapping[str, Any], languages: tuple[str | None, str | None], where: str) -> tuple[str, str]:
    by_language = [(f"{prefix}{languages[0]}", f"{prefix}{languages[1]}") for prefix in ("", "translation.")]
    usable = [some for some in (*_USUAL, *by_language) if all(_value(found, field) is not None for field in some)]
    if usable:  # those with text first: null is no translation
        return next((some for some in usable if all(_value(found, field) for field in some)), usable[0])
    names = [f"{key}.{part}" for key, value in found.items() for part in (value if isinstance(value, dict) else ())]
    there = clean_text(", ".join([*(key for key, value in found.items() if not isinstance(value, dict)), *names]))
    raise NMTError(f"{where}: name the fields with --source-field and --target-field; there are {there[:200]}")


def _value(found: Mapping[str, Any], field: str) -> str | None:
    """The text under ``field``, whose parts between dots are looked for inside each other; empty for null."""
    value: Any = found
    for part in [field] if field in found else field.split("."):
        if value is not None and (not isinstance(value, dict) or part not in value):
            return None
        value = value[part] if value is not None else None
    return "" if value is None else value if isinstance(value, str) else None
