"""The loop: exact resumption, accumulation, learning, and when it ends."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from nmt.data.batching import Batch, Rows
from nmt.data.encoded_corpus import EncodedCorpus, encoded_in_memory
from nmt.models.config import ModelConfig
from nmt.models.dropout import Dropout
from nmt.models.transformer import Transformer
from nmt.training.budget import Clock
from nmt.training.config import TrainingConfig
from nmt.training.context import TrainerContext
from nmt.training.reporting.reporter import Progress, Validation, ValidationStoppedError
from nmt.training.run_directory.checkpoints import CheckpointStore
from nmt.training.run_directory.snapshots import LAST_WEIGHTS, Snapshots
from nmt.training.state import Timing, TrainState
from nmt.training.trainer import Trainer
from nmt.training.update.learner import Update

MODEL = ModelConfig(
    vocabulary_size=20, encoder_layers=1, decoder_layers=1, dimension=16, heads=2, feed_forward=32, dropout=0.1
)
TRAINING = TrainingConfig(
    precision="float32",
    batch_tokens=60,
    learning_rate=0.01,
    warmup=5,
    curriculum=0.0,
    max_steps=24,
    validate_every=7,
    checkpoint_every=5,
)


class SimulatedClock(Clock):
    """A clock that stands still, but for what each update and validation is said to take."""

    def __init__(self, used: float = 0.0) -> None:
        self.time = used
        super().__init__(0.0, now=lambda: self.time)

    def slow_down(self, instance: Trainer, seconds: float) -> Trainer:
        """``instance``, whose updates take so many seconds."""
        update = instance.learner.update

        def slow_update(batches: list[Batch], **settings: Any) -> Update:
            self.time += seconds
            return update(batches, **settings)

        instance.learner.update = slow_update  # type: ignore[method-assign, assignment]
        return instance


class FakeValidator:
    """Scores as a list says, and remembers what it published."""

    def __init__(
        self, scores: list[float] | None = None, *, cost: float = 0.0, clock: "SimulatedClock | None" = None
    ) -> None:
        self.scores = scores
        self.clock = clock or SimulatedClock()
        self.published: list[int] = []
        self.validated: list[int] = []
        self.judged: list[dict[str, Tensor]] = []
        self.cost = cost

    def validate(self, model: Transformer, state: TrainState, deadline: float | None) -> Validation | None:
        if deadline is not None and self.clock.now() + self.cost > deadline:
            self.clock.time = deadline
            return None
        self.clock.time += self.cost
        self.validated.append(state.step)
        self.judged.append({name: tensor.clone() for name, tensor in model.state_dict().items()})
        bleu = float(state.step) if self.scores is None else self.scores.pop(0) if self.scores else 0.0
        return Validation(
            step=state.step,
            loss=1.0,
            bleu=bleu,
            signature="",
            score=bleu,
            beam_size=1,
            seconds=0.0,
            improved=bleu > state.best.score,
        )

    def publish(self, model: Transformer, state: TrainState, validation: Validation | None) -> None:
        self.published.append(state.step)


class ScoresInOrder(FakeValidator):
    """Scores weights by when they come first; ``stops``: a stop is asked for then."""

    def __init__(self, scores: list[float], *, stops: bool) -> None:
        super().__init__()
        self.left = iter(scores)
        self.by_weights: dict[bytes, float] = {}
        self.stops = stops

    def validate(self, model: Transformer, state: TrainState, deadline: float | None) -> Validation | None:
        weights = b"".join(tensor.numpy().tobytes() for tensor in model.state_dict().values())
        if weights not in self.by_weights:
            self.by_weights[weights] = next(self.left)
            if self.stops:
                raise ValidationStoppedError
        self.scores = [self.by_weights[weights]]
        return super().validate(model, state, deadline)


class SilentReporter:
    def __init__(self) -> None:
        self.losses: list[float] = []
        self.rates: list[float] = []
        self.stages: list[str] = []
        self.starts: list[int] = []

    def stage(self, text: str) -> None:
        self.stages.append(text)

    def started(self, state: TrainState, planned: int | None) -> None:
        self.starts.append(state.step)

    def progressed(self, progress: Progress) -> None:
        self.losses.append(progress.loss)
        self.rates.append(progress.learning_rate)

    def validated(self, validation: Validation) -> None: ...
    def ended(self) -> None: ...


def corpus(pairs: int = 40) -> EncodedCorpus:
    generator = np.random.default_rng(1)
    sentences = [generator.integers(4, 20, size=(2, generator.integers(2, 9))).tolist() for _ in range(pairs)]
    return encoded_in_memory([(source, target) for source, target in sentences])


def trainer(
    directory: Path,
    config: TrainingConfig = TRAINING,
    model: ModelConfig = MODEL,
    validator: FakeValidator | None = None,
    stop: Callable[[], bool] = lambda: False,
    reporter: SilentReporter | None = None,
    clock: Clock | None = None,
    *,
    validate_first_weights: bool = False,
) -> Trainer:
    torch.manual_seed(config.seed)
    context = TrainerContext(
        checkpoints=CheckpointStore(directory, keep=2, every=config.checkpoint_every),
        snapshots=Snapshots(directory, number=config.averaged),
        validator=validator or FakeValidator(),
        reporter=reporter or SilentReporter(),
        stop_requested=stop,
        clock=clock or Clock(),
        validate_first_weights=validate_first_weights,
    )
    return Trainer(Transformer(model), corpus(), config, context)


def timeless(state: TrainState) -> TrainState:
    """What a repeated run must repeat: everything but the time it took."""
    timing = replace(state.timing, seconds=0, preparation_seconds=0, validation_seconds=0, saving_seconds=0)
    return replace(state, timing=timing)


def stop_after(calls: int) -> Callable[[], bool]:
    left = iter(range(calls))
    return lambda: next(left, None) is None


@pytest.mark.parametrize("stops", [[1], [7, 3], [5, 10]])
def test_stopping_and_resuming_changes_no_bit(tmp_path: Path, stops: list[int]) -> None:
    whole = trainer(tmp_path / "whole")
    (tmp_path / "whole").mkdir()
    (tmp_path / "parts").mkdir()
    expected = whole.run()
    assert expected.step == 24
    for updates in stops:
        part = trainer(tmp_path / "parts", stop=stop_after(updates))
        part.resume()
        assert not part.run().finished
    last = trainer(tmp_path / "parts")
    assert last.resume()
    finished_state = last.run()
    assert timeless(finished_state) == timeless(expected)
    for name, tensor in whole.learner.model.state_dict().items():
        assert torch.equal(tensor, last.learner.model.state_dict()[name]), name
    for name, tensor in whole.average.state_dict().items():
        assert torch.equal(tensor, last.average.state_dict()[name]), name


@pytest.mark.parametrize("validate_first_weights", [False, True])
def test_a_stop_interrupts_a_validation_and_the_next_command_repeats_it(
    tmp_path: Path, validate_first_weights: bool
) -> None:
    """At the beginning, on the way, at a checkpoint that may be gone back to, in patience's last, and at the end."""
    config = replace(TRAINING, validate_every=5, max_steps=None, patience=2)
    scores = [2.0, 5.0, 9.0, 8.0, 7.0, 10.0, 12.0, 3.0][not validate_first_weights :]

    def create(folder: str, validator: ScoresInOrder) -> Trainer:
        (tmp_path / folder).mkdir(exist_ok=True)
        return trainer(tmp_path / folder, config, validator=validator, validate_first_weights=validate_first_weights)

    def kept(folder: str) -> TrainState:
        checkpoint = CheckpointStore(tmp_path / folder, keep=2, every=config.checkpoint_every).load_newest(regular=True)
        assert checkpoint is not None
        return timeless(checkpoint[0])

    uninterrupted, interrupted = ScoresInOrder(scores, stops=False), ScoresInOrder(scores, stops=True)
    whole = create("whole", uninterrupted)
    expected = whole.run()
    assert expected.decay.start_step == 20
    part = create("parts", interrupted)
    commands = 1
    while not part.run().finished:
        assert (tmp_path / "parts" / f"checkpoint-{part.state.step:08d}.pt").exists()
        part = create("parts", interrupted)
        assert part.resume()
        commands += 1
    assert commands == 1 + validate_first_weights + expected.step // 5 + 2  # two other weights at the end
    assert timeless(part.state) == timeless(expected)
    assert (expected.best.weights, expected.best.score) == (LAST_WEIGHTS, 12.0)
    assert interrupted.published == uninterrupted.published
    assert kept("parts") == kept("whole")
    for name, tensor in whole.average.state_dict().items():
        assert torch.equal(tensor, part.average.state_dict()[name]), name


