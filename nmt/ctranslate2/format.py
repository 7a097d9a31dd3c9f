"""Writes a model in the format of CTranslate2: the same numbers, quantised or not. Needs no torch for int8.

Both have the same architecture, so every tensor of a Transformer has a counterpart: the stacked projection of
self-attention is used unchanged, the projection of cross-attention is divided into queries and keys with values.
Position encodings are stored, because those that CTranslate2 computes itself count from 1 and halve the dimensions.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ctranslate2.specs
import numpy
from ctranslate2.specs.model_spec import NumpyVariable, visit_spec
from numpy.typing import NDArray

from nmt.models.config import ModelConfig
from nmt.special_ids import BOS, EOS, PAD, UNK

Array = NDArray[numpy.float32]

# The largest 8-bit weight, so that seven bits are used. Processors with AVX2 but without VNNI add two products of an
# activation (0 to 255) and a weight in 16 bits: 2 x 255 x 64 = 32,640 fits, so every processor computes the same sums;
# up to 127 they saturate there.
LARGEST_INT8 = 64
_SMALLEST_ROW = numpy.float32(1e-30)  # the largest number of a row of zeros, so that its scale is finite
# CTranslate2's names of the special ids; every other token is the subword as SentencePiece writes it.
SPECIALS = {PAD: "<pad>", UNK: "<unk>", BOS: "<s>", EOS: "</s>"}


def write_files(
    directory: Path,
    weights: Mapping[str, Array],
    config: ModelConfig,
    *,
    pieces: Sequence[str],
    positions: int,
    quantization: str,
) -> None:
    """Write the model with ``weights``, the state dict of a Transformer, into ``directory``, which exists and is empty.

    ``pieces`` is the subword of each id and ``positions`` the most subwords that it can read or write in a sentence.
    """
    spec = ctranslate2.specs.TransformerSpec.from_config(
        (config.encoder_layers, config.decoder_layers), config.heads, pre_norm=config.norm == "pre"
    )
    copied = {name: array.copy() for name, array in weights.items()}  # quantising works in place
    _fill(spec, copied, config, sinusoidal_positions(positions, config.dimension))
    tokens = [SPECIALS.get(number, piece) for number, piece in enumerate(pieces)]
    spec.register_source_vocabulary(tokens)
    spec.register_target_vocabulary(tokens)
    spec.config.add_source_eos = True
    spec.validate()
    if quantization.startswith("int8"):
        _quantize(spec, quantization)
    else:
        spec.optimize(quantization=quantization)
    spec.save(str(directory))


def _quantize(spec: Any, quantization: str) -> None:
    """Quantise like ``spec.optimize``, row by row, but with weights from -LARGEST_INT8 to LARGEST_INT8."""
    exact: dict[str, Array] = {}

    def keep(_: Any, name: str, value: Any) -> None:
        if isinstance(value, NumpyVariable) and value.dtype == "float32" and not value.is_scalar():
            exact[name] = value.numpy().copy()

    def replace(layer: Any, name: str, value: Any) -> None:
        if name in exact and isinstance(value, NumpyVariable) and value.dtype == "int8":
            scale = LARGEST_INT8 / numpy.maximum(numpy.abs(exact[name]).max(axis=1), _SMALLEST_ROW)
            rounded = numpy.rint(exact[name] * scale[:, numpy.newaxis]).astype(numpy.int8)
            key = name.rpartition("/")[2]
            setattr(layer, key, NumpyVariable(rounded))
            setattr(layer, f"{key}_scale", NumpyVariable(scale))

    visit_spec(spec, keep)
    spec.optimize(quantization=quantization)
    visit_spec(spec, replace)


def sinusoidal_positions(length: int, dimension: int) -> Array:
    """The position encodings (length, D) of nmt.models.transformer, computed without torch."""
    rates = numpy.exp(numpy.arange(0, dimension, 2) * (-numpy.log(10_000.0) / dimension))
    angles = numpy.arange(length)[:, numpy.newaxis] * rates
    return numpy.stack((numpy.sin(angles), numpy.cos(angles)), axis=-1).reshape(length, dimension).astype(numpy.float32)


def _fill(spec: Any, weights: Mapping[str, Array], config: ModelConfig, positions: Array) -> None:
    embedding = weights["embedding.weight"]
    spec.encoder.embeddings[0].weight = embedding
    spec.decoder.embeddings.weight = embedding
    spec.decoder.projection.weight = embedding
    for name, part in (("encoder", spec.encoder), ("decoder", spec.decoder)):
        part.position_encodings.encodings = positions
        if config.norm == "pre":
            _fill_norm(part.layer_norm, weights, f"{name}_norm")
        for index, layer in enumerate(part.layer):
            _fill_layer(layer, weights, f"{name}.{index}", config.dimension)


def _fill_layer(layer: Any, weights: Mapping[str, Array], name: str, dimension: int) -> None:
    attention = layer.self_attention
    _fill_linear(attention.linear[0], weights, f"{name}.attention.projection")
    _fill_linear(attention.linear[1], weights, f"{name}.attention.output")
    _fill_norm(attention.layer_norm, weights, f"{name}.attention_residual.norm")
    if f"{name}.cross_attention.output.weight" in weights:
        cross = layer.attention
        _fill_linear(cross.linear[0], weights, f"{name}.cross_attention.projection", slice(None, dimension))
        _fill_linear(cross.linear[1], weights, f"{name}.cross_attention.projection", slice(dimension, None))
        _fill_linear(cross.linear[2], weights, f"{name}.cross_attention.output")
        _fill_norm(cross.layer_norm, weights, f"{name}.cross_attention_residual.norm")
    _fill_linear(layer.ffn.linear_0, weights, f"{name}.feed_forward.inner")
    _fill_linear(layer.ffn.linear_1, weights, f"{name}.feed_forward.outer")
    _fill_norm(layer.ffn.layer_norm, weights, f"{name}.feed_forward_residual.norm")


def _fill_linear(linear: Any, weights: Mapping[str, Array], name: str, rows: slice = slice(None)) -> None:
    linear.weight = weights[f"{name}.weight"][rows]
    linear.bias = weights[f"{name}.bias"][rows]


def _fill_norm(norm: Any, weights: Mapping[str, Array], name: str) -> None:
    norm.gamma = weights[f"{name}.weight"]
    norm.beta = weights[f"{name}.bias"]
