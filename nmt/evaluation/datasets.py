"""Test sets: line-aligned files, or standard test sets by name, which sacreBLEU downloads and caches."""

import contextlib
import logging
import os
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from http.client import HTTPException
from pathlib import Path

from nmt.corpus.pairs import check_aligned
from nmt.errors import NMTError
from nmt.files.lines import check_readable, display_name, read_lines
from nmt.settings import did_you_mean
from nmt.text.languages import language_of


@dataclass(frozen=True, kw_only=True)
class EvaluationSet:
    """A test set: one or several reference translations and, if it is known, their source, line by line."""

    name: str
    references: list[list[str]]
    reference_names: tuple[str, ...]
    sources: list[str] | None = None
    source_name: str | None = None
    target_language: str | None = None  # as the name or the files say
    kept: tuple[int, ...] | None = None  # the lines of the files, from 0, that belong to the set; None: all
    left_out: int = 0  # lines of the files without a reference

    def __len__(self) -> int:
        return len(self.references[0])

    def line_number(self, line: int) -> int:
        """The number (from 1) that ``line`` (from 0) of the set has in the files."""
        return (line if self.kept is None else self.kept[line]) + 1

    def references_of(self, line: int) -> list[str]:
        """The references of ``line``; only those with text if lines without a reference are left out."""
        references = [reference[line] for reference in self.references]
        return references if self.kept is None else [text for text in references if text.strip()]

    def empty_references(self) -> int:
        """How many lines have no reference with text."""
        return sum(not any(text.strip() for text in texts) for texts in zip(*self.references, strict=True))

    def with_references_only(self) -> "EvaluationSet":
        """The lines that have a reference with text, which is moved to the front; NMTError if there are none.

        An empty reference of a line that has another one does not count.
        """
        rows = [sorted(texts, key=lambda text: not text.strip()) for texts in zip(*self.references, strict=True)]
        kept = [line for line, row in enumerate(rows) if row[0].strip()]
        if not kept:
            raise NMTError(f"{', '.join(self.reference_names)}: every line is empty, so there is nothing to score")
        return replace(
            self,
            references=[[rows[line][number] for line in kept] for number in range(len(self.references))],
            sources=None if self.sources is None else [self.sources[line] for line in kept],
            kept=tuple(kept),
            left_out=len(rows) - len(kept),
        )


def read_test_set(source: str | None, references: Sequence[str]) -> EvaluationSet:
    """The test set in these files; NMTErrors name the files that cannot be read or are not aligned."""
    paths = [*filter(None, [source]), *references]
    for path in paths:
        check_readable(path)
    lines = {path: list(read_lines(path)) for path in dict.fromkeys(paths)}
    check_aligned({display_name(path): len(lines[path]) for path in paths})
    return EvaluationSet(
        name=Path(source or references[0]).name,
        references=[lines[path] for path in references],
        reference_names=tuple(references),
        sources=None if source is None else lines[source],
        source_name=source,
        target_language=next(filter(None, (language_of([path]) for path in references)), None),
    )


def fetch_test_set(name: str, pair: str) -> EvaluationSet:
    """The test set that sacreBLEU knows as ``name``, such as wmt14, for a ``pair`` such as en-de.

    It is downloaded the first time and cached in $SACREBLEU or ~/.sacrebleu. NMTError, with similar names, for an
    unknown one, and where it cannot be downloaded.
    """
    check_test_set_name(name, pair)
    _check_cache_directory()
    from sacrebleu.utils import SACREBLEU_DIR, get_reference_files, get_source_file

    try:
        with _silent_sacrebleu():
            source, references = get_source_file(name, pair), get_reference_files(name, pair)
    except SystemExit as error:  # sacreBLEU exits for a wrong checksum or certificate
        raise NMTError(
            f"the test set {name} was not downloaded correctly; delete {Path(SACREBLEU_DIR) / name} and try again"
        ) from error
    except (OSError, HTTPException, tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        reason = str(getattr(error, "reason", None) or error)
        raise NMTError(
            f"the test set {name} is not in {SACREBLEU_DIR} and cannot be downloaded now ({reason}); "
            "try again with network access, or give files with -s and -r"
        ) from error
    lines = [_stripped_lines(path) for path in (source, *references)]
    names = [f"{name}/{pair} {Path(path).name.rpartition('.')[2]}" for path in (source, *references)]
    check_aligned({each: len(text) for each, text in zip(names, lines, strict=True)})
    return EvaluationSet(
        name=f"{name} {pair}",
        references=lines[1:],
        reference_names=tuple(names[1:]),
        sources=lines[0],
        source_name=names[0],
        target_language=pair.partition("-")[2],
    )


def _check_cache_directory() -> None:
    """NMTError where sacreBLEU would create a directory called ~, because the user has no known home directory."""
    directory = os.environ.get("SACREBLEU") or os.path.expanduser("~")  # noqa: PTH111 - Path.home raises another error
    if directory.startswith("~"):
        raise NMTError("there is no home directory to keep test sets in; set the variable HOME or SACREBLEU to one")


def check_test_set_name(name: str, pair: str) -> None:
    """NMTError, with similar names, unless sacreBLEU knows the test set ``name`` for the languages ``pair``."""
    from sacrebleu.utils import get_available_testsets, get_available_testsets_for_langpair, get_langpairs_for_testset

    known_names = get_available_testsets()
    if name not in known_names:
        others = sorted(get_available_testsets_for_langpair(pair)) if pair.count("-") == 1 else []
        listed = f"; for {pair} there are {', '.join(others)}" if others else "; sacrebleu --list shows all of them"
        raise NMTError(f"sacreBLEU does not know a test set {name!r}{did_you_mean(name, known_names) or listed}")
    pairs = get_langpairs_for_testset(name)
    if pair not in pairs:
        hint = did_you_mean(pair, pairs)
        listed = "" if hint else f"; it has {', '.join(pairs[:12])}{', ...' if len(pairs) > 12 else ''}"
        raise NMTError(f"the test set {name} has no language pair {pair!r}{hint}{listed}")


def _stripped_lines(path: str) -> list[str]:
    """The lines as sacreBLEU's command reads them: without spaces at the end."""
    return [line.rstrip() for line in read_lines(path)]


@contextlib.contextmanager
def _silent_sacrebleu() -> Iterator[None]:
    """Suppress what sacreBLEU logs about a failed download; the NMTError reports it."""
    logger = logging.getLogger("sacrebleu")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
