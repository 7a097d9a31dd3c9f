"""The cross-attention of each subword of a translation to its source, computed by forced decoding."""

import torch
import torch.nn.functional as F
from torch import Tensor

from nmt.models.base import TrainableModel
from nmt.models.config import Heads
from nmt.special_ids import BOS


def cross_attention(model: TrainableModel, source: Tensor, target: Tensor) -> Tensor:
    """The weights of each decoder layer and head, (layers, B, H, T, S), when ``target`` (B, T) is translated.

    Rows of ``source`` (B, S) and ``target`` end with EOS and are padded with PAD; row t is the attention
    with which the model writes subword t of ``target``, including EOS. Each row sums to 1, with 0 at PAD of the
    source; rows at PAD of the target are undefined.
    """
    return model.cross_attention(shifted(target), model.encode(source))


def shifted(target: Tensor) -> Tensor:
    """The decoder's input for ``target`` (B, T): BOS before each row, without the last id."""
    return F.pad(target[:, :-1], (1, 0), value=BOS)


def mean_of_heads(weights: Tensor, heads: Heads) -> Tensor:
    """The mean (B, T, S) of ``heads`` in ``weights`` (layers, B, H, T, S); its rows also sum to 1."""
    return torch.stack([weights[layer, :, head] for layer, head in heads]).mean(0)
