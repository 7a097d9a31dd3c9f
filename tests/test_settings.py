from dataclasses import dataclass, field

import pytest

from nmt.errors import NMTError
from nmt.settings import from_mapping, to_mapping


@dataclass(frozen=True, kw_only=True)
class Settings:
    beam_size: int = 5
    ratio: float = 1.5
    name: str | None = None
    shuffle: bool = True
    symbols: tuple[str, ...] = ()
    extra: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Required:
    size: int


def test_values_become_fields_and_fields_values() -> None:
    mapping = {"beam_size": 1, "ratio": 2, "name": "x", "shuffle": False, "symbols": ["a"], "extra": {"b": 1}}
    settings = from_mapping(Settings, mapping, where="f.toml")
    assert settings == Settings(beam_size=1, ratio=2.0, name="x", shuffle=False, symbols=("a",), extra={"b": 1})
    assert isinstance(settings.ratio, float)
    assert to_mapping(settings) == {**mapping, "ratio": 2.0}
    assert from_mapping(Settings, to_mapping(settings), where="f.toml") == settings
    assert from_mapping(Settings, {"name": None}, where="f.toml") == Settings()
    assert from_mapping(Settings, {}, where="f.toml") == Settings()


def test_an_unknown_key_suggests_the_nearest() -> None:
    with pytest.raises(NMTError, match=r"f\.toml: unknown setting 'beamsize'; did you mean beam_size\?"):
        from_mapping(Settings, {"beamsize": 1}, where="f.toml")
    with pytest.raises(NMTError, match=r"unknown setting 'zzz'$"):
        from_mapping(Settings, {"zzz": 1}, where="f.toml")


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("beam_size", "5", "a whole number"),
        ("beam_size", 5.0, "a whole number"),
        ("beam_size", True, "a whole number"),
        ("beam_size", None, "a whole number"),
        ("ratio", "1", "a number"),
        ("ratio", True, "a number"),
        ("name", 1, "a string"),
        ("shuffle", 1, "true or false"),
        ("symbols", "abc", "a list"),
        ("symbols", [1], "a string"),
        ("extra", [], "a table"),
    ],
)
def test_a_wrong_type_is_named(key: str, value: object, wanted: str) -> None:
    with pytest.raises(NMTError, match=rf"f\.toml: {key} must be {wanted}, not "):
        from_mapping(Settings, {key: value}, where="f.toml")


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(NMTError, match="the setting 'size' is missing"):
        from_mapping(Required, {}, where="f.toml")
    assert to_mapping(Required(size=3)) == {"size": 3}
