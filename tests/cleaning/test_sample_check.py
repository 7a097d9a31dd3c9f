"""The quick check of nmt train, which leaves the text unchanged."""

from pathlib import Path

from nmt.cleaning import sample_check
from nmt.cleaning.sample_check import SampleCheck
from nmt.corpus.blocks import ParallelFiles, read_blocks
from nmt.corpus.pairs import FilterConfig
from tests.conftest import Writer, translations


def quick_check(files: tuple[str, str], lines: int = 8192) -> list[str]:
    corpora = [ParallelFiles(*files)]
    sample = SampleCheck(corpora, FilterConfig())
    assert list(sample.observe(read_blocks(corpora, lines=lines))) == list(read_blocks(corpora, lines=lines))
    return sample.summary()


def test_clean_text_has_no_warnings_and_no_errors(write: Writer) -> None:
    statistics, warnings, verdict = quick_check(write(translations(600)))
    assert statistics.startswith("check of 600 pairs: ")
    assert "Latin and Latin script" in statistics
    assert warnings == "check: no warnings"
    assert verdict.startswith("check: no errors")


def test_warnings_are_named_and_errors_stand_out(write: Writer) -> None:
    pairs = [*translations(600), *[("schÃ¶n so", "pretty &amp; so")] * 30]
    _, warnings, verdict = quick_check(write(pairs))
    assert "30 entity" in warnings
    assert verdict == "check: NOT FIT FOR TRAINING: mojibake (2.38 %); nmt check shows where, and nmt clean fixes it"


def test_nmt_clean_is_not_recommended_for_what_it_cannot_fix(write: Writer) -> None:
    pairs = translations(3000)
    shifted = [(source, pairs[row + (row >= 1000)][1]) for row, (source, _) in enumerate(pairs[:-1])]
    assert quick_check(write(shifted))[2].endswith("; nmt check shows where")


def test_only_some_blocks_of_a_large_corpus_are_checked(write: Writer) -> None:
    statistics = quick_check(write(translations(600)), lines=10)[0]
    checked = sample_check.FIRST + (60 - 1) // sample_check.EVERY
    assert statistics.startswith(f"check of {10 * checked} of 600 pairs: ")


def test_an_empty_corpus_has_an_empty_summary(write: Writer, tmp_path: Path) -> None:
    assert quick_check(write([])) == []
