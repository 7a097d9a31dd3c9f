"""The file weights.safetensors: float32 tensors, with a checksum of their bytes in the file's own header.

This module knows names and shapes, but no architecture. Reading the header does not need torch.
"""

import hashlib
import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer
from nmt.files.lines import StrPath, open_binary

if TYPE_CHECKING:
    import numpy
    import torch
    from numpy.typing import NDArray

_Tensors = TypeVar("_Tensors")

_MAX_HEADER_BYTES = 10_000_000
_CHECKSUM = "sha256"  # the metadata key; of all bytes that follow the header


@dataclass(frozen=True)
class WeightsHeader:
    """What the first bytes of the file say: shapes by tensor name, free metadata, and where the tensor data is."""

    shapes: dict[str, tuple[int, ...]]
    metadata: dict[str, str]
    start: int  # bytes before the tensor data
    end: int  # bytes of the whole file

    @property
    def parameters(self) -> int:
        """How many numbers the tensors hold in total."""
        return sum(math.prod(shape) for shape in self.shapes.values())

    @property
    def checksum(self) -> str:
        """SHA-256 of the tensor data as written, in hexadecimal."""
        return self.metadata.get(_CHECKSUM, "")


def write_weights(
    path: StrPath,
    weights: "Mapping[str, torch.Tensor]",
    metadata: Mapping[str, str],
    *,
    known_checksum: str | None = None,
) -> None:
    """Write ``weights`` as float32 to ``path``, all at once, with ``metadata`` and the checksum in the header.

    ``known_checksum`` is their ``checksum`` if it has been computed already.
    """
    with atomic_writer(path) as stream:
        stream.write(serialize(weights, {**metadata, _CHECKSUM: known_checksum or checksum(weights)}))


def checksum(weights: "Mapping[str, torch.Tensor]") -> str:
    """SHA-256 of the bytes that the file will hold after its header."""
    content = serialize(weights, {})
    return sha256(memoryview(content)[_header_end(content) :])


def sha256(content: bytes | memoryview) -> str:
    """SHA-256 of ``content`` in hexadecimal, as all checksums of a model directory are written."""
    return hashlib.sha256(content).hexdigest()


def serialize(weights: "Mapping[str, torch.Tensor]", metadata: Mapping[str, str]) -> bytes:
    """The bytes of a safetensors file."""
    import torch
    from safetensors.torch import save

    tensors = {name: tensor.detach().to("cpu", torch.float32).contiguous() for name, tensor in weights.items()}
    return save(tensors, dict(metadata) or None)


def read_header(path: StrPath) -> WeightsHeader:
    """The header of the file, checked against the file's size; no tensor is read."""
    with open_binary(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        length = stream.read(8)
        return _parse(length + stream.read(min(_header_end(length), _MAX_HEADER_BYTES)), size, path)


def read_weights(path: StrPath) -> "tuple[WeightsHeader, dict[str, torch.Tensor]]":
    """The tensors, float32 on the CPU; NMTError if a bit of them is not as it was written."""
    from safetensors.torch import load

    return _read(path, load)


def read_arrays(path: StrPath) -> "tuple[WeightsHeader, dict[str, NDArray[numpy.float32]]]":
    """The same as ``read_weights`` without torch: NumPy arrays, float32."""
    from safetensors.numpy import load

    return _read(path, load)


def _read(path: StrPath, load: "Callable[[bytes], dict[str, _Tensors]]") -> "tuple[WeightsHeader, dict[str, _Tensors]]":
    from safetensors import SafetensorError

    with open_binary(path) as stream:
        raw = stream.read()
    header = _parse(raw, len(raw), path)
    if sha256(memoryview(raw)[header.start :]) != header.checksum:
        raise NMTError(f"{path} is damaged: its checksum does not match its content; copy or publish it again")
    try:
        return header, load(raw)
    except SafetensorError as error:
        raise NMTError(f"{path} is damaged: {error}") from error


def _parse(raw: bytes, size: int, path: StrPath) -> WeightsHeader:
    start = _header_end(raw)
    if size < 8 or start > min(size, 8 + _MAX_HEADER_BYTES):
        raise NMTError(f"{path} is not a safetensors file, or its beginning is damaged; copy or publish it again")
    try:
        entries = json.loads(raw[8:start])
        metadata = entries.pop("__metadata__", {})
        shapes = {name: tuple(entry["shape"]) for name, entry in entries.items()}
        types = {entry["dtype"] for entry in entries.values()}
        end = start + max((entry["data_offsets"][1] for entry in entries.values()), default=0)
        _check_types(shapes, metadata, end)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        raise NMTError(f"{path} is damaged: its header cannot be read; copy or publish it again") from None
    if types - {"F32"}:
        raise NMTError(
            f"{path} holds numbers of type {', '.join(sorted(map(str, types)))}; nmt writes and reads F32 only"
        )
    if end != size:
        raise NMTError(f"{path} has {size:,} bytes, but its header says {end:,}; copy or publish it again")
    return WeightsHeader(shapes, metadata, start, end)


def _check_types(shapes: Mapping[str, tuple[Any, ...]], metadata: Any, end: Any) -> None:
    sizes = [end, *(size for shape in shapes.values() for size in shape)]
    if not all(type(size) is int and size >= 0 for size in sizes):
        raise ValueError("sizes are whole numbers")
    if not all(isinstance(value, str) for value in metadata.values()):
        raise ValueError("metadata values are strings")


def _header_end(raw: bytes) -> int:
    """Where the tensor data begins: after 8 bytes with the header's length, and the header."""
    return 8 + int.from_bytes(raw[:8], "little")