def test_a_kill_between_checkpoints_repeats_the_same_updates(tmp_path: Path) -> None:
    """A process that dies at step 8 goes on from the checkpoint of step 5, to the same weights."""
    whole = trainer(tmp_path)
    whole.run()
    for path in tmp_path.iterdir():
        path.unlink()
    killed = trainer(tmp_path, stop=stop_after(8))
    killed.run()
    (tmp_path / "checkpoint-00000008.pt").unlink()
    last = trainer(tmp_path)
    assert last.resume()
    assert last.state.step == 5
    last.run()
    for name, tensor in whole.learner.model.state_dict().items():
        assert torch.equal(tensor, last.learner.model.state_dict()[name]), name


def test_accumulated_batches_equal_one_large_batch(tmp_path: Path) -> None:
    still = replace(MODEL, dropout=0.0)
    one = replace(TRAINING, batch_tokens=100_000, max_steps=1, max_epochs=1)
    many = replace(one, batch_tokens=60, accumulate=1000)
    trained = [trainer(tmp_path, config, still) for config in (one, many)]
    assert [len(part.plan) > 1 for part in trained] == [False, True]
    for part in trained:
        assert part.run().step == 1
    for one_large, accumulated in zip(*(part.learner.model.parameters() for part in trained), strict=True):
        assert one_large.grad is not None
        torch.testing.assert_close(one_large.grad, accumulated.grad, rtol=1e-4, atol=1e-6)


