"""Why pairs are dropped: the name of each reason is the same in nmt train, nmt check, nmt clean and nmt corpus."""

from collections.abc import Mapping
from enum import StrEnum


class DropReason(StrEnum):
    """The reasons that commands share; nmt clean adds its other filters, by their names (nmt.cleaning.config)."""

    EMPTY = "empty"
    TOO_LONG = "too-long"  # in characters
    LENGTH_RATIO = "length-ratio"
    DUPLICATE = "duplicate"
    NEAR_DUPLICATE = "near-duplicate"
    TOO_MANY_SUBWORDS = "too-many-subwords"
    SHARED_SENTENCE = "shares-held-out-sentence"
    NOT_SAMPLED = "not-sampled"


# Existing model directories have these spellings, so files keep them.
_SPELLING_ON_DISK: Mapping[str, str] = {
    DropReason.TOO_LONG: "too long",
    DropReason.LENGTH_RATIO: "length ratio",
    DropReason.TOO_MANY_SUBWORDS: "too many subwords",
}


def counts_for_disk(dropped: Mapping[str, int]) -> dict[str, int]:
    """Counts by reason, spelled as in the JSON files of a model directory.

    >>> counts_for_disk({"too-long": 2, "empty": 1})
    {'too long': 2, 'empty': 1}
    """
    return {_SPELLING_ON_DISK.get(reason, str(reason)): count for reason, count in dropped.items()}


def counts_from_disk(dropped: Mapping[str, int]) -> dict[str, int]:
    """Counts by reason, read from the JSON files of a model directory.

    >>> counts_from_disk({"too long": 2, "empty": 1})
    {'too-long': 2, 'empty': 1}
    """
    reasons = {spelling: str(reason) for reason, spelling in _SPELLING_ON_DISK.items()}
    return {reasons.get(spelling, spelling): count for spelling, count in dropped.items()}
