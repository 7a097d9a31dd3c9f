"""The recipe of a run: the settings of all its parts, from defaults, a preset, a file and options."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from nmt.corpus.pairs import FilterConfig
from nmt.decoding.config import SearchConfig
from nmt.errors import NMTError
from nmt.models.config import ModelConfig, choose_preset, preset
from nmt.settings import did_you_mean, from_mapping, to_mapping
from nmt.tokenization.config import SAMPLED_TYPES, TokenizerConfig
from nmt.training.config import TrainingConfig
from nmt.training.preparation.data_config import DataConfig


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Every setting of a run that decides its result; ``model`` holds what differs from the preset."""

    preset: str = "auto"  # by corpus size
    model: dict[str, Any] = field(default_factory=dict)
    tokenizer: TokenizerConfig = field(default_factory=TokenizerConfig)
    filters: FilterConfig = field(default_factory=FilterConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    search: SearchConfig = field(default_factory=SearchConfig)

    def __post_init__(self) -> None:
        if "vocabulary_size" in self.model:
            raise NMTError("model: vocabulary_size depends on the tokenizer; set it in [tokenizer]")
        if self.training.subword_sampling and self.tokenizer.model_type not in SAMPLED_TYPES:
            raise NMTError(
                f"a tokenizer of the type {self.tokenizer.model_type} segments a text in one way only; leave "
                f"subword_sampling out, or choose {' or '.join(SAMPLED_TYPES)}"
            )
        self.model_config(pairs=1, vocabulary_size=0)  # a wrong preset or model setting is an error at once

    def preset_for(self, pairs: int) -> str:
        """The preset that is set, or the one for a corpus of ``pairs`` pairs."""
        return choose_preset(pairs) if self.preset == "auto" else self.preset

    def model_config(self, *, pairs: int, vocabulary_size: int) -> ModelConfig:
        """The model for a corpus of ``pairs`` pairs: the preset, overridden by ``model``."""
        base = preset(self.preset_for(pairs))
        settings = {**to_mapping(base), **self.model, "vocabulary_size": vocabulary_size}
        return from_mapping(ModelConfig, settings, where="model")


def merge_recipe(recipe: Recipe, mapping: Mapping[str, Any], *, where: str) -> Recipe:
    """``recipe`` overridden by the tables of ``mapping`` ([model], [tokenizer], [filters], [training], [search]).

    ``where`` names the file in the message of the NMTError for an unknown table or setting, or a wrong type.
    """
    known = {part.name for part in fields(Recipe)}
    changes: dict[str, Any] = {}
    for name, value in mapping.items():
        if name not in known:
            hint = _table_of(name) or did_you_mean(name, {*known, "data"})
            raise NMTError(f"{where}: unknown setting {name!r}{hint}")
        current = getattr(recipe, name)
        if name == "preset":
            changes[name] = str(value)
        elif not isinstance(value, Mapping):
            raise NMTError(f"{where}: {name} must be a table [{name}]")
        elif name == "model":
            shape = {setting.name for setting in fields(ModelConfig)}
            for unknown in (key for key in value if key not in shape):
                raise NMTError(f"{where} [model]: unknown setting {unknown!r}{did_you_mean(unknown, shape)}")
            changes[name] = {**current, **value}
        else:
            changes[name] = from_mapping(type(current), {**to_mapping(current), **value}, where=f"{where} [{name}]")
    return replace(recipe, **changes)


def recipe_as_toml(recipe: Recipe) -> str:
    """All settings as a TOML file to edit and to train with; what a run chooses when it starts is commented out.

    A setting of [model] that is left to the preset is shown with the value of the preset "small".
    """
    shape = to_mapping(preset("small"))
    del shape["vocabulary_size"]
    tables = to_mapping(recipe)
    tables["model"] = dict.fromkeys(shape) | recipe.model
    lines = [f"preset = {json.dumps(tables.pop('preset'))}"]
    for table, settings in tables.items():
        lines += ["", f"[{table}]"]
        for name, value in settings.items():
            example = json.dumps(shape[name]) if table == "model" else ""
            lines.append(f"# {name} = {example}".rstrip() if value is None else f"{name} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"


def _table_of(name: str) -> str:
    """A hint at the table of the setting ``name``, for a user who left the table out; empty if no table has it."""
    tables = {"training": TrainingConfig, "tokenizer": TokenizerConfig, "model": ModelConfig}
    tables |= {"filters": FilterConfig, "search": SearchConfig, "data": DataConfig}
    for table, cls in tables.items():
        if name in {setting.name for setting in fields(cls)}:
            return f"; it belongs under [{table}]"
    return ""
