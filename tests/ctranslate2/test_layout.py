"""Only the variables of this model may be passed to CTranslate2, and nothing that merely resembles them."""

import struct
from dataclasses import replace
from pathlib import Path

import numpy
import pytest
from ctranslate2.specs.common_spec import LinearSpec

from nmt.ctranslate2.fast_copy import QUANTIZATIONS, Copy, make_copy, read_copy
from nmt.ctranslate2.format import LARGEST_INT8, _quantize
from nmt.ctranslate2.layout import check_layout
from nmt.errors import NMTError
from nmt.model_dir.config_json import load_info
from nmt.models.config import ModelConfig
from tests.conftest import talkative_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = talkative_model(tmp_path_factory.mktemp("layout") / "model")
    make_copy(path)
    return path


@pytest.fixture(scope="module")
def content(model: Path) -> bytes:
    copy = read_copy(model)
    assert copy is not None
    return copy.files["model.bin"]


@pytest.fixture(scope="module")
def config(model: Path) -> ModelConfig:
    return load_info(model).model


@pytest.mark.parametrize("quantization", QUANTIZATIONS)
def test_every_quantization_passes_the_check(model: Path, tmp_path: Path, quantization: str) -> None:
    seen: list[Copy] = []
    make_copy(model, quantization=quantization, output=tmp_path / "copy", check=seen.append)
    assert [copy.manifest.quantization for copy in seen] == [quantization]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"vocabulary_size": 340}, "embeddings.* has the shape"),
        ({"feed_forward": 32}, "ffn/linear_0/weight has the shape"),
        ({"encoder_layers": 2}, "encoder/layer_1/"),
        ({"heads": 4}, "num_heads is 2 and should be 4"),
        ({"norm": "post"}, "layer_norm/.* is unknown"),
    ],
)
def test_the_file_of_another_model_is_refused(
    content: bytes, config: ModelConfig, change: dict[str, object], words: str
) -> None:
    other = replace(config, **change)  # type: ignore[arg-type]
    with pytest.raises(NMTError, match=f"it is not the file of this model: .*{words}"):
        check_layout(content, other, positions=512, where="it")


def test_more_positions_than_there_are_is_refused(content: bytes, config: ModelConfig) -> None:
    with pytest.raises(NMTError, match=r"position_encodings/encodings has the shape \(512, 16\)"):
        check_layout(content, config, positions=100_000, where="it")


def renamed(content: bytes, before: bytes, after: bytes) -> bytes:
    assert content.count(before) >= 1
    assert len(before) == len(after)
    return content.replace(before, after)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (b"decoder/layer_0/ffn/linear_0/bias", b"decoder/layer_0/ffn/linear_0/mias", "linear_0/bias"),
        (b"encoder/multi_query_attention\0", None, "multi_query_attention is 1 and should be 0"),
        (b"decoder/alignment_layer\0", None, "alignment_layer is -255 and should be -1"),
    ],
)
def test_variables_that_change_how_ctranslate2_reads_the_file_are_refused(
    content: bytes, config: ModelConfig, before: bytes, after: bytes | None, words: str
) -> None:
    if after is None:  # the flag itself
        offset = content.index(before) + len(before) + 1 + 1 + 4
        changed = content[:offset] + b"\1" + content[offset + 1 :]
    else:
        changed = renamed(content, before, after)
    with pytest.raises(NMTError, match=words):
        check_layout(changed, config, positions=512, where="it")


@pytest.mark.parametrize("offset", [0, 6, 4 + 2 + 16])
def test_another_version_model_type_or_revision_is_refused(content: bytes, config: ModelConfig, offset: int) -> None:
    changed = content[:offset] + bytes([content[offset] ^ 7]) + content[offset + 1 :]
    with pytest.raises(NMTError, match=r"the format has the version|it is a .*Spec"):
        check_layout(changed, config, positions=512, where="it")


def test_a_file_cut_anywhere_or_longer_is_refused(content: bytes, config: ModelConfig) -> None:
    for size in range(0, len(content), 97):
        with pytest.raises(NMTError, match="it is not the file of this model"):
            check_layout(content[:size], config, positions=512, where="it")
    with pytest.raises(NMTError, match="there is data after its end"):
        check_layout(content + b"x", config, positions=512, where="it")


def test_a_tensor_without_the_bytes_of_its_shape_is_refused(content: bytes, config: ModelConfig) -> None:
    name = b"decoder/embeddings/weight\0"
    offset = content.index(name) + len(name) + 1
    changed = content[:offset] + struct.pack("<I", 2**31) + content[offset + 4 :]
    with pytest.raises(NMTError, match="does not have the bytes of its shape"):
        check_layout(changed, config, positions=512, where="it")


def test_int8_weights_have_seven_bits_row_by_row() -> None:
    rows = numpy.array([[1.0, -2.0, 0.5], [0.0, 0.0, 0.0], [0.1, 0.2, -0.4]], dtype=numpy.float32)
    linear = LinearSpec()
    linear.weight, linear.bias = rows.copy(), numpy.zeros(3, dtype=numpy.float32)
    linear.validate()
    _quantize(linear, "int8")
    # 64 is the largest of each row: two products with activations of up to 255 fit into 16 bits.
    assert linear.weight.numpy().tolist() == [[32, -64, 16], [0, 0, 0], [16, 32, -64]]
    assert linear.weight_scale.numpy()[[0, 2]].tolist() == pytest.approx([32.0, 160.0])
    assert numpy.isfinite(linear.weight_scale.numpy()).all()
    assert 2 * 255 * LARGEST_INT8 < 2**15
    assert linear.weight.numpy().dtype == numpy.int8
