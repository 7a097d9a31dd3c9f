"""The encoder-decoder Transformer of "Attention Is All You Need" (Vaswani et al. 2017): ids in, logits out.

Letters: B sentences, K beams of each, S source positions, T target positions, H heads, D model dimension, V vocabulary.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nmt.models.attention import Attention
from nmt.models.base import TrainableModel
from nmt.models.cache import DecoderCache, EncoderStates, LayerCache
from nmt.models.config import Heads, ModelConfig
from nmt.models.dropout import Dropout
from nmt.special_ids import PAD


def sinusoidal_positions(length: int, dimension: int) -> Tensor:
    """Position encodings (length, D): sine and cosine of t / 10000^(2i/D), in turn (section 3.5)."""
    rates = torch.exp(torch.arange(0, dimension, 2) * (-math.log(10_000.0) / dimension))
    angles = torch.arange(length).unsqueeze(1) * rates
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)


class FeedForward(nn.Module):
    """max(0, x W1 + b1) W2 + b2 (equation 2)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.inner = nn.Linear(config.dimension, config.feed_forward)
        self.outer = nn.Linear(config.feed_forward, config.dimension)

    def forward(self, states: Tensor) -> Tensor:
        """(B, T, D) to (B, T, D)."""
        output: Tensor = self.outer(F.relu(self.inner(states)))
        return output


