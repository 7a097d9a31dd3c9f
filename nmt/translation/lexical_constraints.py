"""From words to lexical constraints: the subwords a translation must begin with, and those it must not contain."""

import functools
import re
from collections.abc import Sequence
from dataclasses import replace

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import Engine
from nmt.decoding.hypothesis import Hypothesis, LexicalConstraint, SearchInput
from nmt.errors import NMTError
from nmt.runtime.repeated_warnings import RepeatedWarnings
from nmt.special_ids import EOS, UNK
from nmt.text.controls import clean_text
from nmt.text.scripts import is_unsegmented_character
from nmt.tokenization.pieces import SPACE_MARK, byte_of
from nmt.tokenization.tokenizer import Tokenizer

# There are very many ways to spell a word in subwords; this many, those of the fewest subwords, are forbidden at once.
_MOST_SPELLINGS = 256


def constraint_from_text(tokenizer: Tokenizer, prefix: str = "", forbid: Sequence[str] = ()) -> LexicalConstraint:
    """The constraint that a translation begins with the text ``prefix`` and contains none of the words ``forbid``.

    It has the spellings of a forbidden word after a space; only ``spellings_in`` finds others, such as one after a
    quotation mark (see ExcludedWordsEngine). NMTError if the prefix contains a forbidden word or characters that the
    tokenizer does not know, or if a forbidden word is empty.
    """
    prefix_ids = tuple(tokenizer.encode([clean_text(prefix)])[0]) if prefix else ()
    if UNK in prefix_ids:
        raise NMTError(f"the prefix {prefix!r} contains characters that the tokenizer does not know")
    words = tuple(forbid)
    if words and prefix_ids and spellings_in(tokenizer, prefix_ids, words):
        raise NMTError(f"the prefix {prefix!r} contains a forbidden word")
    return LexicalConstraint(prefix=prefix_ids, forbidden=_spellings(tokenizer, words))


