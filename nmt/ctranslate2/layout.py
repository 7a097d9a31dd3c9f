"""Checks the variables of a model in the format of CTranslate2: their names, types and shapes.

CTranslate2 trusts the file: shapes that do not fit its layers make it read beyond their memory. The shapes of a model
of this project are known, and any other file is refused before CTranslate2 reads it.
"""

import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nmt.errors import NMTError
from nmt.models.config import ModelConfig

BYTES = {0: 4, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2}  # float32, int8, int16, int32, float16, bfloat16: by the type's number
# CTranslate2 reads the same bytes differently for another version, revision or model type.
VERSION, MODEL_TYPE, LEAST_REVISION = 6, "TransformerSpec", 7
# Numbers that configure the layers; not every release of CTranslate2 writes all of them.
SETTINGS = {
    "activation": 0,
    "alibi": 0,
    "alibi_use_positive_positions": 0,
    "alignment_heads": 1,
    "alignment_layer": -1,
    "embeddings_merge": 0,
    "multi_query_attention": 0,
    "scale_alibi": 0,
    "scale_embeddings": 1,
    "start_from_zero_embedding": 0,
}
INT8, INT16 = 1, 2  # types of weights that need a scale
SCALE = "_scale"


@dataclass(frozen=True)
class Variable:
    """A variable of the file; ``value`` is given for whole numbers only."""

    shape: tuple[int, ...]
    data_type: int
    value: int | None


def check_layout(content: bytes, config: ModelConfig, *, positions: int, where: str) -> None:
    """NMTError, naming the file as ``where``, unless ``content`` has the variables of a model with ``config``."""
    try:
        variables = _variables(content)
        _check(variables, expected_shapes(config, positions), config)
    except (ValueError, KeyError, struct.error) as error:
        raise NMTError(f"{where} is not the file of this model: {str(error).strip(chr(39))}") from error


def expected_shapes(config: ModelConfig, positions: int) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor except scales."""
    width, vocabulary = config.dimension, (config.vocabulary_size, config.dimension)
    shapes: dict[str, tuple[int, ...]] = {
        "encoder/embeddings_0/weight": vocabulary,
        "decoder/embeddings/weight": vocabulary,
        "decoder/projection/weight": vocabulary,
    }
    for side, layers in (("encoder", config.encoder_layers), ("decoder", config.decoder_layers)):
        shapes[f"{side}/position_encodings/encodings"] = (positions, width)
        if config.norm == "pre":
            shapes |= _norm(f"{side}/layer_norm", width)
        for index in range(layers):
            for part, linears in _parts(config, side):
                shapes |= _norm(f"{side}/layer_{index}/{part}/layer_norm", width)
                for number, (rows, columns) in enumerate(linears):
                    name = f"{side}/layer_{index}/{part}/linear_{number}"
                    shapes |= {f"{name}/weight": (rows, columns), f"{name}/bias": (rows,)}
    return shapes


def _parts(config: ModelConfig, side: str) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """The parts of a layer, and rows and columns of their matrices."""
    width, inner = config.dimension, config.feed_forward
    yield "self_attention", [(3 * width, width), (width, width)]
    if side == "decoder":
        yield "attention", [(width, width), (2 * width, width), (width, width)]
    yield "ffn", [(inner, width), (width, inner)]


def _norm(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}/gamma": (width,), f"{name}/beta": (width,)}


def _check(variables: Mapping[str, Variable], expected: Mapping[str, tuple[int, ...]], config: ModelConfig) -> None:
    for name, shape in expected.items():
        if variables[name].shape != shape:
            raise ValueError(f"{name} has the shape {variables[name].shape} and should have {shape}")
        if variables[name].data_type in (INT8, INT16) and name.endswith("/weight"):
            rows = shape[:1] if variables[name].data_type == INT8 else ()
            if variables[name + SCALE].shape != rows or variables[name + SCALE].data_type != 0:
                raise ValueError(f"the scale of {name} does not fit it")
        elif variables[name].data_type in (INT8, INT16, 3):
            raise ValueError(f"{name} holds whole numbers")
    known = {*expected, *(name + SCALE for name in expected)}
    for name, variable in variables.items():
        if name not in known and (variable.shape or "/layer_" in name):
            raise ValueError(f"{name} is unknown")
    for side in ("encoder", "decoder"):
        if f"{side}/num_heads" not in variables:
            raise ValueError(f"{side}/num_heads is missing")
        required = {**SETTINGS, "num_heads": config.heads, "pre_norm": int(config.norm == "pre")}
        for name, value in required.items():
            setting = variables.get(f"{side}/{name}")
            if setting is not None and setting.value != value:
                raise ValueError(f"{side}/{name} is {setting.value} and should be {value}")


def _variables(content: bytes) -> dict[str, Variable]:
    """Every variable by name, aliases included; ValueError or struct.error if the file is damaged."""
    reader = _Reader(content)
    if (version := reader.number("I")) != VERSION:
        raise ValueError(f"the format has the version {version} and should have {VERSION}")
    if (model_type := reader.text()) != MODEL_TYPE or reader.number("I") < LEAST_REVISION:
        raise ValueError(f"it is a {model_type}, perhaps of an old revision")
    variables: dict[str, Variable] = {}
    for _ in range(reader.number("I")):
        name = reader.text()
        if name in variables:
            raise ValueError(f"{name} occurs twice")
        variables[name] = reader.variable(name)
    for _ in range(reader.number("I")):
        alias, name = reader.text(), reader.text()
        if alias in variables:
            raise ValueError(f"{alias} occurs twice")
        variables[alias] = variables[name]
        if name + SCALE in variables:  # CTranslate2 finds the scale by the alias, too
            variables[alias + SCALE] = variables[name + SCALE]
    if reader.position != len(content):
        raise ValueError("there is data after its end")
    return variables


class _Reader:
    """Reads the values of a file one after another."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def number(self, type_code: str) -> int:
        (value,) = struct.unpack_from(f"<{type_code}", self.content, self.position)
        self.position += struct.calcsize(f"<{type_code}")
        return int(value)

    def text(self) -> str:
        end = self.number("H") + self.position
        text = self.content[self.position : end]
        if end > len(self.content) or text[-1:] != b"\0" or b"\0" in text[:-1]:
            raise ValueError("a name is truncated")
        self.position = end
        return text[:-1].decode("utf-8")

    def variable(self, name: str) -> Variable:
        shape = tuple(self.number("I") for _ in range(self.number("B")))
        data_type, size = self.number("B"), self.number("I")
        if (
            data_type not in BYTES
            or size != math.prod(shape) * BYTES[data_type]
            or self.position + size > len(self.content)
        ):
            raise ValueError(f"{name} does not have the bytes of its shape")
        start, self.position = self.position, self.position + size
        is_whole = not shape and data_type in (INT8, INT16, 3)
        value = int.from_bytes(self.content[start : self.position], "little", signed=True) if is_whole else None
        return Variable(shape, data_type, value)
