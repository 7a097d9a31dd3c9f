"""What a model in the format of CTranslate2 must look like from outside: its variables, their types and shapes.

CTranslate2 believes what a file says, so that one with other shapes than its layers need makes it read beyond them. A
model of this project has known ones, and anything else is refused before CTranslate2 sees it.
"""

import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nmt.errors import NMTError
from nmt.models.config import ModelConfig

BYTES = {0: 4, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2}  # float32, int8, int16, int32, float16, bfloat16: by number of the type
# Of other versions, revisions and kinds CTranslate2 reads the same bytes otherwise.
VERSION, KIND, LEAST_REVISION = 6, "TransformerSpec", 7
# Of those numbers that say how layers work; not every release of CTranslate2 writes all of them.
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
    """A variable of the file; ``value`` is that of a whole number."""

    shape: tuple[int, ...]
    kind: int
    value: int | None


def check_layout(content: bytes, config: ModelConfig, *, positions: int, where: str) -> None:
    """NMTError, naming the file as ``where``, unless ``content`` has the variables of a model with ``config``."""
    try:
        found = _variables(content)
        _check(found, expected_shapes(config, positions), config)
    except (ValueError, KeyError, struct.error) as error:
        raise NMTError(f"{where} is not the file of this model: {str(error).strip(chr(39))}") from error


def expected_shapes(config: ModelConfig, positions: int) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor, scales aside."""
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


def _check(found: Mapping[str, Variable], expected: Mapping[str, tuple[int, ...]], config: ModelConfig) -> None:
    for name, shape in expected.items():
        if found[name].shape != shape:
            raise ValueError(f"{name} has the shape {found[name].shape} and should have {shape}")
        if found[name].kind in (INT8, INT16) and name.endswith("/weight"):
            rows = shape[:1] if found[name].kind == INT8 else ()
            if found[name + SCALE].shape != rows or found[name + SCALE].kind != 0:
                raise ValueError(f"the scale of {name} does not fit it")
        elif found[name].kind in (INT8, INT16, 3):
            raise ValueError(f"{name} holds whole numbers")
    known = {*expected, *(name + SCALE for name in expected)}
    for name, variable in found.items():
        if name not in known and (variable.shape or "/layer_" in name):
            raise ValueError(f"{name} is unknown")
    for side in ("encoder", "decoder"):
        if f"{side}/num_heads" not in found:
            raise ValueError(f"{side}/num_heads is missing")
        wanted = {**SETTINGS, "num_heads": config.heads, "pre_norm": int(config.norm == "pre")}
        for name, value in wanted.items():
            given = found.get(f"{side}/{name}")
            if given is not None and given.value != value:
                raise ValueError(f"{side}/{name} is {given.value} and should be {value}")


def _variables(content: bytes) -> dict[str, Variable]:
    """Every variable by name, other names for them included; ValueError or struct.error for anything else."""
    reader = _Reader(content)
    if (version := reader.number("I")) != VERSION:
        raise ValueError(f"the format has the version {version} and should have {VERSION}")
    if (kind := reader.text()) != KIND or reader.number("I") < LEAST_REVISION:
        raise ValueError(f"it is a {kind}, perhaps of long ago")
    found: dict[str, Variable] = {}
    for _ in range(reader.number("I")):
        name = reader.text()
        if name in found:
            raise ValueError(f"{name} comes twice")
        found[name] = reader.variable(name)
    for _ in range(reader.number("I")):
        name, meant = reader.text(), reader.text()
        if name in found:
            raise ValueError(f"{name} comes twice")
        found[name] = found[meant]
        if meant + SCALE in found:  # which CTranslate2 finds without a word
            found[name + SCALE] = found[meant + SCALE]
    if reader.position != len(content):
        raise ValueError("something follows its end")
    return found


class _Reader:
    """Takes one thing after the other from the beginning of a file."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def number(self, kind: str) -> int:
        (value,) = struct.unpack_from(f"<{kind}", self.content, self.position)
        self.position += struct.calcsize(f"<{kind}")
        return int(value)

    def text(self) -> str:
        end = self.number("H") + self.position
        text = self.content[self.position : end]
        if end > len(self.content) or text[-1:] != b"\0" or b"\0" in text[:-1]:
            raise ValueError("a name is cut short")
        self.position = end
        return text[:-1].decode("utf-8")

    def variable(self, name: str) -> Variable:
        shape = tuple(self.number("I") for _ in range(self.number("B")))
        kind, size = self.number("B"), self.number("I")
        if kind not in BYTES or size != math.prod(shape) * BYTES[kind] or self.position + size > len(self.content):
            raise ValueError(f"{name} does not have the bytes of its shape")
        start, self.position = self.position, self.position + size
        whole = not shape and kind in (INT8, INT16, 3)
        value = int.from_bytes(self.content[start : self.position], "little", signed=True) if whole else None
        return Variable(shape, kind, value)
