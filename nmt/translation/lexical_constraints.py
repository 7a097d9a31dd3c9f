"""From words to wishes: which subwords a translation must begin with, and which it must not hold."""

import functools
import re
from collections.abc import Sequence
from dataclasses import replace

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import Engine
from nmt.decoding.hypothesis import NO_CONSTRAINT, Hypothesis, LexicalConstraint
from nmt.errors import NMTError
from nmt.runtime.repeated_warnings import RepeatedWarnings
from nmt.special_ids import EOS, UNK
from nmt.text.controls import clean_text
from nmt.text.scripts import is_unsegmented_character
from nmt.tokenization.pieces import SPACE_MARK, byte_of
from nmt.tokenization.tokenizer import Tokenizer

# A word can be put together in very many ways; so many of them, those of the fewest subwords, are forbidden at once.
_MOST_SPELLINGS = 256


def constraint_from_text(tokenizer: Tokenizer, prefix: str = "", forbid: Sequence[str] = ()) -> LexicalConstraint:
    """The wish that a translation begins with the text ``prefix`` and holds none of the words ``forbid``.

    The spellings of a forbidden word at the beginning of a word are in the wish; what else spells it, such as one after
    a quotation mark, only ``spellings_in`` finds (see ExcludedWordsEngine). An NMTError if the prefix holds what is
    forbidden or what the tokenizer cannot write, or if a forbidden word is empty.
    """
    pending = tuple(tokenizer.encode([clean_text(prefix)])[0]) if prefix else ()
    if UNK in pending:
        raise NMTError(f"the prefix {prefix!r} holds characters that the tokenizer does not know")
    words = tuple(forbid)
    if words and pending and spellings_in(tokenizer, pending, words):
        raise NMTError(f"the prefix {prefix!r} holds a forbidden word")
    return LexicalConstraint(prefix=pending, forbidden=_spellings(tokenizer, words))


