"""The tokens of a batch where nobody says: by corpus, and by what fits."""

import numpy as np
import pytest
import torch

from nmt.data.batching import Batch
from nmt.data.encoded_corpus import EncodedCorpus, encoded_in_memory
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer
from nmt.training.config import TrainingConfig
from nmt.training.sizing import batch_size
from nmt.training.sizing.batch_size import batch_tokens_for, largest_that_fits, settle_batch_tokens
from nmt.training.update.learner import Learner

MODEL = ModelConfig(
    vocabulary_size=50, encoder_layers=1, decoder_layers=1, dimension=16, heads=2, feed_forward=16, dropout=0.0
)
GPU = "cuda"


def corpus(pairs: int, length: int = 9) -> EncodedCorpus:
    generator = np.random.default_rng(1)
    return encoded_in_memory([([5] * int(n), [6] * int(n)) for n in generator.integers(1, 2 * length, size=pairs)])


@pytest.mark.parametrize(
    ("pairs", "device", "tokens"),
    [(100, "cpu", 512), (100, GPU, 512), (25_000, "cpu", 1024), (100_000, GPU, 8192), (1_000_000, "cpu", 4096)],
)
def test_larger_corpora_get_larger_batches(pairs: int, device: str, tokens: int) -> None:
    assert batch_tokens_for(corpus(pairs), device) == tokens


def test_the_largest_that_fits_is_found_by_its_worst_batches() -> None:
    tried: list[int] = []

    def fits(batch: Batch) -> bool:
        tried.append(batch.source.numel() + batch.target_in.numel())
        return tried[-1] <= 5000  # about 2,500 a side

    whole = corpus(5000)
    assert largest_that_fits(whole, 16_384, fits) == 2048
    assert max(tried) > 20_000
    assert largest_that_fits(whole, 16_384, lambda batch: False) == batch_size.SMALLEST


def test_a_trial_leaves_no_gradient_and_knows_lack_of_memory_from_other_errors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learners: list[Learner] = []
    honest = Learner.try_gradient

    def small_memory(self: Learner, batch: Batch) -> None:
        learners.append(self)
        honest(self, batch)
        if batch.source.numel() > 1100:
            raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(Learner, "try_gradient", small_memory)
    trial = batch_size._Trial(Learner(Transformer(MODEL), TrainingConfig(batch_tokens=4096)))
    assert largest_that_fits(corpus(2000), 4096, trial) == 1024
    assert all(parameter.grad is None for parameter in learners[-1].model.parameters())

    def broken(self: Learner, batch: Batch) -> None:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(Learner, "try_gradient", broken)
    with pytest.raises(RuntimeError, match="shapes do not match"):
        largest_that_fits(corpus(2000), 4096, trial)


def test_on_a_processor_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(self: Learner, batch: Batch) -> None:
        raise AssertionError("tried")

    monkeypatch.setattr(Learner, "try_gradient", never)
    assert settle_batch_tokens(corpus(100), MODEL, TrainingConfig(), torch.device("cpu")) == 512