class Residual(nn.Module):
    """Layer norm, dropout and the residual sum around a sublayer, before (pre) or after (post) it."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.dimension)
        self.dropout = Dropout(config.dropout)
        self.pre = config.norm == "pre"

    def enter(self, states: Tensor) -> Tensor:
        """The input of the sublayer."""
        return self.norm(states) if self.pre else states

    def leave(self, states: Tensor, output: Tensor) -> Tensor:
        """The sum of the residual ``states`` and the sublayer's ``output``."""
        states = states + self.dropout(output)
        return states if self.pre else self.norm(states)


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward (section 3.1)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.attention = Attention(config.dimension, config.heads)
        self.attention_residual = Residual(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_residual = Residual(config)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """``states`` (B, S, D) with ``mask`` (B, 1, 1, S)."""
        queries, keys, values = self.attention.project(self.attention_residual.enter(states))
        states = self.attention_residual.leave(states, self.attention.attend(queries, keys, values, mask=mask))
        output = self.feed_forward(self.feed_forward_residual.enter(states))
        return self.feed_forward_residual.leave(states, output)


class DecoderLayer(nn.Module):
    """Masked self-attention, cross-attention over the memory, and feed-forward (section 3.1)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.attention = Attention(config.dimension, config.heads)
        self.attention_residual = Residual(config)
        self.cross_attention = Attention(config.dimension, config.heads)
        self.cross_attention_residual = Residual(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_residual = Residual(config)

    def forward(self, states: Tensor, memory: EncoderStates, cache: LayerCache | None) -> Tensor:
        """``states`` (B*K, T, D) over ``memory`` of B sentences; with a cache they follow the positions it holds."""
        entered = self.attention_residual.enter(states)
        states = self.attention_residual.leave(states, self._attend_to_self(entered, cache))
        entered = self.cross_attention_residual.enter(states)
        states = self.cross_attention_residual.leave(states, self._attend_to_memory(entered, memory, cache))
        output = self.feed_forward(self.feed_forward_residual.enter(states))
        return self.feed_forward_residual.leave(states, output)

    def _attend_to_self(self, states: Tensor, cache: LayerCache | None) -> Tensor:
        queries, keys, values = self.attention.project(states)
        if cache is None:
            return self.attention.attend(queries, keys, values, causal=True)
        keys, values = cache.extend(keys, values)
        new, known = queries.size(2), keys.size(2)
        if new == 1:
            return self.attention.attend(queries, keys, values)
        visible = torch.ones(new, known, dtype=torch.bool, device=states.device).tril(known - new)
        return self.attention.attend(queries, keys, values, mask=visible)

    def _attend_to_memory(self, states: Tensor, memory: EncoderStates, cache: LayerCache | None) -> Tensor:
        """The K beams of a sentence share one copy of its keys and values: (B*K, T, D) is seen as (B, K*T, D)."""
        if cache is None:
            keys, values = self.cross_attention.project_memory(memory.states)
        else:
            if cache.memory is None:
                cache.memory = self.cross_attention.project_memory(memory.states)
            keys, values = cache.memory
        sentences = memory.states.size(0)
        queries = self.cross_attention.project_queries(states.reshape(sentences, -1, states.size(-1)))
        mask = memory.mask[:, None, None, :]
        attended = self.cross_attention.attend(queries, keys, values, mask=mask)
        if cache is not None and cache.keep_weights:
            weights = self.cross_attention.weights(queries, keys, mask=mask)  # (B, H, K*T, S)
            parted = weights.view(sentences, weights.size(1), -1, states.size(1), weights.size(3)).transpose(1, 2)
            cache.cross_weights = parted.flatten(0, 1)  # (B*K, H, T, S)
        return attended.view_as(states)


class Transformer(TrainableModel):
    """Encoder and decoder with one embedding matrix for source, target and output (section 3.4)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary_size, config.dimension)
        self.dropout = Dropout(config.dropout)
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))
        self.decoder = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))
        pre = config.norm == "pre"
        self.encoder_norm = nn.LayerNorm(config.dimension) if pre else nn.Identity()
        self.decoder_norm = nn.LayerNorm(config.dimension) if pre else nn.Identity()
        self.positions: Tensor
        self.register_buffer("positions", sinusoidal_positions(512, config.dimension), persistent=False)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew: embedding N(0, 1/D), matrices Xavier-uniform, biases 0, norms 1.

        The stacked projection is drawn as three D x D matrices, so that stacking does not change its scale.
        """
        nn.init.normal_(self.embedding.weight, std=self.config.dimension**-0.5)
        for name, parameter in self.named_parameters():
            if name.endswith("projection.weight"):
                for part in parameter.chunk(3):
                    nn.init.xavier_uniform_(part)
            elif name != "embedding.weight" and parameter.dim() == 2:
                nn.init.xavier_uniform_(parameter)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    @property
    def device(self) -> torch.device:
        """See EncoderDecoder.device."""
        return self.embedding.weight.device

    @property
    def output_layer(self) -> Tensor:
        """The embedding matrix (V, D); see TrainableModel.output_layer."""
        return self.embedding.weight

    def encode(self, source: Tensor) -> EncoderStates:
        """The memory of ``source`` (B, S), with PAD after the end of a sentence."""
        mask = source != PAD
        states = self._embed(source, 0)
        for layer in self.encoder:
            states = layer(states, mask[:, None, None, :])
        return EncoderStates(self.encoder_norm(states), mask)

    def start(self, memory: EncoderStates, heads: Heads = ()) -> DecoderCache:  # noqa: ARG002 - see EncoderDecoder
        """An empty cache; see EncoderDecoder.start."""
        return DecoderCache(len(self.decoder), heads)

    def decode_states(self, target: Tensor, memory: EncoderStates, state: DecoderCache | None = None) -> Tensor:
        """The states (B*K, T, D) that ``decode`` multiplies with the embedding, given the memory of B sentences.

        With a state, ``target`` holds only the positions after those that the state has, and the state grows.
        """
        known = 0 if state is None else state.length
        states = self._embed(target, known)
        for index, layer in enumerate(self.decoder):
            states = layer(states, memory, None if state is None else state.layers[index])
        if state is not None:
            state.length = known + target.size(1)
        normed: Tensor = self.decoder_norm(states)
        return normed

    def cross_attention(self, target: Tensor, memory: EncoderStates) -> Tensor:
        """The attention of each position of ``target`` (B*K, T) to each of the source: (layers, B*K, H, T, S).

        Those are the weights that ``decode`` uses, softmax(q kᵀ / √(D/H)), computed a second time.
        """
        cache = DecoderCache(len(self.decoder), [(layer, 0) for layer in range(len(self.decoder))])
        self.decode_states(target, memory, cache)
        return torch.stack([layer.cross_weights for layer in cache.layers if layer.cross_weights is not None])

    def matrix_blocks(self) -> dict[Tensor, tuple[int, bool]]:
        """See TrainableModel.matrix_blocks.

        Queries, keys and values are cut by heads, and so is what the heads' results are multiplied with. The matrices
        of feed-forward layers are cut along their inner dimension into blocks of about the same size, as its units,
        like heads, work side by side.
        """
        blocks: dict[Tensor, tuple[int, bool]] = {}
        size = self.config.dimension // self.config.heads
        for module in self.modules():
            if isinstance(module, Attention):
                blocks[module.projection.weight] = (size, False)
                blocks[module.output.weight] = (size, True)
        for module in self.modules():
            if isinstance(module, FeedForward):
                for linear in (module.inner, module.outer):
                    outer, inner = linear.weight.shape
                    blocks[linear.weight] = (divisor_near(max(outer, inner), size), inner > outer)
        return blocks

    def _embed(self, ids: Tensor, start: int) -> Tensor:
        """Embeddings times √D plus the encodings of positions ``start`` and on: (B, T, D)."""
        end = start + ids.size(1)
        if end > self.positions.size(0):
            grown = sinusoidal_positions(2 * end, self.config.dimension)
            self.positions = grown.to(self.positions)
        states = self.embedding(ids) * math.sqrt(self.config.dimension) + self.positions[start:end]
        embedded: Tensor = self.dropout(states)
        return embedded


def divisor_near(number: int, wanted: int) -> int:
    """The divisor of ``number`` whose ratio to ``wanted`` is nearest to 1."""
    divisors = (size for size in range(1, number + 1) if number % size == 0)
    return min(divisors, key=lambda size: abs(math.log(size / wanted)))
