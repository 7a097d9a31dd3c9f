import gzip
import random
from pathlib import Path

import pytest

from nmt.corpus import word_counts
from nmt.corpus.pairs import Pair
from nmt.corpus.word_counts import WordCounter, read_word_counts, words
from nmt.errors import NMTError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hans' 3.14, ja! don't", ["Hans", "3.14", "ja", "don't"]),
        ("我们2019年。", ["我", "们", "2019", "年"]),
        ("Привет, мир!", ["Привет", "мир"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),  # vowel signs are no letters for Python, but of the word
        ("", []),
    ],
)
def test_words_are_found_in_any_script(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_counts_are_read_back_and_ignore_case(tmp_path: Path) -> None:
    counter = WordCounter()
    counter.add([Pair("Der Hund und der Hund", "the dog"), Pair("der", "The")])
    counter.save(tmp_path / "counts.gz", all_pairs=7)
    found = read_word_counts(tmp_path / "counts.gz")
    assert found is not None
    assert found.pairs == 2
    assert [found.source.of(word) for word in ("DER", "Hund", "dog")] == [3, 2, 0]
    assert [found.target.of(word) for word in ("the", "dog", "Hund")] == [2, 1, 0]
    assert found.source.lowest == found.target.lowest == 0


def test_a_large_vocabulary_is_cut_and_the_limit_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_counts, "MOST_WORDS", 2)
    counter = WordCounter()
    counter.add([Pair("a a a b b c c d", "x")])
    counter.save(tmp_path / "counts.gz", all_pairs=1)
    found = read_word_counts(tmp_path / "counts.gz")
    assert found is not None
    assert dict(found.source.counts) == {"a": 3, "b": 2}
    assert (found.source.lowest, found.target.lowest) == (2, 0)


def test_a_missing_file_is_not_an_error_but_a_damaged_one_is(tmp_path: Path) -> None:
    assert read_word_counts(tmp_path / "none.gz") is None
    counter = WordCounter()
    counter.add([Pair("a b", "c d")])
    counter.save(tmp_path / "counts.gz", all_pairs=1)
    whole = (tmp_path / "counts.gz").read_bytes()
    text = gzip.decompress(whole)
    cases = [b"", whole[:-9], b"plain", gzip.compress(b"other\t1\n"), gzip.compress(text + b"u\tx\t1\n")]
    generator = random.Random(1)
    cases += [gzip.compress(bytes(generator.choices(range(256), k=50))) for _ in range(20)]
    for raw in cases:
        (tmp_path / "bad.gz").write_bytes(raw)
        with pytest.raises(NMTError, match=r"bad\.gz is damaged"):
            read_word_counts(tmp_path / "bad.gz")
