"""Language codes, as people write them and as the names of their files end."""

import re
from collections.abc import Sequence
from pathlib import Path

from nmt.text.compression import without_compression

LANGUAGE_CODE = re.compile("[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")  # BCP 47, and what people make of it


def differ(one: str | None, other: str | None) -> bool:
    """Whether both codes are known and of different languages, whatever region or script they name.

    >>> [differ("de", other) for other in ("de", "DE_at", "nl", None)]
    [False, False, True, False]
    """
    if not one or not other:
        return False
    bases = [code.replace("_", "-").partition("-")[0].lower() for code in (one, other)]
    return bases[0] != bases[1]


def language_of(paths: Sequence[str]) -> str | None:
    """The language code that all ``paths`` end with, such as ``de`` or ``zh-CN``, or None."""
    suffixes = set()
    for path in paths:
        name = without_compression(Path(path).name)
        suffixes.add(name.rpartition(".")[2] if "." in name else "")
    suffix = suffixes.pop() if len(suffixes) == 1 else ""
    code = suffix.replace("_", "-").partition("-")[0]
    return suffix if 2 <= len(code) <= 3 and code.isalpha() and suffix not in ("txt", "tsv", "csv", "raw") else None
