"""The text of a run, resolved from its settings once: corpora with weight and tag, validation text, languages."""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nmt.corpus.blocks import ParallelFiles, read_pairs
from nmt.corpus.pairs import Pair
from nmt.errors import NMTError
from nmt.files.lines import check_readable
from nmt.text.languages import check_language, differ, language_of
from nmt.tokenization.tags import check_tag
from nmt.training.preparation.data_config import DataConfig
from nmt.training.preparation.fingerprint import file_stamp, read_fingerprint

logger = logging.getLogger(__name__)

TOKENIZER_ROLE = "tokenizers"  # in a fingerprint


@dataclass(frozen=True, kw_only=True)
class TrainingCorpus:
    """One corpus of a run."""

    files: ParallelFiles
    weight: float = 1.0  # how many times it comes in an epoch
    tag: str = ""  # that its sources begin with; empty: none
    target_language: str | None = None  # that its target file's name ends in, unless the user has named the language

    @property
    def name(self) -> str:
        """What the user calls it: its files."""
        return self.files.source if self.files.target is None else f"{self.files.source} and {self.files.target}"


@dataclass(frozen=True, kw_only=True)
class TrainingData:
    """The corpora of a run, pairs of files first, then tables; its validation text, languages and tokenizer."""

    corpora: tuple[TrainingCorpus, ...]
    validation: tuple[ParallelFiles, ...] = ()  # none: pairs of the corpora are held out
    validation_tag: str = ""  # of validation files; empty: none
    validation_tag_is_set: bool = False  # by the user, or else it is the tag that all corpora share
    languages: tuple[str | None, str | None] = (None, None)  # canonical codes of source and target
    tokenizer: str | None = None  # file of an existing tokenizer; None: one is learned from the text
    digests: Mapping[str, str] | None = field(default=None, repr=False)  # None: see with_fingerprint

    @property
    def files(self) -> list[ParallelFiles]:
        """The files of each corpus."""
        return [corpus.files for corpus in self.corpora]

    @property
    def weights(self) -> tuple[float, ...]:
        """The weight of each corpus."""
        return tuple(corpus.weight for corpus in self.corpora)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tag of each corpus."""
        return tuple(corpus.tag for corpus in self.corpora)

    @property
    def fingerprint(self) -> Mapping[str, str]:
        """One digest of the text for each role of files, once it was read."""
        if self.digests is None:
            raise AssertionError("the files have to be read for a fingerprint first")
        return self.digests

    def with_fingerprint(self, cache: Path | None = None) -> "TrainingData":
        """The same data with the fingerprint of the text, which takes as long as reading it; see read_fingerprint."""
        return replace(self, digests=read_fingerprint(self.files_by_role(), cache))

    def files_by_role(self) -> dict[str, list[str]]:
        """All files under the names that a fingerprint has for them."""
        aligned = [files for files in self.files if files.target is not None]
        roles = {
            "sources": [files.source for files in aligned],
            "targets": [files.target for files in aligned if files.target is not None],
            "tables": [files.source for files in self.files if files.target is None],
            "validation_sources": [files.source for files in self.validation],
            "validation_targets": [files.target for files in self.validation if files.target is not None],
        }
        return roles if self.tokenizer is None else {**roles, TOKENIZER_ROLE: [self.tokenizer]}

    def training_paths(self) -> list[str]:
        """The paths of all training files."""
        roles = self.files_by_role()
        return [path for role in ("sources", "targets", "tables") for path in roles[role]]

    def size(self) -> int:
        """Bytes of the training files."""
        return sum(Path(path).stat().st_size for path in self.training_paths())

    def stamps(self) -> list[list[Any]]:
        """Sizes and times of the training files, which show a change while they are read."""
        return [file_stamp(path)[:3] for path in self.training_paths()]

    def tags_and_ranks(self) -> list[Any]:
        """Tag and rank of each corpus, which decide where a pair stays that several have; empty if all are alike.

        The rank is that of its weight.
        """
        ranks = sorted(set(self.weights))
        standing = [[corpus.tag, ranks.index(corpus.weight)] for corpus in self.corpora]
        return standing if any(one != standing[0] for one in standing) else []

    def target_languages(self) -> dict[str, list[str]]:
        """The different languages that the names of target files end in, by tag of the corpus."""
        languages: dict[str, list[str]] = {}
        for corpus in self.corpora:
            code, known = corpus.target_language, languages.setdefault(corpus.tag, [])
            if code and all(differ(code, other) for other in known):
                known.append(code)
        return languages

    def settings(self) -> dict[str, Any]:
        """What the settings of a run record of the corpora, besides the text: the same command gives the same."""
        return {
            "weights": list(self.weights) if any(weight != 1 for weight in self.weights) else None,
            "tags": list(self.tags) if any(self.tags) else None,
            **({"validation tag": self.validation_tag} if self.validation_tag_is_set else {}),
        }

    def read_validation(self) -> list[Pair]:
        """The usable pairs of the validation files, an NMTError if there are none; empty if there are no files."""
        sources = [files.source for files in self.validation]
        given = list(read_pairs(sources, [files.target or "" for files in self.validation]))
        usable = [pair for pair in given if pair.source.strip() and pair.target.strip()]
        if self.validation and not usable:
            raise NMTError(f"{', '.join(sources)}: no usable sentence pair to validate on")
        if empty := len(given) - len(usable):
            logger.info(
                "validation: %s of %s pairs have an empty side and are left out", f"{empty:,}", f"{len(given):,}"
            )
        return usable


def resolve_data(config: DataConfig) -> TrainingData:
    """The data that ``config`` describes; NMTError for all that is wrong and shows without reading the files."""
    _check_files_are_named(config)
    languages = _languages(config)
    corpora = _corpora(config)
    tags = [corpus.tag for corpus in corpora]
    _check_tags(config, tags)
    data = TrainingData(
        corpora=tuple(corpora),
        validation=tuple(map(ParallelFiles, config.valid_source, config.valid_target)),
        validation_tag=config.valid_tag if config.valid_tag is not None else tags[0] if len(set(tags)) == 1 else "",
        validation_tag_is_set=config.valid_tag is not None,
        languages=languages,
        tokenizer=config.tokenizer,
    )
    _check_files(data)
    return data


def _check_files_are_named(config: DataConfig) -> None:
    if not config.source and not config.tsv:
        raise NMTError("no training text given: name line-aligned files with -s and -t, or a table with --tsv")
    for sources, targets, use in (
        (config.source, config.target, "training"),
        (config.valid_source, config.valid_target, "validation"),
    ):
        if len(sources) != len(targets):
            raise NMTError(
                f"{len(sources)} source and {len(targets)} target files given for {use}; "
                "every file needs its other side"
            )


def _languages(config: DataConfig) -> tuple[str | None, str | None]:
    """The canonical codes of the languages as named, or else as the files' names end: train.de.gz is German."""
    named = ((config.source_language, config.source), (config.target_language, config.target))
    source, target = (check_language(code) if code else language_of(paths) for code, paths in named)
    return source, target


