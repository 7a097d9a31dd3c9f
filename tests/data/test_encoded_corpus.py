"""An encoded corpus comes back as it was written, or not at all."""

from pathlib import Path

import pytest

from nmt.data.encoded_corpus import EncodedPair, encoded_in_memory, open_encoded_corpus, write_encoded_corpus
from nmt.errors import NMTError

PAIRS: list[EncodedPair] = [([4, 5, 6], [7]), ([8], [9, 10]), ([11, 12], [13, 14, 15])]


@pytest.mark.parametrize("vocabulary_size", [100, 100_000])
def test_round_trip(tmp_path: Path, vocabulary_size: int) -> None:
    count = write_encoded_corpus(tmp_path / "corpus", iter(PAIRS), vocabulary_size=vocabulary_size, key="k")
    corpus = open_encoded_corpus(tmp_path / "corpus", key="k")
    assert corpus is not None
    assert count == len(corpus) == 3
    assert corpus.source.lengths.tolist() == [3, 1, 2]
    assert corpus.source.ids.tolist() == [4, 5, 6, 8, 11, 12]
    assert corpus.target.ids.tolist() == encoded_in_memory(PAIRS).target.ids.tolist()


def test_another_key_or_a_damaged_file_is_no_corpus(tmp_path: Path) -> None:
    directory = tmp_path / "corpus"
    assert open_encoded_corpus(directory, key="k") is None
    write_encoded_corpus(directory, PAIRS, vocabulary_size=100, key="k")
    assert open_encoded_corpus(directory, key="other") is None
    ids = directory / "target.ids"
    ids.write_bytes(ids.read_bytes()[:-1])
    assert open_encoded_corpus(directory, key="k") is None


def test_a_failure_on_the_way_leaves_the_old_corpus(tmp_path: Path) -> None:
    directory = tmp_path / "corpus"
    write_encoded_corpus(directory, PAIRS, vocabulary_size=100, key="k")

    def failing() -> object:
        yield PAIRS[0]
        raise OSError(28, "No space left on device")

    with pytest.raises(NMTError, match=r"corpus: No space left on device"):
        write_encoded_corpus(directory, failing(), vocabulary_size=100, key="new")  # type: ignore[arg-type]
    assert open_encoded_corpus(directory, key="k") is not None
    assert [path.name for path in tmp_path.iterdir()] == ["corpus"]
