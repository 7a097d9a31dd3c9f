"""The training loop: batches in, better weights out; everything else it knows only through what it is handed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from torch import Tensor

from nmt.data.batching import Rows, make_batch, plan_batches
from nmt.data.encoded_corpus import EncodedCorpus
from nmt.errors import NMTError
from nmt.model.transformer import Transformer
from nmt.training.checkpoint import CheckpointStore
from nmt.training.config import TrainingConfig
from nmt.training.learner import Learner, Update
from nmt.training.optimizer import update_average
from nmt.training.reporter import Progress, Reporter, Validation
from nmt.training.schedule import learning_rate
from nmt.training.state import TrainState

REPORT_EVERY = 10  # updates
MOST_SKIPPED = 50  # updates in a row without a finite gradient


class Validator(Protocol):
    """Judges the averaged weights, and publishes them when they are the best so far."""

    def validate(self, model: Transformer, state: TrainState) -> Validation:
        """Loss and BLEU of ``model``; ``state`` is not changed."""

    def publish(self, model: Transformer, state: TrainState, validation: Validation) -> None:
        """Make ``model`` the one that translates."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the loop talks to."""

    checkpoints: CheckpointStore
    validator: Validator
    reporter: Reporter
    stop_requested: Callable[[], bool]


class Trainer:
    """Trains one model on one encoded corpus; the state after any update can be saved and taken up again exactly."""

    def __init__(
        self, model: Transformer, corpus: EncodedCorpus, config: TrainingConfig, surroundings: Surroundings
    ) -> None:
        self.learner = Learner(model, config)
        self.corpus = corpus
        self.config = config
        self.around = surroundings
        self.average = Transformer(model.config).to(self.learner.device).eval().requires_grad_(False)
        self.average.load_state_dict(model.state_dict())
        self.state = TrainState()
        self.plan: list[Rows] = self._plan()
        self.state.epoch_batches = len(self.plan)
        self.planned = self._planned_updates()
        self._current = [parameter.data for parameter in model.parameters()]
        self._averaged = [parameter.data for parameter in self.average.parameters()]

    def resume(self) -> bool:
        """Go on from the newest checkpoint, if there is one."""
        found = self.around.checkpoints.load_newest()
        if found is None:
            return False
        self.state, tensors = found
        self.learner.load_state_dict(tensors)
        self.average.load_state_dict(tensors["average"])
        self.plan = self._plan()
        return True

    def run(self) -> TrainState:
        """Train until a limit is reached, patience ends or a stop is asked for; the state says which."""
        self.around.reporter.started(self.state, self.planned)
        meter = _Meter(self.state)
        while not self.state.finished and not self.around.stop_requested():
            meter.add(self._update())
            self.state.seconds = meter.seconds()
            self.state.finished = self._limit_reached()
            if self.state.step % REPORT_EVERY == 0 or self.state.finished:
                self.around.reporter.progressed(self._progress(meter))
            if self.state.step % self.config.validate_every == 0 or self.state.finished:
                self._validate(meter)
            if self.state.step % self.config.checkpoint_every == 0:
                self._save()
        if self.state.step and self.state.step % self.config.checkpoint_every:
            self._save()
        self.around.reporter.ended()
        return self.state

    def _plan(self) -> list[Rows]:
        config = self.config
        return plan_batches(self.corpus, batch_tokens=config.batch_tokens, seed=config.seed, epoch=self.state.epoch)

    def _planned_updates(self) -> int | None:
        """The last update, if a limit is set; every epoch has the same number of batches."""
        updates = -(-len(self.plan) // self.config.accumulate)
        limits = [self.config.max_steps, self.config.max_epochs and self.config.max_epochs * updates]
        return min((limit for limit in limits if limit), default=None)

    def _rate(self, step: int) -> float:
        config = self.config
        return learning_rate(step, peak=config.learning_rate, warmup=config.warmup, planned=self.planned)

    def _update(self) -> Update:
        """One update from the next batches of the plan."""
        rows = self.plan[self.state.batch : self.state.batch + self.config.accumulate]
        batches = [make_batch(self.corpus, some) for some in rows]
        update = self.learner.update(batches, rate=self._rate(self.state.step + 1))
        self.state.step += 1
        self._judge(update)
        self.state.target_tokens += update.target_tokens
        self.state.batch += len(rows)
        if self.state.batch >= len(self.plan):
            self.state.epoch, self.state.batch = self.state.epoch + 1, 0
            self.plan = self._plan()
        return update

    def _judge(self, update: Update) -> None:
        """Take the new weights into the average, or count an update that could not be applied."""
        if update.applied:
            self.state.skipped_updates = 0
            update_average(self._averaged, self._current, self.state.step)
            return
        self.state.skipped_updates += 1
        if self.state.skipped_updates >= MOST_SKIPPED:
            raise NMTError(
                f"the gradient was not finite in {MOST_SKIPPED} updates up to step {self.state.step}; "
                "train afresh with --overwrite and a lower --learning-rate"
            )

    def _limit_reached(self) -> str:
        if self.planned is not None and self.state.step >= self.planned:
            return f"step {self.state.step:,} was the last one planned"
        return ""

    def _validate(self, meter: "_Meter") -> None:
        validation = self.around.validator.validate(self.average, self.state)
        if validation.improved:
            self.state.best_score, self.state.best_loss = validation.bleu, validation.loss
            self.state.best_step = self.state.step
            self.state.stale_validations = 0
        else:
            self.state.stale_validations += 1
            if self.state.stale_validations >= self.config.patience and not self.state.finished:
                self.state.finished = f"no better BLEU in {self.config.patience} validations"
        self.state.seconds = meter.seconds()
        if validation.improved:
            self.around.validator.publish(self.average, self.state, validation)
        self.around.reporter.validated(validation)

    def _save(self) -> None:
        self.around.checkpoints.save(self.state, {**self.learner.state_dict(), "average": self.average.state_dict()})

    def _progress(self, meter: "_Meter") -> Progress:
        state = self.state
        speed = meter.speed()
        return Progress(
            step=state.step,
            epoch=state.epochs,
            loss=meter.take_loss(),
            learning_rate=self._rate(state.step),
            tokens_per_second=speed,
            fraction=state.step / self.planned if self.planned else None,
            seconds_left=meter.seconds_an_update() * (self.planned - state.step) if self.planned else None,
        )


class _Meter:
    """Loss and time between reports; the loss stays on its device until it is asked for."""

    def __init__(self, state: TrainState) -> None:
        self.before = state.seconds
        self.began = time.monotonic()
        self.loss: Tensor | float = 0.0
        self.loss_tokens = 0
        self.tokens = 0
        self.updates = 0

    def add(self, update: Update) -> None:
        self.loss = self.loss + update.loss
        self.loss_tokens += update.target_tokens
        self.tokens += update.target_tokens
        self.updates += 1

    def seconds(self) -> float:
        return self.before + time.monotonic() - self.began

    def seconds_an_update(self) -> float:
        return (time.monotonic() - self.began) / max(1, self.updates)

    def speed(self) -> float:
        return self.tokens / max(1e-9, time.monotonic() - self.began)

    def take_loss(self) -> float:
        """The mean loss a token since the last call."""
        mean = float(self.loss) / max(1, self.loss_tokens)
        self.loss, self.loss_tokens = 0.0, 0
        return mean if np.isfinite(mean) else float("nan")
