"""A corpus that was prepared: its files, and finding it again."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from nmt.corpus.line_profile import LineProfile
from nmt.corpus.pairs import Pair
from nmt.data.encoded_corpus import EncodedCorpus, EncodedPair, open_encoded_corpus
from nmt.data.resampling import CorpusResampler
from nmt.errors import NMTError
from nmt.settings import to_mapping
from nmt.tokenization.tags import tag_ids, tag_symbols
from nmt.tokenization.tokenizer import Tokenizer
from nmt.training.preparation.corpus_files import CorpusFiles
from nmt.training.preparation.fine_tuning import Parent, epoch_weights
from nmt.training.recipe import Recipe

LAYOUT = 2  # of the files of a prepared corpus
HELD_OUT_TAGS = "held_out_tags"  # in prepared.json, but not in that of the first releases


@dataclass(frozen=True)
class PreparedCorpus:
    """What training starts from; ``facts`` are counts for the model's own record."""

    corpus: EncodedCorpus
    tokenizer: Tokenizer
    validation: list[Pair]
    facts: dict[str, Any]
    key: str  # names what all was made from
    tags: tuple[str, ...] = ()  # of all corpora
    validation_tags: tuple[str, ...] = ()  # of each validation pair; none at all: none of them has one

    def validation_first_ids(self) -> list[tuple[int, ...]]:
        """What comes before the source of each validation pair."""
        ids = {tag: tag_ids(self.tokenizer, tag) for tag in self.validation_tags}
        return [ids[tag] for tag in self.validation_tags] or [()] * len(self.validation)

    def profile(self) -> LineProfile:
        """How the sources are; text prepared long ago lacks some of it."""
        return LineProfile(**{each.name: self.facts.get(each.name) for each in fields(LineProfile)})

    def resampler(self, strength: float, tags: Sequence[str]) -> CorpusResampler | None:
        """What draws other subwords for each epoch; None for a ``strength`` of 0. ``tags`` may begin a source."""
        ids = tuple(number for tag in tags for number in tag_ids(self.tokenizer, tag))
        return CorpusResampler(self.tokenizer, strength, tags=ids) if strength else None

    def encode_validation(self) -> list[EncodedPair]:
        """The validation pairs as ids."""
        sources = self.tokenizer.encode([pair.source for pair in self.validation])
        targets = self.tokenizer.encode([pair.target for pair in self.validation])
        firsts = self.validation_first_ids()
        return [([*first, *source], target) for first, source, target in zip(firsts, sources, targets, strict=True)]


def is_prepared(directory: Path) -> bool:
    """Whether some text was prepared in ``directory``."""
    return (directory / "prepared.json").is_file()


def stored_validation(directory: Path) -> list[Pair]:
    """The validation pairs of the last preparation in ``directory``; none if there are none to read."""
    try:
        stored = json.loads((directory / "prepared.json").read_text("utf-8"))
        return [Pair(*pair) for pair in stored["validation"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def find_prepared(
    files: CorpusFiles, recipe: Recipe, directory: Path, *, fingerprint: dict[str, str], parent: Parent | None = None
) -> PreparedCorpus | None:
    """What was prepared in ``directory`` from the same text and settings, if anything was; the first releases' too.

    Old text comes as often as makes it the recipe's share of an epoch.
    """
    keys = corpus_keys(files, recipe, fingerprint, parent)
    try:
        stored = json.loads((directory / "prepared.json").read_text("utf-8"))
        key = stored["key"]
        if key != (keys[0] if HELD_OUT_TAGS in stored else keys[1]):
            return None
        validation = [Pair(*pair) for pair in stored["validation"]]
        symbols = tag_symbols([*files.corpus_tags(), *(parent.info.tags if parent is not None else ())])
        tokenizer = Tokenizer.load(directory / "tokenizer.model", control_symbols=symbols)
        corpus = open_encoded_corpus(directory / "corpus", key=key)
        held_out_tags = stored.get(HELD_OUT_TAGS) or [files.validation_tag()] * len(validation)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, NMTError):
        return None
    if corpus is None:
        return None
    weighted = replace(corpus, weights=epoch_weights(corpus.sizes, files.corpus_weights(), recipe.training.mix_old))
    tags = tuple(dict.fromkeys(filter(None, files.corpus_tags())))
    return PreparedCorpus(weighted, tokenizer, validation, stored["facts"], key, tags, tuple(held_out_tags))


def corpus_keys(
    files: CorpusFiles, recipe: Recipe, fingerprint: dict[str, str], parent: Parent | None
) -> tuple[str, str]:
    """Names everything that the prepared corpus depends on, and the same as the first releases named it.

    Of the weights that is their order, by which copies are dropped; then it was nothing.
    """
    settings = {part: to_mapping(getattr(recipe, part)) for part in ("tokenizer", "filters")}
    inherited = [] if parent is None else [parent.digest, recipe.training.mix_old > 0]
    parts = [LAYOUT, fingerprint, settings, recipe.training.seed, files.corpus_tags(), *inherited]
    unlike = parent.differing if parent is not None and recipe.training.mix_old else 0
    later = [part for part in (files.standing(), unlike) if part]
    return _digest([*parts, *later]), _digest(parts)


def _digest(parts: list[Any]) -> str:
    described = json.dumps(parts, sort_keys=True)
    return hashlib.blake2b(described.encode(), digest_size=16).hexdigest()