def test_one_batch_is_learned_by_heart(tmp_path: Path) -> None:
    config = TrainingConfig(
        batch_tokens=10_000, learning_rate=0.01, warmup=20, max_steps=200, label_smoothing=0.0, validate_every=1000
    )
    reporter = SilentReporter()
    trainer(tmp_path, config, replace(MODEL, dropout=0.0, dimension=32), reporter=reporter).run()
    assert reporter.losses[0] > 2
    assert reporter.losses[-1] < 0.02


@pytest.mark.parametrize("stops", [[], [30], [8, 15, 9]])
def test_a_stall_lets_the_rate_fall_to_zero_and_only_better_models_are_published(
    tmp_path: Path, stops: list[int]
) -> None:
    """BLEU stalls at step 28; a quarter of the steps later the run ends, also when it is stopped on the way."""
    config = replace(TRAINING, max_steps=None, patience=2)
    scores = [5.0, 9.0, 8.0, 9.0, 10.0]
    published = []
    for updates in stops:
        validator = FakeValidator(scores)
        part = trainer(tmp_path, config, validator=validator, stop=stop_after(updates))
        part.resume()
        assert not part.run().finished
        published += validator.published
    validator, reporter = FakeValidator(scores), SilentReporter()
    last = trainer(tmp_path, config, validator=validator, reporter=reporter)
    last.resume()
    state = last.run()
    assert state.finished == "no better BLEU in 2 validations, after which the rate fell to zero"
    assert (state.step, state.decay.start_step, state.best.step, state.best.score) == (35, 28, 35, 10.0)
    assert published + validator.published == [7, 14, 35]
    assert 0 < reporter.rates[-1] < config.learning_rate / 8
    assert last.planner.rate(state) == 0
    if not stops:
        stalled = "step 28: no better BLEU in 2 validations; the rate now falls to zero in 7 updates"
        assert reporter.stages[:2] == ["training until BLEU stops improving", stalled]


def test_dropout_has_grown_by_the_end_whatever_the_weights_of_the_corpora(tmp_path: Path) -> None:
    whole = corpus()
    config = replace(TRAINING, max_steps=None, max_epochs=2, dropout_passes=2.0, validate_every=1000)
    for weights in ((1.0, 1.0), (0.2, 0.5), (3.0, 1.0)):
        part = trainer(tmp_path, config)
        weighted = replace(whole, sizes=(30, 10), weights=weights)
        part = Trainer(Transformer(MODEL), weighted, config, replace(part.context, validator=FakeValidator()))
        shares_of_dropout = []
        while part.state.data.epoch < 2:
            shares_of_dropout.append(part._dropout_now())
            part._update()
        assert shares_of_dropout == sorted(shares_of_dropout)
        assert shares_of_dropout[0] == 0
        assert shares_of_dropout[-1] > 0.7 * MODEL.dropout
        assert part._dropout_now() == pytest.approx(MODEL.dropout, rel=0.1)


