"""Reasons for dropping a pair have the same names in all commands, and the old spellings on disk."""

from nmt.cleaning.config import FILTERS
from nmt.cleaning.findings import FINDING_TYPES
from nmt.corpus.deduplication import REASONS
from nmt.corpus.drop_reasons import DropReason, counts_for_disk, counts_from_disk


def test_what_nmt_train_drops_has_the_name_that_nmt_check_and_nmt_clean_give_it() -> None:
    assert set(REASONS) <= set(FILTERS)
    assert set(REASONS) <= set(FINDING_TYPES)


def test_files_keep_the_spellings_they_had() -> None:
    counts = {str(reason): number for number, reason in enumerate(DropReason)}
    on_disk = counts_for_disk(counts)
    assert {"empty", "too long", "length ratio", "duplicate", "too many subwords"} <= set(on_disk)
    assert counts_from_disk(on_disk) == counts
    assert all(type(reason) is str for reason in on_disk)
