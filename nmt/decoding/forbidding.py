"""Translations without certain words, whatever engine searches for them."""

from collections.abc import Sequence
from dataclasses import replace

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import Engine
from nmt.decoding.hypothesis import NO_WISH, Hypothesis, Wish
from nmt.decoding.wishes import spellings_in, wish_for
from nmt.text.repeated_warnings import RepeatedWarnings
from nmt.text.tokenizer import Tokenizer

_MOST_ROUNDS = 100
# Characters of a line that a warning shows.
_SHOWN = 60


class ForbiddingEngine:
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
        self._spellings = wish_for(tokenizer, forbid=self.words).forbidden

    def search(
        self,
        sources: Sequence[Sequence[int]],
        config: SearchConfig,
        wishes: Sequence[Wish] | None = None,
        *,
        details: bool = False,
    ) -> list[list[Hypothesis]]:
        """See Engine.search."""
        given = wishes or [NO_WISH] * len(sources)
        wanted = [replace(wish, forbidden=_joined(wish.forbidden, self._spellings)) for wish in given]
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
