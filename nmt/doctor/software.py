"""Python, the packages that are needed and those that may be there, against what this program asks for."""

import importlib
import operator
import platform
import re
from collections.abc import Iterator
from importlib import metadata

from nmt import __version__
from nmt.doctor.finding import FAULTS, CheckResult

SOFTWARE, EXTRAS = "software", "optional"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_LIMIT = re.compile(r"(>=|<=|==|!=|<|>)\s*([0-9][0-9.]*)")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")
_FOR_DEVELOPERS = ("test", "dev")
_COMPARE = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}


def look_at_software() -> Iterator[CheckResult]:
    """Versions, each against its limits; a package counts as there only if it can be imported."""
    yield CheckResult(section=SOFTWARE, name="nmt", value=__version__)
    yield CheckResult(section=SOFTWARE, name="Python", value=f"{platform.python_version()} on {platform.platform()}")
    for requirement in _requirements():
        if not _EXTRA.search(requirement):
            yield _needed(requirement)


def look_at_extras() -> Iterator[CheckResult]:
    """Each extra of the package, whole or not."""
    extras: dict[str, list[str]] = {}
    for requirement in _requirements():
        if found := _EXTRA.search(requirement):
            extras.setdefault(found[1], []).append(requirement)
    for extra, requirements in extras.items():
        if extra not in _FOR_DEVELOPERS:
            yield _extra(extra, requirements)


def fits(version: str, requirement: str) -> bool:
    """Whether ``version`` keeps the limits of ``requirement``, such as ``torch<2.14,>=2.6``."""
    limits = _LIMIT.findall(requirement.partition(";")[0])
    return all(_COMPARE[sign](*_comparable(version, limit)) for sign, limit in limits)


def _requirements() -> list[str]:
    try:
        return metadata.requires("nmt") or []
    except metadata.PackageNotFoundError:
        return []


def _needed(requirement: str) -> CheckResult:
    name, limits = _named(requirement)
    remedy = f"pip install '{name}{limits}'"
    try:
        version = metadata.version(name)
        importlib.import_module(name.replace("-", "_"))
    except metadata.PackageNotFoundError:
        return CheckResult(section=SOFTWARE, name=name, state="broken", value="is not installed", remedy=remedy)
    except FAULTS as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        value = f"{version}, cannot be imported: {reason}"
        return CheckResult(
            section=SOFTWARE, name=name, state="broken", value=value, remedy=f"{remedy} --force-reinstall"
        )
    if not fits(version, requirement):
        value = f"{version}, while {limits} is wanted"
        return CheckResult(section=SOFTWARE, name=name, state="broken", value=value, remedy=remedy)
    return CheckResult(section=SOFTWARE, name=name, value=version)


def _extra(extra: str, requirements: list[str]) -> CheckResult:
    found = {}
    for requirement in requirements:
        name, _ = _named(requirement)
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            remedy = f"pip install 'nmt[{extra}]'"
            return CheckResult(section=EXTRAS, name=extra, state="absent", value=f"{name} is not there", remedy=remedy)
    value = ", ".join(f"{name} {version}" for name, version in found.items())
    return CheckResult(section=EXTRAS, name=extra, value=value)


def _named(requirement: str) -> tuple[str, str]:
    """The name of a package, and its limits as they are written."""
    found = _NAME.match(requirement)
    name = found[0] if found else requirement
    return name, ",".join("".join(limit) for limit in _LIMIT.findall(requirement.partition(";")[0]))


def _comparable(*versions: str) -> tuple[list[int], ...]:
    """The numbers of versions, as many of each as of the longest: 2.13.0+cpu is 2, 13, 0."""
    numbers = [[int(part) for part in re.findall(r"\d+", re.split(r"[+a-z]", version)[0])] for version in versions]
    length = max(map(len, numbers))
    return tuple(number + [0] * (length - len(number)) for number in numbers)
