"""Configuration dataclasses from and to plain mappings (TOML, JSON), with errors that suggest the nearest known key."""

import contextlib
import dataclasses
import difflib
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from nmt.errors import NMTError

T = TypeVar("T")


def did_you_mean(name: str, known: typing.Iterable[str]) -> str:
    """``; did you mean X?`` for the known name nearest to ``name``, or an empty string."""
    matches = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {matches[0]}?" if matches else ""


@contextlib.contextmanager
def error_context(file: str) -> Iterator[None]:
    """Make each NMTError of the block name ``file``, also those about values, which do not know the file."""
    try:
        yield
    except NMTError as error:
        if str(error).startswith((f"{file}:", f"{file} ")):
            raise
        raise NMTError(f"{file}: {error}") from error


def from_mapping(cls: type[T], mapping: Mapping[str, Any], *, where: str) -> T:
    """An instance of the dataclass ``cls`` with the values of ``mapping``.

    ``where`` names the file or table for the message. An unknown key, a missing one or a value of the wrong type is
    an NMTError.
    """
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    for key, value in mapping.items():
        if key not in fields:
            raise NMTError(f"{where}: unknown setting {key!r}{did_you_mean(key, fields)}")
        values[key] = _convert(value, hints[key], f"{where}: {key}")
    missing = [name for name, field in fields.items() if name not in values and _is_required(field)]
    if missing:
        raise NMTError(f"{where}: the setting {missing[0]!r} is missing")
    return cls(**values)


def to_mapping(config: Any) -> dict[str, Any]:
    """The fields of a configuration dataclass as JSON-able values, tuples as lists."""
    return {field.name: _plain(getattr(config, field.name)) for field in dataclasses.fields(config)}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return to_mapping(value)
    return list(value) if isinstance(value, tuple) else value


def _is_required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _convert(value: Any, hint: Any, where: str) -> Any:
    """``value`` as the type ``hint``: integers are accepted for floats, lists for tuples, nothing else."""
    if isinstance(hint, types.UnionType):
        if value is None and type(None) in hint.__args__:
            return None
        hint = next(option for option in hint.__args__ if option is not type(None))
    origin = typing.get_origin(hint) or hint
    if origin is tuple and isinstance(value, (list, tuple)):
        item = typing.get_args(hint)[0]
        return tuple(_convert(element, item, where) for element in value)
    if origin is dict and isinstance(value, Mapping):
        return dict(value)
    if origin is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, origin) and not (isinstance(value, bool) and origin is int):
        return value
    raise NMTError(f"{where} must be {_type_name(origin)}, not {value!r}")


def _type_name(origin: Any) -> str:
    names = {
        int: "a whole number",
        float: "a number",
        str: "a string",
        bool: "true or false",
        tuple: "a list",
        dict: "a table",
    }
    return names.get(origin, getattr(origin, "__name__", str(origin)))
