"""From the user's files to what a trainer needs: pairs, tokenizer, ids; done once and kept in the model directory.

The text is read three times from end to end, block by block: to judge the pairs, to fetch the sample that the tokenizer
learns from and the held-out pairs, and to encode. Nothing is in memory whole but a few bytes of numbers for each pair.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from nmt.cleaning.sample_check import SampleCheck
from nmt.corpus.blocks import Block, read_blocks
from nmt.corpus.drop_reasons import counts_for_disk
from nmt.corpus.line_profile import LineFacts, LineProfile
from nmt.corpus.pairs import CorpusReport, Pair, default_held_out_size, total_of
from nmt.corpus.selection import KEPT, SHARES_SENTENCE, PairSelection, scan_block, spread_sample
from nmt.corpus.word_counts import MOST_PAIRS, WordCounter
from nmt.data.encoded_corpus import EncodedBlock, write_encoded_corpus
from nmt.data.encoding import BlockEncoder
from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer
from nmt.model_dir.layout import WORD_COUNTS
from nmt.runtime.workers import ordered_map, worthwhile_helpers
from nmt.tokenization.tags import tag_ids, tag_symbols
from nmt.tokenization.tokenizer import Tokenizer
from nmt.tokenization.training import train_tokenizer
from nmt.training.preparation.corpus_files import CorpusFiles
from nmt.training.preparation.fine_tuning import Parent, describe_replay, epoch_weights, longest
from nmt.training.preparation.given_tokenizer import check_tokenizer_settings, given_tokenizer
from nmt.training.preparation.preflight import preflight, warn_of_languages
from nmt.training.preparation.prepared import HELD_OUT_TAGS, PreparedCorpus, corpus_keys, find_prepared
from nmt.training.preparation.replay import ReplayCorpus
from nmt.training.recipe import Recipe
from nmt.training.reporting.reporter import Reporter

FEWEST_PAIRS = 2  # one to learn from and one to validate on
# Which pairs are held out, and so the tokenizer, is the same for any seed of a run: models of several seeds can be
# compared, and translate together.
HELD_OUT_SEED = 1
SECONDS_BETWEEN_LINES = 30.0
CHANGED = "the training text was changed while it was read; give the same command again"

T = TypeVar("T")


def prepare(
    files: CorpusFiles,
    recipe: Recipe,
    directory: Path,
    *,
    fingerprint: dict[str, str],
    reporter: Reporter,
    processes: int | None = None,
    parent: Parent | None = None,
) -> PreparedCorpus:
    """The corpus of ``files``, from ``directory`` if it was prepared there from the same text and settings before.

    ``processes`` read and encode the text side by side, None meaning one for each processor; the result is the same for
    any number of them. With a ``parent`` the tokenizer is its own, and its old text is there as one more corpus.
    """
    prepared = find_prepared(files, recipe, directory, fingerprint=fingerprint, parent=parent)
    if prepared is not None:
        return prepared
    check_tokenizer_settings(files, recipe, parent)
    preflight(files, parent)
    warn_of_languages(files, parent)
    key, _ = corpus_keys(files, recipe, fingerprint, parent)
    helpers = worthwhile_helpers(files.size(), processes)
    preparation = _Preparation(files, recipe, directory, reporter, parent, helpers=helpers)
    validation, tags, facts = preparation.run(key)
    stored = {"key": key, "facts": facts, "validation": validation, HELD_OUT_TAGS: tags}
    _write_json(directory / "prepared.json", stored)
    opened = find_prepared(files, recipe, directory, fingerprint=fingerprint, parent=parent)
    if opened is None:
        raise NMTError(f"the encoded corpus in {directory} cannot be read back; is the disk in order?")
    return opened


class _Preparation:
    """One preparation from beginning to end."""

    def __init__(
        self,
        files: CorpusFiles,
        recipe: Recipe,
        directory: Path,
        reporter: Reporter,
        parent: Parent | None,
        *,
        helpers: int,
    ) -> None:
        self.files = files
        self.corpora = files.corpora()
        self.recipe = recipe
        self.directory = directory
        self.reporter = reporter
        self.parent = parent
        self.helpers = helpers

    def run(self, key: str) -> tuple[list[Pair], list[str], dict[str, Any]]:
        """Leave tokenizer and encoded corpus in the directory; the validation pairs, tags of those held out, facts."""
        given = self.files.given_validation()  # first, as it is sooner read than the corpus
        marks = self.files.marks()
        self.reporter.stage("reading the corpus")
        tags = self.files.corpus_tags()
        with PairSelection(self.directory, corpora=len(self.corpora), tags=tags) as selection:
            self._scan(selection)
            reports = selection.reports()
            report = total_of(reports)
            self.reporter.stage(f"corpus: {report.summary()}")
            self._check_enough(report.kept)
            self._check_none_is_lost([each.kept for each in reports], [each.summary() for each in reports])
            held_out = self._hold_out(selection, given)
            held_out_tags = [tags[number] for number in selection.corpora_of(held_out)]
            wanted = selection.states == KEPT
        tokenizer, held_out_pairs, profile = self._tokenizer(wanted, held_out)
        validation = given or held_out_pairs
        facts = self._encode(tokenizer, wanted, validation, report, key)
        if self.files.marks() != marks:
            raise NMTError(CHANGED)
        origin = "files" if self.files.validation_sources else "held out"
        facts |= {**asdict(profile), "validation_pairs": len(validation), "validation": origin}
        return validation, held_out_tags, facts

    def _scan(self, selection: PairSelection) -> None:
        """Judge every pair."""
        scan = partial(scan_block, config=self.recipe.filters, seed=HELD_OUT_SEED)
        sample_check = SampleCheck(self.corpora, self.recipe.filters)
        scans = ordered_map(scan, sample_check.observe(read_blocks(self.corpora)), helpers=self.helpers)
        for result in self._watched(scans, lambda scan: len(scan.states), "read"):
            selection.add(result)
        if self.recipe.filters.deduplicate:
            selection.drop_duplicates(self.files.corpus_weights())
        for line in sample_check.summary():
            self.reporter.stage(line)

    def _check_enough(self, pairs: int) -> None:
        needed = 1 if self.files.validation_sources else FEWEST_PAIRS
        if pairs < needed:
            names = ", ".join([*self.files.sources, *self.files.tables])
            what = "no usable sentence pair" if pairs == 0 else f"only {pairs} usable sentence pair"
            raise NMTError(
                f"{names}: {what} to train on; at least {needed} are needed, and a useful model wants thousands"
            )

    def _check_none_is_lost(self, kept: Sequence[int], said: Sequence[str]) -> None:
        """NMTError if nothing is left of a corpus that is told from the others by tag or weight, else a line."""
        for number in np.flatnonzero(np.array(kept) == 0).tolist():
            sentence = f"{self.files.corpus_name(number)}: nothing is left of this corpus ({said[number]})"
            if self.files.standing():
                raise NMTError(
                    f"{sentence}; pairs that several corpora of one tag share stay in that of the highest weight, so "
                    "mend the text, or leave this corpus out with its weight and tag"
                )
            self.reporter.stage(sentence)

    def _hold_out(self, selection: PairSelection, given: list[Pair]) -> NDArray[np.int64]:
        """The numbers of the pairs held out, none if validation text is ``given``, with a word about it.

        Where some corpora have a tag and others none, only the latter are what users will translate.
        """
        if given:
            if seen := selection.count_known(given, HELD_OUT_SEED):
                self.reporter.stage(f"validation: {seen:,} of {len(given):,} pairs are also in the training text")
            return np.zeros(0, dtype=np.int64)
        tags = self.files.corpus_tags()
        corpora = [number for number, tag in enumerate(tags) if not tag] or list(range(len(tags)))
        eligible = sum(selection.reports()[number].kept for number in corpora)
        held_out = selection.hold_out(max(1, default_held_out_size(eligible)), corpora=corpora)
        if not len(held_out) or not (selection.states == KEPT).any():
            raise NMTError(
                "the same few sentences fill the corpus, so none can be held out for validation; give files for it"
            )
        shared = int((selection.states == SHARES_SENTENCE).sum())
        beside = f", and {shared:,} more that share a sentence with them left out" if shared else ""
        are = "pair is" if len(held_out) == 1 else "pairs are"
        self.reporter.stage(f"validation: no files given, so {len(held_out):,} {are} held out of training{beside}")
        return held_out

    def _tokenizer(
        self, wanted: NDArray[np.bool_], held_out: NDArray[np.int64]
    ) -> tuple[Tokenizer, list[Pair], LineProfile]:
        """The tokenizer, from a sample of the wanted pairs, held-out pairs and how the lines are; counts words."""
        config, pairs = self.recipe.tokenizer, int(wanted.sum())
        counter = WordCounter()
        languages = self.files.languages() if self.parent is None else self.parent.languages(self.files)
        line_facts = LineFacts(languages[0], min(pairs, MOST_PAIRS))
        counted = sampled = np.flatnonzero(wanted)
        if pairs > MOST_PAIRS:
            counted = counted[spread_sample(pairs, MOST_PAIRS, seed=2)]
        if self.parent is not None or self.files.tokenizers:
            sampled = sampled[:0]
        elif 2 * pairs > config.sample_size:
            sampled = sampled[spread_sample(pairs, max(1, config.sample_size // 2), seed=1)]
            self.reporter.stage(f"training the tokenizer on {len(sampled):,} pairs, taken at random")
        else:
            self.reporter.stage("training the tokenizer")
        lines, held_out_pairs = list[str](), list[Pair]()
        for block, first in self._numbered(len(wanted)):
            here = [
                rows[slice(*np.searchsorted(rows, (first, first + block.count)))] - first
                for rows in (sampled, held_out, counted)
            ]
            if any(map(len, here)):
                pairs_here = block.pairs()
                lines += (side for row in here[0] for side in pairs_here[row])
                held_out_pairs += (pairs_here[row] for row in here[1])
                counter.add(pairs_here[row] for row in here[2])
                line_facts.add(pairs_here[row].source for row in here[2])
        counter.save(self.directory / WORD_COUNTS, all_pairs=pairs)
        if self.parent is not None or self.files.tokenizers:
            tokenizer, place = given_tokenizer(self.files, self.parent)
            self.reporter.stage(f"tokenizer: {tokenizer.vocabulary_size:,} subwords, those of {place}")
        else:
            symbols = tag_symbols(self.files.corpus_tags())
            tokenizer = train_tokenizer(lines, config, pairs=pairs, control_symbols=symbols)
            self.reporter.stage(f"tokenizer: {tokenizer.vocabulary_size:,} subwords ({config.model_type})")
        tokenizer.save(self.directory / "tokenizer.model")
        return tokenizer, held_out_pairs, line_facts.profile()

    def _encode(
        self, tokenizer: Tokenizer, wanted: NDArray[np.bool_], validation: list[Pair], report: CorpusReport, key: str
    ) -> dict[str, Any]:
        """Write the wanted pairs as ids; what the model's record says of the corpus."""
        limit = self.recipe.filters.max_length
        tags = self.files.corpus_tags()
        source_prefix = tuple(tag_ids(tokenizer, tag) for tag in tags)
        encoder = BlockEncoder(tokenizer.proto, tokenizer.control_symbols, limit, source_prefix)
        tasks = ((block, wanted[first : first + block.count]) for block, first in self._numbered(len(wanted)))
        blocks: Iterator[EncodedBlock] = ordered_map(encoder, tasks, helpers=self.helpers)
        old = None
        if self.parent is not None and self.parent.corpus is not None:
            old = ReplayCorpus(self.parent.corpus, tokenizer, validation, self.parent.info.tags)
            blocks = chain(blocks, old.blocks(len(self.corpora)))
        counts = write_encoded_corpus(
            self.directory / "corpus",
            self._watched(blocks, lambda block: len(block.source.lengths), "encoded"),
            max_length=max(limit + any(tags), longest(old.corpus if old else None)),
            corpora=len(self.corpora) + (old is not None),
            key=key,
        )
        for reason, count in counts.dropped.items():
            report.drop(reason, count)
        if lost := sum(counts.dropped.values()):
            self.reporter.stage(f"corpus: {lost:,} pairs of 0 or over {limit} subwords dropped")
        if not sum(counts.sizes[: len(self.corpora)]):
            raise NMTError(f"no pair has at most {limit} subwords a side; raise max_length in [filters]")
        if self.files.standing():
            reason = f"its pairs were held out or have over {limit} subwords"
            self._check_none_is_lost(counts.sizes[: len(tags)], [reason] * len(tags))
        weights = epoch_weights(counts.sizes, self.files.corpus_weights(), self.recipe.training.mix_old)
        facts = {"read": report.read, "training_pairs": sum(counts.sizes), "dropped": counts_for_disk(report.dropped)}
        if len(counts.sizes) > 1:
            names = [*(str(number) for number in range(1, len(tags) + 1)), "of the parent"]
            facts["corpora"] = {
                name: {"training_pairs": size, "weight": round(weight, 4), "tag": tag}
                for name, size, weight, tag in zip(names, counts.sizes, weights, [*tags, ""], strict=False)
            }
        if old is not None and old.said():
            self.reporter.stage(old.said())
        if self.parent is not None and self.recipe.training.mix_old and not self.parent.differing:
            self.reporter.stage(describe_replay(self.parent, counts.sizes, weights))
        return facts

    def _numbered(self, pairs: int) -> Iterator[tuple[Block, int]]:
        """All blocks, each with the number of its first pair among all ``pairs``."""
        first = 0
        for block in read_blocks(self.corpora):
            if first + block.count > pairs:
                raise NMTError(CHANGED)
            yield block, first
            first += block.count

    def _watched(self, results: Iterable[T], size: Callable[[T], int], done: str) -> Iterator[T]:
        """The same results, with a line now and then on how many pairs that is."""
        pairs = 0
        began = last = time.monotonic()
        for result in results:
            yield result
            pairs += size(result)
            if time.monotonic() - last > SECONDS_BETWEEN_LINES:
                last = time.monotonic()
                self.reporter.stage(f"{pairs:,} pairs {done}, {pairs / (last - began):,.0f} a second")


def _write_json(path: Path, value: Any) -> None:
    with atomic_writer(path) as file:
        file.write(json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"))
