"""Settings of ``nmt train`` that would have no effect together with the others: refused before a run starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nmt.decoding.config import BEAM_ONLY, SAMPLING_ONLY

if TYPE_CHECKING:
    from nmt.training.preparation.data_config import DataConfig
    from nmt.training.recipe import Recipe

Key = tuple[str, str]  # table and name of a setting
INHERITED = "with --from, shape and tokenizer come from that model"
WHOLE = "--tokenizer names an existing tokenizer"


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """All settings of a run that the rules depend on."""

    recipe: "Recipe"
    data: "DataConfig"
    parent: bool  # whether it starts from a model

    def budget(self) -> bool:
        """Whether its time is limited."""
        return self.recipe.training.budget is not None

    def endless(self) -> bool:
        """Whether no end is known."""
        return not (self.budget() or self.recipe.training.max_steps or self.recipe.training.max_epochs)

    def without_dropout(self) -> bool:
        """Whether dropout is switched off."""
        return self.recipe.model.get("dropout") == 0


@dataclass(frozen=True)
class Rule:
    """Settings (names of one ``table``; empty: all of it), when they have no effect, and why."""

    table: str
    names: tuple[str, ...]
    when: Callable[[RunSettings], bool]
    reason: str

    def concerns(self, key: Key) -> bool:
        """Whether the setting ``key`` is one of these."""
        table, name = key
        return table == self.table and (name in self.names or not self.names)


RULES = (
    Rule("search", SAMPLING_ONLY, lambda run: not run.recipe.search.sample, "it is for sampling: set sample as well"),
    Rule("search", BEAM_ONLY, lambda run: run.recipe.search.sample, "it is for beam search, and sample is set"),
    Rule(
        "training",
        ("mix_old",),
        lambda run: not run.parent,
        "it is about the text that a model learned from: name the model with --from",
    ),
    Rule("", ("preset",), lambda run: run.parent, INHERITED),
    Rule("tokenizer", (), lambda run: run.parent, INHERITED),
    Rule("data", ("tokenizer",), lambda run: run.parent, INHERITED),
    Rule("tokenizer", (), lambda run: run.data.tokenizer is not None, WHOLE),
    Rule("training", ("validate_every",), RunSettings.budget, "with a budget, validation happens as time allows"),
    Rule("training", ("patience",), RunSettings.budget, "a budget is used to its end"),
    Rule(
        "training",
        ("decay",),
        lambda run: run.budget() and run.recipe.training.schedule != "trapezoid",
        "with a budget, only the schedule trapezoid uses it",
    ),
    Rule(
        "training",
        ("curriculum",),
        lambda run: run.endless() and run.recipe.training.curriculum > 0,
        "it is a share of the run: set budget, max_steps or max_epochs",
    ),
    Rule("training", ("dropout_passes",), RunSettings.without_dropout, "dropout is 0, so it cannot grow"),
    Rule(
        "training",
        ("r_drop",),
        lambda run: run.without_dropout() and not run.recipe.training.word_dropout,
        "without dropout two passes always agree",
    ),
    Rule(
        "data",
        ("valid_tag",),
        lambda run: not run.data.valid_source,
        "it is for validation files; pairs that are held out keep the tag of their corpus",
    ),
)


def refuse_unused_settings(
    settings: RunSettings, options: Mapping[str, Any], file_settings: Mapping[str, Any], file: str | None
) -> None:
    """A usage error for the first setting, of the command line or the settings file, that would have no effect.

    Both are nested tables. A file may hold any setting at its default, as --show-config prints it.
    """
    for key, value in (*_flat(options), *_flat(file_settings)):
        on_command_line = key in dict(_flat(options))
        if not on_command_line and value == _default(key):
            continue
        for rule in RULES:
            if rule.concerns(key) and rule.when(settings):
                name = f"--{key[1].replace('_', '-')}" if on_command_line else f"{file}: {'.'.join(filter(None, key))}"
                raise click.UsageError(f"{name} has no effect here, so leave it out: {rule.reason}.")


def is_started(output: str, *, overwrite: bool) -> bool:
    """Whether a run was started in ``output`` before, so that its settings are fixed."""
    from nmt.model_dir.layout import TRAINING

    return not overwrite and (Path(output) / TRAINING / "settings.json").is_file()


def _flat(tables: Mapping[str, Any]) -> list[tuple[Key, Any]]:
    flat: list[tuple[Key, Any]] = []
    for name, value in tables.items():
        entries = value.items() if isinstance(value, Mapping) else [("", value)]
        flat += [((name, key) if key else ("", name), entry) for key, entry in entries]
    return flat


def _default(key: Key) -> Any:
    """The default of a setting; None for what the preset decides."""
    from nmt.training.preparation.data_config import DataConfig
    from nmt.training.recipe import Recipe

    table, name = key
    if table == "data":
        return getattr(DataConfig, name, None)
    owner = Recipe() if not table else getattr(Recipe(), table, None)
    default = getattr(owner, name, None)
    return list(default) if isinstance(default, tuple) else default
