import re
from itertools import chain

import numpy as np
import pytest

from nmt.errors import NMTError
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.sentencepiece_proto import learned_pieces
from nmt.tokenization.tags import check_known, check_tag, tag_ids, tag_symbols
from nmt.tokenization.tokenizer import Tokenizer
from nmt.tokenization.training import train_tokenizer


def test_a_tag_is_one_symbol_of_the_tokenizer() -> None:
    lines = [f"some text number {number}" for number in range(50)]
    tokenizer = train_tokenizer(lines, TokenizerConfig(), control_symbols=tag_symbols(["bt", "", "medical", "bt"]))
    assert tag_ids(tokenizer, "") == ()
    ids = [*tag_ids(tokenizer, "bt"), *tag_ids(tokenizer, "medical")]
    assert tokenizer.pieces(ids) == ["<bt>", "<medical>"]


@pytest.mark.parametrize("tag", ["-", "a b", "<bt>", "s", "unk", "pad", "0x41", "a\n", "--weight"])
def test_invalid_tags_are_refused(tag: str) -> None:
    with pytest.raises(NMTError, match="is not a tag"):
        check_tag(tag)


@pytest.mark.parametrize("tag", ["bt", "medical", "2de", "zh-CN", "тег", "v1.0"])
def test_names_are_tags(tag: str) -> None:
    check_tag(tag)


def test_an_unknown_tag_is_an_error_that_lists_those_of_the_model() -> None:
    check_known("", ())
    check_known("bt", ("bt", "news"))
    with pytest.raises(NMTError, match=r"no tag 'new'; did you mean news\?; its tags are bt, news"):
        check_known("new", ("bt", "news"))
    with pytest.raises(NMTError, match="no tag 'bt'; it was trained without any"):
        check_known("bt", ())


# Names of ids as text, and text that resembles one.
LOOKALIKES = [
    "<b>",
    "x<b>y",
    "<b><b>",
    "</b>",
    "< b >",
    "\uff1cb\uff1e",
    "<2de>",
    "<s>",
    "</s>",
    "<unk>",
    "<pad>",
    "<0x41>",
]
MARKED_UP = [f"the <i>dog</i> sees <b>{number}</b> birds" for number in range(50)]
KINDS = ["unigram", "bpe", "char", "word"]


@pytest.mark.parametrize("earlier_release", [False, True])
def test_only_the_tag_put_before_a_source_is_the_tag(earlier_release: bool) -> None:
    # Counts a line: c 6, > 5, < 4, b 3, and a mark for the space and the beginning of the line; so the ids go down.
    lines = ["cccccc>>>>> <<<<bbb"] * 10
    char = TokenizerConfig(model_type="char", byte_fallback=False)
    if earlier_release:
        trained = train_tokenizer(lines, TokenizerConfig(model_type="char", byte_fallback=False, symbols=("<b>",)))
        assert trained.encode(["c <b>c"]) == [[9, 5, 9, 4, 5]]
        tokenizer = Tokenizer(trained.proto, control_symbols=("<b>",))
        assert tokenizer.proto == trained.proto  # what is on disk keeps its digest
    else:
        tokenizer = train_tokenizer(lines, char, control_symbols=("<b>",))
        assert Tokenizer(tokenizer.proto).encode(["<b>"]) == tokenizer.encode(["<b>"])  # the file says so too
    assert tokenizer.pieces(range(4, 10)) == ["<b>", "c", ">", "<", "b", "\u2581"]
    assert tag_ids(tokenizer, "b") == (4,)
    assert tokenizer.encode(["<b>", "c <b>c", "<b"]) == [[9, 7, 8, 6], [9, 5, 9, 7, 8, 6, 5], [9, 7, 8]]
    assert tokenizer.source_spans("c<b>") == [(0, 0), (0, 1), (1, 2), (2, 3), (3, 4)]


