"""The files that a run learns from: checks, languages, weights, tags, and whether the text is still the same."""

import hashlib
import json
import logging
import math
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nmt.corpus.blocks import ParallelFiles, read_pairs
from nmt.corpus.pairs import Pair
from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer
from nmt.files.lines import check_readable
from nmt.text.languages import check_language, differ, language_of
from nmt.tokenization.tags import check_tag

logger = logging.getLogger(__name__)

ROLES = ("sources", "targets", "tables", "validation_sources", "validation_targets")
TOKENIZER_ROLE = "tokenizers"
SETTLED = 2.0  # seconds after which a file system certainly gives a changed file another time

Memory = dict[str, dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class CorpusFiles:
    """The parallel text of a run: line-aligned files or tab-separated ones, and the languages' codes where known.

    Each pair of files is a corpus, and so is each table; the pairs of files come first. ``weights`` says how many times
    each corpus comes in an epoch, ``tags`` which tag its sources begin with (an empty one is none). There is one of
    them for each corpus, or there are none at all. ``valid_tag`` is the tag of validation files; None: see below.
    """

    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()  # TSV, source and target in the first two columns
    validation_sources: tuple[str, ...] = ()
    validation_targets: tuple[str, ...] = ()
    source_language: str | None = None
    target_language: str | None = None
    weights: tuple[float, ...] = ()
    tags: tuple[str, ...] = ()
    tokenizers: tuple[str, ...] = ()  # the file of one that was made before; none: one is learnt from the text
    valid_tag: str | None = None

    def check(self) -> None:
        """Everything that can be wrong with the files without reading them through is an NMTError now."""
        if not self.sources and not self.tables:
            raise NMTError("no training text given: name line-aligned files with -s and -t, or a table with --tsv")
        for sources, targets, kind in (
            (self.sources, self.targets, "training"),
            (self.validation_sources, self.validation_targets, "validation"),
        ):
            if len(sources) != len(targets):
                raise NMTError(
                    f"{len(sources)} source and {len(targets)} target files given for {kind}; "
                    "every file needs its other side"
                )
        for language in (self.source_language, self.target_language):
            if language:
                check_language(language)
        self._check_weights_and_tags()
        for path in self.tokenizers:
            if not Path(path).is_file():
                raise NMTError(f"{path} is no file with a tokenizer, such as nmt tokenizer train makes")
        for path in self.all_paths():
            if path == "-":
                raise NMTError("training text is read several times, so it must be a file, not standard input")
            check_readable(path)
            if not Path(path).is_file():
                raise NMTError(f"{path}: training text is read several times, so it must be a file, not a pipe")

    def _check_weights_and_tags(self) -> None:
        for given, name in ((self.weights, "weight"), (self.tags, "tag")):
            if given and len(given) != len(self.corpora()):
                raise NMTError(
                    f"{_count(given, name)} given for {_count(self.corpora(), 'corpus', 'corpora')}; "
                    f"give --{name} once for each -s and -t, then once for each --tsv, or not at all"
                )
        for weight in self.weights:
            if not (math.isfinite(weight) and weight > 0):
                raise NMTError(f"a weight must be a number above 0, not {weight}")
        for tag in self.tags:
            if tag:
                check_tag(tag)
        if self.valid_tag is not None and not self.validation_sources:
            raise NMTError(
                "--valid-tag is for --valid-source and --valid-target; pairs held out keep the tag of their corpus"
            )
        if self.valid_tag is not None and self.valid_tag not in self.corpus_tags():
            known = ", ".join(map(repr, dict.fromkeys(self.corpus_tags())))
            raise NMTError(f"--valid-tag {self.valid_tag!r} is not the tag of any corpus; theirs are: {known}")

    def corpora(self) -> list[ParallelFiles]:
        """The training corpora in their order: files, then tables."""
        return [
            *(ParallelFiles(source, target) for source, target in zip(self.sources, self.targets, strict=True)),
            *(ParallelFiles(table, languages=(self.source_language, self.target_language)) for table in self.tables),
        ]

    def corpus_weights(self) -> tuple[float, ...]:
        """The weight of each corpus, 1 where none was given."""
        return self.weights or (1.0,) * len(self.corpora())

    def corpus_tags(self) -> tuple[str, ...]:
        """The tag of each corpus, empty where there is none."""
        return self.tags or ("",) * len(self.corpora())

    def corpus_name(self, number: int) -> str:
        """What the user calls a corpus: its files."""
        files = self.corpora()[number]
        return files.source if files.target is None else f"{files.source} and {files.target}"

    def standing(self) -> list[Any]:
        """Which corpora share a tag, and how they rank where pairs are in several; empty if all are alike in both."""
        ranks = sorted(set(self.corpus_weights()))
        apart = [
            [tag, ranks.index(weight)] for tag, weight in zip(self.corpus_tags(), self.corpus_weights(), strict=True)
        ]
        return apart if any(one != apart[0] for one in apart) else []

    def validation_tag(self) -> str:
        """The tag of validation files: the one given, or else the one that all corpora share, or none."""
        if self.valid_tag is not None:
            return self.valid_tag
        tags = set(self.corpus_tags())
        return tags.pop() if len(tags) == 1 else ""

    def given_validation(self) -> list[Pair]:
        """The usable pairs of the validation files; none only if there are no such files."""
        given = list(read_pairs(self.validation_sources, self.validation_targets))
        validation = [pair for pair in given if pair.source.strip() and pair.target.strip()]
        if self.validation_sources and not validation:
            raise NMTError(f"{', '.join(self.validation_sources)}: no usable sentence pair to validate on")
        if empty := len(given) - len(validation):
            logger.info(
                "validation: %s of %s pairs have an empty side and are left out", f"{empty:,}", f"{len(given):,}"
            )
        return validation

    def settings(self) -> dict[str, Any]:
        """What belongs to the settings of a run, besides the text: the same command gives the same."""
        return {
            "weights": list(self.weights) if any(weight != 1 for weight in self.weights) else None,
            "tags": list(self.tags) if any(self.tags) else None,
            **({} if self.valid_tag is None else {"validation tag": self.valid_tag}),
        }

    def all_paths(self) -> list[str]:
        """Every file of the run."""
        return [path for role in ROLES for path in getattr(self, role)]

    def size(self) -> int:
        """Bytes of the training files."""
        return sum(os.stat(path).st_size for path in (*self.sources, *self.targets, *self.tables))  # noqa: PTH116

    def languages(self) -> tuple[str | None, str | None]:
        """The canonical codes of the languages as given, or else as the files' names end: train.de.gz is German."""
        given = ((self.source_language, self.sources), (self.target_language, self.targets))
        source, target = (check_language(code) if code else language_of(paths) for code, paths in given)
        return source, target

    def target_languages(self) -> dict[str, list[str]]:
        """The languages that the names of target files end in, by tag of the corpus, regions aside.

        Nothing where the user has named the language.
        """
        found: dict[str, list[str]] = {}
        for tag, target in zip(self.corpus_tags(), () if self.target_language else self.targets, strict=False):
            code = language_of([target])
            here = found.setdefault(tag, [])
            if code and all(differ(code, other) for other in here):
                here.append(code)
        return found

    def fingerprint(self, memory: Path | None = None) -> dict[str, str]:
        """What the files hold, as one digest for each role; the names of the files do not matter.

        ``memory`` is a file in which ``remember`` may have kept digests of these very files: those of them that are
        where they were, with the same size, times and inode, are not read again.
        """
        known = _recall(memory)
        roles = (*ROLES, TOKENIZER_ROLE) if self.tokenizers else ROLES
        with ThreadPoolExecutor(2) as threads:
            return dict(zip(roles, threads.map(lambda role: self._digest(role, known), roles), strict=True))

    def remember(self, memory: Path, fingerprint: dict[str, str]) -> None:
        """Keep a fingerprint that was just taken for the next start; files changed a moment ago are not trusted."""
        kept = {}
        for role, digest in fingerprint.items():
            marks = [_mark(path) for path in getattr(self, role)]
            if all(max(mark[2:4]) < time.time_ns() - SETTLED * 1e9 for mark in marks):
                kept[role] = {"files": marks, "digest": digest}
        if kept != _recall(memory):
            with atomic_writer(memory) as file:
                file.write(json.dumps(kept).encode("utf-8"))

    def marks(self) -> list[list[Any]]:
        """Sizes and times of the training files, by which a change while they are read shows."""
        return [_mark(path)[:3] for path in (*self.sources, *self.targets, *self.tables)]

    def _digest(self, role: str, known: Memory) -> str:
        paths = getattr(self, role)
        remembered = known.get(role, {})
        if remembered.get("files") == [_mark(path) for path in paths]:
            return str(remembered["digest"])
        return _digest_files(paths)


def _mark(path: str) -> list[Any]:
    """What a file cannot change without showing it: the time of the last change (ctime) cannot be set by hand."""
    status = Path(path).stat()
    return [str(Path(path).resolve()), status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _recall(memory: Path | None) -> Memory:
    try:
        known = json.loads(memory.read_text("utf-8")) if memory is not None else {}
        return {str(role): dict(entry) for role, entry in known.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _digest_files(paths: Sequence[str]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for path in paths:
        digest.update(b"file")
        with Path(path).open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _count(things: Sequence[object], singular: str, plural: str = "") -> str:
    return f"{len(things)} {singular if len(things) == 1 else plural or singular + 's'}"
