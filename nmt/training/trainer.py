"""The training loop: batches in, better weights out; everything else it knows only through what it is handed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from math import inf, isinf
from typing import Protocol

from torch import Tensor

from nmt.data.batching import BatchPlan
from nmt.data.curriculum import Curriculum
from nmt.data.encoded_corpus import EncodedCorpus
from nmt.data.prefetch import BatchPrefetcher
from nmt.data.resampling import CorpusResampler
from nmt.models.blank import blank_transformer
from nmt.models.transformer import Transformer
from nmt.training.budget import Clock
from nmt.training.config import TrainingConfig
from nmt.training.distributed.group import ALONE, Group
from nmt.training.extension import extend
from nmt.training.planner import Planner
from nmt.training.recovery import MOST_SKIPPED, all_finite, check_another_try, state_after_going_back
from nmt.training.reporting.reporter import Progress, Reporter, Validation, ValidationStoppedError
from nmt.training.run_directory.checkpoints import CheckpointStore
from nmt.training.run_directory.snapshots import FIRST_WEIGHTS, LAST_WEIGHTS, MOVING_AVERAGE, Snapshots
from nmt.training.schedule import growing_dropout
from nmt.training.sizing.thread_choice import ThreadChoice
from nmt.training.state import TrainState
from nmt.training.update.learner import Learner, Update
from nmt.training.update.meter import Meter
from nmt.training.update.optimizer import update_average

REPORT_EVERY = 10  # updates
CHECKPOINT_SECONDS = 600.0  # the longest time between checkpoints


class Validator(Protocol):
    """Judges weights, and publishes them when they are the best so far."""

    cost: float  # seconds that a validation takes, as far as is known

    def validate(self, model: Transformer, state: TrainState, deadline: float | None) -> Validation | None:
        """Loss and BLEU of ``model``, or None if time.monotonic() passes ``deadline``; ``state`` is not changed.

        ValidationStoppedError where a stop is asked for meanwhile.
        """

    def publish(self, model: Transformer, state: TrainState, validation: Validation | None) -> None:
        """Make ``model`` the one that translates; ``validation`` is None where no time was left to judge it."""


@dataclass(frozen=True, kw_only=True)
class TrainerContext:
    """What the loop talks to."""

    checkpoints: CheckpointStore
    snapshots: Snapshots
    validator: Validator
    reporter: Reporter
    stop_requested: Callable[[], bool]
    clock: Clock = field(default_factory=Clock)
    resampler: CorpusResampler | None = None  # draws other subwords for each epoch
    beam_size: int = 1  # of the final scores, for which a budget keeps time
    judge_beginning: bool = False  # the weights before the first update are worth something
    group: Group = ALONE  # the processes that make each update together
    threads: ThreadChoice | None = None  # None: as many as there are now, to the end


class Trainer:
    """Trains one model on one encoded corpus; the state after any update can be saved and taken up again exactly."""

    def __init__(
        self, model: Transformer, corpus: EncodedCorpus, config: TrainingConfig, context: TrainerContext
    ) -> None:
        self.learner = Learner(model, config, context.group)
        self.batches_an_update = config.accumulate * context.group.size
        self.prefetcher = BatchPrefetcher(corpus, seed=config.seed, resampler=context.resampler)
        self.config = config
        self.context = context
        self.average = Transformer(model.config).to(self.learner.device).eval().requires_grad_(False)
        self.average.load_state_dict(model.state_dict())
        self.state = TrainState()
        self.plan = self._plan()
        self.curriculum = Curriculum(self.plan.lengths, config.curriculum)
        self.state.epoch_batches = len(self.plan)
        self.planner = Planner(
            config,
            context.clock,
            updates_an_epoch=-(-len(self.plan) // self.batches_an_update),  # other epochs differ by little
            beam_size=context.beam_size,
        )
        self._current = [parameter.data for parameter in model.parameters()]
        self._averaged = [parameter.data for parameter in self.average.parameters()]
        self._rate = 0.0  # of the last update
        self._dropout = model.config.dropout
        # Of a pass over the text, with the end marks; every epoch draws as much by the weights of its corpora.
        self._pass_tokens = max(1, self.plan.target_tokens())
        self._saved_step, self._saved_at = -1, 0.0

    def resume(self, extended_at: int | None = None) -> bool:
        """Go on from the newest checkpoint, if there is one; a run that ended at ``extended_at`` is not finished."""
        if not self._load(regular=False):
            return False
        if self.state.epoch:
            self.plan = self._plan()
        self.context.clock.before = self.state.seconds
        if self.state.finished and self.state.step == extended_at:
            self._extend()
        self._saved_step = self.state.step
        return True

    def run(self) -> TrainState:
        """Train until the run ends or a stop is asked for; the state says which. A run that ended stays as it is."""
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
            self.state.preparation_seconds = clock.seconds()
            self.state.validation_pending = self.context.judge_beginning
        stopped = False
        try:
            self._loop()
        except ValidationStoppedError:
            stopped = True  # and the next command begins it anew, but for what was judged before
        if self.state.finished or stopped or self.state.step != self._saved_step:
            self._save()
        self.context.reporter.ended()

    def _loop(self) -> None:
        clock = self.context.clock
        if self.state.validation_pending or self._saved_step < 0:
            if self._saved_step >= 0:
                self.context.reporter.stage(f"step {self.state.step:,}: making the validation that was given up")
            self._catch_up()
            self._save()  # to go back to
        self.context.reporter.stage(self.planner.outlook(self.state))
        self.context.reporter.started(self.state, self.planner.horizon.updates)
        meter = Meter()
        update_seconds = 0.0
        while not self.state.finished and not self.context.stop_requested():
            reason = self.planner.end_reached(self.state, update_seconds=update_seconds)
            if not reason:
                began = clock.seconds()
                update = self._update()
                meter.add(update)
                update_seconds = clock.seconds() - began
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
                f"step {self.state.step:,}: {'one thread' if threads == 1 else f'{threads} threads'} from here on, "
                "which is faster now"
            )

    def _load(self, *, regular: bool) -> bool:
        found = self.context.checkpoints.load_newest(regular=regular)
        if found is None:
            return False
        self.state, tensors = found
        self.learner.load_state_dict(tensors)
        self.average.load_state_dict(tensors["average"])
        return True

    def _plan(self) -> BatchPlan:
        return self.prefetcher.plan(batch_tokens=self.config.settled_batch_tokens, epoch=self.state.epoch)

    def _update(self) -> Update:
        """One update from the next batches of the plan."""
        limit = inf if self.state.extended_at else self.curriculum.limit(self.planner.progress(self.state))
        places = self._next_places(self.state.batch, limit)
        if not places:  # all that are left of this epoch are too long as yet
            self._begin_epoch()
            places = self._next_places(0, limit) or [min(range(len(self.plan)), key=self.plan.longest)]
        following = self._next_places(places[-1] + 1, limit)
        rows, rows_ahead = ([self.plan[place] for place in some] for some in (places, following))
        self._rate = self.planner.rate(self.state)
        update = self.learner.update_from(
            self.prefetcher,
            rows,
            rate=self._rate,
            dropout=self._dropout_now(),
            following=rows_ahead,
            epoch=self.state.epoch,
        )
        self.state.step += 1
        if update.applied:
            self.state.skipped_updates = 0
            update_average(self._averaged, self._current, self.state.step)
        else:
            self.state.skipped_updates += 1
            self.state.all_skipped += 1
        self.state.target_tokens += update.target_tokens
        self.state.batch = places[-1] + 1
        if self.state.batch >= len(self.plan):
            self._begin_epoch()
        self.state.seconds = self.context.clock.seconds()
        return update

    def _dropout_now(self) -> float:
        passes = self.state.target_tokens / self._pass_tokens
        planned = self.planner.planned_passes(self.state, passes)
        return growing_dropout(self._dropout, passes, planned=planned, within=self.config.passes_of_growing_dropout)

    def _next_places(self, first: int, limit: float) -> list[int]:
        """Where in the plan the batches of an update stand, from ``first`` on; fewer, or none, at its end."""
        short = (place for place in range(first, len(self.plan)) if isinf(limit) or self.plan.longest(place) <= limit)
        return list(islice(short, self.batches_an_update))

    def _begin_epoch(self) -> None:
        self.state.epoch, self.state.batch = self.state.epoch + 1, 0
        self.plan = self._plan()
        self.state.epoch_batches = len(self.plan)

    def _after_update(self, meter: Meter) -> None:
        """What is due after an update, before a checkpoint speaks of it: a report, a validation."""
        if self.state.skipped_updates >= MOST_SKIPPED:
            self._go_back()
            return
        if self.state.step % REPORT_EVERY == 0:
            self.context.reporter.progressed(self._progress(meter))
        self.state.validation_pending = self.planner.validation_due(self.state)
        self._catch_up()

    def _catch_up(self) -> None:
        """Validate if that is due."""
        state = self.state
        if not state.validation_pending:
            return
        self._validate(last=False)
        state.validation_pending = False
        if self.planner.stalled(state):
            self.planner.begin_decay(state)
            self.context.reporter.stage(
                f"step {state.step:,}: no better {self.planner.ranking} in {state.stale_validations} validations; "
                f"the rate now falls to zero in {state.decay_updates:,} updates"
            )

    def _checkpoint_due(self) -> bool:
        late = self.state.seconds - self._saved_at >= CHECKPOINT_SECONDS
        return self.state.step != self._saved_step and (late or self.state.step % self.config.checkpoint_every == 0)

    def _go_back(self) -> None:
        """Take up the newest regular checkpoint, which is good, with half the rate.

        A stop on the way may have left a newer one, which a run without that stop would not have gone back to.
        """
        check_another_try(self.state)
        now = self.state
        self._load(regular=True)
        if now.extended_at and self.state.step <= now.extended_at:
            self._extend()
        self.context.checkpoints.remove_after(self.state.step)
        self.state = state_after_going_back(now, self.state)
        self.context.reporter.stage(
            f"step {now.step:,}: loss or gradient not finite in {now.skipped_updates} updates in a row; going back to "
            f"step {self.state.step:,} with {self.state.rate_scale:g} times the rate"
        )
        self._save()
        self.context.reporter.started(self.state, self.planner.horizon.updates)

    def _finish(self, reason: str, meter: Meter) -> None:
        """The run ends here: judge the last moving average, and what else the weights can be made into."""
        if meter.loss_tokens:
            self.context.reporter.progressed(self._progress(meter))
        if self.state.last_validated != self.state.step:
            self._validate(last=True)
        other = blank_transformer(self.average.config).to(self.learner.device).eval().requires_grad_(False)
        candidates = self._candidates()
        while self.planner.time_for_a_candidate(self.state) and (candidate := next(candidates, None)):
            name, weights = candidate
            other.load_state_dict(weights)
            self._judge(name, other)
        self.state.finished = reason

    def _candidates(self) -> Iterator[tuple[str, dict[str, Tensor]]]:
        yield LAST_WEIGHTS, self.learner.model.state_dict()
        yield from self.context.snapshots.candidates(self.state)

    def _judge(self, name: str, model: Transformer) -> None:
        """Publish ``model`` in the place of the best weights so far if it is better."""
        state = self.state
        validation = self._validation_of(model, self.planner.candidate_deadline(state))
        if validation is None:
            return
        better = ""
        if validation.improved:
            state.best_score, state.best_loss = validation.score, validation.loss
            self._publish(validation, name, model)
            better = "  (better, published)"
        self.context.reporter.stage(f"step {state.step:,}, {name}: {validation.summary()}{better}")

    def _validation_of(self, model: Transformer, deadline: float | None) -> Validation | None:
        """What the validator says; a validation that is given up takes nothing of a budget, for it is made again."""
        clock = self.context.clock
        began = clock.seconds()
        try:
            return self.context.validator.validate(model, self.state, deadline)
        except ValidationStoppedError:
            clock.before -= clock.seconds() - began
            raise

    def _validate(self, *, last: bool) -> None:
        state, validator = self.state, self.context.validator
        validation = self._validation_of(self.average, self.planner.validation_deadline(state, last=last))
        if validation is not None or last:  # else there may be time at the end
            state.last_validated = state.step
        state.validated_progress = self.planner.progress(state) or 0.0
        state.validation_seconds = validator.cost or state.validation_seconds
        if validation is None and last:
            self.context.reporter.stage("no time is left in the budget to validate the last weights")
        if validation is None and last and not state.extended_at:
            self._publish(None, MOVING_AVERAGE, self.average)
        elif validation is not None:
            self._compare(validation)
            self.context.snapshots.add(state, self.learner.model.state_dict(), validation.score)
            self.context.reporter.validated(validation)
        state.seconds = self.context.clock.seconds()

    def _compare(self, validation: Validation) -> None:
        """Publish the best weights so far, or count towards the end of patience."""
        state = self.state
        if not validation.improved:
            state.stale_validations += 1
            return
        state.best_score, state.best_loss = validation.score, validation.loss
        state.stale_validations = 0
        self._publish(validation, MOVING_AVERAGE if state.step else FIRST_WEIGHTS, self.average)

    def _publish(self, validation: Validation | None, name: str, model: Transformer) -> None:
        state, clock = self.state, self.context.clock
        state.best_step, state.best_weights = state.step, name
        state.seconds = began = clock.seconds()
        self.context.validator.publish(model, state, validation)
        state.saving_seconds = max(state.saving_seconds, clock.seconds() - began)

    def _save(self) -> None:
        """Write a checkpoint, unless the run would have to go back behind it."""
        state, clock = self.state, self.context.clock
        if not state.finished and (state.skipped_updates or not all_finite(self.learner.model.state_dict())):
            self.context.reporter.stage(f"step {state.step:,}: no checkpoint now, as the last gradient was not finite")
            return
        began = clock.seconds()
        state.seconds = began + state.saving_seconds
        self.context.checkpoints.save(state, {**self.learner.state_dict(), "average": self.average.state_dict()})
        self._saved_step, self._saved_at = state.step, clock.seconds()
        state.saving_seconds = max(state.saving_seconds, self._saved_at - began)

    def _progress(self, meter: Meter) -> Progress:
        state = self.state
        return Progress(
            step=state.step,
            epoch=state.epochs,
            loss=meter.take_loss(),
            learning_rate=self._rate,
            tokens_per_second=meter.speed(),
            fraction=self.planner.progress(state),
            seconds_left=self.planner.seconds_left(state, update_seconds=meter.seconds_an_update()),
            gradient_norm=meter.gradient_norm,
        )
