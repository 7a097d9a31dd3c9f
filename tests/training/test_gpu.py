"""What a GPU computes is what the processor computes; skipped where there is none."""

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from nmt import Translator
from nmt.data.batching import Batch, batches_in_order, make_batch
from nmt.data.encoded_corpus import EncodedCorpus, encoded_in_memory
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer
from nmt.training.config import TrainingConfig
from nmt.training.context import RunOptions
from nmt.training.recipe import Recipe, merge_recipe
from nmt.training.run import train
from nmt.training.sizing.batch_size import settle_batch_tokens
from nmt.training.update.learner import Learner
from tests.conftest import RecordingReporter, Reversal
from tests.training.test_run import SMALL, write_corpus

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")

MODEL = ModelConfig(
    vocabulary_size=4000, encoder_layers=2, decoder_layers=2, dimension=64, heads=2, feed_forward=128, dropout=0.0
)


def corpus(pairs: int, longest: int = 30) -> EncodedCorpus:
    generator = np.random.default_rng(3)
    made = [generator.integers(4, 4000, size=(2, generator.integers(2, longest))).tolist() for _ in range(pairs)]
    return encoded_in_memory([(source, target) for source, target in made])


def batches(pairs: int) -> list[Batch]:
    text = corpus(pairs)
    return [make_batch(text, rows) for rows in batches_in_order(text, batch_tokens=100_000)]


def gradient_on(device: str, precision: str, **settings: float) -> torch.Tensor:
    torch.manual_seed(5)
    learner = Learner(Transformer(MODEL).to(device), TrainingConfig(precision=precision, **settings))
    learner.update(batches(40), rate=1e-9)
    found = [parameter.grad.flatten().cpu() for parameter in learner.model.parameters() if parameter.grad is not None]
    return torch.cat(found)


@pytest.mark.parametrize("r_drop", [0.0, 3.0])
@pytest.mark.parametrize(("precision", "least"), [("float32", 0.99999), ("bfloat16", 0.998)])
def test_the_gradient_equals_that_of_the_cpu(precision: str, least: float, r_drop: float) -> None:
    expected, found = (
        gradient_on(device, kind, r_drop=r_drop) for device, kind in (("cpu", "float32"), ("cuda", precision))
    )
    assert torch.cosine_similarity(expected, found, dim=0) > least
    assert float(found.norm() / expected.norm()) == pytest.approx(1, abs=0.02)


@pytest.fixture
def little_memory() -> Iterator[None]:
    """A limit below what one batch needs in one piece."""
    gc.collect()
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + (150 << 20)) / total)
    yield
    torch.cuda.set_per_process_memory_fraction(1.0)


@pytest.mark.usefixtures("little_memory")
def test_out_of_memory_halves_the_batches_and_training_continues() -> None:
    torch.manual_seed(5)
    learner = Learner(Transformer(MODEL).to("cuda"), TrainingConfig())
    update = learner.update(batches(8000), rate=1e-4)
    assert learner.parts > 1
    assert update.applied


@pytest.mark.usefixtures("little_memory")
def test_the_tokens_of_a_batch_are_found_by_trying() -> None:
    text = corpus(200_000)
    wanted = settle_batch_tokens(text, MODEL, TrainingConfig(), torch.device("cpu"))
    found = settle_batch_tokens(text, MODEL, TrainingConfig(), torch.device("cuda"))
    assert found >= 512
    assert found != wanted


def test_a_run_on_a_gpu_stops_resumes_and_translates_anywhere(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    recipe = merge_recipe(Recipe(), SMALL, where="test")
    asked = iter(range(7))
    stopped = train(
        files,
        tmp_path / "model",
        recipe,
        RunOptions(device="cuda", stop_requested=lambda: next(asked, None) is None),
        reporter=RecordingReporter(),
    )
    assert (stopped.finished, stopped.state.step) == (False, 7)
    whole = train(files, tmp_path / "model", recipe, RunOptions(device="cuda"), reporter=RecordingReporter())
    assert (whole.finished, whole.state.step) == (True, 12)
    lines = ["eins zwei Haus 3", "", "Baum"]
    for device in ("cpu", "cuda"):
        assert len(Translator(tmp_path / "model", device=device, engine="torch").translate(lines)) == 3


def test_it_translates_like_the_cpu(reversal: Reversal) -> None:
    translators = (Translator(reversal.model_dir, device=device, engine="torch") for device in ("cpu", "cuda"))
    expected, found = (translator.translate(reversal.unseen) for translator in translators)
    assert sum(one == other for one, other in zip(expected, found, strict=True)) >= 0.99 * len(expected)


def test_a_batch_of_another_split_gives_the_same_mean() -> None:
    torch.manual_seed(5)
    model = Transformer(MODEL).to("cuda")
    gradients = []
    for parts in (1, 3):
        learner = Learner(model, replace(TrainingConfig(precision="float32"), clip_norm=1e9))
        learner.parts = parts
        learner.update(batches(40), rate=1e-12)
        gradients.append(torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None]))
    assert torch.allclose(*gradients, atol=1e-6)
