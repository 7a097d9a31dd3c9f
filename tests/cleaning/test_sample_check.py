"""What nmt train says of its text, and that looking changes nothing."""

from pathlib import Path

from nmt.cleaning import sample_check
from nmt.cleaning.sample_check import SampleCheck
from nmt.corpus.blocks import ParallelFiles, read_blocks
from nmt.corpus.pairs import FilterConfig
from tests.conftest import Writer, translations


def look(files: tuple[str, str], lines: int = 8192) -> list[str]:
    corpora = [ParallelFiles(*files)]
    glance = SampleCheck(corpora, FilterConfig())
    assert list(glance.watching(read_blocks(corpora, lines=lines))) == list(read_blocks(corpora, lines=lines))
    return glance.lines()


def test_clean_text_is_fit_for_training(write: Writer) -> None:
    figures, faults, verdict = look(write(translations(600)))
    assert figures.startswith("check of 600 pairs: ")
    assert "Latin and Latin script" in figures
    assert faults == "check: no faults worth mending seen"
    assert verdict.startswith("check: fit for training")


def test_faults_are_named_and_grave_ones_stand_out(write: Writer) -> None:
    pairs = [*translations(600), *[("schÃ¶n so", "pretty &amp; so")] * 30]
    _, faults, verdict = look(write(pairs))
    assert "30 entity" in faults
    assert verdict == "check: NOT FIT FOR TRAINING: mojibake (2.38 %); nmt check says where and nmt clean mends it"


def test_what_nmt_clean_cannot_mend_is_not_said_to_be_mended(write: Writer) -> None:
    pairs = translations(3000)
    shifted = [(source, pairs[row + (row >= 1000)][1]) for row, (source, _) in enumerate(pairs[:-1])]
    assert look(write(shifted))[2].endswith("; nmt check says where")


def test_of_a_large_corpus_only_some_blocks_are_looked_at(write: Writer) -> None:
    figures = look(write(translations(600)), lines=10)[0]
    looked_at = sample_check.FIRST + (60 - 1) // sample_check.EVERY
    assert figures.startswith(f"check of {10 * looked_at} of 600 pairs: ")


def test_an_empty_corpus_has_nothing_to_say(write: Writer, tmp_path: Path) -> None:
    assert look(write([])) == []
