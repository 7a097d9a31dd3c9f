"""A recording holds what the model computes, and leaves the model as it was."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from nmt.decoding.attention import cross_attention
from nmt.explain.recorder import recording, without_head
from nmt.models.attention import Attention
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer
from nmt.special_ids import BOS, EOS

SOURCE = torch.tensor([[5, 9, 7, 4, EOS]])
TARGET_IN = torch.tensor([[BOS, 6, 8, 5]])


@pytest.fixture(params=["pre", "post"])
def model(request: pytest.FixtureRequest) -> Transformer:
    shape = {"vocabulary_size": 20, "dimension": 16, "heads": 4, "feed_forward": 24, "dropout": 0.1}
    return Transformer(ModelConfig(encoder_layers=2, decoder_layers=2, norm=request.param, **shape)).eval()


def split(states: Tensor, heads: int) -> Tensor:
    """(1, T, D) to (H, T, D/H)."""
    return torch.stack(states[0].chunk(heads, dim=1))


def attend_by_hand(module: Attention, attending: Tensor, attended: Tensor, *, causal: bool) -> tuple[Tensor, Tensor]:
    """The weights (H, T, S) and the output (1, T, D), computed again from the stored matrices."""
    size = module.dimension
    parts = zip(module.projection.weight.split(size), module.projection.bias.split(size), strict=True)
    (to_q, add_q), (to_k, add_k), (to_v, add_v) = parts
    queries = split(attending @ to_q.T + add_q, module.heads)
    keys, values = split(attended @ to_k.T + add_k, module.heads), split(attended @ to_v.T + add_v, module.heads)
    scores = torch.einsum("htd,hsd->hts", queries, keys) / math.sqrt(size / module.heads)
    if causal:
        scores = scores + torch.full(scores.shape[1:], -math.inf).triu(1)
    weights = scores.exp() / scores.exp().sum(2, keepdim=True)
    merged = torch.cat(list(weights @ values), dim=1)
    return weights, module.output(merged.unsqueeze(0))


def by_hand(model: Transformer) -> tuple[dict[str, Tensor], Tensor]:
    """All attention weights by module, and the logits, without the forward methods of the model and its layers."""
    all_weights: dict[str, Tensor] = {}

    def sublayer(residual: torch.nn.Module, states: Tensor, work) -> Tensor:  # type: ignore[no-untyped-def]
        pre = model.config.norm == "pre"
        after = states + work(residual.norm(states) if pre else states)
        return after if pre else residual.norm(after)

    def attention(name: str, attended: Tensor | None, *, causal: bool = False):  # type: ignore[no-untyped-def]
        def work(states: Tensor) -> Tensor:
            module = model.get_submodule(name)
            all_weights[name], output = attend_by_hand(
                module, states, states if attended is None else attended, causal=causal
            )
            return output

        return work

    def feed_forward(layer: torch.nn.Module):  # type: ignore[no-untyped-def]
        return lambda x: layer.feed_forward.outer(layer.feed_forward.inner(x).clamp(min=0))

    def embed(ids: Tensor) -> Tensor:
        return model.embedding.weight[ids] * math.sqrt(model.config.dimension) + model.positions[: ids.size(1)]

    states = embed(SOURCE)
    for number, layer in enumerate(model.encoder):
        states = sublayer(layer.attention_residual, states, attention(f"encoder.{number}.attention", None))
        states = sublayer(layer.feed_forward_residual, states, feed_forward(layer))
    memory, states = model.encoder_norm(states), embed(TARGET_IN)
    for number, layer in enumerate(model.decoder):
        self_attention = attention(f"decoder.{number}.attention", None, causal=True)
        states = sublayer(layer.attention_residual, states, self_attention)
        cross = attention(f"decoder.{number}.cross_attention", memory)
        states = sublayer(layer.cross_attention_residual, states, cross)
        states = sublayer(layer.feed_forward_residual, states, feed_forward(layer))
    return all_weights, model.decoder_norm(states) @ model.embedding.weight.T


def test_all_weights_are_those_of_an_independent_forward_pass(model: Transformer) -> None:
    with torch.inference_mode():
        weights, logits = by_hand(model)
        with recording(model) as records:
            recorded = model(SOURCE, TARGET_IN)
    torch.testing.assert_close(recorded, logits)
    assert records.attention.keys() == weights.keys()
    assert len(weights) == 6
    for name, attended in records.attention.items():
        torch.testing.assert_close(attended.weights[0], weights[name])
        torch.testing.assert_close(attended.weights.sum(3), torch.ones(attended.weights.shape[:3]))


def test_the_weighted_values_are_the_attentions_output(model: Transformer) -> None:
    with torch.inference_mode(), recording(model) as records:
        model(SOURCE, TARGET_IN)
    for name, attended in records.attention.items():
        merged = (attended.weights @ attended.values).transpose(1, 2).flatten(2)
        output = model.get_submodule(name).output(merged)
        torch.testing.assert_close(output, records.residual[f"{name}_residual"].output)


def test_the_cross_attention_is_that_of_alignment(model: Transformer) -> None:
    target = torch.cat((TARGET_IN[:, 1:], torch.tensor([[EOS]])), dim=1)
    with torch.inference_mode():
        expected = cross_attention(model, SOURCE, target)
        with recording(model) as records:
            model(SOURCE, TARGET_IN)
    for layer, weights in enumerate(expected):
        torch.testing.assert_close(records.attention[f"decoder.{layer}.cross_attention"].weights, weights)


def test_recording_changes_no_bit_and_leaves_the_model_as_it_was(model: Transformer) -> None:
    modules = list(model.named_modules())
    with torch.inference_mode():
        before = model(SOURCE, TARGET_IN)
        with recording(model):
            during = model(SOURCE, TARGET_IN)
        after = model(SOURCE, TARGET_IN)
    assert torch.equal(before, during)
    assert torch.equal(before, after)
    assert [(name, id(module)) for name, module in model.named_modules()] == [
        (name, id(module)) for name, module in modules
    ]
    for _, module in modules:
        assert not module._forward_hooks
        assert not module._forward_pre_hooks


def test_neurons_are_never_below_zero_and_give_the_output(model: Transformer) -> None:
    with torch.inference_mode(), recording(model) as records:
        model(SOURCE, TARGET_IN)
        for name, neurons in records.neurons.items():
            assert float(neurons.min()) >= 0
            output = records.residual[f"{name}_residual"].output
            torch.testing.assert_close(model.get_submodule(name).outer(neurons), output)
    assert len(records.neurons) == 4


def test_an_ablated_head_adds_nothing(model: Transformer) -> None:
    name = "decoder.1.cross_attention"
    module = model.get_submodule(name)
    assert isinstance(module, Attention)
    with torch.inference_mode():
        whole = model(SOURCE, TARGET_IN)
        with recording(model) as records, without_head(module, 2):
            without = model(SOURCE, TARGET_IN)
        again = model(SOURCE, TARGET_IN)
    attended = records.attention[name]
    heads = attended.weights @ attended.values
    heads[:, 2] = 0
    expected = F.linear(heads.transpose(1, 2).flatten(2), module.output.weight, module.output.bias)
    torch.testing.assert_close(records.residual[f"{name}_residual"].output, expected)
    assert not torch.equal(whole, without)
    assert torch.equal(whole, again)
