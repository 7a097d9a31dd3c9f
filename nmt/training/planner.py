"""The progress of a run, and what follows from it: the rate, when to validate, when to let it fall, when to end."""

from nmt.training.budget import Clock, Horizon, seconds_for_the_end, seconds_to_score, spare, validation_due
from nmt.training.config import RANKINGS, TrainingConfig
from nmt.training.extension import rewarming
from nmt.training.schedule import RateSchedule, decaying_rate
from nmt.training.state import TrainState

CANDIDATES = 3  # validated at the end besides the moving average, if a budget has time for them


class Planner:
    """Decides from a TrainState and the clock; it has no state of its own."""

    def __init__(self, config: TrainingConfig, clock: Clock, *, updates_per_epoch: int, beam_size: int = 1) -> None:
        """``beam_size`` of the final scores, for which a budget reserves time."""
        limits = [config.max_steps, config.max_epochs and config.max_epochs * updates_per_epoch]
        self.config = config
        self.clock = clock
        self.beam_size = beam_size
        self.schedule = RateSchedule(
            peak=config.peak_rate, warmup=config.warmup, name=config.schedule, decay=config.decay
        )
        self._updates_per_epoch = updates_per_epoch
        self.horizon = Horizon(
            updates=min((limit for limit in limits if limit), default=None), seconds=config.budget_seconds
        )

    @property
    def budget(self) -> float | None:
        """Seconds that the whole run may take."""
        return self.horizon.seconds

    @property
    def ranking(self) -> str:
        """The name of the score that ranks weights."""
        return RANKINGS[self.config.valid_metric]

    def outlook(self, state: TrainState) -> str:
        """What is about to happen, as a clause."""
        start = f"training from step {state.step:,}" if state.step else "training"
        ends = []
        if self.horizon.updates is not None:
            ends.append(f"to step {self.horizon.updates:,}")
        if self.budget is not None:
            left = self.budget - self.clock.seconds()
            time_left = f"{left / 60:.1f} minutes" if left >= 60 else f"{left:.0f} s"
            ends.append(f"for the {time_left} left of {self.config.budget}")
        return f"{start} {' or '.join(ends) or f'until {self.ranking} stops improving'}"

    def progress(self, state: TrainState) -> float | None:
        """The share of the run that is done, or None while no end is known."""
        start, end = state.timing.preparation_seconds, self._end_seconds(state)
        return self.horizon.progress(state.step, self.clock.seconds(), start=start, end=end)

    def planned_passes(self, state: TrainState, passes: float) -> float:
        """Passes over the text of the whole run, ``passes`` of which are done; without a known end, only those."""
        if self.budget is None and self.horizon.updates is not None:
            return self.horizon.updates / self._updates_per_epoch
        progress = self.progress(state)
        return passes / progress if progress else passes

    def rate(self, state: TrainState) -> float:
        """The learning rate of the next update."""
        rate = self._scheduled_rate(state)
        if state.decay.updates:
            decay = state.decay
            falling = decaying_rate(
                state.step + 1, start=decay.start_step, updates=decay.updates, peak=decay.start_rate
            )
            rate = min(rate, falling)
        rewarmed = rewarming(state, self.progress(state), warmup=self.config.warmup)
        return rate * rewarmed * state.instability.rate_scale

    def start_decay(self, state: TrainState) -> None:
        """Let the rate fall to zero from here: the score has stopped rising."""
        state.decay.start_rate = self._scheduled_rate(state)
        state.decay.start_step = state.step
        updates = round(self.config.decay * state.step)
        if self.horizon.updates is not None:
            updates = min(updates, self.horizon.updates - state.step)
        state.decay.updates = max(1, updates)

    def stalled(self, state: TrainState) -> bool:
        """Whether patience has just run out, before any known end. A budget is used to its end."""
        waiting = self.budget is None and not state.decay.updates and state.step != self.horizon.updates
        return waiting and state.validations.stale >= self.config.patience

    def validation_due(self, state: TrainState) -> bool:
        """Whether to validate after this update, which is not the last one."""
        if self.budget is None:
            return state.step % self.config.validate_every == 0
        last, cost = state.timing.validated_progress, state.timing.validation_seconds
        return validation_due(self.progress(state) or 0.0, last, cost=cost, span=self._span(state))

    def validation_deadline(self, state: TrainState, *, last: bool) -> float | None:
        """When, by time.monotonic(), a validation that starts now has to stop; None: never."""
        if self.budget is None:
            return None
        if last:
            return self._if_worth_it(state, state.timing.validation_seconds)
        return self.clock.monotonic(self.clock.seconds() + self._end_seconds(state))

    def scoring_deadline(self, state: TrainState) -> float | None:
        """When, by time.monotonic(), the final scoring has to stop; None: never."""
        if self.budget is None:
            return None
        return self._if_worth_it(state, seconds_to_score(state.timing.validation_seconds, self.beam_size))

    def candidate_deadline(self, state: TrainState) -> float | None:
        """When, by time.monotonic(), the validation of other weights at the end has to stop; None: never."""
        if self.budget is None:
            return None
        end = (
            self.budget
            - self.seconds_to_save(state)
            - seconds_to_score(state.timing.validation_seconds, self.beam_size)
        )
        return self.clock.monotonic(end)

    def time_for_a_candidate(self, state: TrainState) -> bool:
        """Whether one more validation fits before that deadline."""
        deadline = self.candidate_deadline(state)
        return deadline is None or 0 < state.timing.validation_seconds < deadline - self.clock.now()

    def seconds_to_save(self, state: TrainState) -> float:
        """Seconds that publishing and saving at the very end may take."""
        return 2 * state.timing.saving_seconds + spare(self.budget or 0.0)

    def end_reached(self, state: TrainState, *, update_seconds: float) -> str:
        """Why the run ends here, where an update takes ``update_seconds``; empty if it continues."""
        if self.horizon.updates is not None and state.step >= self.horizon.updates:
            return f"step {state.step:,} was the last one planned"
        if state.decay.updates and state.step >= state.decay.start_step + state.decay.updates:
            return f"no better {self.ranking} in {self.config.patience} validations, after which the rate fell to zero"
        if self.budget is not None and state.step:
            left = self.budget - self._end_seconds(state) - self.clock.seconds()
            if left < update_seconds:
                return f"the budget of {self.config.budget} was used"
        return ""

    def seconds_left(self, state: TrainState, *, update_seconds: float) -> float | None:
        """Seconds until the run ends, or its budget; None if that is not known."""
        left = []
        if self.horizon.updates is not None:
            left.append((self.horizon.updates - state.step) * update_seconds)
        if state.decay.updates:
            left.append((state.decay.start_step + state.decay.updates - state.step) * update_seconds)
        if self.budget is not None:
            left.append(max(0.0, self.budget - self.clock.seconds()))
        return min(left, default=None)

    def _scheduled_rate(self, state: TrainState) -> float:
        return self.schedule.rate(state.step + 1, self.progress(state))

    def _if_worth_it(self, state: TrainState, needed: float) -> float:
        """The end of the budget, or now if not even half of the ``needed`` seconds fit before it."""
        end = self.clock.monotonic((self.budget or 0.0) - self.seconds_to_save(state))
        return end if needed / 2 < end - self.clock.now() else self.clock.now()

    def _span(self, state: TrainState) -> float:
        return max(1e-9, (self.budget or 0.0) - state.timing.preparation_seconds)

    def _end_seconds(self, state: TrainState) -> float:
        """Seconds that a budget reserves for the last validation and what follows it."""
        if self.budget is None:
            return 0.0
        return seconds_for_the_end(
            self._span(state),
            validation=state.timing.validation_seconds,
            saving=state.timing.saving_seconds,
            candidates=CANDIDATES,
            beam_size=self.beam_size,
        )
