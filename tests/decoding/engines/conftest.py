from collections.abc import Callable
from pathlib import Path

import pytest

from nmt.ctranslate2.fast_copy import FILES
from nmt.ctranslate2.format import SPECIALS, write_files
from nmt.decoding.engines.ctranslate2 import CTranslate2Engine
from nmt.models.transformer import Transformer

POSITIONS = 64


@pytest.fixture
def fast_engine(tmp_path: Path) -> Callable[..., CTranslate2Engine]:
    """Makes a Transformer's engine, by float32 unless a quantization is given."""

    def make(model: Transformer, quantization: str = "float32", **settings: int) -> CTranslate2Engine:
        directory = tmp_path / quantization
        directory.mkdir(exist_ok=True)
        weights = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
        pieces = [f"piece{number}" for number in range(model.config.vocabulary_size)]
        write_files(directory, weights, model.config, pieces=pieces, positions=POSITIONS, quantization=quantization)
        files = {name: (directory / name).read_bytes() for name in FILES}
        tokens = [SPECIALS.get(number, piece) for number, piece in enumerate(pieces)]
        return CTranslate2Engine(files, tokens, positions=POSITIONS, **settings)

    return make
