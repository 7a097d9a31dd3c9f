"""A prepared corpus: its files, and the key by which it is found again."""

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
from nmt.training.preparation.fine_tuning import epoch_weights
from nmt.training.preparation.run_input import RunInput

LAYOUT = 2  # of the files of a prepared corpus
PREPARED = "prepared.json"


@dataclass(frozen=True)
class PreparedCorpus:
    """What training starts from; ``facts`` are counts for the model's own record."""

    corpus: EncodedCorpus
    tokenizer: Tokenizer
    validation: list[Pair]
    facts: dict[str, Any]
    key: str  # stands for everything it depends on
    profile: LineProfile  # of the sources
    validation_tags: tuple[str, ...] = ()  # of each validation pair; empty: no pair has a tag

    def validation_prefixes(self) -> list[tuple[int, ...]]:
        """The ids that come before the source of each validation pair, such as a tag."""
        ids = {tag: tag_ids(self.tokenizer, tag) for tag in self.validation_tags}
        return [ids[tag] for tag in self.validation_tags] or [()] * len(self.validation)

    def resampler(self, strength: float, tags: Sequence[str]) -> CorpusResampler | None:
        """Draws other subwords for each epoch; None for ``strength`` 0. A source may begin with one of ``tags``."""
        ids = tuple(number for tag in tags for number in tag_ids(self.tokenizer, tag))
        return CorpusResampler(self.tokenizer, strength, tags=ids) if strength else None

    def encode_validation(self) -> list[EncodedPair]:
        """The validation pairs as ids."""
        sources = self.tokenizer.encode([pair.source for pair in self.validation])
        targets = self.tokenizer.encode([pair.target for pair in self.validation])
        prefixes = self.validation_prefixes()
        return [([*prefix, *source], target) for prefix, source, target in zip(prefixes, sources, targets, strict=True)]


def is_prepared(directory: Path) -> bool:
    """Whether a corpus was prepared in ``directory``."""
    return (directory / PREPARED).is_file()


def stored_validation(directory: Path) -> list[Pair]:
    """The validation pairs of the last preparation in ``directory``; none if they cannot be read."""
    try:
        stored = json.loads((directory / PREPARED).read_text("utf-8"))
        return [Pair(*pair) for pair in stored["validation"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def find_prepared(run: RunInput, directory: Path) -> PreparedCorpus | None:
    """What was prepared in ``directory`` from the same text and settings; None if nothing was.

    Old text gets the weight that makes it the recipe's share of an epoch.
    """
    data, recipe = run.data, run.recipe
    try:
        stored = json.loads((directory / PREPARED).read_text("utf-8"))
        key, facts = stored["key"], stored["facts"]
        if key != corpus_key(run):
            return None
        validation = [Pair(*pair) for pair in stored["validation"]]
        symbols = tag_symbols([*data.tags, *(run.parent.info.tags if run.parent is not None else ())])
        tokenizer = Tokenizer.load(directory / "tokenizer.model", control_symbols=symbols)
        corpus = open_encoded_corpus(directory / "corpus", key=key)
        profile = LineProfile(**{field.name: facts.get(field.name) for field in fields(LineProfile)})  # 0.1.0: none
        validation_tags = stored["held_out_tags"] or [data.validation_tag] * len(validation)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, NMTError):
        return None
    if corpus is None:
        return None
    weighted = replace(corpus, weights=epoch_weights(corpus.sizes, data.weights, recipe.training.mix_old))
    return PreparedCorpus(weighted, tokenizer, validation, facts, key, profile, tuple(validation_tags))


def corpus_key(run: RunInput) -> str:
    """A digest of everything that the prepared corpus depends on.

    Of the weights that is only their order, which decides where a pair stays that several corpora have.
    """
    data, recipe, parent = run.data, run.recipe, run.parent
    settings = {part: to_mapping(getattr(recipe, part)) for part in ("tokenizer", "filters")}
    inherited = [] if parent is None else [parent.digest, recipe.training.mix_old > 0]
    unlike = parent.differing if parent is not None and recipe.training.mix_old else 0
    parts = [LAYOUT, data.fingerprint, settings, recipe.training.seed, data.tags, *inherited]
    described = json.dumps([*parts, *filter(None, (data.tags_and_ranks(), unlike))], sort_keys=True)
    return hashlib.blake2b(described.encode(), digest_size=16).hexdigest()
