"""Which words of given translations translate which of the source, as a model of ours sees it."""

import logging
from collections.abc import Sequence

from nmt.decoding.line_translator import LineTranslator
from nmt.decoding.translation import Link, Request, Translation
from nmt.errors import NMTError

logger = logging.getLogger(__name__)
_TOGETHER = 64  # lines whose translations are asked for at once


def align(translator: LineTranslator, sources: Sequence[str], hypotheses: Sequence[str]) -> list[tuple[Link, ...]]:
    """The links of each of ``hypotheses``, which ``translator`` made; none for a line that it cannot say again.

    The translator is made to say each again, for whoever translated it first, such as the 8-bit copy, may have no
    attention to show.
    """
    links: list[tuple[Link, ...]] = []
    for place in range(0, len(sources), _TOGETHER):
        pairs = list(zip(sources[place : place + _TOGETHER], hypotheses[place : place + _TOGETHER], strict=True))
        links += map(_links, _say_again(translator, pairs), (hypothesis for _, hypothesis in pairs))
    return links


def _say_again(translator: LineTranslator, pairs: Sequence[tuple[str, str]]) -> list[Translation | None]:
    """The details of each translation; None where the tokenizer cannot write it."""
    try:
        return list(translator.translations([Request(source, prefix=text) for source, text in pairs]))
    except NMTError as error:
        if len(pairs) == 1:
            logger.debug("a line has no alignment: %s", error)
            return [None]
    return [found for pair in pairs for found in _say_again(translator, [pair])]


def _links(found: Translation | None, hypothesis: str) -> tuple[Link, ...]:
    """The links within ``hypothesis``, after which the translator may have gone on."""
    if found is None or found.split or not found.text.startswith(hypothesis):
        return ()
    return tuple(link for link in found.candidates[0].links or () if link.target[1] <= len(hypothesis))
