"""From the user's files to what a trainer needs: pairs, tokenizer, ids; done once and kept in the model directory."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from nmt.data.encoded_corpus import EncodedCorpus, EncodedPair, open_encoded_corpus, write_encoded_corpus
from nmt.errors import NMTError
from nmt.settings import to_mapping
from nmt.text.corpus import (
    CorpusReport,
    Pair,
    default_held_out_size,
    filter_pairs,
    read_pairs,
    read_tsv,
    split_held_out,
)
from nmt.text.lines import atomic_writer, check_readable
from nmt.text.tokenizer import Tokenizer, train_tokenizer
from nmt.training.config import Recipe
from nmt.training.reporter import Reporter

FEWEST_PAIRS = 2  # one to learn from and one to validate on
LANGUAGE_CODE = re.compile("[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")  # BCP 47, and what people make of it
ENCODE_AT_ONCE = 10_000  # sentences handed to the tokenizer in one call


@dataclass(frozen=True, kw_only=True)
class CorpusFiles:
    """The parallel text of a run: line-aligned files or tab-separated ones, and the languages' codes where known."""

    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()  # TSV, source and target in the first two columns
    validation_sources: tuple[str, ...] = ()
    validation_targets: tuple[str, ...] = ()
    source_language: str | None = None
    target_language: str | None = None

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
            if language and not LANGUAGE_CODE.fullmatch(language):
                raise NMTError(f"{language!r} is not a language code; give one such as de, zh or pt-BR")
        for path in self.all_paths():
            if path == "-":
                raise NMTError("training text is read several times, so it must be a file, not standard input")
            check_readable(path)
            if not Path(path).is_file():
                raise NMTError(f"{path}: training text is read several times, so it must be a file, not a pipe")

    def all_paths(self) -> list[str]:
        """Every file of the run."""
        return [*self.sources, *self.targets, *self.tables, *self.validation_sources, *self.validation_targets]

    def fingerprint(self) -> dict[str, str]:
        """What the files hold, as one digest for each role; the names of the files do not matter."""
        roles = ("sources", "targets", "tables", "validation_sources", "validation_targets")
        return {role: _digest_files(getattr(self, role)) for role in roles}

    def languages(self) -> tuple[str | None, str | None]:
        """The languages as given, or else as the files' names end: train.de.gz is German."""
        return (
            self.source_language or language_of(self.sources),
            self.target_language or language_of(self.targets),
        )

    def training_pairs(self) -> Iterator[Pair]:
        """All training pairs, files first, then tables."""
        yield from read_pairs(self.sources, self.targets)
        yield from read_tsv(self.tables)


def language_of(paths: Sequence[str]) -> str | None:
    """The language code that all ``paths`` end with, such as ``de`` or ``zh-CN``, or None."""
    suffixes = set()
    for path in paths:
        name = Path(path).name.removesuffix(".gz")
        suffixes.add(name.rpartition(".")[2] if "." in name else "")
    suffix = suffixes.pop() if len(suffixes) == 1 else ""
    code = suffix.replace("_", "-").partition("-")[0]
    return suffix if 2 <= len(code) <= 3 and code.isalpha() and suffix not in ("txt", "tsv", "csv", "raw") else None


