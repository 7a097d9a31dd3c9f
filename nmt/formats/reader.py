"""Importing a file of any known format into two line-aligned files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from nmt.corpus.blocks import ParallelFiles
from nmt.corpus.pairs import CorpusReport, Units
from nmt.corpus.writer import CorpusWriter, check_name, make_directory
from nmt.errors import NMTError
from nmt.files.atomic import is_overwritten
from nmt.files.compression import without_compression
from nmt.files.lines import StrPath, check_readable, describe_non_text, display_name
from nmt.text.languages import canonical_code, check_language, check_language_code, differ

FORMATS = {
    ".tmx": "tmx",
    **dict.fromkeys((".xlf", ".xliff", ".sdlxliff", ".mqxliff", ".mxliff"), "xliff"),
    ".po": "po",
    ".tsv": "tsv",
    ".csv": "csv",
    ".jsonl": "jsonl",
}
UNKNOWN_SUFFIXES = ("source", "target")  # of the files whose languages are unknown
_BATCH = 8192  # pairs

Languages = tuple[str | None, str | None]


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """How to import a file; what is None is taken from the file or its name."""

    format: str | None = None  # one of FORMATS
    languages: Languages = (None, None)
    fields: Languages = (None, None)  # TSV, CSV: number or title of a column; JSONL: name of a field
    quoting: str = "auto"  # one of nmt.corpus.tables.QUOTINGS
    name: str | None = None  # of the new files, before the language codes


class Import(NamedTuple):
    """The units of a file, and their languages, which may be known only after the first unit was read."""

    units: Callable[[], Units]
    languages: Callable[[], Languages]
    available: Callable[[], Sequence[str]] = tuple  # the languages in the file, for formats that name them


def format_of(path: StrPath) -> str:
    """The format of a file by its name; NMTError for an unknown one."""
    suffix = Path(without_compression(str(path))).suffix.lower()
    if suffix not in FORMATS:
        raise NMTError(
            f"{path} has an unknown format; choose it with --format: {', '.join(dict.fromkeys(FORMATS.values()))}"
        )
    return FORMATS[suffix]


def import_file(
    path: StrPath, directory: StrPath, options: ImportOptions | None = None
) -> tuple[ParallelFiles, CorpusReport]:
    """Write the pairs of ``path`` to two files in ``directory``; returns the files, and counts of what was skipped.

    Raises NMTError if the file is damaged, of another format, or has no pairs.
    """
    options = options or ImportOptions()
    check_readable(path)
    file_format = options.format or format_of(path)
    languages = _requested(options.languages[0], file_format), _requested(options.languages[1], file_format)
    options = replace(options, format=file_format, languages=languages)
    if any(options.fields) and file_format not in ("tsv", "csv", "jsonl"):
        raise NMTError(
            "--source-field and --target-field are for TSV, CSV and JSONL; "
            f"{display_name(path)} is read as {file_format}"
        )
    problem = describe_non_text(path)
    may_be_utf16 = file_format in ("tmx", "xliff", "tsv", "csv")
    if problem and not (may_be_utf16 and "UTF-16" in problem):
        raise NMTError(problem)
    opened = _open(path, file_format, options)
    report = CorpusReport()
    pairs = _encoded_pairs(opened.units(), report)
    batch = list(islice(pairs, _BATCH))
    if not batch:
        raise NMTError(_describe_no_pairs(display_name(path), report, opened))
    own_name = "" if path == "-" else Path(path).name.partition(".")[0]
    outputs = _outputs(directory, options.name or own_name or "corpus", opened.languages())
    if any(is_overwritten(side, [path]) for side in (outputs.source, outputs.target) if side is not None):
        raise NMTError(f"{path} would be overwritten; choose another directory with -o, or another --name")
    make_directory(directory, [outputs])
    with CorpusWriter([outputs]) as writer:
        while batch:
            sources, targets = zip(*batch, strict=True)
            writer.write(0, sources, targets)
            batch = list(islice(pairs, _BATCH))
    return outputs, report


def _requested(language: str | None, file_format: str) -> str | None:
    """The code that the user requests: as given, or the code of a language given by its name.

    Files of translation tools may have codes of their own.
    """
    if not language or canonical_code(language) or (file_format in ("tmx", "xliff") and len(language) < 4):
        return language and check_language_code(language, "option")
    return check_language(language)


def _open(path: StrPath, file_format: str, options: ImportOptions) -> Import:
    languages = options.languages
    if file_format in ("tmx", "xliff"):
        from nmt.formats.xml import XmlImport

        xml = XmlImport(path, file_format, languages)
        return Import(xml.units, lambda: xml.languages, lambda: xml.available)
    if file_format == "po":
        from nmt.formats.po import PoImport

        po = PoImport(path)
        target = languages[1] or po.language
        return Import(
            po.units,
            lambda: (languages[0] or "en", check_language_code(target, display_name(path)) if target else None),
        )
    from nmt.formats.tables import TableImport, read_objects

    if file_format in ("tsv", "csv"):
        table = TableImport(path, options.fields, languages, options.quoting)
        return Import(table.units, lambda: table.languages)
    return Import(lambda: read_objects(path, options.fields, languages), lambda: languages)


def _describe_no_pairs(name: str, report: CorpusReport, opened: Import) -> str:
    text = f"{name} has no translated text; {report.summary().replace('pair', 'unit')}"
    available = opened.available()
    if available and not all(
        code and any(not differ(code, other) for other in available) for code in opened.languages()
    ):
        text += f"; choose with --source-language and --target-language two of {', '.join(available)[:200]}"
    return text


def _outputs(directory: StrPath, name: str, languages: Languages) -> ParallelFiles:
    check_name(name)
    suffixes = [language or default for language, default in zip(languages, UNKNOWN_SUFFIXES, strict=True)]
    if suffixes[0] == suffixes[1]:
        raise NMTError(
            f"both sides are in the language {suffixes[0]}; choose others with --source-language and --target-language"
        )
    return ParallelFiles(*(str(Path(directory) / f"{name}.{suffix}") for suffix in suffixes))


def _encoded_pairs(units: Units, report: CorpusReport) -> Iterator[tuple[bytes, bytes]]:
    for unit in units:
        report.read += 1
        if unit.skipped:
            report.drop(unit.skipped)
        else:
            report.kept += 1
            yield unit.source.encode("utf-8"), unit.target.encode("utf-8")