def spellings_in(tokenizer: Tokenizer, ids: Sequence[int], forbid: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    """The parts of ``ids`` that spell one of the words ``forbid`` in their text, each with the subword before it.

    A word is found where it stands alone, between blanks, punctuation or the ends of the text, and in scripts without
    blanks wherever it stands. One in lower case is found in any capitalisation, another only as it is written.
    """
    pattern = _pattern(tokenizer, forbid)
    numbers = [number for number in ids if number > EOS]
    owners: list[int] = []  # of each byte of the text, the place of its subword
    parts = [_bytes_of(piece) for piece in tokenizer.pieces(numbers)]
    for place, part in enumerate(parts):
        owners.extend([place] * len(part))
    text = b"".join(parts).decode("utf-8", "surrogateescape")
    found = []
    for match in pattern.finditer(text):
        start = len(text[: match.start()].encode("utf-8", "surrogateescape"))
        end = start + len(match.group().encode("utf-8", "surrogateescape"))
        first, last = owners[start], owners[end - 1]
        # What stands before the word is part of what makes it one: "hound" is not forbidden in "greyhound".
        begins_word = parts[first].startswith(b" ") or start > owners.index(first)
        found.append(tuple(numbers[max(0, first - (not begins_word)) : last + 1]))
    return tuple(dict.fromkeys(found))


@functools.lru_cache(maxsize=8)
def _pattern(tokenizer: Tokenizer, forbid: tuple[str, ...]) -> "re.Pattern[str]":
    parts = []
    for word in forbid:
        text = _as_written(tokenizer, word)
        before = "" if is_unsegmented_character(text[0]) else r"(?<!\w)"
        after = "" if is_unsegmented_character(text[-1]) else r"(?!\w)"
        flags = "i" if text == text.lower() else ""
        parts.append(f"(?{flags}:{before}{re.escape(text)}{after})")
    return re.compile("|".join(parts))


@functools.lru_cache(maxsize=8)
def _spellings(tokenizer: Tokenizer, forbid: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    """The ways to put each word together from subwords, a blank before it."""
    if not forbid:
        return ()
    known = _vocabulary(tokenizer)
    texts: dict[str, None] = {}
    for word in forbid:
        text = _as_written(tokenizer, word)
        capitalisations = [text]
        if text == text.lower():
            capitalisations += [text.upper(), text.capitalize(), text.title()]
        for each in capitalisations:
            texts[SPACE_MARK + each.replace(" ", SPACE_MARK)] = None
            if is_unsegmented_character(each[0]):
                texts[each] = None
    return tuple(dict.fromkeys(spelling for text in texts for spelling in _spell(text, known)))


def _spell(text: str, known: dict[str, int]) -> list[tuple[int, ...]]:
    """The ways to put ``text`` together from ``known`` subwords, those of the fewest subwords first."""
    longest = max(map(len, known))
    ways: list[list[tuple[int, ...]]] = [[] for _ in text] + [[()]]  # of the text from each character on
    for start in reversed(range(len(text))):
        for end in range(start + 1, min(len(text), start + longest) + 1):
            subword = known.get(text[start:end])
            if subword is not None:
                ways[start] += [(subword, *rest) for rest in ways[end]]
        spelt_in_bytes = [known.get(f"<0x{byte:02X}>", UNK) for byte in text[start].encode("utf-8")]
        if text[start] not in known and UNK not in spelt_in_bytes:
            ways[start] += [(*spelt_in_bytes, *rest) for rest in ways[start + 1]]
        ways[start] = sorted(ways[start], key=len)[:_MOST_SPELLINGS]
    return ways[0]


@functools.lru_cache(maxsize=8)
def _vocabulary(tokenizer: Tokenizer) -> dict[str, int]:
    numbers = range(EOS + 1, tokenizer.vocabulary_size)
    return dict(zip(tokenizer.pieces(numbers), numbers, strict=True))


def _as_written(tokenizer: Tokenizer, word: str) -> str:
    """``word`` as the tokenizer writes it: one code for what looks the same, single blanks."""
    [text] = tokenizer.decode(tokenizer.encode([clean_text(word).strip()]))
    if not text.strip():
        raise NMTError(f"a forbidden word is empty: {word!r}")
    return text.strip()


def _bytes_of(piece: str) -> bytes:
    """What ``piece`` adds to a text."""
    byte = byte_of(piece)
    return piece.replace(SPACE_MARK, " ").encode("utf-8") if byte is None else bytes([byte])


_MOST_ROUNDS = 100
# Characters of a line that a warning shows.
_SHOWN = 60


class ExcludedWordsEngine:
    """An engine in whose translations none of the given words is ever found.

    A word can be spelt in more ways than can be listed, so translations are read: one that holds a forbidden word is
    searched again without the subwords that spell it there. Where a hundred searches find nothing else, the translation
    is empty, with a warning. See ``spellings_in`` for where a word counts; a longer word that begins with the same
    subwords may be avoided, too.
    """

    def __init__(self, engine: Engine, tokenizer: Tokenizer, words: Sequence[str], warnings: RepeatedWarnings) -> None:
        """Whoever made ``warnings`` closes them. An NMTError if a word is empty."""
        self.engine = engine
        self.tokenizer = tokenizer
        self.words = tuple(words)
        self.warnings = warnings
        self.name = engine.name
        self._spellings = constraint_from_text(tokenizer, forbid=self.words).forbidden

    def search(
        self,
        sources: Sequence[Sequence[int]],
        config: SearchConfig,
        constraints: Sequence[LexicalConstraint] | None = None,
        *,
        details: bool = False,
    ) -> list[list[Hypothesis]]:
        """See Engine.search."""
        given = constraints or [NO_CONSTRAINT] * len(sources)
        wanted = [replace(constraint, forbidden=_joined(constraint.forbidden, self._spellings)) for constraint in given]
        found: list[list[Hypothesis]] = [[] for _ in sources]
        again = list(range(len(sources)))
        for _ in range(_MOST_ROUNDS):
            results = self.engine.search(
                [sources[index] for index in again], config, [wanted[index] for index in again], details=details
            )
            spelt = {}
            for index, hypotheses in zip(again, results, strict=True):
                found[index] = hypotheses
                spellings = self._spelt(hypotheses)
                if spellings:
                    wanted[index] = replace(wanted[index], forbidden=_joined(wanted[index].forbidden, spellings))
                    spelt[index] = spellings
            again = list(spelt)
            if not again:
                return found
        for index in again:
            [text] = self.tokenizer.decode([sources[index]])
            self.warnings.add("%r has no translation without the forbidden words, so it is empty", text[:_SHOWN])
            good = [each for each in found[index] if not self._spelt([each])]
            found[index] = good or [Hypothesis([], found[index][0].log_probability, found[index][0].score)]
        return found

    def _spelt(self, hypotheses: Sequence[Hypothesis]) -> tuple[tuple[int, ...], ...]:
        return tuple(spelling for each in hypotheses for spelling in spellings_in(self.tokenizer, each.ids, self.words))


def _joined(first: Sequence[tuple[int, ...]], second: Sequence[tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    return tuple(dict.fromkeys((*first, *second)))
