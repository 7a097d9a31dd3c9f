"""One thing that was looked at, and how what is said of it loses the names of private places."""

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
# What a library can raise when it is damaged or does not fit the others, besides errors of ours.
FAULTS = (NMTError, OSError, ImportError, RuntimeError, ValueError, AttributeError, MemoryError)
_ABSOLUTE = re.compile(r"(?<![\w.:/\\])(?:/|[A-Za-z]:\\)[^\s,;:'\"()]+")


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """What is said of one thing; ``absent`` is nothing wrong, ``broken`` comes with a way to mend it."""

    section: str
    name: str
    state: State = "ok"
    value: str = ""
    remedy: str = ""

    def without_paths(self, known: Mapping[str, str]) -> "CheckResult":
        """The same with every path in ``known`` called by its name there, and any other one PATH."""
        return replace(self, value=_hidden(self.value, known), remedy=_hidden(self.remedy, known))


def known_places(model: Path | None) -> dict[str, str]:
    """What paths are called that must not be told, the longest first."""
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home is an error where none is known
    places = {home: "HOME", str(Path.cwd()): "HERE", tempfile.gettempdir(): "TEMPORARY"}
    if model is not None:
        # The bare name of a relative path may be a word that is said of other things, too.
        places |= {f"{model}/": "MODEL/", f"-m {model}": "-m MODEL", f"-m {shlex.quote(str(model))}": "-m MODEL"}
        places |= {str(model.absolute()): "MODEL", str(model.resolve()): "MODEL"}
    return {path: places[path] for path in sorted(places, key=len, reverse=True) if len(path) > 1}


def attempt(section: str, name: str, look: Callable[[], str], *, remedy: str) -> CheckResult:
    """What ``look`` says, or that it failed and how to mend it."""
    try:
        return CheckResult(section=section, name=name, value=look())
    except FAULTS as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        return CheckResult(section=section, name=name, state="broken", value=lines[0], remedy=remedy)


def size(count: float) -> str:
    """Bytes for people."""
    for unit, step in (("GB", 1e9), ("MB", 1e6)):
        if count >= step:
            return f"{count / step:,.1f} {unit}"
    return f"{count / 1e3:,.1f} kB"


def _hidden(text: str, known: Mapping[str, str]) -> str:
    for path, name in known.items():
        end = "" if path.endswith("/") else r"(?![\w.-])"
        text = re.sub(rf"(?<![\w./\\-]){re.escape(path)}{end}", name, text)
    return _ABSOLUTE.sub("PATH", text)