def test_a_stall_near_the_planned_end_does_not_move_it(tmp_path: Path) -> None:
    validator = FakeValidator([5.0, 4.0, 3.0, 2.0])
    part = trainer(tmp_path, replace(TRAINING, patience=2), validator=validator)
    state = part.run()
    assert (state.step, state.decay.start_step, state.decay.updates) == (24, 21, 3)
    assert state.finished == "step 24 was the last one planned"
    assert validator.validated == [7, 14, 21, 24, 24, 24]


def test_epochs_are_a_limit_too(tmp_path: Path) -> None:
    config = replace(TRAINING, max_steps=None, max_epochs=2, accumulate=3)
    part = trainer(tmp_path, config)
    state = part.run()
    assert (state.data.epoch, state.data.batch) == (2, 0)
    assert state.step == part.planner.horizon.updates == 2 * -(-len(part.plan) // 3)


BUDGET = replace(TRAINING, max_steps=None, budget="60s", validate_every=1, patience=1, warmup=10_000)


def test_a_budget_ends_the_run_in_time_with_few_validations(tmp_path: Path) -> None:
    """An update takes 0.5 s, a validation 1 s: made after a fifth, once more, and three times at the end."""
    clock, reporter = SimulatedClock(used=5), SilentReporter()
    validator = FakeValidator(cost=1, clock=clock)
    instance = clock.slow_down(trainer(tmp_path, BUDGET, validator=validator, reporter=reporter, clock=clock), 0.5)
    state = instance.run()
    assert state.finished == "the budget of 60s was used"
    assert 50 < clock.time < 60 - 1.5  # what is left pays for the beam search
    assert state.timing.preparation_seconds == 5
    assert len(validator.validated) == 5
    assert validator.validated[-1] == state.step == state.best.step
    assert state.step == pytest.approx(2 * (clock.time - 5 - 5))
    assert 0.75 < max(reporter.rates) / BUDGET.learning_rate < 1
    assert 0 < reporter.rates[-1] < 0.05 * BUDGET.learning_rate


def test_a_budget_is_continued_with_what_is_left_and_stays_finished(tmp_path: Path) -> None:
    clock = SimulatedClock()
    first = clock.slow_down(trainer(tmp_path, BUDGET, stop=lambda: clock.time > 20, clock=clock), 0.5)
    assert not first.run().finished
    again = SimulatedClock(used=2)  # the second command was 2 seconds in getting ready
    second = trainer(tmp_path, BUDGET, clock=again)
    assert second.resume()
    assert again.seconds() == pytest.approx(22, abs=1)
    assert again.slow_down(second, 0.5).run().finished
    assert 30 < again.time < 40
    third = trainer(tmp_path, BUDGET)
    assert third.resume()
    assert third.state.finished


def test_an_interrupted_validation_uses_no_budget(tmp_path: Path) -> None:
    clock = SimulatedClock()

    class Interrupted(FakeValidator):
        def validate(self, model: Transformer, state: TrainState, deadline: float | None) -> Validation | None:
            clock.time += 7
            raise ValidationStoppedError

    first = clock.slow_down(trainer(tmp_path, BUDGET, validator=Interrupted(), clock=clock), 0.5)
    state = first.run()
    assert not state.finished
    assert state.timing.seconds == 0.5 * state.step == clock.time - 7
    again, validator = SimulatedClock(), FakeValidator()
    second = again.slow_down(trainer(tmp_path, BUDGET, validator=validator, clock=again), 0.5)
    assert second.resume()
    assert second.run().finished
    assert validator.validated[0] == state.step


def test_without_time_to_validate_the_last_weights_are_published_all_the_same(tmp_path: Path) -> None:
    clock = SimulatedClock()
    validator = FakeValidator(cost=100, clock=clock)
    state = clock.slow_down(trainer(tmp_path, BUDGET, validator=validator, clock=clock), 0.5).run()
    assert validator.validated == []
    assert validator.published == [state.step]
    assert 50 < clock.time < 60


def test_a_budget_that_ends_after_an_interrupted_validation_leaves_a_model(tmp_path: Path) -> None:
    clock = SimulatedClock()
    first = trainer(
        tmp_path,
        BUDGET,
        validator=FakeValidator(cost=100, clock=clock),
        clock=clock,
        stop=lambda: first.state.timing.validation_seconds > 0,
    )
    stopped = clock.slow_down(first, 0.5).run()
    assert not stopped.finished
    again = SimulatedClock(used=BUDGET.budget_seconds or 0.0)
    validator = FakeValidator(cost=100, clock=again)
    second = trainer(tmp_path, BUDGET, validator=validator, clock=again)
    assert second.resume()
    state = second.run()
    assert state.finished
    assert validator.published == [state.step] == [stopped.step]
    assert state.best.weights == "moving average"


def test_what_does_not_fit_into_the_rest_of_a_budget_is_not_started(tmp_path: Path) -> None:
    clock = SimulatedClock()
    planner = trainer(tmp_path, BUDGET, clock=clock).planner
    cheap, costly = (TrainState(timing=Timing(validation_seconds=seconds)) for seconds in (1, 8))
    clock.time = 56
    assert planner.validation_deadline(cheap, last=True) == planner.scoring_deadline(cheap) == 58.2
    assert planner.validation_deadline(costly, last=True) == planner.scoring_deadline(costly) == 56


def test_of_two_limits_the_first_to_be_reached_ends_the_run(tmp_path: Path) -> None:
    state = trainer(tmp_path, replace(TRAINING, budget="1h")).run()
    assert state.finished == "step 24 was the last one planned"


def lengths_of_updates(instance: Trainer) -> list[int]:
    """Trains, and gives the longest source of each update."""
    longest: list[int] = []
    take = instance.prefetcher.take

    def watched(rows: Sequence[Rows], following: Sequence[Rows] = (), **options: Any) -> list[Batch]:
        batches = take(rows, following, **options)
        longest.append(max(batch.source.size(1) for batch in batches))
        return batches

    instance.prefetcher.take = watched  # type: ignore[method-assign]
    instance.run()
    return longest


def test_a_curriculum_starts_with_short_sentences_and_ends_with_all(tmp_path: Path) -> None:
    config = replace(TRAINING, curriculum=0.5, max_steps=60, batch_tokens=30)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    longest = lengths_of_updates(trainer(tmp_path / "a", config))
    plain = lengths_of_updates(trainer(tmp_path / "b", replace(config, curriculum=0.0)))
    assert len(longest) == len(plain) == 60
    assert max(longest[:5]) < 0.6 * max(longest)
    assert max(longest[:15]) < max(longest)
    assert max(longest[30:]) == max(plain[30:]) == max(longest)


def dropout_of_updates(instance: Trainer) -> list[tuple[float, float]]:
    """The passes over the text before each update of a run, and the share that was dropped in it."""
    shares = []
    update = instance.learner.update

    def recording(batches: list[Batch], **settings: Any) -> Update:
        [share] = {module.share for module in instance.learner.model.modules() if isinstance(module, Dropout)}
        shares.append((instance.state.data.epochs, share))
        return update(batches, **settings)

    instance.learner.update = recording  # type: ignore[method-assign, assignment]
    instance.run()
    return shares


def test_dropout_grows_with_the_passes_over_the_text(tmp_path: Path) -> None:
    shares = dropout_of_updates(trainer(tmp_path, replace(TRAINING, dropout_passes=8.0)))
    assert 3 < shares[-1][0] < 8
    assert [share for _, share in shares] == pytest.approx(
        [MODEL.dropout * epochs / 8 for epochs, _ in shares], abs=0.02
    )


def test_dropout_is_whole_at_once_in_a_run_of_many_passes(tmp_path: Path) -> None:
    shares = dropout_of_updates(trainer(tmp_path, replace(TRAINING, dropout_passes=1.0)))
    assert shares[-1][0] > 3
    assert [share for _, share in shares] == [MODEL.dropout] * len(shares)


@pytest.mark.parametrize("settings", [{"curriculum": 0.5}, {"dropout_passes": 3.0}], ids=lambda given: "-".join(given))
def test_what_changes_during_a_run_resumes_exactly_after_a_stop(tmp_path: Path, settings: dict[str, float]) -> None:
    config = replace(TRAINING, **settings, accumulate=2)
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
    whole = trainer(tmp_path / "whole", config)
    whole.run()
    for stop in (4, 9, 24):
        part = trainer(tmp_path / "parts", config, stop=lambda: part.state.step >= stop)  # noqa: B023
        part.resume()
        part.run()
    assert part.state.finished
    for name, tensor in whole.learner.model.state_dict().items():
        assert torch.equal(tensor, part.learner.model.state_dict()[name]), name
