"""Signs of plain errors, line by line: repetition, source text left untranslated, too short, too long.

These are signs, not proofs: each comes from a rule that a reader can check, and is not raised where a reference
does the same.
"""

import re
from collections.abc import Iterator, Sequence

from nmt.corpus.word_counts import words
from nmt.text.scripts import is_unsegmented_character

ERROR_FLAGS = {
    "empty": "nothing was translated",
    "repetition": "words are repeated immediately",
    "copy": "words of the source were left untranslated",
    "short": "less than 0.6 of the reference's words: something is missing",
    "long": "more than 1.7 of the reference's words: something was added",
}
_SHORT, _LONG = 0.6, 1.7
_FEWEST_WORDS = 5  # of a reference whose length is compared
_LONGEST_UNIT = 8  # words that are repeated together
_COPIED_WORDS = 4  # in a row that make a copy

_BREAKS = re.compile(r"[^\w\s'\u2019-]+")


def error_flags(hypothesis: str, references: Sequence[str], source: str | None) -> list[str]:
    """The names in ERROR_FLAGS that apply to ``hypothesis``."""
    if not hypothesis.strip():
        return ["empty"] if any(reference.strip() for reference in references) else []
    hypothesis_words = words(hypothesis.casefold())
    reference_words = [words(reference.casefold()) for reference in references]
    source_words = None if source is None else words(source.casefold())
    flags = []
    others = [*references, *filter(None, [source])]
    if _repeats(hypothesis, hypothesis_words) and not any(_repeats(text, words(text.casefold())) for text in others):
        flags.append("repetition")
    if source_words is not None and _is_copied(hypothesis_words, source_words, reference_words):
        flags.append("copy")
    lengths = [len(each) for each in reference_words]
    if min(lengths) >= _FEWEST_WORDS and len(hypothesis_words) < _SHORT * min(lengths):
        flags.append("short")
    if min(lengths) >= _FEWEST_WORDS and len(hypothesis_words) > _LONG * max(lengths):
        flags.append("long")
    return flags


def _repeats(text: str, text_words: Sequence[str]) -> bool:
    """Whether up to eight words occur twice in a row; a single word counts only without punctuation between.

    In unsegmented scripts a character is less than a word, so it has to occur three times.
    """
    if any(_repeats_unit(text_words, size) for size in range(2, _LONGEST_UNIT + 1)):
        return True
    return any(_repeats_word(words(part)) for part in _BREAKS.split(text.casefold()))


def _repeats_unit(text_words: Sequence[str], size: int) -> bool:
    """Whether a unit of ``size`` words is followed by itself."""
    run = 0
    for word, after in zip(text_words, text_words[size:], strict=False):
        run = run + 1 if word == after else 0
        if run == size:
            return True
    return False


def _repeats_word(text_words: Sequence[str]) -> bool:
    for index, word in enumerate(text_words[:-1]):
        if word != text_words[index + 1]:
            continue
        if not is_unsegmented_character(word[0]) or text_words[index : index + 3].count(word) == 3:
            return True
    return False


def _is_copied(hypothesis: Sequence[str], source: Sequence[str], references: Sequence[Sequence[str]]) -> bool:
    """Whether the whole source, or four of its words in a row, occur in the translation but in no reference."""
    if len(hypothesis) > 1 and list(hypothesis) == list(source):
        return all(list(source) != list(each) for each in references)
    copied = set(_runs(hypothesis)) & set(_runs(source))
    return bool(copied - {run for each in references for run in _runs(each)})


def _runs(text_words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Each run of four words of which at least two have letters."""
    for start in range(len(text_words) - _COPIED_WORDS + 1):
        run = tuple(text_words[start : start + _COPIED_WORDS])
        if sum(any(character.isalpha() for character in word) for word in run) > 1:
            yield run
