"""Translations and references that encode the same characters differently, which no metric treats as equal."""

import logging
from collections.abc import Sequence

from nmt.tokenization.normalization import is_spelled_otherwise

logger = logging.getLogger(__name__)


def warn_about_normal_forms(hypotheses: Sequence[str], references: Sequence[Sequence[str]], name: str = "") -> None:
    """Warn if the ``hypotheses`` of the system ``name`` and the references are in different Unicode forms.

    The scores stay those of sacreBLEU, which compares texts as they are.
    """
    normalisation_changes = list(map(is_spelled_otherwise, hypotheses))
    lines = {
        line
        for reference in references
        for line, (changes, text) in enumerate(zip(normalisation_changes, reference, strict=True))
        if changes != is_spelled_otherwise(text)
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
