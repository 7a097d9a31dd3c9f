"""Versions against their limits, extras that are there or not."""

import importlib
import re
from importlib import metadata

import pytest

from nmt.doctor.finding import CheckResult
from nmt.doctor.software import EXTRAS, SOFTWARE, fits, look_at_extras, look_at_software


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


def named(findings: list[CheckResult], name: str) -> CheckResult:
    [found] = [finding for finding in findings if finding.name == name]
    return found


def test_what_is_needed_is_there() -> None:
    found = list(look_at_software())
    assert {"nmt", "Python", "torch", "ctranslate2", "sentencepiece", "sacrebleu"} <= {each.name for each in found}
    assert {each.state for each in found} == {"ok"}
    assert {each.section for each in found} == {SOFTWARE}


def test_a_package_that_is_missing_too_old_or_damaged_comes_with_the_way_to_mend_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    version, load = metadata.version, importlib.import_module

    def strange_version(name: str) -> str:
        if name == "rich":
            raise metadata.PackageNotFoundError(name)
        return "1.9" if name == "sacrebleu" else version(name)

    def damaged_import(name: str) -> object:
        if name == "sentencex":
            raise ImportError("undefined symbol: x\nin a library")
        return load(name)

    monkeypatch.setattr(metadata, "version", strange_version)
    monkeypatch.setattr(importlib, "import_module", damaged_import)
    found = list(look_at_software())
    assert named(found, "rich").value == "is not installed"
    assert named(found, "rich").remedy.startswith("pip install 'rich>=")
    assert re.fullmatch(r"1\.9, while .*>=2\.4 is wanted", named(found, "sacrebleu").value)
    assert named(found, "sentencex").value.endswith("cannot be imported: undefined symbol: x")
    assert {each.name for each in found if each.state == "broken"} == {"rich", "sacrebleu", "sentencex"}


def test_an_extra_that_is_not_there_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    version = metadata.version

    def without_plots(name: str) -> str:
        if name == "matplotlib":
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", without_plots)
    plots = named(list(look_at_extras()), "plots")
    assert (plots.section, plots.state, plots.remedy) == (EXTRAS, "absent", "pip install 'nmt[plots]'")