def _corpora(config: DataConfig) -> list[TrainingCorpus]:
    """The corpora in their order; NMTError for a wrong number of weights or tags, and for a wrong weight."""
    languages = (config.source_language, config.target_language)
    files = [
        *(ParallelFiles(source, target) for source, target in zip(config.source, config.target, strict=True)),
        *(ParallelFiles(table, languages=languages) for table in config.tsv),
    ]
    for given, name in ((config.weight, "weight"), (config.tag, "tag")):
        if given and len(given) != len(files):
            raise NMTError(
                f"{_count(given, name)} given for {_count(files, 'corpus', 'corpora')}; "
                f"give --{name} once for each -s and -t, then once for each --tsv, or not at all"
            )
    for weight in config.weight:
        if not (math.isfinite(weight) and weight > 0):
            raise NMTError(f"a weight must be a number above 0, not {weight}")
    weights, tags = config.weight or (1.0,) * len(files), config.tag or ("",) * len(files)
    return [
        TrainingCorpus(
            files=each,
            weight=weight,
            tag=tag,
            target_language=language_of([each.target]) if each.target and not config.target_language else None,
        )
        for each, weight, tag in zip(files, weights, tags, strict=True)
    ]


def _check_tags(config: DataConfig, tags: Sequence[str]) -> None:
    for tag in filter(None, tags):
        check_tag(tag)
    if config.valid_tag is not None and not config.valid_source:
        raise NMTError(
            "--valid-tag is for --valid-source and --valid-target; pairs held out keep the tag of their corpus"
        )
    if config.valid_tag is not None and config.valid_tag not in tags:
        known = ", ".join(map(repr, dict.fromkeys(tags)))
        raise NMTError(f"--valid-tag {config.valid_tag!r} is not the tag of any corpus; theirs are: {known}")


def _check_files(data: TrainingData) -> None:
    roles = data.files_by_role()
    for path in roles.pop(TOKENIZER_ROLE, []):
        if not Path(path).is_file():
            raise NMTError(f"{path} is not a tokenizer file, as nmt tokenizer train writes them")
    for path in (path for paths in roles.values() for path in paths):
        if path == "-":
            raise NMTError("training text is read several times, so it must be a file, not standard input")
        check_readable(path)
        if not Path(path).is_file():
            raise NMTError(f"{path}: training text is read several times, so it must be a file, not a pipe")


def _count(things: Sequence[object], singular: str, plural: str = "") -> str:
    return f"{len(things)} {singular if len(things) == 1 else plural or singular + 's'}"