@pytest.mark.parametrize("kind", KINDS)
def test_text_that_looks_like_an_id_comes_back_and_the_tag_does_not(kind: str) -> None:
    tags = tag_symbols(["b", "2de"])
    tokenizer = train_tokenizer(MARKED_UP, TokenizerConfig(model_type=kind), control_symbols=tags)
    assert tokenizer.ids(tags) == [4, 5]
    encoded = tokenizer.encode(LOOKALIKES)
    assert not set(chain.from_iterable(encoded)) & {0, 1, 2, 3, 4, 5}
    assert tokenizer.decode(encoded) == LOOKALIKES
    assert tokenizer.decode([[4, *ids, 5] for ids in encoded]) == LOOKALIKES
    for ids, text in zip(encoded, LOOKALIKES, strict=True):
        assert tokenizer.target_spans([4, *ids, 5]) == [(0, 0), *tokenizer.target_spans(ids), (0, 0)]
        if kind != "word":
            assert tokenizer.target_spans([4, *ids])[-1] == (len(text) - 1, len(text))
    assert tokenizer.encode(["a \u2581<b>\u2581"]) != tokenizer.encode(["a  <b> "])


@pytest.mark.parametrize("kind", KINDS)
def test_symbols_of_the_user_match_text_beside_tags(kind: str) -> None:
    config = TokenizerConfig(model_type=kind, symbols=("<url>",))
    lines = [f"{line} <url>" for line in MARKED_UP]
    tokenizer = train_tokenizer(lines, config, control_symbols=("<b>",))
    [url] = tokenizer.ids(["<url>"])
    [ids] = tokenizer.encode(["<b><url>"])
    assert 4 not in ids
    if kind != "word":  # which knows the line as a word only where it has seen it
        assert ids[-1] == url
    assert tokenizer.decode([[4, *ids]]) == ["<b><url>"]


def test_characters_that_occur_only_in_names_of_ids_are_learned() -> None:
    lines = ["x<b>y", "<s>z", "</s>", "<unk>", "<pad>"] * 10
    config = TokenizerConfig(model_type="char", byte_fallback=False)
    tokenizer = train_tokenizer(lines, config, control_symbols=("<b>",))
    assert {*"<>/bsunkpadxyz"} < set(tokenizer.pieces(range(tokenizer.vocabulary_size)))
    assert tokenizer.decode(tokenizer.encode(lines)) == lines


@pytest.mark.parametrize("kind", ["unigram", "bpe"])
def test_other_segmentations_contain_no_tag(kind: str) -> None:
    lines = [f"q<bt>{end} < bt > tb" for end in "uvwxyz"] * 20
    symbol = train_tokenizer(lines, TokenizerConfig(model_type=kind, vocabulary_size=290, symbols=("<bt>",))).proto
    given = re.sub(rb"(\n\x04<bt>\x15.{4}\x18)\x04", lambda found: found[1] + b"\1", symbol, flags=re.DOTALL)
    assert "<bt>" in learned_pieces(given)  # a given tokenizer may hold it as a piece of text
    [learned] = Tokenizer(given).ids(["<bt>"])
    tokenizer = Tokenizer(given, control_symbols=("<bt>",))
    assert tokenizer.ids(["<bt>"]) == [learned]
    encoded = [[learned, *ids] for ids in tokenizer.encode(lines)]
    lengths = np.array([len(ids) for ids in encoded])
    subword_sampler = tokenizer.subword_sampler(0.5, fixed=(learned,))
    drawn, sizes = subword_sampler.redraw(
        np.array(list(chain.from_iterable(encoded))), lengths, np.arange(len(lines)), 1
    )
    sentences = [part.tolist() for part in np.split(drawn, np.cumsum(sizes)[:-1])]
    assert sentences != encoded
    assert [ids.index(learned) for ids in sentences] == [0] * len(lines)
    assert [ids.count(learned) for ids in sentences] == [1] * len(lines)
    assert tokenizer.decode(sentences) == lines
