"""Where to divide a line that is too long for a model: at sentence ends, else at blanks, else anywhere.

Works on subwords, so that nothing of a line is lost or changed by dividing it.
"""

from collections.abc import Sequence

from nmt.text.sentence_ends import CLOSERS, ENDS, STOPS
from nmt.text.spans import BLANK, byte_of

# How good it is to divide before a subword.
_SENTENCE, _WORD, _CHARACTER, _BYTE = 3, 2, 1, 0


def split_subwords(pieces: Sequence[str], longest: int) -> list[int]:
    """The lengths of the segments, each of at most ``longest`` subwords, that ``pieces`` is divided into.

    Each segment ends at the last sentence end it can reach; where there is none, at the last blank; else where it
    must, but if possible not inside a character that is spelt in bytes.

    >>> split_subwords(["▁A", "▁b", ".", "▁C", "▁d", "▁e"], 4)
    [3, 3]
    """
    if len(pieces) <= longest:
        return [len(pieces)] if pieces else []
    ranks = _rank_divisions(pieces)
    lengths = []
    start = 0
    while len(pieces) - start > longest:
        reachable = range(start + longest, start, -1)
        end = max(reachable, key=ranks.__getitem__)  # of equal ones the first, which is the farthest
        lengths.append(end - start)
        start = end
    return [*lengths, len(pieces) - start]


def _rank_divisions(pieces: Sequence[str]) -> list[int]:
    """How good it is to divide before each of ``pieces``."""
    ranks = []
    last = ""  # the last character before this subword that is neither a blank nor a closing mark
    for piece in pieces:
        after_blank = piece.startswith(BLANK)
        if (after_blank and last in STOPS) or (last in ENDS and piece[:1] not in CLOSERS):
            ranks.append(_SENTENCE)
        elif after_blank:
            ranks.append(_WORD)
        else:
            ranks.append(_BYTE if _continues_character(piece) else _CHARACTER)
        last = piece.strip(BLANK).rstrip("".join(CLOSERS))[-1:] or last
    return ranks


def _continues_character(piece: str) -> bool:
    """Whether ``piece`` is a byte that does not begin a character, "<0x80>" to "<0xBF>"."""
    return 0x80 <= (byte_of(piece) or 0) < 0xC0
