"""One update: what precision does to a gradient, and what must not change with it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from nmt.data.batching import Batch, batches_in_order, make_batch
from nmt.data.encoded_corpus import encoded_in_memory
from nmt.errors import NMTError
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer
from nmt.special_ids import EOS, UNK
from nmt.training.config import TrainingConfig
from nmt.training.update.learner import Learner

MODEL = ModelConfig(
    vocabulary_size=50, encoder_layers=2, decoder_layers=2, dimension=32, heads=2, feed_forward=64, dropout=0.0
)


def batches(pairs: int = 24) -> list[Batch]:
    generator = np.random.default_rng(3)
    made = [generator.integers(4, 50, size=(2, generator.integers(2, 9))).tolist() for _ in range(pairs)]
    corpus = encoded_in_memory([(source, target) for source, target in made])
    return [make_batch(corpus, rows) for rows in batches_in_order(corpus, batch_tokens=10_000)]


def learner(precision: str, model: ModelConfig = MODEL, **settings: float) -> Learner:
    torch.manual_seed(5)
    return Learner(Transformer(model), TrainingConfig(precision=precision, **settings))


def gradient(part: Learner) -> torch.Tensor:
    return torch.cat([p.grad.flatten() for p in part.model.parameters() if p.grad is not None])


def test_a_bfloat16_gradient_points_where_float32s_does() -> None:
    gradients = {}
    for precision in ("float32", "bfloat16"):
        part = learner(precision)
        update = part.update(batches(), rate=1e-9)
        gradients[precision] = gradient(part)
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
    states = [state for member in part.optimizer.members for state in member.state.values()]
    moments = [value for state in states for value in state.values()]
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
    assert not part.optimizer.started


def test_out_of_memory_halves_the_batches_and_changes_no_gradient(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = learner("float32", clip_norm=100.0)
    whole.update(batches(), rate=1e-9)
    cramped = learner("float32", clip_norm=100.0)
    honest = cramped._add_gradient

    def small_memory(batch: Batch, tokens: int) -> torch.Tensor:
        loss = honest(batch, tokens)
        if len(batch.source) > 7:
            raise torch.OutOfMemoryError("CUDA out of memory")  # after the gradient was added, as it may be
        return loss

    monkeypatch.setattr(cramped, "_add_gradient", small_memory)
    update = cramped.update(batches(), rate=1e-9)
    assert update.applied
    assert cramped.parts == 4  # 24 pairs: 12 are too many, 6 fit
    assert "4 parts" in caplog.text
    torch.testing.assert_close(gradient(cramped), gradient(whole))


@pytest.mark.parametrize(
    "message",
    [
        "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes",
        "[enforce fail] DefaultCPUAllocator: not enough memory: you tried to allocate 1 bytes",
        "MPS backend out of memory (MPS allocated: 9.06 GB, max allowed: 9.07 GB)",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)",
    ],
)
def test_a_pair_that_does_not_fit_is_a_sentence(monkeypatch: pytest.MonkeyPatch, message: str) -> None:
    part = learner("float32")

    def no_memory(batch: Batch, tokens: int) -> torch.Tensor:
        raise RuntimeError(message)

    monkeypatch.setattr(part, "_add_gradient", no_memory)
    with pytest.raises(NMTError, match="not even one sentence pair"):
        part.update(batches(), rate=0.1)


def test_another_runtime_error_is_not_mistaken_for_lack_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    part = learner("float32")

    def broken(batch: Batch, tokens: int) -> torch.Tensor:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(part, "_add_gradient", broken)
    with pytest.raises(RuntimeError, match="shapes do not match"):
        part.update(batches(), rate=0.1)


def test_r_drop_without_dropout_is_the_plain_gradient() -> None:
    """Two equal passes agree, so nothing is added and the mean of both losses is the loss."""
    plain, twice = learner("float32"), learner("float32", r_drop=5.0)
    updates = [part.update(batches(), rate=1e-9) for part in (plain, twice)]
    torch.testing.assert_close(updates[0].loss, updates[1].loss)
    torch.testing.assert_close(gradient(plain), gradient(twice), rtol=1e-4, atol=1e-6)


def test_r_drop_brings_two_passes_together() -> None:
    noisy = replace(MODEL, dropout=0.3)
    apart = []
    for weight in (0.0, 5.0):
        part = learner("float32", noisy, r_drop=weight)
        for _ in range(60):
            part.update(batches(), rate=0.003)
        (batch,) = batches()
        passes = [part.model(batch.source, batch.target_in).log_softmax(-1) for _ in range(2)]
        apart.append(torch.nn.functional.kl_div(*passes, log_target=True, reduction="batchmean").item())
    assert apart[1] < 0.5 * apart[0]


def test_word_dropout_hides_the_share_of_words_asked_for_and_no_special_ids() -> None:
    part = learner("float32", word_dropout=0.25)
    ids = torch.randint(0, 50, (400, 50))
    hidden = part.loss.train().drop_words(ids)
    words = ids > EOS
    assert torch.equal(hidden[~words], ids[~words])
    assert (hidden[words] != ids[words]).float().mean().item() == pytest.approx(0.25, abs=0.02)
    assert set(hidden[hidden != ids].tolist()) == {UNK}
