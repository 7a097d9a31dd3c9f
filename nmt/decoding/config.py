"""How to search for a translation: the settings of beam search and their limits."""

import math
from dataclasses import dataclass

from nmt.errors import NMTError


@dataclass(frozen=True, kw_only=True)
class SearchConfig:
    """The settings of beam search; lengths are counted in subwords.

    A hypothesis y of a source x is ranked by log P(y | x) / |y|^length_penalty, where |y| counts its subwords and the
    end mark (length normalisation: Murray and Chiang 2018, "Correcting Length Bias in Neural Machine Translation",
    section 3.1; the exponent as in Wu et al. 2016, equation 14). 0 ranks by probability alone, which favours short
    translations; 1 ranks by the mean per subword.
    """

    beam_size: int = 5  # 1 is greedy search
    length_penalty: float = 1.0
    # A translation has at most ceil(ratio x source) + offset subwords: a bound for one sentence, whatever its batch.
    max_length_ratio: float = 2.0
    max_length_offset: int = 10  # short sentences need room that no ratio gives them
    min_length: int = 0
    n_best: int = 1
    coverage_penalty: float = 0.0
    no_repeat_ngram: int = 0  # no sequence of so many subwords comes twice; 0: all may
    repetition_penalty: float = 1.0
    sample: bool = False  # draw subwords at random instead of searching
    temperature: float = 1.0
    top_k: int = 0  # 0: of all
    top_p: float = 1.0
    epsilon: float = 0.0
    seed: int = 1
    alternatives: int = 0

    def __post_init__(self) -> None:
        for name, least in (("beam_size", 1), ("n_best", 1), ("max_length_offset", 0), ("min_length", 0)):
            if getattr(self, name) < least:
                raise NMTError(f"search setting {name} must be at least {least}, not {getattr(self, name)}")
        for name in ("length_penalty", "max_length_ratio"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise NMTError(f"search setting {name} must be a number of at least 0, not {getattr(self, name)}")
        if self.max_length_ratio == 0 and self.max_length_offset == 0:
            raise NMTError("search settings max_length_ratio and max_length_offset cannot both be 0")
        if self.n_best > self.beam_size:
            raise NMTError(
                f"search setting n_best must be at most beam_size, but {self.n_best} is more than {self.beam_size}"
            )

    def length_limit(self, source_length: int) -> int:
        """The most subwords that a translation of ``source_length`` subwords may have; at least 1."""
        return max(1, self.min_length, math.ceil(self.max_length_ratio * source_length) + self.max_length_offset)
