"""One update: what precision does to a gradient, and what must not change with it."""

import numpy as np
import pytest
import torch

from nmt.data.batching import Batch, batches_in_order, make_batch
from nmt.data.encoded_corpus import encoded_in_memory
from nmt.model.config import ModelConfig
from nmt.model.transformer import Transformer
from nmt.training.config import TrainingConfig
from nmt.training.learner import Learner

MODEL = ModelConfig(
    vocabulary_size=50, encoder_layers=2, decoder_layers=2, dimension=32, heads=2, feed_forward=64, dropout=0.0
)


def batches(pairs: int = 24) -> list[Batch]:
    generator = np.random.default_rng(3)
    made = [generator.integers(4, 50, size=(2, generator.integers(2, 9))).tolist() for _ in range(pairs)]
    corpus = encoded_in_memory([(source, target) for source, target in made])
    return [make_batch(corpus, rows) for rows in batches_in_order(corpus, batch_tokens=10_000)]


def learner(precision: str, model: ModelConfig = MODEL, rate: float = 0.002) -> Learner:
    torch.manual_seed(5)
    return Learner(Transformer(model), TrainingConfig(precision=precision, learning_rate=rate))


def test_a_bfloat16_gradient_points_where_float32s_does() -> None:
    gradients = {}
    for precision in ("float32", "bfloat16"):
        part = learner(precision)
        update = part.update(batches(), rate=1e-9)
        gradients[precision] = torch.cat([p.grad.flatten() for p in part.model.parameters() if p.grad is not None])
        assert gradients[precision].dtype == torch.float32
        assert float(update.loss) / update.target_tokens == pytest.approx(4.8, abs=1.0)
    same = torch.cosine_similarity(gradients["float32"], gradients["bfloat16"], dim=0)
    assert 0.999 < same < 1 - 1e-7  # close, and not the same: bfloat16 was used


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_one_batch_is_learned_by_heart(precision: str) -> None:
    part = learner(precision)
    for step in range(150):
        update = part.update(batches(), rate=0.004 * min(1, (step + 1) / 20))
    smallest = -(0.9 + 0.1 / 50) * np.log(0.9 + 0.1 / 50)  # label smoothing keeps the best plain loss above zero
    assert float(update.loss) / update.target_tokens < smallest + 0.05


def test_weights_and_optimizer_stay_float32() -> None:
    part = learner("bfloat16")
    part.update(batches(), rate=0.001)
    moments = [value for state in part.optimizer.state.values() for value in state.values()]
    assert moments
    assert {tensor.dtype for tensor in [*part.model.parameters(), *moments]} == {torch.float32}


def test_an_update_that_is_not_finite_changes_nothing() -> None:
    part = learner("float32")
    with torch.no_grad():
        part.model.decoder[0].feed_forward.inner.bias.fill_(float("inf"))
    before = part.model.embedding.weight.clone()
    update = part.update(batches(), rate=0.1)
    assert not update.applied
    assert torch.equal(part.model.embedding.weight, before)
    assert not part.optimizer.state
