"""From the user's files to what a trainer needs: pairs, tokenizer, ids; done once and kept in the model directory.

The text is read three times from end to end, block by block: to filter the pairs; to collect the held-out pairs and the
sample that the tokenizer learns from; and to encode. Only a few bytes of numbers for each pair are kept in memory.
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
from nmt.corpus.deduplication import KEPT, SHARES_SENTENCE, PairSelection, scan_block, spread_sample
from nmt.corpus.drop_reasons import counts_for_disk
from nmt.corpus.line_profile import LineFacts, LineProfile
from nmt.corpus.pairs import CorpusReport, Pair, default_held_out_size, total_of
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
from nmt.training.preparation.fine_tuning import describe_replay, epoch_weights, longest
from nmt.training.preparation.given_tokenizer import check_tokenizer_settings, given_tokenizer, has_tokenizer
from nmt.training.preparation.preflight import preflight, warn_about_languages
from nmt.training.preparation.prepared import PREPARED, PreparedCorpus, corpus_key, find_prepared
from nmt.training.preparation.replay import ReplayCorpus
from nmt.training.preparation.run_input import RunInput
from nmt.training.reporting.reporter import Reporter

FEWEST_PAIRS = 2  # one to learn from and one to validate on
# The held-out pairs, and so the tokenizer, are the same for any seed of a run: models of several seeds can be compared
# and combined in an ensemble.
HELD_OUT_SEED = 1
SECONDS_BETWEEN_LINES = 30.0
CHANGED = "the training text was changed while it was read; run the same command again"

T = TypeVar("T")


def prepare(run: RunInput, directory: Path, *, reporter: Reporter, processes: int | None = None) -> PreparedCorpus:
    """The prepared corpus of a run, from ``directory`` if it was prepared there from the same text and settings.

    ``processes`` read and encode the text side by side, None meaning one for each processor; the result is the same for
    any number of them. With a parent, the tokenizer is the parent's, and its old text is one more corpus. NMTError for
    text or settings that cannot be used.
    """
    prepared = find_prepared(run, directory)
    if prepared is not None:
        return prepared
    check_tokenizer_settings(run)
    preflight(run)
    warn_about_languages(run)
    helpers = worthwhile_helpers(run.data.size(), processes)
    key = corpus_key(run)
    validation, tags, facts = _Preparation(run, directory, reporter, helpers=helpers).run(key)
    stored = {"key": key, "facts": facts, "validation": validation, "held_out_tags": tags}
    _write_json(directory / PREPARED, stored)
    opened = find_prepared(run, directory)
    if opened is None:
        raise NMTError(f"the encoded corpus in {directory} cannot be read back; check the disk for errors")
    return opened


class _Preparation:
    """One preparation from beginning to end."""

    def __init__(self, run: RunInput, directory: Path, reporter: Reporter, *, helpers: int) -> None:
        self.input = run
        self.data = run.data
        self.recipe = run.recipe
        self.parent = run.parent
        self.directory = directory
        self.reporter = reporter
        self.helpers = helpers

    def run(self, key: str) -> tuple[list[Pair], list[str], dict[str, Any]]:
        """Write tokenizer and encoded corpus; the validation pairs, the tags of held-out pairs, and facts."""
        given = self.data.read_validation()  # first, because it is read faster than the corpus
        stamps = self.data.stamps()
        self.reporter.stage("reading the corpus")
        tags = self.data.tags
        with PairSelection(self.directory, corpora=len(tags), tags=tags) as selection:
            self._scan(selection)
            reports = selection.reports()
            report = total_of(reports)
            self.reporter.stage(f"corpus: {report.summary()}")
            self._check_enough(report.kept)
            self._check_none_is_lost([(each.kept, each.summary()) for each in reports])
            held_out = self._hold_out(selection, given)
            held_out_tags = [tags[number] for number in selection.corpora_of(held_out)]
            selected = selection.states == KEPT
        tokenizer, held_out_pairs, profile = self._tokenizer(selected, held_out)
        validation = given or held_out_pairs
        facts = self._encode(tokenizer, selected, validation, report, key)
        if self.data.stamps() != stamps:
            raise NMTError(CHANGED)
        origin = "files" if self.data.validation else "held out"
        facts |= {**asdict(profile), "validation_pairs": len(validation), "validation": origin}
        return validation, held_out_tags, facts

    def _scan(self, selection: PairSelection) -> None:
        """Filter the pairs."""
        scan = partial(scan_block, config=self.recipe.filters, seed=HELD_OUT_SEED)
        sample_check = SampleCheck(self.data.files, self.recipe.filters)
        scans = ordered_map(scan, sample_check.observe(read_blocks(self.data.files)), helpers=self.helpers)
        for result in self._watched(scans, lambda scan: len(scan.states), "read"):
            selection.add(result)
        if self.recipe.filters.deduplicate:
            selection.drop_duplicates(self.data.weights)
        for line in sample_check.summary():
            self.reporter.stage(line)

    def _check_enough(self, pairs: int) -> None:
        needed = 1 if self.data.validation else FEWEST_PAIRS
        if pairs < needed:
            names = ", ".join(files.source for files in self.data.files)
            what = "no usable sentence pair" if pairs == 0 else f"only {pairs} usable sentence pair"
            raise NMTError(
                f"{names}: {what} to train on; at least {needed} are needed, and a useful model needs thousands"
            )

    def _check_none_is_lost(self, kept: Sequence[tuple[int, str]]) -> None:
        """NMTError if nothing is left of a corpus that has its own tag or weight; for any other corpus, a line.

        ``kept`` is the number of pairs left of each corpus, and why the others were dropped.
        """
        for corpus, (pairs, reason) in zip(self.data.corpora, kept, strict=True):
            if pairs:
                continue
            sentence = f"{corpus.name}: nothing is left of this corpus ({reason})"
            if self.data.tags_and_ranks():
                raise NMTError(
                    f"{sentence}; a pair that several corpora of one tag share stays in the one with the highest "
                    "weight, so fix the text, or leave this corpus out with its weight and tag"
                )
            self.reporter.stage(sentence)

    def _hold_out(self, selection: PairSelection, given: list[Pair]) -> NDArray[np.int64]:
        """The indices of the pairs held out, none if validation text is ``given``; reports how many there are.

        If only some corpora have a tag, the pairs come from the others, which are what users will translate.
        """
        if given:
            if seen := selection.count_known(given, HELD_OUT_SEED):
                self.reporter.stage(f"validation: {seen:,} of {len(given):,} pairs are also in the training text")
            return np.zeros(0, dtype=np.int64)
        tags = self.data.tags
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
        self, selected: NDArray[np.bool_], held_out: NDArray[np.int64]
    ) -> tuple[Tokenizer, list[Pair], LineProfile]:
        """The tokenizer, trained on a sample of the selected pairs; the held-out pairs; the profile of the lines.

        Counts the words of the text as well.
        """
        config, pairs = self.recipe.tokenizer, int(selected.sum())
        counter = WordCounter()
        line_facts = LineFacts(self.input.languages()[0], min(pairs, MOST_PAIRS))
        counted = sampled = np.flatnonzero(selected)
        if pairs > MOST_PAIRS:
            counted = counted[spread_sample(pairs, MOST_PAIRS, seed=2)]
        if has_tokenizer(self.input):
            sampled = sampled[:0]
        elif 2 * pairs > config.sample_size:
            sampled = sampled[spread_sample(pairs, max(1, config.sample_size // 2), seed=1)]
            self.reporter.stage(f"training the tokenizer on {len(sampled):,} pairs, taken at random")
        else:
            self.reporter.stage("training the tokenizer")
        lines, held_out_pairs = list[str](), list[Pair]()
        for block, first in self._numbered(len(selected)):
            rows = [
                indices[slice(*np.searchsorted(indices, (first, first + block.count)))] - first
                for indices in (sampled, held_out, counted)
            ]
            if any(map(len, rows)):
                block_pairs = block.pairs()
                lines += (side for row in rows[0] for side in block_pairs[row])
                held_out_pairs += (block_pairs[row] for row in rows[1])
                counter.add(block_pairs[row] for row in rows[2])
                line_facts.add(block_pairs[row].source for row in rows[2])
        counter.save(self.directory / WORD_COUNTS, all_pairs=pairs)
        if has_tokenizer(self.input):
            tokenizer, origin = given_tokenizer(self.input)
            self.reporter.stage(f"tokenizer: {tokenizer.vocabulary_size:,} subwords, from {origin}")
        else:
            symbols = tag_symbols(self.data.tags)
            tokenizer = train_tokenizer(lines, config, pairs=pairs, control_symbols=symbols)
            self.reporter.stage(f"tokenizer: {tokenizer.vocabulary_size:,} subwords ({config.model_type})")
        tokenizer.save(self.directory / "tokenizer.model")
        return tokenizer, held_out_pairs, line_facts.profile()

    def _encode(
        self, tokenizer: Tokenizer, selected: NDArray[np.bool_], validation: list[Pair], report: CorpusReport, key: str
    ) -> dict[str, Any]:
        """Write the selected pairs as ids; the facts about the corpus for the model's record."""
        limit = self.recipe.filters.max_length
        tags = self.data.tags
        source_prefix = tuple(tag_ids(tokenizer, tag) for tag in tags)
        encoder = BlockEncoder(tokenizer.proto, tokenizer.control_symbols, limit, source_prefix)
        tasks = ((block, selected[first : first + block.count]) for block, first in self._numbered(len(selected)))
        blocks: Iterator[EncodedBlock] = ordered_map(encoder, tasks, helpers=self.helpers)
        old = None
        if self.parent is not None and self.parent.corpus is not None:
            old = ReplayCorpus(self.parent.corpus, tokenizer, validation, self.parent.info.tags)
            blocks = chain(blocks, old.blocks(len(tags)))
        counts = write_encoded_corpus(
            self.directory / "corpus",
            self._watched(blocks, lambda block: len(block.source.lengths), "encoded"),
            max_length=max(limit + any(tags), longest(old.corpus if old else None)),
            corpora=len(tags) + (old is not None),
            key=key,
        )
        for reason, count in counts.dropped.items():
            report.drop(reason, count)
        if lost := sum(counts.dropped.values()):
            self.reporter.stage(f"corpus: {lost:,} pairs of 0 or over {limit} subwords dropped")
        if not sum(counts.sizes[: len(tags)]):
            raise NMTError(f"no pair has at most {limit} subwords a side; raise max_length in [filters]")
        if self.data.tags_and_ranks():
            reason = f"its pairs were held out or have over {limit} subwords"
            self._check_none_is_lost([(size, reason) for size in counts.sizes[: len(tags)]])
        weights = epoch_weights(counts.sizes, self.data.weights, self.recipe.training.mix_old)
        facts = {"read": report.read, "training_pairs": sum(counts.sizes), "dropped": counts_for_disk(report.dropped)}
        if len(counts.sizes) > 1:
            names = [*(str(number) for number in range(1, len(tags) + 1)), "of the parent"]
            facts["corpora"] = {
                name: {"training_pairs": size, "weight": round(weight, 4), "tag": tag}
                for name, size, weight, tag in zip(names, counts.sizes, weights, [*tags, ""], strict=False)
            }
        if old is not None and (note := old.describe_validation_pairs()):
            self.reporter.stage(note)
        if self.parent is not None and self.recipe.training.mix_old and not self.parent.differing:
            self.reporter.stage(describe_replay(self.parent, counts.sizes, weights))
        return facts

    def _numbered(self, pairs: int) -> Iterator[tuple[Block, int]]:
        """All blocks, each with the index of its first pair among all ``pairs``."""
        first = 0
        for block in read_blocks(self.data.files):
            if first + block.count > pairs:
                raise NMTError(CHANGED)
            yield block, first
            first += block.count

    def _watched(self, results: Iterable[T], size: Callable[[T], int], done: str) -> Iterator[T]:
        """The same results; reports now and then how many pairs are done."""
        pairs = 0
        start = last = time.monotonic()
        for result in results:
            yield result
            pairs += size(result)
            if time.monotonic() - last > SECONDS_BETWEEN_LINES:
                last = time.monotonic()
                self.reporter.stage(f"{pairs:,} pairs {done}, {pairs / (last - start):,.0f} per second")


def _write_json(path: Path, value: Any) -> None:
    with atomic_writer(path) as file:
        file.write(json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"))
