"""Tags for the origin of a sentence: one symbol of the tokenizer in front of a source.

A model trained on tagged text can produce translations in the style of a tag (Kobus et al. 2017), or learn to trust
some text less, such as back-translations, and then be used without a tag (Caswell et al. 2019).
"""

import re
from collections.abc import Iterable, Sequence

from nmt.errors import NMTError
from nmt.settings import did_you_mean
from nmt.tokenization.tokenizer import Tokenizer

_NAME = re.compile(r"\w[\w.+-]*")
_RESERVED = re.compile("s|unk|pad|0x[0-9A-F]{2}")  # symbols that every tokenizer has, bytes among them


def check_tag(tag: str) -> None:
    """Raise an NMTError unless ``tag`` is valid."""
    if not _NAME.fullmatch(tag) or _RESERVED.fullmatch(tag):
        raise NMTError(
            f"{tag!r} is not a tag; give a name of letters and digits such as bt or medical, "
            "or '' for a corpus without one"
        )


def tag_symbol(tag: str) -> str:
    """The tokenizer's symbol for ``tag``."""
    return f"<{tag}>"


def tag_symbols(tags: Iterable[str]) -> tuple[str, ...]:
    """The symbols for all ``tags`` but '', each once; control symbols of a tokenizer, which never match text."""
    return tuple(dict.fromkeys(tag_symbol(tag) for tag in tags if tag))


def tag_ids(tokenizer: Tokenizer, tag: str) -> tuple[int, ...]:
    """The ids before a source with ``tag``: the id of its symbol, or none without a tag."""
    return tuple(tokenizer.ids([tag_symbol(tag)])) if tag else ()


def check_known(tag: str, tags: Sequence[str]) -> None:
    """Raise an NMTError unless ``tag`` is empty or among the ``tags`` of a model."""
    if not tag or tag in tags:
        return
    known = f"its tags are {', '.join(tags)}" if tags else "it was trained without any"
    raise NMTError(f"this model has no tag {tag!r}{did_you_mean(tag, tags)}; {known}")
