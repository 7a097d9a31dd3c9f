import logging
import random
import threading
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmt.errors import NMTError
from nmt.special_ids import BOS, EOS, PAD, UNK
from nmt.tokenization.config import MODEL_TYPES, TokenizerConfig
from nmt.tokenization.normalization import fold
from nmt.tokenization.tokenizer import Tokenizer
from nmt.tokenization.training import choose_vocabulary_size, train_tokenizer

WORDS = (
    *("the", "a", "small", "big", "black", "white", "dog", "cat", "house", "tree", "man", "woman", "child"),
    *("runs", "sees", "eats", "sleeps", "jumps", "over", "under", "with", "behind", "1", "23", "456", "7890"),
    *("yesterday", "tomorrow", "quickly", "slowly", "often", "never", "again", "garden", "window", "kitchen"),
)
# Text that resembles the tokenizer's symbols, and characters that are not letters.
AWKWARD = [
    "<s> </s> <pad> <unk> <0x0A>",
    "▁a ▁ ▁▁b",
    "▅▅",
    "猫が 好き 🙂 👩\u200d👩\u200d👧",
    "Zürich, e\u0301té",
    "1234567890",
    "a\x00b\x1b",
    "می\u200cخواهم",
]
texts = st.text(st.characters(exclude_characters="\n\ufdd0", exclude_categories=["Cs"]))


def corpus(lines: int = 400) -> list[str]:
    generator = random.Random(1)
    return [" ".join(generator.choices(WORDS, k=generator.randint(1, 9))) + "." for _ in range(lines)]


def config(**settings: object) -> TokenizerConfig:
    return TokenizerConfig(**{"vocabulary_size": 400, **settings})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def exact() -> Tokenizer:
    return train_tokenizer(corpus(), config(normalization="none"))


@pytest.fixture(scope="module")
def folding() -> Tokenizer:
    return train_tokenizer(corpus(), config())


def round_trip(tokenizer: Tokenizer, line: str) -> str:
    (ids,) = tokenizer.encode([line])
    assert not {PAD, UNK, BOS, EOS} & set(ids)
    assert tokenizer.ids(tokenizer.pieces(ids)) == ids
    return tokenizer.decode([ids])[0]


@given(st.one_of(texts, st.text(" ▁a\t.é\u00a0\r", max_size=8)))
@settings(max_examples=200)
def test_without_normalisation_text_comes_back_exactly(exact: Tokenizer, line: str) -> None:
    assert round_trip(exact, line) == line


@pytest.mark.parametrize("model_type", MODEL_TYPES)
@pytest.mark.parametrize("line", ["", " ", "  a  b ", "the dog", " the dog", "unseen", "the unseen dog", *AWKWARD])
def test_every_model_type_can_spell_everything(model_type: str, line: str) -> None:
    tokenizer = train_tokenizer([*corpus(50), *AWKWARD * 3], config(normalization="none", model_type=model_type))
    assert round_trip(tokenizer, line) == line


@given(st.text(st.characters(exclude_characters="\n\ufdd0\u0340\u0341\u0344", exclude_categories=["Cs", "Cn"])))
@settings(max_examples=100)
def test_a_second_round_trip_changes_nothing(folding: Tokenizer, line: str) -> None:
    once = round_trip(folding, unicodedata.normalize("NFKC", line))
    assert round_trip(folding, once) == once
    assert once == " ".join(filter(None, fold(once).split(" ")))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  a \u00a0 b\t\u3000c ", "a b c"),
        ("e\u0301", "é"),
        ("Ａｂ１ ﬁ ｶﾞ", "Ab1 fi ガ"),
        ("a\u200bb\ufeff\u200e", "ab"),
        ("a\x07b\u2028c\x85d", "a b c d"),
        ("你好，世界！（？）", "你好，世界！（？）"),
        ("m² … ½ ™ น้ำ می\u200cخواهم", "m² … ½ ™ น้ำ می\u200cخواهم"),
    ],
)
def test_only_text_that_looks_alike_is_normalised(folding: Tokenizer, text: str, folded: str) -> None:
    assert round_trip(folding, text) == folded


def test_special_ids_are_dropped_and_a_line_stays_a_line(exact: Tokenizer) -> None:
    a, feed = exact.ids(["a", "<0x0A>"])
    assert exact.decode([[BOS, a, PAD, a, UNK, EOS, PAD], [], [a, feed, a]]) == ["aa", "", "a a"]
    assert exact.decode([]) == []
    assert exact.encode([]) == []
    assert exact.encode([""]) == [[]]
    assert exact.pieces([PAD, UNK, BOS, EOS]) == ["<pad>", "<unk>", "<s>", "</s>"]
    assert exact.ids(["no such piece"]) == [UNK]


