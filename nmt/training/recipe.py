"""The recipe of a run: the settings of all parts, from defaults, a preset, a file and options."""

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
            raise NMTError("model: vocabulary_size is the tokenizer's to say; set it in [tokenizer]")
        if self.training.subword_sampling and self.tokenizer.model_type not in SAMPLED_TYPES:
            raise NMTError(
                f"a tokenizer of the type {self.tokenizer.model_type} knows one way to divide a text; leave "
                f"subword_sampling out, or choose {' or '.join(SAMPLED_TYPES)}"
            )
        self.model_config(pairs=1, vocabulary_size=0)  # a wrong preset or model setting is an error at once

    def preset_for(self, pairs: int) -> str:
        """The preset as named, or the one for a corpus of so many pairs."""
        return choose_preset(pairs) if self.preset == "auto" else self.preset

    def model_config(self, *, pairs: int, vocabulary_size: int) -> ModelConfig:
        """The model for a corpus of so many pairs: the preset, then ``model`` over it."""
        base = preset(self.preset_for(pairs))
        settings = {**to_mapping(base), **self.model, "vocabulary_size": vocabulary_size}
        return from_mapping(ModelConfig, settings, where="model")


def merge_recipe(recipe: Recipe, mapping: Mapping[str, Any], *, where: str) -> Recipe:
    """``recipe`` with the values of nested tables ([model], [tokenizer], [filters], [training], [search]) over its own.

    ``where`` names the file for the message if a table or a setting is unknown or of the wrong type.
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
    """All settings as a TOML file, for people to edit and give back; what is chosen as a run begins is commented out.

    A setting of [model] that is left to the preset is shown as the preset "small" has it.
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
    """Where the setting ``name`` belongs, for somebody who left its table out; empty if it is in none."""
    tables = {"training": TrainingConfig, "tokenizer": TokenizerConfig, "model": ModelConfig}
    tables |= {"filters": FilterConfig, "search": SearchConfig, "data": DataConfig}
    for table, cls in tables.items():
        if name in {setting.name for setting in fields(cls)}:
            return f"; it belongs under [{table}]"
    return ""
