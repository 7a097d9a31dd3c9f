"""Muon: what it makes of a matrix, worked out by hand and by torch's own; the same after it was saved."""

from copy import deepcopy

import pytest
import torch
from torch import nn

from nmt.errors import NMTError
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer, divisor_near
from nmt.training.config import DECAYS, TrainingConfig
from nmt.training.update.muon import ITERATIONS, QUINTIC, UPDATE_SIZE, Muon, orthogonalized
from nmt.training.update.optimizer import Optimizers, make_optimizers


@pytest.mark.parametrize("shape", [(3, 16, 16), (2, 8, 24), (2, 24, 8)])
def test_singular_values_become_about_one_and_vectors_stay(shape: tuple[int, ...]) -> None:
    matrices = torch.randn(shape)
    found = orthogonalized(matrices)
    left, _, right = torch.linalg.svd(matrices, full_matrices=False)
    assert found.shape == matrices.shape
    values = torch.linalg.svdvals(found)
    assert values.min() > 0.4  # the smallest of a random square matrix are still on their way up
    assert values.max() < 1.3
    assert torch.cosine_similarity(found.flatten(1), (left @ right).flatten(1)).min() > 0.97


def test_gram_matrices_give_what_the_quintic_of_the_matrix_gives() -> None:
    """Also for a matrix whose singular values span four orders of magnitude, whose squares its Gram matrix holds."""
    left, _, right = torch.linalg.svd(torch.randn(8, 16, 40), full_matrices=False)
    values = torch.logspace(0, -4, 16)
    matrices = left * values @ right
    wanted = values.double() / torch.linalg.vector_norm(values.double())
    for _ in range(ITERATIONS):
        wanted = QUINTIC[0] * wanted + QUINTIC[1] * wanted**3 + QUINTIC[2] * wanted**5
    # float32 knows squares to 6e-8 of the largest. The first factor, up to 3.44 ** 2 an iteration, reaches 2e5 in all.
    assert torch.allclose(orthogonalized(matrices), left * wanted.float() @ right, atol=6e-8 * 3.4445**10)


def test_zeros_stay_zeros() -> None:
    assert not orthogonalized(torch.zeros(2, 4, 6)).any()


def test_a_matrix_of_rank_one_moves_along_it() -> None:
    matrix = nn.Parameter(torch.zeros(2, 2))
    matrix.grad = torch.tensor([[0.0, 3.0], [0.0, 0.0]])
    Muon([{"params": [matrix]}], lr=0.5).step()
    value = 1.0  # of the gradient's only singular value, after division by the norm
    for _ in range(5):
        value = 3.4445 * value - 4.7750 * value**3 + 2.0315 * value**5
    assert matrix[0, 1].item() == pytest.approx(-0.5 * UPDATE_SIZE * 2**0.5 * value, rel=1e-5)
    assert matrix.count_nonzero() == 1


@pytest.mark.parametrize("columns", [False, True])
def test_blocks_of_a_matrix_are_treated_as_separate_matrices(columns: bool) -> None:
    gradient = torch.randn(8, 24) if columns else torch.randn(24, 8)
    whole = nn.Parameter(torch.zeros_like(gradient))
    parts = [nn.Parameter(torch.zeros_like(part)) for part in gradient.chunk(6, dim=int(columns))]
    whole.grad = gradient
    for part, share in zip(parts, gradient.chunk(6, dim=int(columns)), strict=True):
        part.grad = share.clone()
    Muon([{"params": [whole], "block": 4, "columns": columns}], lr=0.1, weight_decay=0.5).step()
    Muon([{"params": parts}], lr=0.1, weight_decay=0.5).step()
    assert torch.allclose(whole, torch.cat(list(parts), dim=int(columns)), atol=1e-6)
    assert whole.abs().max() > 0


def test_more_blocks_than_fit_into_a_chunk_all_move(monkeypatch: pytest.MonkeyPatch) -> None:
    matrices = [nn.Parameter(torch.zeros(6, 8)) for _ in range(2)]
    moved = []
    for chunk in (1000, 20):
        monkeypatch.setattr("nmt.training.update.muon.CHUNK", chunk)
        torch.manual_seed(3)
        for matrix in matrices:
            matrix.data.zero_()
            matrix.grad = torch.randn(6, 8)
        Muon([{"params": matrices, "block": 2}], lr=0.1).step()
        moved.append([matrix.detach().clone() for matrix in matrices])
    for one, other in zip(*moved, strict=True):
        assert torch.allclose(one, other, atol=1e-6)
        assert one.all()


