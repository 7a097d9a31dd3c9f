"""The training loop: updates, the learning rate, when to validate, when to save and when to end."""

from itertools import islice
from math import inf, isinf

from nmt.data.batching import BatchPlan
from nmt.data.curriculum import Curriculum
from nmt.data.encoded_corpus import EncodedCorpus
from nmt.data.prefetch import BatchPrefetcher
from nmt.models.architectures import create_model
from nmt.models.base import TrainableModel
from nmt.training.config import TrainingConfig
from nmt.training.context import TrainerContext
from nmt.training.extension import extend
from nmt.training.model_selection import ModelSelection
from nmt.training.planner import Planner
from nmt.training.recovery import MOST_SKIPPED, all_finite, check_another_try, state_after_rollback
from nmt.training.reporting.reporter import Progress, ValidationStoppedError
from nmt.training.schedule import growing_dropout
from nmt.training.state import TrainState
from nmt.training.update.learner import Learner, Update
from nmt.training.update.meter import Meter
from nmt.training.update.optimizer import update_average

REPORT_EVERY = 10  # updates
CHECKPOINT_SECONDS = 600.0  # the longest time between checkpoints


class Trainer:
    """Trains one model on one encoded corpus; a run saved after any update resumes exactly."""

    def __init__(
        self, model: TrainableModel, corpus: EncodedCorpus, config: TrainingConfig, context: TrainerContext
    ) -> None:
        self.learner = Learner(model, config, context.group)
        self.batches_per_update = config.accumulate * context.group.size
        self.prefetcher = BatchPrefetcher(corpus, seed=config.seed, resampler=context.resampler)
        self.config = config
        self.context = context
        self.average = create_model(model.config).to(self.learner.device).eval().requires_grad_(False)
        self.average.load_state_dict(model.state_dict())
        self.state = TrainState()
        self.plan = self._plan()
        self.curriculum = Curriculum(self.plan.lengths, config.curriculum)
        self.state.data.epoch_batches = len(self.plan)
        self.planner = Planner(
            config,
            context.clock,
            updates_per_epoch=-(-len(self.plan) // self.batches_per_update),  # other epochs differ little
            beam_size=context.beam_size,
        )
        self.selection = ModelSelection(context, self.planner, model=model, average=self.average)
        self._current = [parameter.data for parameter in model.parameters()]
        self._averaged = [parameter.data for parameter in self.average.parameters()]
        self._rate = 0.0  # of the last update
        self._dropout = model.config.dropout
        # In a pass over the text, end marks included; by the weights of the corpora, every epoch has about as many.
        self._pass_tokens = max(1, self.plan.target_tokens())
        self._saved_step, self._saved_at = -1, 0.0

    def resume(self, extended_at: int | None = None) -> bool:
        """Resume from the newest checkpoint; False if there is none.

        A finished run that ended at step ``extended_at`` is extended.
        """
        if not self._load(regular=False):
            return False
        if self.state.data.epoch:
            self.plan = self._plan()
        self.context.clock.before = self.state.timing.seconds
        if self.state.finished and self.state.step == extended_at:
            self._extend()
        self._saved_step = self.state.step
        return True

    def run(self) -> TrainState:
        """Train until the run ends or a stop is requested; the state says which. A finished run stays as it is."""
        if not self.state.finished:
            self._run()
        if self.state.finished:
            self.context.snapshots.clear()
        return self.state

    def _extend(self) -> None:
        self.state = extend(self.state, progress=self.planner.progress(self.state) or 0.0)

    def _run(self) -> None:
        clock = self.context.clock
        self._saved_at = clock.seconds()
        if self._saved_step < 0:
            self.state.timing.preparation_seconds = clock.seconds()
            self.state.validations.pending = self.context.validate_first_weights
        stopped = False
        try:
            self._loop()
        except ValidationStoppedError:
            stopped = True  # the next command repeats it, except for candidates that were validated before
        if self.state.finished or stopped or self.state.step != self._saved_step:
            self._save()
        self.context.reporter.ended()

    def _loop(self) -> None:
        clock = self.context.clock
        if self.state.validations.pending or self._saved_step < 0:
            if self._saved_step >= 0:
                self.context.reporter.stage(f"step {self.state.step:,}: repeating the validation that was interrupted")
            self._validate_if_due()
            self._save()  # so that there is a checkpoint to go back to
        self.context.reporter.stage(self.planner.outlook(self.state))
        self.context.reporter.started(self.state, self.planner.horizon.updates)
        meter = Meter()
        update_seconds = 0.0
        while not self.state.finished and not self.context.stop_requested():
            reason = self.planner.end_reached(self.state, update_seconds=update_seconds)
            if not reason:
                start = clock.seconds()
                update = self._update()
                meter.add(update)
                update_seconds = clock.seconds() - start
                self._choose_threads(update, update_seconds)
                self._after_update(meter)
                reason = self.planner.end_reached(self.state, update_seconds=update_seconds)
            if reason:
                self._finish(reason, meter)
            elif self._checkpoint_due():
                self._save()

    def _choose_threads(self, update: Update, seconds: float) -> None:
        choice = self.context.threads
        if choice is not None and (threads := choice.after_update(update.target_tokens, seconds)):
            self.context.reporter.stage(
                f"step {self.state.step:,}: continuing with "
                f"{'one thread' if threads == 1 else f'{threads} threads'}, which is faster now"
            )

    def _load(self, *, regular: bool) -> bool:
        checkpoint = self.context.checkpoints.load_newest(regular=regular)
        if checkpoint is None:
            return False
        self.state, tensors = checkpoint
        self.learner.load_state_dict(tensors)
        self.average.load_state_dict(tensors["average"])
        return True

    def _plan(self) -> BatchPlan:
        return self.prefetcher.plan(batch_tokens=self.config.settled_batch_tokens, epoch=self.state.data.epoch)

    def _update(self) -> Update:
        """One update from the next batches of the plan."""
        limit = inf if self.state.extension.step else self.curriculum.limit(self.planner.progress(self.state))
        indices = self._next_batches(self.state.data.batch, limit)
        if not indices:  # the batches left in this epoch are all too long so far
            self._start_epoch()
            indices = self._next_batches(0, limit) or [min(range(len(self.plan)), key=self.plan.longest)]
        following = self._next_batches(indices[-1] + 1, limit)
        rows, rows_ahead = ([self.plan[index] for index in batches] for batches in (indices, following))
        self._rate = self.planner.rate(self.state)
        update = self.learner.update_from(
            self.prefetcher,
            rows,
            rate=self._rate,
            dropout=self._dropout_now(),
            following=rows_ahead,
            epoch=self.state.data.epoch,
        )
        self.state.step += 1
        if update.applied:
            self.state.skipped_updates = 0
            update_average(self._averaged, self._current, self.state.step)
        else:
            self.state.skipped_updates += 1
            self.state.instability.all_skipped += 1
        self.state.data.target_tokens += update.target_tokens
        self.state.data.batch = indices[-1] + 1
        if self.state.data.batch >= len(self.plan):
            self._start_epoch()
        self.state.timing.seconds = self.context.clock.seconds()
        return update

    def _dropout_now(self) -> float:
        passes = self.state.data.target_tokens / self._pass_tokens
        planned = self.planner.planned_passes(self.state, passes)
        return growing_dropout(self._dropout, passes, planned=planned, within=self.config.passes_of_growing_dropout)

    def _next_batches(self, first: int, limit: float) -> list[int]:
        """Indices in the plan of the batches of an update, from ``first``; fewer, or none, at the end of an epoch."""
        short = (index for index in range(first, len(self.plan)) if isinf(limit) or self.plan.longest(index) <= limit)
        return list(islice(short, self.batches_per_update))

    def _start_epoch(self) -> None:
        self.state.data.epoch, self.state.data.batch = self.state.data.epoch + 1, 0
        self.plan = self._plan()
        self.state.data.epoch_batches = len(self.plan)

    def _after_update(self, meter: Meter) -> None:
        """What is due after an update, before a checkpoint is written: a report, a validation."""
        if self.state.skipped_updates >= MOST_SKIPPED:
            self._roll_back()
            return
        if self.state.step % REPORT_EVERY == 0:
            self.context.reporter.progressed(self._progress(meter))
        self.state.validations.pending = self.planner.validation_due(self.state)
        self._validate_if_due()

    def _validate_if_due(self) -> None:
        """Validate if that is due."""
        state = self.state
        if not state.validations.pending:
            return
        self.selection.validate(state, last=False)
        state.validations.pending = False
        if self.planner.stalled(state):
            self.planner.start_decay(state)
            self.context.reporter.stage(
                f"step {state.step:,}: no better {self.planner.ranking} in {state.validations.stale} validations; "
                f"the rate now falls to zero in {state.decay.updates:,} updates"
            )

    def _checkpoint_due(self) -> bool:
        late = self.state.timing.seconds - self._saved_at >= CHECKPOINT_SECONDS
        return self.state.step != self._saved_step and (late or self.state.step % self.config.checkpoint_every == 0)

    def _roll_back(self) -> None:
        """Continue from the newest regular checkpoint, which is good, with half the rate.

        A stop may have left a newer checkpoint, but an uninterrupted run would not have gone back to that.
        """
        check_another_try(self.state)
        now = self.state
        self._load(regular=True)
        if now.extension.step and self.state.step <= now.extension.step:
            self._extend()
        self.context.checkpoints.remove_after(self.state.step)
        self.state = state_after_rollback(now, self.state)
        self.context.reporter.stage(
            f"step {now.step:,}: loss or gradient not finite in {now.skipped_updates} updates in a row; going back to "
            f"step {self.state.step:,} with {self.state.instability.rate_scale:g} times the rate"
        )
        self._save()
        self.context.reporter.started(self.state, self.planner.horizon.updates)

    def _finish(self, reason: str, meter: Meter) -> None:
        """The run ends here: validate the last moving average, then the other candidates."""
        if meter.loss_tokens:
            self.context.reporter.progressed(self._progress(meter))
        if self.state.validations.last_step != self.state.step:
            self.selection.validate(self.state, last=True)
        self.selection.validate_candidates(self.state)
        self.state.finished = reason

    def _save(self) -> None:
        """Write a checkpoint, unless the weights may be damaged."""
        state, clock = self.state, self.context.clock
        if not state.finished and (state.skipped_updates or not all_finite(self.learner.model.state_dict())):
            self.context.reporter.stage(f"step {state.step:,}: no checkpoint now, as the last gradient was not finite")
            return
        start = clock.seconds()
        state.timing.seconds = start + state.timing.saving_seconds
        self.context.checkpoints.save(state, {**self.learner.state_dict(), "average": self.average.state_dict()})
        self._saved_step, self._saved_at = state.step, clock.seconds()
        state.timing.saving_seconds = max(state.timing.saving_seconds, self._saved_at - start)

    def _progress(self, meter: Meter) -> Progress:
        state = self.state
        return Progress(
            step=state.step,
            epoch=state.data.epochs,
            loss=meter.take_loss(),
            learning_rate=self._rate,
            tokens_per_second=meter.speed(),
            fraction=self.planner.progress(state),
            seconds_left=self.planner.seconds_left(state, update_seconds=meter.seconds_per_update()),
            gradient_norm=meter.gradient_norm,
        )
