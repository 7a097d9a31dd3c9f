"""The inputs and results of a search: plain values, the same for every engine."""

from collections.abc import Sequence
from dataclasses import dataclass

# The error message for a model whose search finds nothing.
NOT_FINITE = "the model gives no finite probabilities: its weights are damaged; train it again or restore it"


@dataclass(frozen=True, kw_only=True)
class LexicalConstraint:
    """What one sentence's translation must begin with and must not contain, in subwords.

    The prefix is kept even if it contains a forbidden sequence; a forbidden sequence that it begins is not completed.
    """

    prefix: tuple[int, ...] = ()  # the translation begins with these
    forbidden: tuple[tuple[int, ...], ...] = ()  # none of these sequences occurs in it


NO_CONSTRAINT = LexicalConstraint()


@dataclass(frozen=True)
class SearchInput:
    """One sentence to translate: its subwords without BOS and EOS, and the constraint on its translation."""

    ids: Sequence[int]
    constraint: LexicalConstraint = NO_CONSTRAINT


@dataclass(frozen=True)
class Hypothesis:
    """A finished translation: its subwords without BOS and EOS, and how probable it is."""

    ids: list[int]
    log_probability: float  # natural logarithm, the end mark included
    score: float  # what hypotheses are ranked by; higher is better
    # Only if details were requested: log-probabilities of each subword and of the end mark, (T + 1,), and the attention
    # of each subword to each subword of the source and to its end mark, (T, S + 1).
    token_log_probabilities: list[float] | None = None
    attention: Sequence[Sequence[float]] | None = None


@dataclass(frozen=True)
class SearchResult:
    """The result of a search for one sentence."""

    hypotheses: list[Hypothesis]  # the best first
    # How close the closest decision was, in log-probability. Batches of another shape sum in another order, which
    # changes the last digits: a decision closer than that is not the same in every batch.
    margin: float
