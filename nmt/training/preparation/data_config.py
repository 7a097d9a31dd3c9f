"""The table [data] of a settings file: the text that a run learns from, as the command line names it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from nmt.errors import NMTError
from nmt.settings import from_mapping, to_mapping

FILES = ("source", "target", "tsv", "valid_source", "valid_target", "tokenizer")
# If the command line names any of the files on the left, it replaces everything on the right.
GROUPS = (
    (("source", "target", "tsv"), ("source", "target", "tsv", "weight", "tag")),
    (("valid_source", "valid_target"), ("valid_source", "valid_target", "valid_tag")),
)


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """Corpora, validation text, languages and tokenizer; the keys are the names of the options of ``nmt train``."""

    source: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    tsv: tuple[str, ...] = ()
    weight: tuple[float, ...] = ()
    tag: tuple[str, ...] = ()
    valid_source: tuple[str, ...] = ()
    valid_target: tuple[str, ...] = ()
    valid_tag: str | None = None
    source_language: str | None = None
    target_language: str | None = None
    tokenizer: str | None = None

    def overridden(self, given: Mapping[str, Any]) -> "DataConfig":
        """With the values in ``given``, except None and (), instead of its own; groups of files change as a whole."""
        values = {key: value for key, value in given.items() if value not in (None, ())}
        replaced = {key for files, group in GROUPS if any(key in values for key in files) for key in group}
        nothing = {key: getattr(DataConfig, key) for key in replaced}
        return replace(self, **{**nothing, **values})


KEYS = tuple(field.name for field in fields(DataConfig))


def data_from(mapping: Any, *, where: str) -> DataConfig:
    """The table [data] of the settings file ``where``, whose folder its paths start from.

    One value may stand for a list of one. NMTError for an unknown key and for a value of the wrong type.
    """
    if not isinstance(mapping, Mapping):
        raise NMTError(f"{where}: data must be a table [data]")
    lists = {field.name for field in fields(DataConfig) if field.default == ()}
    values = {key: [value] if key in lists and not isinstance(value, list) else value for key, value in mapping.items()}
    folder = Path(where).parent
    return _with_paths(from_mapping(DataConfig, values, where=f"{where} [data]"), lambda path: str(folder / path))


def data_as_toml(data: DataConfig) -> str:
    """The table [data] as TOML, to keep in any folder: paths are absolute; keys without a value are commented out."""
    whole = _with_paths(data, lambda path: str(Path(path).absolute()))
    lines = [
        f"# {key} =" if value in (None, []) else f"{key} = {json.dumps(value, ensure_ascii=False)}"
        for key, value in to_mapping(whole).items()
    ]
    return "\n".join(["[data]", *lines]) + "\n"


def _with_paths(data: DataConfig, change: Callable[[str], str]) -> DataConfig:
    """``data`` with each of its paths changed."""
    values = {key: getattr(data, key) for key in FILES}
    changed: dict[str, Any] = {
        key: tuple(map(change, value)) if isinstance(value, tuple) else change(value)
        for key, value in values.items()
        if value
    }
    return replace(data, **changed)
