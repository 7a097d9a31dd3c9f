"""Tags that say where a sentence comes from: one symbol of the tokenizer at the front of a source.

A model trained on tagged text can be asked for one kind of translation (Kobus et al. 2017), or told to trust one kind
of text less, such as back-translations, and then be used without a tag (Caswell et al. 2019).
"""

import re
from collections.abc import Iterable, Sequence

from nmt.errors import NMTError
from nmt.settings import did_you_mean
from nmt.tokenization.tokenizer import Tokenizer

_NAME = re.compile(r"\w[\w.+-]*")
_TAKEN = re.compile("s|unk|pad|0x[0-9A-F]{2}")  # symbols that every tokenizer has, bytes among them


def check_tag(tag: str) -> None:
    """Raise an NMTError unless ``tag`` can be one."""
    if not _NAME.fullmatch(tag) or _TAKEN.fullmatch(tag):
        raise NMTError(
            f"{tag!r} is not a tag; give a name of letters and digits such as bt or medical, "
            "or '' for a corpus without one"
        )


def tag_symbol(tag: str) -> str:
    """The tokenizer's symbol for ``tag``."""
    return f"<{tag}>"


def tag_symbols(tags: Iterable[str]) -> tuple[str, ...]:
    """The symbols for all ``tags`` but '', each once; control symbols of a tokenizer, which no text is given."""
    return tuple(dict.fromkeys(tag_symbol(tag) for tag in tags if tag))


def tag_ids(tokenizer: Tokenizer, tag: str) -> tuple[int, ...]:
    """What stands before a source with ``tag``: the id of its symbol, or nothing for no tag."""
    return tuple(tokenizer.ids([tag_symbol(tag)])) if tag else ()


def check_known(tag: str, tags: Sequence[str]) -> None:
    """Raise an NMTError unless ``tag`` is empty or among the ``tags`` of a model."""
    if not tag or tag in tags:
        return
    known = f"its tags are {', '.join(tags)}" if tags else "it was trained without any"
    raise NMTError(f"this model has no tag {tag!r}{did_you_mean(tag, tags)}; {known}")
