"""Training that starts from a published model: what is inherited, and how the old text is mixed in."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from torch import Tensor

from nmt.data.encoded_corpus import EncodedCorpus, open_encoded_corpus
from nmt.errors import NMTError
from nmt.model_dir.config_json import ModelInfo
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
from nmt.training.preparation.training_data import TrainingData
from nmt.training.recipe import Recipe

SHAPE_IS_FREE = ("dropout",)  # settings of a model that weights of another value fit


@dataclass(frozen=True)
class Parent:
    """A published model, and the text it learned from if that is still there."""

    directory: Path
    weights: dict[str, Tensor]
    tokenizer: Tokenizer
    info: ModelInfo
    digest: str  # of the weights
    corpus: EncodedCorpus | None
    differing: int = 0  # sides, of two, on which the new text is known to be in another language

    def model_config(self, recipe: Recipe) -> ModelConfig:
        """The shape of the parent, with the dropout of ``recipe``."""
        free = {name: value for name, value in recipe.model.items() if name in SHAPE_IS_FREE}
        return replace(self.info.model, **free)

    def languages(self, data: TrainingData) -> tuple[str | None, str | None]:
        """The languages of the new text, or of the parent where those are not known."""
        source, target = data.languages
        return source or self.info.source_language, target or self.info.target_language

    def directions(self, data: TrainingData) -> str:
        """The languages of model and text, which differ, as a clause for a message."""
        new = " to ".join(code or "?" for code in self.languages(data))
        return f"{self.directory} translates {self.info.source_language} to {self.info.target_language}, the text {new}"


def with_fine_tuning_defaults(recipe: Recipe) -> Recipe:
    """``recipe`` for a run that starts from a published model: a low rate, and full dropout at once, unless set.

    Weights that the new text does not use should not fade away, so they decay no faster than with AdamW.
    """
    given = recipe.training
    rate = FINE_TUNING_SHARE * given.peak_rate if given.learning_rate is None else given.learning_rate
    decay = DECAYS["adamw"] if given.weight_decay is None else given.weight_decay
    passes = given.dropout_passes or 0.0
    training = replace(given, learning_rate=rate, weight_decay=decay, dropout_passes=passes)
    return replace(recipe, training=training)


def load_parent(directory: Path, recipe: Recipe, data: TrainingData, output: Path) -> Parent:
    """The model in ``directory``, checked; NMTError if it is damaged or ``recipe`` asks for another kind of model."""
    if directory.resolve() == output.resolve():
        raise NMTError(f"--from and -o both name {output}; choose another directory for the new model")
    model, tokenizer, info = load_model(directory, device="cpu")
    _check_recipe(recipe, info, directory)
    for tag in data.tags:
        check_known(tag, info.tags)
    old = map(canonical_code, (info.source_language, info.target_language))  # None for an unknown code
    differing = sum(map(differ, data.languages, old))
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
            f"{directory} has its own shape and tokenizer, so {', '.join(wrong)} cannot be set together with --from; "
            "leave that out, or train a new model without --from"
        )


def _old_corpus(training: Path, tokenizer: Tokenizer) -> EncodedCorpus | None:
    """What the model learned from, if it is there and was encoded with the same tokenizer."""
    try:
        same = (training / "tokenizer.model").read_bytes() == tokenizer.proto
    except OSError:
        return None
    return open_encoded_corpus(training / "corpus", key=None) if same else None


def epoch_weights(sizes: Sequence[int], weights: Sequence[float], share: float) -> tuple[float, ...]:
    """How often each corpus comes in an epoch: ``weights``, and for old text, which is one more corpus, what makes it
    ``share`` of the epoch's pairs, but never more than once."""
    if len(sizes) == len(weights):
        return tuple(weights)
    new_pairs = sum(size * weight for size, weight in zip(sizes, weights, strict=False))
    return (*weights, min(1.0, share / (1 - share) * new_pairs / max(1, sizes[-1])))


def describe_replay(parent: Parent, sizes: Sequence[int], weights: Sequence[float]) -> str:
    """How much old text is mixed in, or why none is, as a sentence."""
    if parent.corpus is None:
        return (
            f"the text that {parent.directory} learned from is not in {parent.directory / TRAINING}, so none is mixed "
            "in; to keep the model from forgetting it, give that text too, with -s and -t"
        )
    pairs = round(sizes[-1] * weights[-1])
    return (
        f"of the {len(parent.corpus):,} pairs that {parent.directory} learned from, {pairs:,} are mixed into each epoch"
    )


def longest(corpus: EncodedCorpus | None) -> int:
    """The most subwords of a side."""
    return 0 if corpus is None else int(max(side.lengths.max(initial=0) for side in (corpus.source, corpus.target)))
