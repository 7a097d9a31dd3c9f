"""An encoded corpus is read back as it was written, or not at all."""

from pathlib import Path

import numpy as np
import pytest

from nmt.data import encoded_corpus
from nmt.data.encoded_corpus import (
    EncodedPair,
    encoded_in_memory,
    make_block,
    open_encoded_corpus,
    write_encoded_corpus,
)
from nmt.errors import NMTError

PAIRS: list[EncodedPair] = [([4, 5, 6], [7]), ([8], [9, 10]), ([11, 12], [13, 14, 15])]


@pytest.mark.parametrize(("vocabulary_size", "max_length"), [(100, 10), (100_000, 100_000)])
def test_round_trip(tmp_path: Path, vocabulary_size: int, max_length: int) -> None:
    blocks = [
        make_block(PAIRS[:2], vocabulary_size=vocabulary_size, dropped={"empty": 2}),
        make_block([], vocabulary_size=vocabulary_size, corpus=1, dropped={"empty": 1, "too many subwords": 1}),
        make_block(PAIRS[2:], vocabulary_size=vocabulary_size, corpus=2),
    ]
    counts = write_encoded_corpus(tmp_path / "corpus", iter(blocks), max_length=max_length, corpora=3, key="k")
    assert (counts.sizes, counts.dropped) == ([2, 0, 1], {"empty": 3, "too many subwords": 1})
    corpus = open_encoded_corpus(tmp_path / "corpus", key="k")
    assert corpus is not None
    assert (len(corpus), corpus.sizes) == (3, (2, 0, 1))
    assert corpus.source.lengths.tolist() == [3, 1, 2]
    assert corpus.source.starts.tolist() == [0, 3, 4]
    assert corpus.source.ids.tolist() == [4, 5, 6, 8, 11, 12]
    assert corpus.target.ids.tolist() == encoded_in_memory(PAIRS).target.ids.tolist()


def test_a_corpus_with_another_key_or_a_damaged_file_is_not_opened(tmp_path: Path) -> None:
    directory = tmp_path / "corpus"
    assert open_encoded_corpus(directory, key="k") is None
    write_encoded_corpus(directory, [make_block(PAIRS, vocabulary_size=100)], max_length=9, key="k")
    assert open_encoded_corpus(directory, key="other") is None
    assert open_encoded_corpus(directory, key="k") is not None
    for name in ("target.ids", "source.starts", "target.lengths"):
        whole = (directory / name).read_bytes()
        (directory / name).write_bytes(whole[:-1])
        assert open_encoded_corpus(directory, key="k") is None, name
        (directory / name).write_bytes(whole)
    (directory / "corpus.json").write_text('{"key": "k"}')
    assert open_encoded_corpus(directory, key="k") is None


def test_a_failure_while_writing_keeps_the_old_corpus(tmp_path: Path) -> None:
    directory = tmp_path / "corpus"
    write_encoded_corpus(directory, [make_block(PAIRS, vocabulary_size=100)], max_length=9, key="k")

    def failing() -> object:
        yield make_block(PAIRS, vocabulary_size=100)
        raise OSError(28, "No space left on device")

    with pytest.raises(NMTError, match=r"corpus: No space left on device"):
        write_encoded_corpus(directory, failing(), max_length=9, key="new")  # type: ignore[arg-type]
    assert open_encoded_corpus(directory, key="k") is not None
    assert [path.name for path in tmp_path.iterdir()] == ["corpus"]


def test_data_stays_the_same_when_pages_are_released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoded_corpus, "_READS_BEFORE_RELEASE", 3)
    write_encoded_corpus(tmp_path / "corpus", [make_block(PAIRS, vocabulary_size=100)], max_length=9, key="k")
    corpus = open_encoded_corpus(tmp_path / "corpus", key="k")
    assert corpus is not None
    for _ in range(4):
        rows = corpus.source.padded(np.array([2, 0]), width=4, first=1)
        assert rows.tolist() == [[0, 11, 12, 0], [0, 4, 5, 6]]