def _digest_files(paths: Sequence[str]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for path in paths:
        digest.update(b"file")
        with Path(path).open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


@dataclass(frozen=True)
class PreparedCorpus:
    """What training starts from; ``facts`` are counts for the model's own record."""

    corpus: EncodedCorpus
    tokenizer: Tokenizer
    validation: list[Pair]
    facts: dict[str, Any]

    def encode_validation(self) -> list[EncodedPair]:
        """The validation pairs as ids."""
        return list(_encode(self.tokenizer, self.validation))


def prepare(
    files: CorpusFiles, recipe: Recipe, directory: Path, *, fingerprint: dict[str, str], reporter: Reporter
) -> PreparedCorpus:
    """The corpus of ``files``, from ``directory`` if it was prepared there from the same text and settings before."""
    settings = {part: to_mapping(getattr(recipe, part)) for part in ("tokenizer", "filters")}
    described = json.dumps([fingerprint, settings, recipe.training.seed], sort_keys=True)
    key = hashlib.blake2b(described.encode(), digest_size=16).hexdigest()
    prepared = _open_prepared(directory, key)
    if prepared is not None:
        return prepared
    given = _given_validation(files)  # first, as it is sooner read than the corpus
    reporter.stage("reading the corpus")
    report = CorpusReport()
    pairs = list(filter_pairs(files.training_pairs(), recipe.filters, report))
    reporter.stage(f"corpus: {report.summary()}")
    _check_enough(len(pairs), files)
    pairs, validation = _validation_part(given, pairs, recipe.training.seed, reporter)
    reporter.stage("training the tokenizer")
    lines = (side for pair in pairs for side in pair)
    tokenizer = train_tokenizer(lines, recipe.tokenizer, pairs=len(pairs))
    reporter.stage(f"tokenizer: {tokenizer.vocabulary_size:,} subwords ({recipe.tokenizer.model_type})")
    tokenizer.save(directory / "tokenizer.model")
    kept = _fitting(_encode(tokenizer, pairs), recipe.filters.max_length, report)
    count = write_encoded_corpus(directory / "corpus", kept, vocabulary_size=tokenizer.vocabulary_size, key=key)
    if count < len(pairs):
        reporter.stage(
            f"corpus: {len(pairs) - count:,} pairs of 0 or over {recipe.filters.max_length} subwords dropped"
        )
    if not count:
        raise NMTError(
            f"no pair has at most {recipe.filters.max_length} subwords a side; raise max_length in [filters]"
        )
    facts = {
        "read": report.read,
        "training_pairs": count,
        "validation_pairs": len(validation),
        "validation": "files" if files.validation_sources else "held out",
        "dropped": report.dropped,
    }
    _write_json(directory / "prepared.json", {"key": key, "facts": facts, "validation": validation})
    opened = _open_prepared(directory, key)
    if opened is None:
        raise NMTError(f"the encoded corpus in {directory} cannot be read back; is the disk in order?")
    return opened


def _open_prepared(directory: Path, key: str) -> PreparedCorpus | None:
    try:
        stored = json.loads((directory / "prepared.json").read_text("utf-8"))
        if stored["key"] != key:
            return None
        validation = [Pair(*pair) for pair in stored["validation"]]
        tokenizer = Tokenizer.load(directory / "tokenizer.model")
        corpus = open_encoded_corpus(directory / "corpus", key=key)
    except (OSError, ValueError, KeyError, TypeError, NMTError):
        return None
    return None if corpus is None else PreparedCorpus(corpus, tokenizer, validation, stored["facts"])


def _check_enough(pairs: int, files: CorpusFiles) -> None:
    needed = 1 if files.validation_sources else FEWEST_PAIRS
    if pairs < needed:
        names = ", ".join([*files.sources, *files.tables])
        what = "no usable sentence pair" if pairs == 0 else f"only {pairs} usable sentence pair"
        raise NMTError(f"{names}: {what} to train on; at least {needed} are needed, and a useful model wants thousands")


def _given_validation(files: CorpusFiles) -> list[Pair]:
    """The usable pairs of the validation files; none only if there are no such files."""
    given = read_pairs(files.validation_sources, files.validation_targets)
    validation = [pair for pair in given if pair.source.strip() and pair.target.strip()]
    if files.validation_sources and not validation:
        raise NMTError(f"{', '.join(files.validation_sources)}: no usable sentence pair to validate on")
    return validation


def _validation_part(
    given: list[Pair], pairs: list[Pair], seed: int, reporter: Reporter
) -> tuple[list[Pair], list[Pair]]:
    """The training and the validation pairs: those of the files if ``given``, else held out, with a word about it."""
    if given:
        known = set(pairs)
        if seen := sum(pair in known for pair in given):
            reporter.stage(f"validation: {seen:,} of {len(given):,} pairs are also in the training text")
        return pairs, given
    size = max(1, default_held_out_size(len(pairs)))
    train, held_out = split_held_out(pairs, size=size, seed=seed)
    if not train or not held_out:
        raise NMTError(
            "the same few sentences fill the corpus, so none can be held out for validation; give files for it"
        )
    shared = len(pairs) - len(train) - len(held_out)
    beside = f", and {shared:,} more that share a sentence with them left out" if shared else ""
    are = "pair is" if len(held_out) == 1 else "pairs are"
    reporter.stage(f"validation: no files given, so {len(held_out):,} {are} held out of training{beside}")
    return train, held_out


def _encode(tokenizer: Tokenizer, pairs: Sequence[Pair]) -> Iterator[EncodedPair]:
    waiting = iter(pairs)
    while some := list(islice(waiting, ENCODE_AT_ONCE)):
        sources = tokenizer.encode([pair.source for pair in some])
        targets = tokenizer.encode([pair.target for pair in some])
        yield from zip(sources, targets, strict=True)


def _fitting(encoded: Iterator[EncodedPair], max_length: int, report: CorpusReport) -> Iterator[EncodedPair]:
    """The pairs of at most ``max_length`` subwords a side and at least one."""
    for pair in encoded:
        shorter, longer = sorted(map(len, pair))
        if longer <= max_length and shorter > 0:
            yield pair
        else:
            report.drop("too many subwords" if shorter else "empty")


def _write_json(path: Path, value: Any) -> None:
    with atomic_writer(path) as file:
        file.write(json.dumps(value, ensure_ascii=False).encode("utf-8"))
