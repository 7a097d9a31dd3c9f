"""Which weights are published: validation during a run, and the comparison of candidates at its end."""

from collections.abc import Iterator

from torch import Tensor

from nmt.models.architectures import create_empty_model
from nmt.models.base import TrainableModel
from nmt.training.context import TrainerContext
from nmt.training.planner import Planner
from nmt.training.reporting.reporter import Validation, ValidationStoppedError
from nmt.training.run_directory.snapshots import FIRST_WEIGHTS, LAST_WEIGHTS, MOVING_AVERAGE
from nmt.training.state import BestWeights, TrainState


class ModelSelection:
    """Validates the moving average and other weights of a run, and publishes the best so far."""

    def __init__(
        self, context: TrainerContext, planner: Planner, *, model: TrainableModel, average: TrainableModel
    ) -> None:
        """``model`` is the one that learns, ``average`` holds the moving average of its weights."""
        self.context = context
        self.planner = planner
        self.model = model
        self.average = average

    def validate(self, state: TrainState, *, last: bool) -> None:
        """Validate the moving average, and publish it if it is the best so far; ``last``: the run ends here.

        Raises ValidationStoppedError if a stop is requested meanwhile.
        """
        validator = self.context.validator
        validation = self._run_validator(self.average, state, self.planner.validation_deadline(state, last=last))
        if validation is not None or last:  # else there may be time at the end
            state.validations.last_step = state.step
        state.timing.validated_progress = self.planner.progress(state) or 0.0
        state.timing.validation_seconds = validator.cost or state.timing.validation_seconds
        if validation is None and last:
            self.context.reporter.stage("no time is left in the budget to validate the last weights")
        if validation is None and last and not state.extension.step:
            self._publish(self.average, MOVING_AVERAGE, state, None)
        elif validation is not None:
            self._publish_if_improved(state, validation)
            self.context.snapshots.add(state, self.model.state_dict(), validation.score)
            self.context.reporter.validated(validation)
        state.timing.seconds = self.context.clock.seconds()

    def validate_candidates(self, state: TrainState) -> None:
        """At the end of a run: validate other weights while there is time, and publish those that are better.

        The candidates are the last weights and the averages of snapshots.
        """
        candidate = (
            create_empty_model(self.average.config)
            .to(next(self.average.parameters()).device)
            .eval()
            .requires_grad_(False)
        )
        candidates = self._candidates(state)
        while self.planner.time_for_a_candidate(state) and (entry := next(candidates, None)):
            name, weights = entry
            candidate.load_state_dict(weights)
            self._validate_candidate(name, candidate, state)

    def _candidates(self, state: TrainState) -> Iterator[tuple[str, dict[str, Tensor]]]:
        yield LAST_WEIGHTS, self.model.state_dict()
        yield from self.context.snapshots.candidates(state)

    def _validate_candidate(self, name: str, model: TrainableModel, state: TrainState) -> None:
        """Publish ``model`` instead of the best weights so far if it is better."""
        validation = self._run_validator(model, state, self.planner.candidate_deadline(state))
        if validation is None:
            return
        better = ""
        if validation.improved:
            state.best.score, state.best.loss = validation.score, validation.loss
            self._publish(model, name, state, validation)
            better = "  (better, published)"
        self.context.reporter.stage(f"step {state.step:,}, {name}: {validation.summary()}{better}")

    def _run_validator(self, model: TrainableModel, state: TrainState, deadline: float | None) -> Validation | None:
        """The validator's result; a validation that is stopped costs no budget, because it will be repeated."""
        clock = self.context.clock
        start = clock.seconds()
        try:
            return self.context.validator.validate(model, state, deadline)
        except ValidationStoppedError:
            clock.before -= clock.seconds() - start
            raise

    def _publish_if_improved(self, state: TrainState, validation: Validation) -> None:
        """Publish the moving average if it is the best so far; else one more validation was without improvement."""
        if not validation.improved:
            state.validations.stale += 1
            return
        state.best.score, state.best.loss = validation.score, validation.loss
        state.validations.stale = 0
        self._publish(self.average, MOVING_AVERAGE if state.step else FIRST_WEIGHTS, state, validation)

    def _publish(self, model: TrainableModel, name: str, state: TrainState, validation: Validation | None) -> None:
        clock = self.context.clock
        state.best.step, state.best.weights = state.step, name
        state.timing.seconds = start = clock.seconds()
        self.context.validator.publish(model, state, validation)
        state.timing.saving_seconds = max(state.timing.saving_seconds, clock.seconds() - start)


def is_improvement(score: float, loss: float, best: BestWeights) -> bool:
    """Whether a validation ``score`` and ``loss`` are better than those of the best weights; the loss breaks ties."""
    return (score, -loss) > (best.score, -best.loss)
