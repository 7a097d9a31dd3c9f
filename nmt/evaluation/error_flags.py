"""What is plainly wrong with a translation, line by line: repetition, source text left as it was, too short, too long.

These are signs, not proofs: each is looked for with a rule that a reader can check, and set aside where a reference
does the same.
"""

import re
from collections.abc import Iterator, Sequence

from nmt.corpus.word_counts import words
from nmt.text.scripts import is_unsegmented_character

FAULTS = {
    "empty": "nothing was translated",
    "repetition": "words are repeated at once",
    "copy": "words of the source were left as they were",
    "short": "less than 0.6 of the reference's words: something was dropped",
    "long": "more than 1.7 of the reference's words: something was added",
}
SHORT, LONG = 0.6, 1.7
_FEWEST = 5  # words of a reference for which its length says something
_LONGEST_UNIT = 8  # words that are repeated together
_COPIED = 4  # words in a row that make a copy

_BREAKS = re.compile(r"[^\w\s'\u2019-]+")


def faults_of(hypothesis: str, references: Sequence[str], source: str | None) -> list[str]:
    """The names of FAULTS that ``hypothesis`` has."""
    if not hypothesis.strip():
        return ["empty"] if any(reference.strip() for reference in references) else []
    translated = words(hypothesis.casefold())
    wanted = [words(reference.casefold()) for reference in references]
    given = None if source is None else words(source.casefold())
    found = []
    others = [*references, *filter(None, [source])]
    if _repeats(hypothesis, translated) and not any(_repeats(text, words(text.casefold())) for text in others):
        found.append("repetition")
    if given is not None and _is_copied(translated, given, wanted):
        found.append("copy")
    lengths = [len(each) for each in wanted]
    if min(lengths) >= _FEWEST and len(translated) < SHORT * min(lengths):
        found.append("short")
    if min(lengths) >= _FEWEST and len(translated) > LONG * max(lengths):
        found.append("long")
    return found


def _repeats(text: str, found: Sequence[str]) -> bool:
    """Whether a word, or up to eight of them, come twice in a row; a single one without punctuation between.

    In scripts without blanks a character stands for less than a word, and comes three times.
    """
    if any(_is_repeated(found, size) for size in range(2, _LONGEST_UNIT + 1)):
        return True
    return any(_repeats_word(words(part)) for part in _BREAKS.split(text.casefold()))


def _is_repeated(found: Sequence[str], size: int) -> bool:
    """Whether a unit of ``size`` different words is followed by itself."""
    run = 0
    for word, after in zip(found, found[size:], strict=False):
        run = run + 1 if word == after else 0
        if run == size:
            return True
    return False


def _repeats_word(found: Sequence[str]) -> bool:
    for place in range(len(found) - 1):
        if found[place] != found[place + 1]:
            continue
        if not is_unsegmented_character(found[place][0]) or found[place : place + 3].count(found[place]) == 3:
            return True
    return False


def _is_copied(translated: Sequence[str], given: Sequence[str], wanted: Sequence[Sequence[str]]) -> bool:
    """Whether the whole source, or four of its words in a row, stand in the translation and in no reference."""
    if len(translated) > 1 and list(translated) == list(given):
        return all(list(given) != list(each) for each in wanted)
    copied = set(_runs(translated)) & set(_runs(given))
    return bool(copied - {run for each in wanted for run in _runs(each)})


def _runs(found: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Each row of four words of which at least two have letters."""
    for place in range(len(found) - _COPIED + 1):
        run = tuple(found[place : place + _COPIED])
        if sum(any(character.isalpha() for character in word) for word in run) > 1:
            yield run
