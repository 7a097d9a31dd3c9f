import pytest

from nmt.corpus.pairs import (
    CorpusReport,
    FilterConfig,
    Pair,
    default_held_out_size,
    drop_reason,
    pair_hash,
    sentence_hash,
)
from nmt.errors import NMTError


@pytest.mark.parametrize(
    ("pair", "is_kept"),
    [
        (("Ja.", "Yes, of course, that is what I have been saying all along."), True),  # short sentences never fall
        (("奥运会最重要的不是获胜，而是参与。", "The most important thing in the Olympic Games is not to win."), True),
        (("x" * 100, "x" * 661), False),  # 60 + 6 x 100 is still allowed
        (("x" * 100, "x" * 660), True),
    ],
)
def test_only_absurd_length_ratios_are_dropped(pair: tuple[str, str], is_kept: bool) -> None:
    assert drop_reason(Pair(*pair), FilterConfig()) == (None if is_kept else "length-ratio")


@pytest.mark.parametrize(
    "setting", [{"max_characters": 0}, {"max_length": 0}, {"max_ratio": 0.5}, {"max_ratio": float("nan")}]
)
def test_impossible_limits_are_refused(setting: dict[str, float]) -> None:
    with pytest.raises(NMTError, match=f"{next(iter(setting))} must be at least 1"):
        FilterConfig(**setting)  # type: ignore[arg-type]


def test_different_pairs_and_sentences_have_different_hashes() -> None:
    assert sentence_hash("Ein  Hund ") == sentence_hash("ein hund") != sentence_hash("einhund")
    hashes = {pair_hash(Pair(*pair), seed) for pair in (("a", "b"), ("b", "a"), ("A", "b")) for seed in (1, 2)}
    assert len(hashes) == 6
    assert {len(one) for one in hashes} == {8}


def test_the_held_out_part_grows_with_the_corpus() -> None:
    sizes = [default_held_out_size(pairs) for pairs in (0, 1, 20, 1000, 20_000, 10_000_000)]
    assert sizes == [0, 0, 1, 50, 1000, 1000]


def test_a_report_is_a_sentence() -> None:
    report = CorpusReport(read=8, kept=3)
    for reason in ("empty", "too-long", "empty"):
        report.drop(reason)
    assert report.summary() == "8 pairs read, 3 kept; dropped: 2 empty, 1 too-long"
    assert CorpusReport(read=1, kept=1).summary() == "1 pair read, 1 kept"