def test_any_ids_can_be_decoded(exact: Tokenizer) -> None:
    everything = [[number] for number in range(exact.vocabulary_size)]
    assert not any("\n" in text for text in exact.decode(everything))
    with pytest.raises(NMTError, match=r"id 5000 does not exist: the vocabulary has \d+ ids"):
        exact.decode([[5000]])


def test_numbers_are_spelled_digit_by_digit(folding: Tokenizer) -> None:
    pieces = folding.pieces(folding.encode(["45678 23"])[0])
    assert [piece for piece in pieces if piece != "▁"] == ["4", "5", "6", "7", "8", "2", "3"]


def test_symbols_stay_one_piece() -> None:
    tokenizer = train_tokenizer(corpus(), config(symbols=("<2de>", "a,b", "@@", "@@")))
    for symbol in ("<2de>", "a,b", "@@"):
        line = f"the {symbol} dog"
        assert symbol in tokenizer.pieces(tokenizer.encode([line])[0])
        assert round_trip(tokenizer, line) == line


def test_without_byte_fallback_there_are_no_bytes_and_unknown_characters() -> None:
    tokenizer = train_tokenizer(corpus(), config(vocabulary_size=50, byte_fallback=False))
    assert tokenizer.vocabulary_size == 50
    assert UNK in tokenizer.encode(["猫"])[0]


def test_training_is_deterministic_and_leaves_no_trace_of_the_machine(folding: Tokenizer) -> None:
    again = train_tokenizer(corpus(), config())
    assert again.proto == folding.proto
    assert b"tsv" not in folding.proto


@pytest.mark.parametrize("model_type", MODEL_TYPES)
@pytest.mark.parametrize(
    "lines", [["a"], ["hello world"], corpus(20), ["你好"], ["x" * 20_000], ["ab" * 5000 + " \x00"]]
)
def test_tiny_and_odd_corpora_get_a_tokenizer_of_their_size(model_type: str, lines: list[str]) -> None:
    tokenizer = train_tokenizer(lines, TokenizerConfig(model_type=model_type))
    assert 260 < tokenizer.vocabulary_size < 600
    assert round_trip(tokenizer, "hello 你") == "hello 你"


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_a_vocabulary_too_large_is_reduced_with_a_warning(model_type: str, caplog: pytest.LogCaptureFixture) -> None:
    tokenizer = train_tokenizer(corpus(20), TokenizerConfig(model_type=model_type, vocabulary_size=9000))
    assert tokenizer.vocabulary_size < 9000
    assert f"supports a vocabulary of {tokenizer.vocabulary_size:,}, not 9,000" in caplog.text
    enormous = train_tokenizer(corpus(20), TokenizerConfig(model_type=model_type, vocabulary_size=10**12))
    assert enormous.vocabulary_size < 9000


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_the_smallest_vocabulary_works(model_type: str) -> None:
    chinese = ["".join(map(chr, range(0x4E00, 0x4E00 + 500)))]
    tokenizer = train_tokenizer(chinese, TokenizerConfig(model_type=model_type, vocabulary_size=262))
    assert round_trip(tokenizer, "一丁") == "一丁"


@pytest.mark.parametrize("lines", [[], [""], [" ", "\t", "\x00"], ["\u200b"]])
def test_a_text_without_characters_is_a_clear_error(lines: list[str]) -> None:
    with pytest.raises(NMTError, match="there is no text"):
        train_tokenizer(lines, TokenizerConfig())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model_type": "wordpiece"}, "model_type must be one of unigram, bpe, char, word"),
        ({"normalization": "nfd"}, "normalization must be one of nfkc, none"),
        ({"vocabulary_size": 261}, "261 is too small: .* take 260; give at least 262"),
        ({"character_coverage": 0.0}, "character_coverage must be above 0"),
        ({"character_coverage": 1.1}, "at most 1"),
        ({"character_coverage": 1.0, "model_type": "word"}, "leave character_coverage out"),
        ({"sample_size": 0}, "sample_size must be at least 1"),
        ({"symbols": ("a b",)}, "'a b' cannot be a symbol"),
        ({"symbols": ("",)}, "cannot be a symbol"),
        ({"symbols": ("\udcff",)}, "cannot be a symbol"),
        ({"symbols": ("a\0",)}, "cannot be a symbol"),
        ({"symbols": ("<s>",)}, "cannot be a symbol"),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(NMTError, match=message):
        TokenizerConfig(**settings)  # type: ignore[arg-type]


