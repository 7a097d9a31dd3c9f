"""Versions within and outside their limits; extras that are installed or not."""

import importlib
import re
from importlib import metadata

import pytest

from nmt.doctor.check_result import CheckResult
from nmt.doctor.software import EXTRAS, SOFTWARE, check_extras, check_software, fits


@pytest.mark.parametrize(
    ("version", "requirement", "expected"),
    [
        ("2.13.0+cpu", "torch<2.14,>=2.6", True),
        ("2.14.0", "torch<2.14,>=2.6", False),
        ("2.5.9", "torch>=2.6", False),
        ("2.6", "torch>=2.6.0", True),
        ("0.10.0", "x>=0.9", True),
        ("5.0.0rc1", "ctranslate2<5,>=4.5", False),
        ("1.0", "x!=1.0", False),
        ("1.0", "x", True),
        ("3.8", "matplotlib>=3.8; extra == 'plots'", True),
    ],
)
def test_limits_of_versions(version: str, requirement: str, expected: bool) -> None:
    assert fits(version, requirement) == expected


def named(results: list[CheckResult], name: str) -> CheckResult:
    [match] = [result for result in results if result.name == name]
    return match


def test_all_required_packages_are_installed() -> None:
    found = list(check_software())
    assert {"nmt", "Python", "torch", "ctranslate2", "sentencepiece", "sacrebleu"} <= {each.name for each in found}
    assert {each.state for each in found} == {"ok"}
    assert {each.section for each in found} == {SOFTWARE}


def test_a_package_that_is_missing_too_old_or_damaged_comes_with_the_way_to_fix_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    version, load = metadata.version, importlib.import_module

    def wrong_version(name: str) -> str:
        if name == "rich":
            raise metadata.PackageNotFoundError(name)
        return "1.9" if name == "sacrebleu" else version(name)

    def damaged_import(name: str) -> object:
        if name == "sentencex":
            raise ImportError("undefined symbol: x\nin a library")
        return load(name)

    monkeypatch.setattr(metadata, "version", wrong_version)
    monkeypatch.setattr(importlib, "import_module", damaged_import)
    found = list(check_software())
    assert named(found, "rich").value == "not installed"
    assert named(found, "rich").remedy.startswith("pip install 'rich>=")
    assert re.fullmatch(r"1\.9, but nmt needs .*>=2\.4.*", named(found, "sacrebleu").value)
    assert named(found, "sentencex").value.endswith("cannot be imported: undefined symbol: x")
    assert {each.name for each in found if each.state == "broken"} == {"rich", "sacrebleu", "sentencex"}


def test_an_extra_that_is_not_installed_is_not_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    version = metadata.version

    def without_plots(name: str) -> str:
        if name == "matplotlib":
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", without_plots)
    plots = named(list(check_extras()), "plots")
    assert (plots.section, plots.state, plots.remedy) == (EXTRAS, "absent", "pip install 'nmt[plots]'")