def test_heads_and_units_are_the_blocks() -> None:
    config = ModelConfig(vocabulary_size=20, encoder_layers=1, decoder_layers=1, dimension=16, heads=2, feed_forward=24)
    model = Transformer(config)
    [_, muon] = optimizers(model).members
    names = {parameter: name for name, parameter in model.named_parameters()}
    blocks = {
        names[parameter].removeprefix("encoder.0."): (group["block"], group["columns"])
        for group in muon.param_groups
        for parameter in group["params"]
        if names[parameter].startswith("encoder")
    }
    assert blocks == {
        "attention.projection.weight": (8, False),  # D/H rows of queries, keys or values
        "attention.output.weight": (8, True),
        "feed_forward.inner.weight": (8, False),
        "feed_forward.outer.weight": (8, True),
    }


@pytest.mark.parametrize(("number", "wanted", "divisor"), [(1024, 64, 64), (100, 64, 50), (7, 3, 7), (12, 5, 6)])
def test_blocks_divide_a_matrix(number: int, wanted: int, divisor: int) -> None:
    assert divisor_near(number, wanted) == divisor


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="torch has a Muon of its own from release 2.9 on")
def test_it_moves_as_torchs_own_does() -> None:
    ours, theirs = (nn.Parameter(torch.ones(12, 20)) for _ in range(2))
    optimizers = [
        Muon([{"params": [ours]}], lr=0.1, weight_decay=0.3),
        torch.optim.Muon([theirs], lr=0.1, weight_decay=0.3, adjust_lr_fn="match_rms_adamw"),
    ]
    for _ in range(4):
        gradient = torch.randn(12, 20)
        for parameter, optimizer in zip((ours, theirs), optimizers, strict=True):
            parameter.grad = gradient.clone()
            optimizer.step()
    assert torch.allclose(ours, theirs, atol=2e-3)


def optimizers(model: Transformer, name: str = "muon") -> Optimizers:
    return make_optimizers(model, TrainingConfig(optimizer=name))


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
    made = make_optimizers(model, TrainingConfig(optimizer=name, weight_decay=0.25))
    decays = {
        parameter: group["weight_decay"]
        for member in made.members
        for group in member.param_groups
        for parameter in group["params"]
    }
    assert {parameter.dim() > 1 for parameter in decays} == {True, False}
    assert all(decay == (0.25 if parameter.dim() > 1 else 0) for parameter, decay in decays.items())


class OnlyEmbeddings(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(3, 4)

    def matrix_blocks(self) -> dict[torch.Tensor, tuple[int, bool]]:
        return {}


def decays_of_updates(config: TrainingConfig, updates: int) -> list[float]:
    """The weight decay of the embeddings in each update; halfway, a saved state is loaded."""
    model = OnlyEmbeddings()
    decays = []
    made = make_optimizers(model, config)
    for update in range(updates):
        if update == updates // 2:
            state = deepcopy(made.state_dict())
            made = make_optimizers(model, config)
            made.load_state_dict(state)
        model.embedding.weight.grad = torch.zeros(3, 4)
        made.step(0.1)
        decays.append(made.members[0].param_groups[0]["weight_decay"])
    return decays


def test_weights_decay_more_slowly_in_long_runs_unless_the_decay_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nmt.training.update.optimizer.FULL_DECAY", 2)
    decays = decays_of_updates(TrainingConfig(), 8)
    assert decays == pytest.approx([DECAYS["muon"] * min(1, 2 / update) for update in range(1, 9)])
    assert decays_of_updates(TrainingConfig(weight_decay=0.2), 8) == [0.2] * 8
    assert decays_of_updates(TrainingConfig(optimizer="adamw"), 8) == [DECAYS["adamw"]] * 8


def test_it_resumes_from_what_was_saved() -> None:
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


def test_a_state_of_other_groups_is_refused_in_one_sentence() -> None:
    config = ModelConfig(vocabulary_size=20, encoder_layers=1, decoder_layers=1, dimension=16, heads=2, feed_forward=24)
    made = optimizers(Transformer(config))
    state = made.state_dict()
    state["Muon"]["param_groups"] = state["Muon"]["param_groups"][:1]
    with pytest.raises(NMTError, match="checkpoint is of another release"):
        made.load_state_dict(state)
    with pytest.raises(NMTError, match="checkpoint is of another release"):
        made.load_state_dict(optimizers(Transformer(config), "adamw").state_dict())