def test_large_inputs_are_sampled_with_a_log_message(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        train_tokenizer(corpus(), config(sample_size=300))
    assert "learns from 300 of 400 lines" in caplog.text


def test_chinese_gets_room_for_its_characters_and_strays_are_spelled_in_bytes() -> None:
    generator = random.Random(1)
    characters = [chr(0x4E00 + number) for number in range(600)]
    lines = ["".join(generator.choices(characters, k=40)) for _ in range(400)] + ["\U0001f600"]
    tokenizer = train_tokenizer(lines, TokenizerConfig(), pairs=400)
    assert tokenizer.vocabulary_size > choose_vocabulary_size(400)
    pieces = set(tokenizer.pieces(range(tokenizer.vocabulary_size)))
    assert pieces >= set(characters)
    assert "\U0001f600" not in pieces


def chinese_and_english() -> list[str]:
    """1,500 characters that come once each, and a few English words often: 1,516 characters in all."""
    characters = [chr(0x4E00 + number) for number in range(1500)]
    return ["".join(characters[first : first + 20]) for first in range(0, 1500, 20)] + [
        "the dog runs over a house"
    ] * 20


@pytest.mark.parametrize("normalization", ["nfkc", "none"])
@pytest.mark.parametrize("model_type", ["unigram", "bpe", "char"])
def test_a_requested_coverage_is_met_or_the_size_it_needs_is_named(model_type: str, normalization: str) -> None:
    lines = chinese_and_english()
    letters = len(set("".join(lines)) - {" "})
    needed = 4 + 1 + letters  # special ids, the space mark
    kind = {"model_type": model_type, "normalization": normalization, "byte_fallback": False, "character_coverage": 1.0}
    tokenizer = train_tokenizer(lines, config(vocabulary_size=needed, **kind))
    assert tokenizer.vocabulary_size <= needed
    assert UNK not in {number for ids in tokenizer.encode(lines) for number in ids}
    for size in (needed - 1, 600):
        with pytest.raises(NMTError, match=f"vocabulary_size must be at least {needed:,}, not {size:,}"):
            train_tokenizer(lines, config(vocabulary_size=size, **kind))


def test_a_coverage_with_bytes_needs_room_for_them_too() -> None:
    lines = chinese_and_english()
    with pytest.raises(NMTError, match=r"at least 1,77\d, not 1,000"):
        train_tokenizer(lines, config(vocabulary_size=1000, character_coverage=1.0))


def test_unknown_characters_are_a_warning_unless_a_coverage_is_given(caplog: pytest.LogCaptureFixture) -> None:
    tokenizer = train_tokenizer(chinese_and_english(), config(vocabulary_size=1000, byte_fallback=False))
    unknown = sum(number == UNK for ids in tokenizer.encode(chinese_and_english()) for number in ids)
    assert unknown > 0
    assert "of the characters of this text are unknown; a vocabulary of 1,5" in caplog.text


def test_the_vocabulary_grows_smoothly_with_the_corpus() -> None:
    sizes = [choose_vocabulary_size(pairs) for pairs in range(0, 100_000, 500)]
    assert sizes == sorted(sizes)
    expected = {20: (300, 600), 29_000: (3500, 4500), 165_000: (7000, 9000), 2_000_000: (20_000, 32_000)}
    for pairs, (low, high) in expected.items():
        assert low <= choose_vocabulary_size(pairs) <= high
    assert choose_vocabulary_size(10**9) == 32_000


def test_a_saved_tokenizer_is_loaded_unchanged(folding: Tokenizer, tmp_path: Path) -> None:
    folding.save(tmp_path / "tokenizer.model")
    assert Tokenizer.load(tmp_path / "tokenizer.model").proto == folding.proto


def test_damaged_and_foreign_files_are_named(folding: Tokenizer, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.model"
    for damaged in (b"", b"garbage", folding.proto[:-5], folding.proto[: len(folding.proto) // 2]):
        path.write_bytes(damaged)
        with pytest.raises(NMTError, match=r"tokenizer\.model: the tokenizer"):
            Tokenizer.load(path)
    with pytest.raises(NMTError, match="there is no such file"):
        Tokenizer.load(tmp_path / "missing")


def test_batches_and_threads_give_the_same_ids(folding: Tokenizer) -> None:
    lines = corpus(2500)
    alone = [ids for line in lines for ids in folding.encode([line])]
    results: list[list[list[int]]] = []
    threads = [threading.Thread(target=lambda: results.append(folding.encode(lines))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [alone] * 3
