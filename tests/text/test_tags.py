import pytest

from nmt.errors import NMTError
from nmt.text.tags import check_known, check_tag, tag_ids, tag_symbol
from nmt.text.tokenizer import train_tokenizer
from nmt.tokenization.config import TokenizerConfig


def test_a_tag_is_one_symbol_of_the_tokenizer() -> None:
    config = TokenizerConfig(symbols=(tag_symbol("bt"), tag_symbol("medical")))
    tokenizer = train_tokenizer([f"some text number {number}" for number in range(50)], config)
    assert tag_ids(tokenizer, "") == ()
    ids = [*tag_ids(tokenizer, "bt"), *tag_ids(tokenizer, "medical")]
    assert tokenizer.pieces(ids) == ["<bt>", "<medical>"]


@pytest.mark.parametrize("tag", ["-", "a b", "<bt>", "s", "unk", "pad", "0x41", "a\n", "--weight"])
def test_what_cannot_be_a_tag_is_refused(tag: str) -> None:
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
