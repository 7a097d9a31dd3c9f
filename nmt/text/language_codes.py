"""Language codes, as people write them and as the names of their files end."""

import re
from collections.abc import Sequence
from pathlib import Path

LANGUAGE_CODE = re.compile("[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")  # BCP 47, and what people make of it


def language_of(paths: Sequence[str]) -> str | None:
    """The language code that all ``paths`` end with, such as ``de`` or ``zh-CN``, or None."""
    suffixes = set()
    for path in paths:
        name = Path(path).name.removesuffix(".gz")
        suffixes.add(name.rpartition(".")[2] if "." in name else "")
    suffix = suffixes.pop() if len(suffixes) == 1 else ""
    code = suffix.replace("_", "-").partition("-")[0]
    return suffix if 2 <= len(code) <= 3 and code.isalpha() and suffix not in ("txt", "tsv", "csv", "raw") else None
