"""The Transformer against its formulas, its cache against the whole prefix, its size against the paper."""

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from nmt.errors import NMTError
from nmt.models.attention import Attention, attention_by_products
from nmt.models.config import PRESETS, ModelConfig, choose_preset, preset
from nmt.models.transformer import Transformer, sinusoidal_positions
from nmt.special_ids import BOS, EOS, PAD


def tiny(**changes: object) -> Transformer:
    settings = {"vocabulary_size": 23, "dimension": 16, "heads": 2, "feed_forward": 24, "dropout": 0.0, **changes}
    return Transformer(ModelConfig(encoder_layers=2, decoder_layers=3, **settings)).eval()


SOURCE = torch.tensor([[5, 6, 7, 8, EOS], [9, 10, EOS, PAD, PAD]])
TARGET = torch.tensor([[BOS, 11, 12, 13], [BOS, 14, 15, PAD]])


def plain_attention(queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
    """Equation 1 of the paper, written out."""
    scores = queries @ keys.transpose(-1, -2) / math.sqrt(queries.size(-1))
    return scores.masked_fill(~mask, -math.inf).softmax(-1) @ values


@pytest.mark.parametrize("causal", [False, True])
def test_attention_is_equation_one(causal: bool) -> None:
    attention = Attention(16, 2)
    states = torch.randn(3, 5, 16)
    mask = torch.ones(5, 5, dtype=torch.bool).tril() if causal else torch.rand(3, 1, 1, 5) > 0.3
    if not causal:
        mask[..., 0] = True
    queries, keys, values = attention.project(states)
    heads = plain_attention(queries, keys, values, mask.expand(3, 1, 5, 5))
    expected = attention.output(torch.cat((heads[:, 0], heads[:, 1]), dim=-1))
    found = attention.attend(queries, keys, values, mask=None if causal else mask, causal=causal)
    torch.testing.assert_close(found, expected)


def test_projections_in_one_product_equal_the_separate_ones() -> None:
    attention = Attention(16, 2)
    states = torch.randn(3, 5, 16)
    queries, keys, values = attention.project(states)
    torch.testing.assert_close(attention.project_queries(states), queries)
    for found, expected in zip(attention.project_memory(states), (keys, values), strict=True):
        torch.testing.assert_close(found, expected)


def test_positions_by_hand() -> None:
    positions = sinusoidal_positions(3, 4)
    # t = 2, i = 1: the rate is 10000^(-2/4) = 0.01
    expected = [math.sin(2), math.cos(2), math.sin(0.02), math.cos(0.02)]
    torch.testing.assert_close(positions[2], torch.tensor(expected))


@pytest.mark.parametrize("norm", ["pre", "post"])
@pytest.mark.parametrize("chunks", [[1, 1, 1, 1], [2, 2], [3, 1]])
def test_cached_decoding_equals_uncached(norm: str, chunks: list[int]) -> None:
    model = tiny(norm=norm)
    memory = model.encode(SOURCE)
    cache = model.start(memory)
    pieces = [model.decode(part, memory, cache) for part in TARGET.split(chunks, dim=1)]
    assert cache.length == TARGET.size(1)
    torch.testing.assert_close(torch.cat(pieces, dim=1), model.decode(TARGET, memory))


def test_beams_share_the_memory_and_can_be_reordered() -> None:
    model = tiny()
    memory = model.encode(SOURCE)
    prefixes = torch.tensor([[BOS, 4, 5], [BOS, 6, 7], [BOS, 8, 9], [BOS, 10, 11]])  # two beams of two sentences
    order = torch.tensor([1, 1, 2, 2])
    cache = model.start(memory)
    for position in range(2):
        model.decode(prefixes[:, position : position + 1], memory, cache)
    cache.reorder(order)
    found = model.decode(prefixes[:, 2:], memory, cache)[:, -1]
    followed = torch.cat((prefixes[order, :2], prefixes[:, 2:]), dim=1)
    for row in range(4):
        alone = model.decode(followed[row : row + 1], model.encode(SOURCE[row // 2 : row // 2 + 1]))[0, -1]
        torch.testing.assert_close(found[row], alone)


def test_sentences_leave_the_cache() -> None:
    model = tiny()
    memory = model.encode(SOURCE)
    cache = model.start(memory)
    model.decode(torch.tensor([[BOS], [BOS], [BOS], [BOS]]), memory, cache)
    kept = torch.tensor([1])
    cache.select(kept, torch.tensor([2, 3]))
    found = model.decode(torch.tensor([[4], [5]]), memory.select(kept), cache)[:, -1]
    for row, token in enumerate((4, 5)):
        alone = model.decode(torch.tensor([[BOS, token]]), model.encode(SOURCE[1:]))[0, -1]
        torch.testing.assert_close(found[row], alone)


def test_a_sentence_alone_equals_the_sentence_in_a_batch() -> None:
    model = tiny()
    together = model(SOURCE, TARGET)
    alone = model(SOURCE[1:, :3], TARGET[1:, :3])
    torch.testing.assert_close(together[1:, :3], alone)


def test_a_position_does_not_see_its_future() -> None:
    model = tiny()
    changed = TARGET.clone()
    changed[:, 2:] = 20
    torch.testing.assert_close(model(SOURCE, changed)[:, :2], model(SOURCE, TARGET)[:, :2])


def test_long_input_grows_the_positions() -> None:
    model = tiny()
    source = torch.full((1, 700), 5)
    before = model.encode(source[:, :600]).states
    assert torch.equal(model.encode(source[:, :600]).states, before)
    assert model.encode(source).states.shape == (1, 700, 16)
    assert "positions" not in model.state_dict()


def test_one_matrix_for_three_uses() -> None:
    matrices = [name for name, parameter in tiny().named_parameters() if parameter.shape[0] == 23]
    assert matrices == ["embedding.weight"]


def layers(dimension: int, feed_forward: int) -> tuple[int, int]:
    """Parameters of an encoder and a decoder layer: matrices with biases, and two numbers a dimension for each norm."""
    attention = 4 * (dimension * dimension + dimension)
    inner = 2 * dimension * feed_forward + feed_forward + dimension
    return attention + inner + 2 * 2 * dimension, 2 * attention + inner + 3 * 2 * dimension


@pytest.mark.parametrize(("name", "millions"), [("base", 65), ("big", 213)])
def test_base_and_big_are_the_papers(name: str, millions: int) -> None:
    """Table 3 says 65 and 213 million for a shared vocabulary of about 37,000."""
    config = replace(preset(name), vocabulary_size=37_000)
    with torch.device("meta"):
        found = sum(parameter.numel() for parameter in Transformer(config).parameters())
    encoder_layer, decoder_layer = layers(config.dimension, config.feed_forward)
    final_norms = 2 * 2 * config.dimension
    assert found == 6 * (encoder_layer + decoder_layer) + 37_000 * config.dimension + final_norms
    assert found / 1e6 == pytest.approx(millions, rel=0.035)


def test_presets_grow_with_the_corpus() -> None:
    sizes = [PRESETS[choose_preset(pairs)].dimension for pairs in (100, 30_000, 5_000_000)]
    assert sizes == sorted(set(sizes))


def test_unknown_preset_and_bad_shapes_are_named() -> None:
    with pytest.raises(NMTError, match=r"no model preset 'smal'.*did you mean small\?"):
        preset("smal")
    with pytest.raises(NMTError, match="dimension"):
        ModelConfig(dimension=30, heads=4)
    with pytest.raises(NMTError, match="dropout"):
        ModelConfig(dropout=1.0)


@pytest.mark.parametrize(("causal", "masked"), [(False, False), (True, False), (False, True)])
def test_attention_written_out_is_the_fused_one_with_its_gradient(causal: bool, masked: bool) -> None:
    mask = torch.tensor([[True, True, True, False], [True, False, False, False]])[:, None, None] if masked else None
    made = [torch.randn(2, 3, 4, 8, requires_grad=True) for _ in range(3)]
    results = []
    for compute in (
        lambda q, k, v: attention_by_products(q, k, v, mask, causal),
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal),
    ):
        attended = compute(*made)
        results.append((attended, *torch.autograd.grad(attended.square().sum(), made)))
    assert all(torch.allclose(one, other, atol=1e-5) for one, other in zip(*results, strict=True))


def test_cross_attention_shows_the_weights_that_decode_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny()
    memory = model.encode(SOURCE)
    used: list[Tensor] = []
    attend = Attention.attend

    def watched(self: Attention, queries: Tensor, keys: Tensor, values: Tensor, **more: object) -> Tensor:
        if keys.size(2) == SOURCE.size(1):  # the memory's; the target is shorter
            # With the unit matrix for values, what comes out of the product are the weights.
            size = keys.size(2)
            units = torch.eye(size).expand(*keys.shape[:2], size, size)
            used.append(torch.nn.functional.scaled_dot_product_attention(queries, keys, units, attn_mask=more["mask"]))
        return attend(self, queries, keys, values, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Attention, "attend", watched)
    model.decode(TARGET, memory)
    expected = torch.stack(used)
    assert expected.shape == (3, 2, 2, 4, 5)  # layers, B, H, T, S
    found = model.cross_attention(TARGET, memory)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(found.sum(-1), torch.ones(3, 2, 2, 4))
    assert (found[:, 1, :, :, 3:] == 0).all()  # the padding of the second source


def test_cross_attention_of_several_beams_is_that_of_each() -> None:
    model = tiny()
    beams = torch.tensor([[BOS, 11, 12], [BOS, 13, 14], [BOS, 15, 16], [BOS, 17, 18]])
    found = model.cross_attention(beams, model.encode(SOURCE))
    for row in range(4):
        alone = model.cross_attention(beams[row : row + 1], model.encode(SOURCE[row // 2 : row // 2 + 1]))
        torch.testing.assert_close(found[:, row : row + 1], alone)


def test_a_state_keeps_the_attention_of_the_given_heads_for_the_newest_position() -> None:
    model = tiny()
    memory = model.encode(SOURCE)
    cache = model.start(memory, [(1, 0), (2, 1)])
    whole = model.cross_attention(TARGET, memory)
    for position in range(TARGET.size(1)):
        model.decode(TARGET[:, position : position + 1], memory, cache)
        expected = torch.stack((whole[1, :, 0, position], whole[2, :, 1, position]))
        torch.testing.assert_close(cache.attention()[:, :, 0], expected)
    assert cache.layers[0].cross_weights is None