def spellings_in(tokenizer: Tokenizer, ids: Sequence[int], forbid: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    """The parts of ``ids`` that spell one of the words ``forbid`` in their text.

    A word counts between spaces, punctuation or the ends of the text; in scripts without spaces, anywhere. A word in
    lower case counts in any capitalization, another one only as it is written. A part that does not begin with a space
    includes the subword before it.
    """
    pattern = _pattern(tokenizer, forbid)
    numbers = [number for number in ids if number > EOS]
    owners: list[int] = []  # for each byte of the text, the index of its subword
    subwords = [_bytes_of(piece) for piece in tokenizer.pieces(numbers)]
    for index, subword in enumerate(subwords):
        owners.extend([index] * len(subword))
    text = b"".join(subwords).decode("utf-8", "surrogateescape")
    spellings = []
    for match in pattern.finditer(text):
        start = len(text[: match.start()].encode("utf-8", "surrogateescape"))
        end = start + len(match.group().encode("utf-8", "surrogateescape"))
        first, last = owners[start], owners[end - 1]
        # What is before the word decides whether it is one: "hound" is not forbidden in "greyhound".
        begins_word = subwords[first].startswith(b" ") or start > owners.index(first)
        spellings.append(tuple(numbers[max(0, first - (not begins_word)) : last + 1]))
    return tuple(dict.fromkeys(spellings))


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
    """The ways to spell each word in subwords, with a space before it."""
    if not forbid:
        return ()
    vocabulary = _vocabulary(tokenizer)
    texts: dict[str, None] = {}
    for word in forbid:
        text = _as_written(tokenizer, word)
        variants = [text]
        if text == text.lower():
            variants += [text.upper(), text.capitalize(), text.title()]
        for variant in variants:
            texts[SPACE_MARK + variant.replace(" ", SPACE_MARK)] = None
            if is_unsegmented_character(variant[0]):
                texts[variant] = None
    return tuple(dict.fromkeys(spelling for text in texts for spelling in _spell(text, vocabulary)))


def _spell(text: str, vocabulary: dict[str, int]) -> list[tuple[int, ...]]:
    """The ways to spell ``text`` in subwords, those of the fewest subwords first."""
    longest = max(map(len, vocabulary))
    ways: list[list[tuple[int, ...]]] = [[] for _ in text] + [[()]]  # of the text from each character on
    for start in reversed(range(len(text))):
        for end in range(start + 1, min(len(text), start + longest) + 1):
            subword = vocabulary.get(text[start:end])
            if subword is not None:
                ways[start] += [(subword, *way) for way in ways[end]]
        byte_ids = [vocabulary.get(f"<0x{byte:02X}>", UNK) for byte in text[start].encode("utf-8")]
        if text[start] not in vocabulary and UNK not in byte_ids:
            ways[start] += [(*byte_ids, *way) for way in ways[start + 1]]
        ways[start] = sorted(ways[start], key=len)[:_MOST_SPELLINGS]
    return ways[0]


@functools.lru_cache(maxsize=8)
def _vocabulary(tokenizer: Tokenizer) -> dict[str, int]:
    numbers = range(EOS + 1, tokenizer.vocabulary_size)
    return dict(zip(tokenizer.pieces(numbers), numbers, strict=True))


def _as_written(tokenizer: Tokenizer, word: str) -> str:
    """``word`` as the tokenizer writes it: one code for what looks the same, single spaces."""
    [text] = tokenizer.decode(tokenizer.encode([clean_text(word).strip()]))
    if not text.strip():
        raise NMTError(f"a forbidden word is empty: {word!r}")
    return text.strip()


def _bytes_of(piece: str) -> bytes:
    """The bytes that ``piece`` adds to a text."""
    byte = byte_of(piece)
    return piece.replace(SPACE_MARK, " ").encode("utf-8") if byte is None else bytes([byte])


_MOST_ROUNDS = 100
# Characters of a line that a warning shows.
_SHOWN = 60


class ExcludedWordsEngine:
    """An engine whose translations never contain the given words.

    A word can be spelled in more ways than can be listed, so translations are read: where one contains a forbidden
    word, its source is searched again without the subwords that spell it there. If a hundred searches find nothing
    else, the translation is empty, with a warning. See ``spellings_in`` for where a word counts; a longer word that
    begins with the same subwords may be avoided, too.
    """

    def __init__(self, engine: Engine, tokenizer: Tokenizer, words: Sequence[str], warnings: RepeatedWarnings) -> None:
        """The caller closes ``warnings``. NMTError if a word is empty."""
        self.engine = engine
        self.tokenizer = tokenizer
        self.words = tuple(words)
        self.warnings = warnings
        self.name = engine.name
        self._spellings = constraint_from_text(tokenizer, forbid=self.words).forbidden

    def search(
        self, inputs: Sequence[SearchInput], config: SearchConfig, *, details: bool = False
    ) -> list[list[Hypothesis]]:
        """See Engine.search."""
        constrained = [_with_forbidden(sentence, self._spellings) for sentence in inputs]
        results: list[list[Hypothesis]] = [[] for _ in inputs]
        remaining = list(range(len(inputs)))
        for _ in range(_MOST_ROUNDS):
            round_results = self.engine.search([constrained[index] for index in remaining], config, details=details)
            again = []
            for index, hypotheses in zip(remaining, round_results, strict=True):
                results[index] = hypotheses
                spellings = self._spellings_in(hypotheses)
                if spellings:
                    constrained[index] = _with_forbidden(constrained[index], spellings)
                    again.append(index)
            remaining = again
            if not remaining:
                return results
        for index in remaining:
            [text] = self.tokenizer.decode([inputs[index].ids])
            self.warnings.add("%r has no translation without the forbidden words, so it is empty", text[:_SHOWN])
            good = [each for each in results[index] if not self._spellings_in([each])]
            results[index] = good or [Hypothesis([], results[index][0].log_probability, results[index][0].score)]
        return results

    def _spellings_in(self, hypotheses: Sequence[Hypothesis]) -> tuple[tuple[int, ...], ...]:
        return tuple(spelling for each in hypotheses for spelling in spellings_in(self.tokenizer, each.ids, self.words))


def _with_forbidden(sentence: SearchInput, sequences: Sequence[tuple[int, ...]]) -> SearchInput:
    forbidden = tuple(dict.fromkeys((*sentence.constraint.forbidden, *sequences)))
    return replace(sentence, constraint=replace(sentence.constraint, forbidden=forbidden))
