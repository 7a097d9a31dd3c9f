"""The loop: exact resumption, accumulation, learning, and when it ends."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from nmt.data.encoded_corpus import EncodedCorpus, encoded_in_memory
from nmt.errors import NMTError
from nmt.model.config import ModelConfig
from nmt.model.transformer import Transformer
from nmt.training.checkpoint import CheckpointStore
from nmt.training.config import TrainingConfig
from nmt.training.reporter import Progress, Validation
from nmt.training.state import TrainState
from nmt.training.trainer import Surroundings, Trainer

MODEL = ModelConfig(
    vocabulary_size=20, encoder_layers=1, decoder_layers=1, dimension=16, heads=2, feed_forward=32, dropout=0.1
)
TRAINING = TrainingConfig(
    batch_tokens=60, learning_rate=0.01, warmup=5, max_steps=24, validate_every=7, checkpoint_every=5
)


class FakeValidator:
    """Scores as a list says, and remembers what it published."""

    def __init__(self, scores: list[float] | None = None) -> None:
        self.scores = scores
        self.published: list[int] = []

    def validate(self, model: Transformer, state: TrainState) -> Validation:
        bleu = self.scores.pop(0) if self.scores else float(state.step)
        return Validation(
            step=state.step,
            loss=1.0,
            bleu=bleu,
            signature="",
            beam_size=1,
            seconds=0.0,
            improved=bleu > state.best_score,
        )

    def publish(self, model: Transformer, state: TrainState, validation: Validation) -> None:
        self.published.append(state.step)


class SilentReporter:
    def __init__(self) -> None:
        self.losses: list[float] = []

    def stage(self, text: str) -> None: ...
    def started(self, state: TrainState, planned: int | None) -> None: ...
    def progressed(self, progress: Progress) -> None:
        self.losses.append(progress.loss)

    def validated(self, validation: Validation) -> None: ...
    def ended(self) -> None: ...


def corpus(pairs: int = 40) -> EncodedCorpus:
    generator = np.random.default_rng(1)
    made = [generator.integers(4, 20, size=(2, generator.integers(2, 9))).tolist() for _ in range(pairs)]
    return encoded_in_memory([(source, target) for source, target in made])


def trainer(
    directory: Path,
    config: TrainingConfig = TRAINING,
    model: ModelConfig = MODEL,
    validator: FakeValidator | None = None,
    stop: Callable[[], bool] = lambda: False,
    reporter: SilentReporter | None = None,
) -> Trainer:
    torch.manual_seed(config.seed)
    surroundings = Surroundings(
        checkpoints=CheckpointStore(directory, keep=2),
        validator=validator or FakeValidator(),
        reporter=reporter or SilentReporter(),
        stop_requested=stop,
    )
    return Trainer(Transformer(model), corpus(), config, surroundings)


def stop_after(calls: int) -> Callable[[], bool]:
    left = iter(range(calls))
    return lambda: next(left, None) is None


@pytest.mark.parametrize("stops", [[1], [7, 3], [5, 10]])
def test_stopping_and_going_on_changes_no_bit(tmp_path: Path, stops: list[int]) -> None:
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
    found = last.run()
    assert replace(found, seconds=0) == replace(expected, seconds=0)
    for name, tensor in whole.learner.model.state_dict().items():
        assert torch.equal(tensor, last.learner.model.state_dict()[name]), name
    for name, tensor in whole.average.state_dict().items():
        assert torch.equal(tensor, last.average.state_dict()[name]), name


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


def test_patience_ends_training_and_only_better_models_are_published(tmp_path: Path) -> None:
    validator = FakeValidator([5.0, 9.0, 8.0, 9.0, 10.0])
    config = replace(TRAINING, max_steps=None, patience=2)
    state = trainer(tmp_path, config, validator=validator).run()
    assert state.finished == "no better BLEU in 2 validations"
    assert (state.step, state.best_step, state.best_score) == (28, 14, 9.0)
    assert validator.published == [7, 14]


def test_epochs_are_a_limit_too(tmp_path: Path) -> None:
    config = replace(TRAINING, max_steps=None, max_epochs=2, accumulate=3)
    part = trainer(tmp_path, config)
    state = part.run()
    assert (state.epoch, state.batch) == (2, 0)
    assert state.step == part.planned == 2 * -(-len(part.plan) // 3)


def test_a_gradient_that_is_not_finite_changes_nothing_and_ends_in_a_sentence(tmp_path: Path) -> None:
    part = trainer(tmp_path)
    with torch.no_grad():
        part.learner.model.encoder[0].feed_forward.inner.bias.fill_(float("nan"))
    before = part.learner.model.embedding.weight.clone()
    config = replace(TRAINING, max_steps=None, validate_every=1000)
    part.config, part.planned = config, None
    with pytest.raises(NMTError, match="not finite in 50 updates"):
        part.run()
    assert torch.equal(part.learner.model.embedding.weight, before)
