"""Going on from a published model with other text: what is inherited, and how the old text is mixed in."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from torch import Tensor

from nmt.data.encoded_corpus import EncodedCorpus, open_encoded_corpus
from nmt.errors import NMTError
from nmt.model_dir.info import ModelInfo
from nmt.model_dir.layout import TRAINING, WEIGHTS
from nmt.model_dir.load import load_model
from nmt.model_dir.weights import read_header
from nmt.models.config import ModelConfig
from nmt.settings import to_mapping
from nmt.text.languages import canonical_code, differ
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.tags import check_known
from nmt.tokenization.tokenizer import Tokenizer
from nmt.training.config import DECAYS, FINE_TUNING_SHARE
from nmt.training.preparation.corpus_files import CorpusFiles
from nmt.training.recipe import Recipe

SHAPE_IS_FREE = ("dropout",)  # settings of a model that weights of another value fit


@dataclass(frozen=True)
class Parent:
    """A published model, and the text it learned from where that is still there."""

    directory: Path
    weights: dict[str, Tensor]
    tokenizer: Tokenizer
    info: ModelInfo
    digest: str  # of the weights
    corpus: EncodedCorpus | None
    differing: int = 0  # sides, of two, on which the new text is known to have another language

    def model_config(self, recipe: Recipe) -> ModelConfig:
        """The shape of the parent, with what ``recipe`` says of dropout."""
        free = {name: value for name, value in recipe.model.items() if name in SHAPE_IS_FREE}
        return replace(self.info.model, **free)

    def languages(self, files: CorpusFiles) -> tuple[str | None, str | None]:
        """The languages of the new text, or of the parent where the files do not say."""
        source, target = files.languages()
        return source or self.info.source_language, target or self.info.target_language

    def directions(self, files: CorpusFiles) -> str:
        """What a user should know of the languages of model and text where they differ."""
        new = " to ".join(code or "?" for code in self.languages(files))
        return f"{self.directory} translates {self.info.source_language} to {self.info.target_language}, the text {new}"


def with_fine_tuning_defaults(recipe: Recipe) -> Recipe:
    """``recipe`` for going on from a published model: what is not set is gentle, and dropout is in full at once.

    Weights that the new text has no use for are not to fade away, so that they decay no faster than with AdamW.
    """
    given = recipe.training
    rate = FINE_TUNING_SHARE * given.peak_rate if given.learning_rate is None else given.learning_rate
    decay = DECAYS["adamw"] if given.weight_decay is None else given.weight_decay
    passes = given.dropout_passes or 0.0
    training = replace(given, learning_rate=rate, weight_decay=decay, dropout_passes=passes)
    return replace(recipe, training=training)


def load_parent(directory: Path, recipe: Recipe, files: CorpusFiles, output: Path) -> Parent:
    """The model in ``directory``, checked; NMTError if it is damaged or ``recipe`` asks for another kind of model."""
    if directory.resolve() == output.resolve():
        raise NMTError(f"--from and -o both name {output}; give the new model a directory of its own")
    model, tokenizer, info = load_model(directory, device="cpu")
    _check_recipe(recipe, info, directory)
    for tag in files.corpus_tags():
        check_known(tag, info.tags)
    old = map(canonical_code, (info.source_language, info.target_language))  # unknown codes carry no information
    differing = sum(map(differ, files.languages(), old))
    mixed = recipe.training.mix_old and not differing
    corpus = _old_corpus(directory / TRAINING, tokenizer) if mixed else None
    digest = read_header(directory / WEIGHTS).checksum
    return Parent(directory, model.state_dict(), tokenizer, info, digest, corpus, differing)


def _check_recipe(recipe: Recipe, info: ModelInfo, directory: Path) -> None:
    """NMTError naming the settings that contradict the model."""
    shape = to_mapping(info.model)
    wrong = [name for name, value in recipe.model.items() if name not in SHAPE_IS_FREE and value != shape[name]]
    wrong += ["preset"] if recipe.preset != "auto" else []
    defaults = TokenizerConfig()
    wrong += [
        setting.name
        for setting in fields(TokenizerConfig)
        if getattr(recipe.tokenizer, setting.name) != getattr(defaults, setting.name)
    ]
    if wrong:
        raise NMTError(
            f"{directory} brings its own shape and tokenizer, so {', '.join(wrong)} cannot be set beside --from; "
            "leave that out, or train a new model without --from"
        )


def _old_corpus(training: Path, tokenizer: Tokenizer) -> EncodedCorpus | None:
    """What the model learned from, if it is there and was made with the same tokenizer."""
    try:
        same = (training / "tokenizer.model").read_bytes() == tokenizer.proto
    except OSError:
        return None
    return open_encoded_corpus(training / "corpus", key=None) if same else None


def epoch_weights(sizes: Sequence[int], weights: Sequence[float], share: float) -> tuple[float, ...]:
    """How often each corpus comes in an epoch: as ``weights`` say, and old text, if there is one more corpus, so often
    that it is ``share`` of the epoch's pairs, but never more than once."""
    if len(sizes) == len(weights):
        return tuple(weights)
    new_pairs = sum(size * weight for size, weight in zip(sizes, weights, strict=False))
    return (*weights, min(1.0, share / (1 - share) * new_pairs / max(1, sizes[-1])))


def describe_replay(parent: Parent, sizes: Sequence[int], weights: Sequence[float]) -> str:
    """What a user should know of the old text."""
    if parent.corpus is None:
        return (
            f"the text that {parent.directory} learned from is not in {parent.directory / TRAINING}, so none is mixed "
            "in; lest the model forget it, give that text too, with -s and -t"
        )
    pairs = round(sizes[-1] * weights[-1])
    return (
        f"of the {len(parent.corpus):,} pairs that {parent.directory} learned from, {pairs:,} are mixed into each epoch"
    )


def longest(corpus: EncodedCorpus | None) -> int:
    """The most subwords of a side."""
    return 0 if corpus is None else int(max(side.lengths.max(initial=0) for side in (corpus.source, corpus.target)))
