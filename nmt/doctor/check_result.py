"""The result of one check, and the removal of private paths from it."""

import os
import re
import shlex
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from nmt.errors import NMTError

State = Literal["ok", "broken", "absent"]
# Our errors, and what a library can raise if it is damaged or incompatible with others.
EXPECTED_ERRORS = (NMTError, OSError, ImportError, RuntimeError, ValueError, AttributeError, MemoryError)
_ABSOLUTE = re.compile(r"(?<![\w.:/\\])(?:/|[A-Za-z]:\\)[^\s,;:'\"()]+")


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """The state of one thing; ``absent`` is not an error, ``broken`` comes with a way to fix it."""

    section: str
    name: str
    state: State = "ok"
    value: str = ""
    remedy: str = ""

    def without_paths(self, names: Mapping[str, str]) -> "CheckResult":
        """The same with each path in ``names`` replaced by its name, and any other path by PATH."""
        return replace(self, value=_hidden(self.value, names), remedy=_hidden(self.remedy, names))


def names_of_paths(model: Path | None) -> dict[str, str]:
    """The names that replace private paths in reports, by path, the longest first."""
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home is an error where none is known
    names = {home: "HOME", str(Path.cwd()): "HERE", tempfile.gettempdir(): "TEMPORARY"}
    if model is not None:
        # The bare name of a relative path can also be an ordinary word.
        names |= {f"{model}/": "MODEL/", f"-m {model}": "-m MODEL", f"-m {shlex.quote(str(model))}": "-m MODEL"}
        names |= {str(model.absolute()): "MODEL", str(model.resolve()): "MODEL"}
    return {path: names[path] for path in sorted(names, key=len, reverse=True) if len(path) > 1}


def run_check(section: str, name: str, check: Callable[[], str], *, remedy: str) -> CheckResult:
    """The value that ``check`` returns, or its error and the way to fix it."""
    try:
        return CheckResult(section=section, name=name, value=check())
    except EXPECTED_ERRORS as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        return CheckResult(section=section, name=name, state="broken", value=lines[0], remedy=remedy)


def _hidden(text: str, names: Mapping[str, str]) -> str:
    for path, name in names.items():
        end = "" if path.endswith("/") else r"(?![\w.-])"
        text = re.sub(rf"(?<![\w./\\-]){re.escape(path)}{end}", name, text)
    return _ABSOLUTE.sub("PATH", text)
