"""Translations and references that spell the same characters in different ways, which no metric takes for equal."""

import logging
from collections.abc import Sequence

from nmt.tokenization.normalization import is_spelled_otherwise

logger = logging.getLogger(__name__)


def warn_of_normal_forms(hypotheses: Sequence[str], references: Sequence[Sequence[str]], name: str = "") -> None:
    """A warning where ``hypotheses``, those of the system ``name``, and references are in different Unicode forms.

    The scores stay those of sacreBLEU, which compares texts as they are.
    """
    translated = list(map(is_spelled_otherwise, hypotheses))
    lines = {
        line
        for reference in references
        for line, (one, text) in enumerate(zip(translated, reference, strict=True))
        if one != is_spelled_otherwise(text)
    }
    if lines:
        logger.warning(
            "%sin %s of %s lines, such as line %s, translation and reference differ in Unicode normalisation, so equal "
            "words do not match; to compare wording, normalise both (uconv -x nfc)",
            f"{name}: " if name else "",
            f"{len(lines):,}",
            f"{len(hypotheses):,}",
            f"{min(lines) + 1:,}",
        )
