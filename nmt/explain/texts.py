"""The texts of the pages: one TOML file in web/ for each language, so another language is one more file."""

import tomllib
from importlib import resources
from typing import Any

from nmt.errors import NMTError
from nmt.settings import did_you_mean


def languages() -> list[str]:
    """The languages of the pages."""
    files = resources.files(__package__).joinpath("web").iterdir()
    return sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml"))


def load_texts(language: str) -> dict[str, Any]:
    """The texts in ``language``: tables of strings; only strings whose key ends in ``html`` are markup."""
    if language not in languages():
        known = ", ".join(languages())
        raise NMTError(f"there are no pages in {language!r}, only {known}{did_you_mean(language, languages())}")
    text = resources.files(__package__).joinpath("web", f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
