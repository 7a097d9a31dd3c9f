"""How wide a model is when a budget is too short for the width that suits the corpus."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from nmt.data.prefetch import BatchPrefetcher
from nmt.files.atomic import atomic_writer
from nmt.models.architectures import create_model
from nmt.models.config import ModelConfig
from nmt.settings import from_mapping, to_mapping
from nmt.training.preparation.prepared import PreparedCorpus
from nmt.training.recipe import Recipe
from nmt.training.run_directory.checkpoints import CheckpointStore
from nmt.training.sizing.batch_size import batch_tokens_for
from nmt.training.sizing.speed import measured_speed
from nmt.training.update.learner import Learner

STORED = "model.json"  # in the directory of the training
# A narrower model makes more updates in a short budget and learns more from them. Measured on Multi30k with 3 + 3
# layers: in the time in which dimension 256 sees 1.8 million target tokens, 192 reaches 38.98 BLEU and 256 37.31. In
# the time of 4 million tokens and more, 256 was measured to be better. The limit is between the two.
WIDE, NARROW = "small", {"dimension": 192, "feed_forward": 768}
ENOUGH_TOKENS = 3_000_000  # target tokens that the wide model must be able to see in the budget
SECONDS, WARM_UP = 1.0, 1  # of the measurement, and updates before it


@dataclass(frozen=True, kw_only=True)
class SizingConditions:
    """What the size of a model depends on besides recipe and corpus, and where the decision is kept."""

    device: torch.device
    seconds: float | None  # left of a budget; None without a budget
    processes: int = 1  # that train together
    directory: Path  # of the training
    store: bool = True  # keep the decision there, for all commands of the run


def settle_model(recipe: Recipe, prepared: PreparedCorpus, conditions: SizingConditions) -> ModelConfig:
    """The model of a run that starts with random weights, settled once for all commands of the run.

    With a budget, and if nothing about the shape is set, the speed of a few updates decides whether the model is
    narrower than the preset.
    """
    device, seconds, directory = conditions.device, conditions.seconds, conditions.directory
    pairs, vocabulary = len(prepared.corpus), prepared.tokenizer.vocabulary_size
    config = recipe.model_config(pairs=pairs, vocabulary_size=vocabulary)
    shape_is_set = recipe.preset != "auto" or recipe.model.keys() & NARROW.keys()
    if seconds is None or device.type != "cpu" or shape_is_set or recipe.preset_for(pairs) != WIDE:
        return config
    started = bool(CheckpointStore(directory, keep=1).paths())
    changes = _stored(directory, prepared.key, None if started else recipe.training.budget)
    if changes is None:
        enough = started or conditions.processes * seconds * _speed(recipe, prepared, config) >= ENOUGH_TOKENS
        changes = {} if enough else NARROW
        if conditions.store:
            with atomic_writer(directory / STORED) as file:
                file.write(
                    json.dumps({"corpus": prepared.key, "budget": recipe.training.budget, "model": changes}).encode(
                        "utf-8"
                    )
                )
    return from_mapping(ModelConfig, {**to_mapping(config), **changes}, where="model")


def _stored(directory: Path, key: str, budget: str | None) -> dict[str, Any] | None:
    """What was settled before for the corpus of this ``key`` and ``budget`` (None: any); None if nothing was."""
    try:
        stored = json.loads((directory / STORED).read_text("utf-8"))
        known = stored["corpus"] == key and stored["model"] in ({}, NARROW) and budget in (None, stored["budget"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return stored["model"] if known else None


def _speed(recipe: Recipe, prepared: PreparedCorpus, config: ModelConfig) -> float:
    """Target tokens per second of ``config`` on the CPU."""
    tokens = recipe.training.batch_tokens or batch_tokens_for(prepared.corpus, "cpu")
    training = replace(recipe.training, batch_tokens=tokens)
    prefetcher = BatchPrefetcher(prepared.corpus, seed=training.seed, resampler=None)
    plan = prefetcher.plan(batch_tokens=tokens, epoch=0)
    torch.manual_seed(training.seed)
    learner = Learner(create_model(config), training)
    return measured_speed(learner, prefetcher, plan, seconds=SECONDS, warm_up=WARM_UP)[0]
