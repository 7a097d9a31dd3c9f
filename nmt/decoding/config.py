"""How to search for a translation: the settings of beam search and of sampling, and their limits."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nmt.errors import NMTError

# Larger values are never useful, but a malicious model directory might request them to exhaust the memory.
LARGEST = 100_000
# Settings without effect unless translations are sampled, and without effect if they are.
SAMPLING_ONLY = ("temperature", "top_k", "top_p", "epsilon", "seed")
BEAM_ONLY = ("beam_size",)


@dataclass(frozen=True, kw_only=True)
class SearchConfig:
    """The settings of a search; lengths are counted in subwords.

    A hypothesis y of a source x is ranked by

        score(y) = R(y) / |y|^length_penalty + coverage_penalty * sum_i log(min(sum_j a_ji, 1))

    where |y| counts its subwords and the end mark (length normalisation: Murray and Chiang 2018, "Correcting Length
    Bias in Neural Machine Translation", section 3.1; the exponent as in Wu et al. 2016, equation 14). A length penalty
    of 0 ranks by probability alone, which favours short translations; 1 ranks by the mean per subword. R(y) is
    log P(y | x), the sum of the model's log-probabilities; with a repetition_penalty those of subwords that the
    translation already contains are multiplied by it. a_ji is the attention to the i-th subword of the source,
    its end mark included, when the model writes the j-th of y (coverage: equation 14; by the model's alignment heads),
    so the second term is 0 if all of the source was attended to and below 0 otherwise.

    This affects the ranking only: the reported log-probabilities are always the model's.
    """

    beam_size: int = 5  # 1 is greedy search
    length_penalty: float = 1.0
    # A translation has at most ceil(ratio x source) + offset subwords: a bound for one sentence, whatever its batch.
    max_length_ratio: float = 2.0
    max_length_offset: int = 10  # short sentences need room that no ratio gives them
    min_length: int = 0  # subwords before which a translation cannot end
    n_best: int = 1
    coverage_penalty: float = 0.0  # Wu et al. found 0.2 to be good
    no_repeat_ngram: int = 0  # no sequence of this many subwords occurs twice; 0: no limit
    # Keskar et al. 2019 (CTRL), section 4.1, with log-probabilities for the logits, so that more than 1 always
    # discourages; they found 1.2 to be good.
    repetition_penalty: float = 1.0
    sample: bool = False  # draw n_best translations at random, subword by subword, instead of searching
    temperature: float = 1.0  # log-probabilities are divided by it: below 1 more predictable, above 1 more varied
    top_k: int = 0  # draw from the k most probable subwords only; 0: from all
    # Draw from the smallest set of subwords with this much of the probability (Holtzman et al. 2020, section 3.1).
    top_p: float = 1.0
    epsilon: float = 0.0  # never draw a subword less probable than this, unless it is the best (Hewitt et al. 2022)
    seed: int = 1  # of sampling; the same line, seed and settings give the same translation
    # Number of translations that begin with different subwords, the most probable ones, each completed by beam search.
    alternatives: int = 0

    def __post_init__(self) -> None:
        for name, least in (
            ("beam_size", 1),
            ("n_best", 1),
            ("max_length_offset", 0),
            ("min_length", 0),
            ("no_repeat_ngram", 0),
            ("top_k", 0),
            ("alternatives", 0),
        ):
            if getattr(self, name) < least:
                raise NMTError(f"search setting {name} must be at least {least}, not {getattr(self, name)}")
            if getattr(self, name) > LARGEST:
                raise NMTError(f"search setting {name} must be at most {LARGEST:,}, not {getattr(self, name)}")
        for name in ("length_penalty", "max_length_ratio", "coverage_penalty"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise NMTError(f"search setting {name} must be a number of at least 0, not {getattr(self, name)}")
        if self.max_length_ratio > LARGEST:
            raise NMTError(f"search setting max_length_ratio must be at most {LARGEST:,}, not {self.max_length_ratio}")
        for name in ("repetition_penalty", "temperature"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise NMTError(f"search setting {name} must be a number above 0, not {getattr(self, name)}")
        if not 0 < self.top_p <= 1:
            raise NMTError(f"search setting top_p must be above 0 and at most 1, not {self.top_p}")
        if not 0 <= self.epsilon < 1:
            raise NMTError(f"search setting epsilon must be at least 0 and below 1, not {self.epsilon}")
        self._check_together()

    def _check_together(self) -> None:
        """NMTError for settings that are valid by themselves but contradict each other."""
        if self.max_length_ratio == 0 and self.max_length_offset == 0:
            raise NMTError("search settings max_length_ratio and max_length_offset cannot both be 0")
        if self.n_best > self.beam_size and not self.sample:
            raise NMTError(
                f"search setting n_best must be at most beam_size, but {self.n_best} is more than {self.beam_size}"
            )
        if self.alternatives and self.sample:
            raise NMTError("search settings alternatives and sample exclude each other; sample n_best translations")
        if self.alternatives and self.n_best > 1:
            raise NMTError("search settings alternatives and n_best exclude each other; give one of them")
        if not self.sample and (self.top_k or self.temperature != 1 or self.top_p != 1 or self.epsilon):
            raise NMTError("search settings temperature, top_k, top_p and epsilon are for sampling; set sample, too")

    def check_given(self, given: Mapping[str, Any]) -> None:
        """NMTError if a ``given`` setting differs from its default but has no effect with the others.

        A model directory may contain such a setting, for users who switch on sampling or beam search.
        """
        without_effect = BEAM_ONLY if self.sample else SAMPLING_ONLY
        for name in without_effect:
            if name in given and given[name] != getattr(SearchConfig, name):
                purpose = "beam search; leave sample out" if self.sample else "sampling; set sample, too"
                raise NMTError(f"search setting {name} is for {purpose}, or leave {name} out")

    @property
    def rows(self) -> int:
        """The number of translations of a sentence that are extended in parallel."""
        return self.n_best if self.sample else self.beam_size * max(1, self.alternatives)

    def length_limit(self, source_length: int, prefix_length: int = 0) -> int:
        """The most subwords that a translation of ``source_length`` subwords may have; at least 1.

        A translation that must begin with ``prefix_length`` subwords may always add more.
        """
        by_source = math.ceil(self.max_length_ratio * source_length) + self.max_length_offset
        by_prefix = prefix_length + max(1, self.max_length_offset) if prefix_length else 1
        return max(by_source, by_prefix, self.min_length)
