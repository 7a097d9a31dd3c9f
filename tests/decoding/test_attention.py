import pytest
import torch

from nmt.decoding.attention import cross_attention, mean_of_heads
from nmt.errors import NMTError
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer
from nmt.special_ids import BOS, EOS, PAD

SOURCE = torch.tensor([[10, 11, 12, EOS], [20, EOS, PAD, PAD]])
TARGET = torch.tensor([[10, 12, EOS], [21, EOS, PAD]])


def test_the_row_of_a_subword_is_the_attention_with_which_the_model_writes_it(transformer: Transformer) -> None:
    weights = cross_attention(transformer, SOURCE, TARGET)
    assert weights.shape == (2, 2, 4, 3, 4)  # layers, B, H, T, S
    shifted_target = torch.tensor([[BOS, 10, 12], [BOS, 21, EOS]])
    torch.testing.assert_close(weights, transformer.cross_attention(shifted_target, transformer.encode(SOURCE)))
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 2, 4, 3))


def test_a_sentence_has_the_same_attention_in_any_batch(transformer: Transformer) -> None:
    weights = cross_attention(transformer, SOURCE, TARGET)
    alone = cross_attention(transformer, SOURCE[1:, :2], TARGET[1:, :2])
    torch.testing.assert_close(weights[:, 1:, :, :2, :2], alone)


def test_the_mean_of_heads_by_hand() -> None:
    weights = torch.zeros(2, 1, 2, 1, 3)
    weights[0, 0, 1, 0] = torch.tensor([1.0, 0.0, 0.0])
    weights[1, 0, 0, 0] = torch.tensor([0.0, 0.5, 0.5])
    mean = mean_of_heads(weights, [(0, 1), (1, 0)])
    assert mean.tolist() == [[[0.5, 0.25, 0.25]]]


@pytest.mark.parametrize(("layers", "layer"), [(1, 0), (2, 0), (6, 4)])
def test_the_default_is_the_last_layer_but_one(layers: int, layer: int) -> None:
    config = ModelConfig(decoder_layers=layers, heads=2)
    assert config.default_alignment_heads() == [(layer, 0), (layer, 1)]
    config.check_alignment_heads(config.default_alignment_heads())


@pytest.mark.parametrize("heads", [[], [(3, 0)], [(0, 4)], [(-1, 0)]])
def test_missing_heads_are_named(heads: list[tuple[int, int]]) -> None:
    with pytest.raises(NMTError, match="alignment_heads"):
        ModelConfig(decoder_layers=3, heads=4).check_alignment_heads(heads)
