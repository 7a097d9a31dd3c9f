"""What a search is asked for beside its settings, and what it finds; plain values, the same for every engine."""

from collections.abc import Sequence
from dataclasses import dataclass

# What is said of a model whose search finds nothing.
NOT_FINITE = "the model gives no finite probabilities: its weights are damaged; train it again or restore it"


@dataclass(frozen=True, kw_only=True)
class LexicalConstraint:
    """What one sentence's translation must begin with and must not hold, in subwords.

    A forbidden sequence that the prefix begins is forbidden to go on; the prefix itself is written as it is.
    """

    prefix: tuple[int, ...] = ()  # the translation begins with these
    forbidden: tuple[tuple[int, ...], ...] = ()  # none of these sequences is anywhere in it


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
    # Only where details were asked for: log-probabilities of each subword and of the end mark, (T + 1,), and how much
    # each subword looks at each of the source and at the source's end, (T, S + 1), by cross-attention.
    token_log_probabilities: list[float] | None = None
    attention: Sequence[Sequence[float]] | None = None


@dataclass(frozen=True)
class SearchResult:
    """What was found for one sentence."""

    hypotheses: list[Hypothesis]  # the best first
    # How far the closest decision was from falling otherwise, in log-probability. Batches of another shape sum in
    # another order, which changes last digits: a decision closer than those is not the same in every batch.
    margin: float
