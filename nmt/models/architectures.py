"""The architectures by name: one line each. Importing this needs no torch; creating a model does.

config.json names the architecture of a model. A table without the name, as every nmt has written it so far, is of the
default one, for which the name is still not written: those versions read it as before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nmt.errors import NMTError
from nmt.models.config import ModelConfig
from nmt.settings import did_you_mean, from_mapping, to_mapping

if TYPE_CHECKING:
    from nmt.models.base import TrainableModel

KEY = "architecture"
DEFAULT = "transformer"


@dataclass(frozen=True)
class Architecture:
    """The class of a model, which is imported when it is needed, and of its configuration."""

    model: Callable[[], "type[TrainableModel]"]
    config: type[ModelConfig]


def _transformer() -> "type[TrainableModel]":
    from nmt.models.transformer import Transformer

    return Transformer


ARCHITECTURES = {DEFAULT: Architecture(_transformer, ModelConfig)}


def architecture_name(config: ModelConfig) -> str:
    """The name of the architecture that ``config`` configures."""
    return next(name for name, architecture in ARCHITECTURES.items() if architecture.config is type(config))


def config_from_mapping(mapping: Mapping[str, Any], *, where: str) -> ModelConfig:
    """The configuration in a table of config.json; NMTError, which names ``where``, for what is wrong with it."""
    name = mapping.get(KEY, DEFAULT)
    if not isinstance(name, str) or name not in ARCHITECTURES:
        hint = did_you_mean(str(name), ARCHITECTURES)
        raise NMTError(f"{where}: there is no architecture {name!r}, only {', '.join(ARCHITECTURES)}{hint}")
    settings = {key: value for key, value in mapping.items() if key != KEY}
    return from_mapping(ARCHITECTURES[name].config, settings, where=where)


def config_to_mapping(config: ModelConfig) -> dict[str, Any]:
    """``config`` as a table of config.json; see the head of this file for the name of its architecture."""
    name = architecture_name(config)
    return {**({} if name == DEFAULT else {KEY: name}), **to_mapping(config)}


def create_model(config: ModelConfig) -> "TrainableModel":
    """A model with random weights, on the CPU."""
    return ARCHITECTURES[architecture_name(config)].model()(config)


def create_empty_model(config: ModelConfig) -> "TrainableModel":
    """A model on the CPU whose weights are arbitrary numbers and are about to be loaded.

    Drawing random ones first would take a second or more, and would advance the random generator.
    """
    from nmt.models.uninitialized import WithoutRandomWeights

    with WithoutRandomWeights():
        return create_model(config)
