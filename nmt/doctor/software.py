"""Python, the required packages and the optional ones, compared with the versions that nmt requires."""

import importlib
import operator
import platform
import re
from collections.abc import Iterator
from importlib import metadata

from nmt import __version__
from nmt.doctor.check_result import EXPECTED_ERRORS, CheckResult

SOFTWARE, EXTRAS = "software", "optional"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_LIMIT = re.compile(r"(>=|<=|==|!=|<|>)\s*([0-9][0-9.]*)")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")
_DEVELOPMENT_EXTRAS = ("test", "dev")
_COMPARE = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}


def check_software() -> Iterator[CheckResult]:
    """Check the version of each required package, and that it can be imported."""
    yield CheckResult(section=SOFTWARE, name="nmt", value=__version__)
    yield CheckResult(section=SOFTWARE, name="Python", value=f"{platform.python_version()} on {platform.platform()}")
    for requirement in _requirements():
        if not _EXTRA.search(requirement):
            yield _required(requirement)


def check_extras() -> Iterator[CheckResult]:
    """Check each extra: whether all of its packages are installed."""
    extras: dict[str, list[str]] = {}
    for requirement in _requirements():
        if found := _EXTRA.search(requirement):
            extras.setdefault(found[1], []).append(requirement)
    for extra, requirements in extras.items():
        if extra not in _DEVELOPMENT_EXTRAS:
            yield _extra(extra, requirements)


def fits(version: str, requirement: str) -> bool:
    """Whether ``version`` is within the limits of ``requirement``, such as ``torch<2.14,>=2.6``."""
    limits = _LIMIT.findall(requirement.partition(";")[0])
    return all(_COMPARE[sign](*_comparable(version, limit)) for sign, limit in limits)


def _requirements() -> list[str]:
    try:
        return metadata.requires("nmt") or []
    except metadata.PackageNotFoundError:
        return []


def _required(requirement: str) -> CheckResult:
    name, limits = _name_and_limits(requirement)
    remedy = f"pip install '{name}{limits}'"
    try:
        version = metadata.version(name)
        importlib.import_module(name.replace("-", "_"))
    except metadata.PackageNotFoundError:
        return CheckResult(section=SOFTWARE, name=name, state="broken", value="not installed", remedy=remedy)
    except EXPECTED_ERRORS as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        value = f"{version}, cannot be imported: {reason}"
        return CheckResult(
            section=SOFTWARE, name=name, state="broken", value=value, remedy=f"{remedy} --force-reinstall"
        )
    if not fits(version, requirement):
        value = f"{version}, but nmt needs {limits}"
        return CheckResult(section=SOFTWARE, name=name, state="broken", value=value, remedy=remedy)
    return CheckResult(section=SOFTWARE, name=name, value=version)


def _extra(extra: str, requirements: list[str]) -> CheckResult:
    versions = {}
    for requirement in requirements:
        name, _ = _name_and_limits(requirement)
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            remedy = f"pip install 'nmt[{extra}]'"
            return CheckResult(
                section=EXTRAS, name=extra, state="absent", value=f"{name} is not installed", remedy=remedy
            )
    value = ", ".join(f"{name} {version}" for name, version in versions.items())
    return CheckResult(section=EXTRAS, name=extra, value=value)


def _name_and_limits(requirement: str) -> tuple[str, str]:
    """The name of a package, and its version limits as text."""
    match = _NAME.match(requirement)
    name = match[0] if match else requirement
    return name, ",".join("".join(limit) for limit in _LIMIT.findall(requirement.partition(";")[0]))


def _comparable(*versions: str) -> tuple[list[int], ...]:
    """The numbers of each version, padded to the same length: 2.13.0+cpu is 2, 13, 0."""
    numbers = [[int(part) for part in re.findall(r"\d+", re.split(r"[+a-z]", version)[0])] for version in versions]
    length = max(map(len, numbers))
    return tuple(number + [0] * (length - len(number)) for number in numbers)
