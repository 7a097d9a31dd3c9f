"""Muon: what it makes of a matrix, worked out by hand and by torch's own; the same after it was saved."""

from copy import deepcopy

import pytest
import torch
from torch import nn

from nmt.model.config import ModelConfig
from nmt.model.transformer import Transformer
from nmt.runtime import Precision
from nmt.training.config import DECAYS, TrainingConfig
from nmt.training.muon import UPDATE_SIZE, Muon, orthogonalized
from nmt.training.optimizer import Optimizers, make_optimizers

FLOAT32 = Precision(torch.float32, "for the test")


@pytest.mark.parametrize("shape", [(3, 16, 16), (2, 8, 24), (2, 24, 8)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_singular_values_become_about_one_and_vectors_stay(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    matrices = torch.randn(shape)
    found = orthogonalized(matrices, dtype).float()
    left, _, right = torch.linalg.svd(matrices, full_matrices=False)
    assert found.shape == matrices.shape
    values = torch.linalg.svdvals(found)
    assert values.min() > 0.4  # the smallest of a random square matrix are still on their way up
    assert values.max() < 1.3
    assert torch.cosine_similarity(found.flatten(1), (left @ right).flatten(1)).min() > 0.97


def test_a_matrix_of_rank_one_moves_along_it() -> None:
    matrix = nn.Parameter(torch.zeros(2, 2))
    matrix.grad = torch.tensor([[0.0, 3.0], [0.0, 0.0]])
    Muon([{"params": [matrix]}], lr=0.5, dtype=torch.float32).step()
    value = 1.0  # of the gradient's only singular value, after division by the norm
    for _ in range(5):
        value = 3.4445 * value - 4.7750 * value**3 + 2.0315 * value**5
    assert matrix[0, 1].item() == pytest.approx(-0.5 * UPDATE_SIZE * 2**0.5 * value, rel=1e-5)
    assert matrix.count_nonzero() == 1


def test_parts_of_a_parameter_are_matrices_of_their_own() -> None:
    gradient = torch.randn(24, 8)
    whole = nn.Parameter(torch.zeros(24, 8))
    parts = [nn.Parameter(torch.zeros(8, 8)) for _ in range(3)]
    whole.grad = gradient
    for part, share in zip(parts, gradient.chunk(3), strict=True):
        part.grad = share.clone()
    Muon([{"params": [whole], "parts": 3}], lr=0.1, dtype=torch.float32).step()
    Muon([{"params": parts}], lr=0.1, dtype=torch.float32).step()
    assert torch.allclose(whole, torch.cat(list(parts)))
    assert whole.abs().max() > 0


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="torch has a Muon of its own from release 2.9 on")
def test_it_moves_as_torchs_own_does() -> None:
    ours, theirs = (nn.Parameter(torch.ones(12, 20)) for _ in range(2))
    optimizers = [
        Muon([{"params": [ours]}], lr=0.1, weight_decay=0.3, dtype=torch.bfloat16),
        torch.optim.Muon([theirs], lr=0.1, weight_decay=0.3, adjust_lr_fn="match_rms_adamw"),
    ]
    for _ in range(4):
        gradient = torch.randn(12, 20)
        for parameter, optimizer in zip((ours, theirs), optimizers, strict=True):
            parameter.grad = gradient.clone()
            optimizer.step()
    assert torch.allclose(ours, theirs, atol=2e-3)


def optimizers(model: Transformer, name: str = "muon") -> Optimizers:
    return make_optimizers(model, TrainingConfig(optimizer=name), FLOAT32)


@pytest.mark.parametrize("name", ["muon", "adamw"])
def test_every_parameter_moves_by_one_of_them(name: str) -> None:
    config = ModelConfig(vocabulary_size=20, encoder_layers=1, decoder_layers=1, dimension=16, heads=2, feed_forward=24)
    model = Transformer(config)
    made = optimizers(model, name)
    held = [p for member in made.members for group in member.param_groups for p in group["params"]]
    assert len(held) == len(set(held)) == len(list(model.parameters()))
    before = [parameter.clone() for parameter in model.parameters()]
    for parameter in model.parameters():
        parameter.grad = torch.randn_like(parameter)
    assert not made.started
    made.step(0.1)
    assert made.started
    assert all((parameter != old).any() for parameter, old in zip(model.parameters(), before, strict=True))


@pytest.mark.parametrize("name", ["muon", "adamw"])
def test_matrices_and_embeddings_decay_and_nothing_else(name: str) -> None:
    config = ModelConfig(vocabulary_size=20, encoder_layers=1, decoder_layers=1, dimension=16, heads=2, feed_forward=24)
    model = Transformer(config)
    made = make_optimizers(model, TrainingConfig(optimizer=name, weight_decay=0.25), FLOAT32)
    decays = {
        parameter: group["weight_decay"]
        for member in made.members
        for group in member.param_groups
        for parameter in group["params"]
    }
    assert {parameter.dim() > 1 for parameter in decays} == {True, False}
    assert all(decay == (0.25 if parameter.dim() > 1 else 0) for parameter, decay in decays.items())


def decays_of_updates(config: TrainingConfig, updates: int) -> list[float]:
    """The weight decay of the embeddings in each update; half of the way a saved state is taken up."""
    model = nn.ModuleList([nn.Embedding(3, 4)])
    decays = []
    made = make_optimizers(model, config, FLOAT32)
    for update in range(updates):
        if update == updates // 2:
            state = deepcopy(made.state_dict())
            made = make_optimizers(model, config, FLOAT32)
            made.load_state_dict(state)
        model[0].weight.grad = torch.zeros(3, 4)
        made.step(0.1)
        decays.append(made.members[0].param_groups[0]["weight_decay"])
    return decays


def test_weights_decay_slower_in_long_runs_unless_told_how_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nmt.training.optimizer.WHOLE_DECAY", 2)
    decays = decays_of_updates(TrainingConfig(), 8)
    assert decays == pytest.approx([DECAYS["muon"] * min(1, 2 / update) for update in range(1, 9)])
    assert decays_of_updates(TrainingConfig(weight_decay=0.2), 8) == [0.2] * 8
    assert decays_of_updates(TrainingConfig(optimizer="adamw"), 8) == [DECAYS["adamw"]] * 8


def test_it_goes_on_from_what_was_saved() -> None:
    config = ModelConfig(vocabulary_size=20, encoder_layers=1, decoder_layers=1, dimension=16, heads=2, feed_forward=24)
    whole = Transformer(config)
    first = optimizers(whole)

    def step(model: Transformer, made: Optimizers, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        for parameter in model.parameters():
            parameter.grad = torch.randn(parameter.shape, generator=generator)
        made.step(0.1)

    step(whole, first, 1)
    resumed = Transformer(config)
    resumed.load_state_dict(whole.state_dict())
    second = optimizers(resumed)
    second.load_state_dict(deepcopy(first.state_dict()))
    step(whole, first, 2)
    step(resumed, second, 2)
    assert all(torch.equal(one, other) for one, other in zip(whole.parameters(), resumed.parameters(), strict=True))
