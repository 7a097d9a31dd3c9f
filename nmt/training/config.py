"""The settings of training: updates, learning rate, regularization, validation and the end of a run."""

import math
from dataclasses import dataclass

from nmt.errors import NMTError
from nmt.settings import did_you_mean
from nmt.training.budget import parse_duration
from nmt.training.schedule import NEED_AN_END, SCHEDULES

PRECISIONS = ("auto", "float32", "bfloat16")
PEAKS = {"muon": 0.005, "adamw": 0.0015}  # of the learning rate, by optimizer
FINE_TUNING_SHARE = 0.2  # of that for a run that starts from a published model
DECAYS = {"muon": 0.6, "adamw": 0.01}  # of the weights, by optimizer
DROPOUT_PASSES = 8.0  # over the text; see growing_dropout in schedule.py
RANKINGS = {"bleu": "BLEU", "chrf": "chrF2++", "loss": "validation loss"}  # of weights, and the names of their scores
LARGEST_SEED = 2**63 - 1  # of torch's generators


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """How the weights are learned."""

    batch_tokens: int | None = None  # padded tokens of the wider side of a batch; None: chosen by corpus and device
    accumulate: int = 1  # batches per update
    precision: str = "auto"  # of matrix products: float32, or bfloat16 where the processor has units for it
    optimizer: str = "muon"  # for the matrices of the layers, with AdamW for the rest; or "adamw" for all of them
    learning_rate: float | None = None  # the peak; None: depends on the optimizer
    warmup: int = 400  # updates
    label_smoothing: float = 0.1
    r_drop: float = 0.0  # weight of the agreement of two passes with different dropout; 0: one pass. Paper: 5
    dropout_passes: float | None = None  # over the text in which dropout grows; None: 8, or 0 with a parent
    word_dropout: float = 0.0  # share of input tokens, on both sides, replaced by UNK
    subword_sampling: float = 0.0  # strength of drawing other subwords for the same text, see SubwordSampler
    clip_norm: float = 1.0  # the gradient's largest norm
    weight_decay: float | None = None  # of matrices and embeddings; None: depends on the optimizer
    curriculum: float = 0.3  # share of a run with a known end in which sentences get longer and longer
    schedule: str = "auto"  # of the rate after warm-up, see RateSchedule
    decay: float = 0.25  # share of a run in which the rate falls to zero: of a trapezoid, or once a run stalls
    budget: str | None = None  # wall time such as "20m" for the whole run
    max_steps: int | None = None  # updates; the rate falls to zero at a known end
    max_epochs: int | None = None
    valid_metric: str = "bleu"  # that ranks weights and ends a run that stalls: BLEU, chrF2++ or the loss
    validate_every: int = 500  # updates; a run with a budget validates as its time allows
    checkpoint_every: int = 500  # updates
    patience: int = 5  # validations without a better score before the rate falls to zero; not with a budget
    keep: int = 2  # checkpoints
    averaged: int = 4  # weights in each average that is validated at the end: of the last and of the best; 0: none
    mix_old: float = 0.5  # share of old text, that the parent learned from, in an epoch; 0: none
    seed: int = 1

    def __post_init__(self) -> None:
        at_least_one = ("batch_tokens", "accumulate", "validate_every", "checkpoint_every", "patience", "keep")
        for name in (*at_least_one, "max_steps", "max_epochs"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise NMTError(f"training setting {name} must be at least 1, not {value}")
        for name in ("warmup", "weight_decay", "seed", "averaged"):
            if (getattr(self, name) or 0) < 0:
                raise NMTError(f"training setting {name} must not be negative, not {getattr(self, name)}")
        for name in ("learning_rate", "weight_decay"):
            if not math.isfinite(getattr(self, name) or 0):
                raise NMTError(f"training setting {name} must be a finite number, not {getattr(self, name)}")
        if self.budget is not None:
            parse_duration(self.budget)
        if not ((self.learning_rate is None or self.learning_rate > 0) and self.clip_norm > 0):
            raise NMTError("training settings learning_rate and clip_norm must be above 0")
        if not 0 < self.decay <= 1:
            raise NMTError(f"training setting decay must be above 0 and at most 1, not {self.decay}")
        for name, choice, choices in (
            ("schedule", self.schedule, SCHEDULES),
            ("optimizer", self.optimizer, tuple(PEAKS)),
            ("validation metric", self.valid_metric, tuple(RANKINGS)),
        ):
            if choice not in choices:
                raise NMTError(
                    f"there is no {name} {choice!r}, only {', '.join(choices)}{did_you_mean(choice, choices)}"
                )
        if self.precision not in PRECISIONS:
            raise NMTError(
                f"training setting precision must be {', '.join(PRECISIONS)}, not {self.precision!r}"
                f"{did_you_mean(self.precision, PRECISIONS)}"
            )
        if self.seed > LARGEST_SEED:
            raise NMTError(f"training setting seed must be at most {LARGEST_SEED}, not {self.seed}")
        for name in ("label_smoothing", "word_dropout", "subword_sampling", "mix_old", "curriculum"):
            if not 0 <= getattr(self, name) < 1:
                raise NMTError(f"training setting {name} must be at least 0 and below 1, not {getattr(self, name)}")
        for name in ("r_drop", "dropout_passes"):
            if not 0 <= (getattr(self, name) or 0) < math.inf:
                raise NMTError(f"training setting {name} must be at least 0 and finite, not {getattr(self, name)}")

    @property
    def peak_rate(self) -> float:
        """The highest learning rate: the setting, or the default of a run that starts with random weights."""
        return PEAKS[self.optimizer] if self.learning_rate is None else self.learning_rate

    @property
    def settled_weight_decay(self) -> float:
        """The weight decay: the setting, or the default of the optimizer."""
        return DECAYS[self.optimizer] if self.weight_decay is None else self.weight_decay

    @property
    def passes_of_growing_dropout(self) -> float:
        """Passes in which dropout grows: the setting, or the default of a run that starts with random weights."""
        return DROPOUT_PASSES if self.dropout_passes is None else self.dropout_passes

    @property
    def settled_batch_tokens(self) -> int:
        """The tokens of a batch, once they are settled; see sizing/batch_size.py."""
        if self.batch_tokens is None:
            raise AssertionError("batch_tokens has to be settled before batches are planned")
        return self.batch_tokens

    @property
    def budget_seconds(self) -> float | None:
        """The budget in seconds."""
        return None if self.budget is None else parse_duration(self.budget)

    def check_end(self) -> None:
        """NMTError if the schedule needs an end and none is set."""
        if self.schedule in NEED_AN_END and not (self.budget or self.max_steps or self.max_epochs):
            raise NMTError(f"the schedule {self.schedule} needs an end: set budget, max_steps or max_epochs")
