"""One file of any known format to two line-aligned files."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from nmt.corpus.blocks import ParallelFiles
from nmt.corpus.pairs import CorpusReport
from nmt.corpus.units import Units, check_code
from nmt.corpus.writer import CorpusWriter, check_name, make_directory
from nmt.errors import NMTError
from nmt.files.atomic import is_overwritten
from nmt.files.compression import without_compression
from nmt.files.lines import StrPath, check_readable, describe_non_text, display_name
from nmt.text.languages import canonical_code, check_language, differ

FORMATS = {
    ".tmx": "tmx",
    **dict.fromkeys((".xlf", ".xliff", ".sdlxliff", ".mqxliff", ".mxliff"), "xliff"),
    ".po": "po",
    ".tsv": "tsv",
    ".csv": "csv",
    ".jsonl": "jsonl",
}
NO_NAME = ("source", "target")  # how files end whose languages nobody knows
_AT_ONCE = 8192

Languages = tuple[str | None, str | None]


class Import(NamedTuple):
    """The units of a file, and what their languages are, which may be known only after the first of them."""

    units: Callable[[], Units]
    languages: Callable[[], Languages]
    there: Callable[[], Sequence[str]] = tuple  # the languages that it has, where it says so


def format_of(path: StrPath) -> str:
    """The format that the name of a file says it has; NMTError for another."""
    suffix = Path(without_compression(str(path))).suffix.lower()
    if suffix not in FORMATS:
        raise NMTError(
            f"{path}: which format is this? name it with --format: {', '.join(dict.fromkeys(FORMATS.values()))}"
        )
    return FORMATS[suffix]


def import_file(
    path: StrPath,
    directory: StrPath,
    *,
    kind: str | None = None,
    languages: Languages = (None, None),
    fields: Languages = (None, None),
    quoting: str = "auto",
    name: str | None = None,
) -> tuple[ParallelFiles, CorpusReport]:
    """Write the pairs of ``path`` as two files in ``directory``; which these are, and what was left out.

    They are called ``name`` (left out: as the file) and end in the languages. Raises NMTError for files that are not
    what they should be.
    """
    check_readable(path)
    kind = kind or format_of(path)
    languages = _asked(languages[0], kind), _asked(languages[1], kind)
    if any(fields) and kind not in ("tsv", "csv", "jsonl"):
        raise NMTError(
            f"--source-field and --target-field choose from TSV, CSV and JSONL; {display_name(path)} is read as {kind}"
        )
    said = describe_non_text(path)
    if said and not (kind in ("tmx", "xliff", "tsv", "csv") and "UTF-16" in said):  # XML and tables may be in UTF-16
        raise NMTError(said)
    found = _open(path, kind, languages, fields, quoting)
    report = CorpusReport()
    units = _counted(found.units(), report)
    first = list(islice(units, _AT_ONCE))
    if not first:
        raise NMTError(_nothing(display_name(path), report, found))
    own_name = "" if path == "-" else Path(path).name.partition(".")[0]
    goal = _goal(directory, name or own_name or "corpus", found.languages())
    if any(is_overwritten(side, [path]) for side in (goal.source, goal.target) if side is not None):
        raise NMTError(f"{path} would be written over; name another directory with -o, or another --name")
    make_directory(directory, [goal])
    with CorpusWriter([goal]) as outputs:
        while first:
            sources, targets = zip(*first, strict=True)
            outputs.write(0, sources, targets)
            first = list(islice(units, _AT_ONCE))
    return goal, report


def _asked(language: str | None, kind: str) -> str | None:
    """The code that the user asks for, as it was given, or that of a language given by its name.

    Files of translation tools may have codes of their own.
    """
    if not language or canonical_code(language) or (kind in ("tmx", "xliff") and len(language) < 4):
        return language and check_code(language, "option")
    return check_language(language)


def _open(path: StrPath, kind: str, languages: Languages, fields: Languages, quoting: str) -> Import:
    if kind in ("tmx", "xliff"):
        from nmt.formats.xml import XmlImport

        xml = XmlImport(path, kind, languages)
        return Import(xml.units, lambda: xml.languages, lambda: xml.there)
    if kind == "po":
        from nmt.formats.po import PoImport

        po = PoImport(path)
        target = languages[1] or po.language
        return Import(
            po.units, lambda: (languages[0] or "en", check_code(target, display_name(path)) if target else None)
        )
    from nmt.formats.tables import TableImport, read_objects

    if kind in ("tsv", "csv"):
        table = TableImport(path, fields, languages, quoting)
        return Import(table.units, lambda: table.languages)
    return Import(lambda: read_objects(path, fields, languages), lambda: languages)


def _nothing(name: str, report: CorpusReport, found: Import) -> str:
    """What is said of a file that gave no pair."""
    said = f"{name}: there is no translated text in this file; {report.summary().replace('pair', 'unit')}"
    there = found.there()
    if there and not all(code and any(not differ(code, other) for other in there) for code in found.languages()):
        said += f"; choose with --source-language and --target-language two of {', '.join(there)[:200]}"
    return said


def _goal(directory: StrPath, name: str, languages: Languages) -> ParallelFiles:
    check_name(name)
    suffixes = [language or default for language, default in zip(languages, NO_NAME, strict=True)]
    if suffixes[0] == suffixes[1]:
        raise NMTError(
            f"both sides are in the language {suffixes[0]}; name others with --source-language and --target-language"
        )
    return ParallelFiles(*(str(Path(directory) / f"{name}.{suffix}") for suffix in suffixes))


def _counted(units: Units, report: CorpusReport) -> Iterator[tuple[bytes, bytes]]:
    for unit in units:
        report.read += 1
        if unit.skipped:
            report.drop(unit.skipped)
        else:
            report.kept += 1
            yield unit.source.encode("utf-8"), unit.target.encode("utf-8")
