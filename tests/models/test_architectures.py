"""The table of architectures, what config.json says of one, and models without weights."""

import subprocess
import sys

import pytest
import torch

from nmt.errors import NMTError
from nmt.models.architectures import (
    ARCHITECTURES,
    config_from_mapping,
    config_to_mapping,
    create_empty_model,
    create_model,
)
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer

CONFIG = ModelConfig(
    vocabulary_size=30, encoder_layers=1, decoder_layers=2, dimension=16, heads=2, feed_forward=32, norm="post"
)


def test_the_name_of_the_default_architecture_is_read_but_not_written() -> None:
    table = config_to_mapping(CONFIG)
    assert "architecture" not in table
    assert config_from_mapping(table, where="model") == CONFIG
    assert config_from_mapping({"architecture": "transformer", **table}, where="model") == CONFIG


@pytest.mark.parametrize("name", ["transfomer", "", None, 3])
def test_an_unknown_architecture_is_an_error(name: object) -> None:
    with pytest.raises(NMTError, match="model: there is no architecture"):
        config_from_mapping({**config_to_mapping(CONFIG), "architecture": name}, where="model")


def test_another_architecture_is_one_more_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class OtherConfig(ModelConfig):
        pass

    class Other(Transformer):
        pass

    entry = type(ARCHITECTURES["transformer"])(lambda: Other, OtherConfig)
    monkeypatch.setitem(ARCHITECTURES, "other", entry)
    config = OtherConfig(vocabulary_size=30, dimension=16, heads=2)
    table = config_to_mapping(config)
    assert table["architecture"] == "other"
    assert type(config_from_mapping(table, where="model")) is OtherConfig
    assert type(create_model(config)) is Other


def test_a_model_without_weights_draws_no_random_numbers_and_takes_those_of_another() -> None:
    torch.manual_seed(3)
    model = create_model(CONFIG).eval()
    before = torch.get_rng_state()
    other = create_empty_model(CONFIG).eval()
    assert torch.equal(torch.get_rng_state(), before)
    assert {parameter.device.type for parameter in other.parameters()} == {"cpu"}
    assert all(parameter.requires_grad for parameter in other.parameters())
    other.load_state_dict(model.state_dict())
    source, target = torch.tensor([[5, 6, 3]]), torch.tensor([[2, 7, 8]])
    assert torch.equal(other(source, target), model(source, target))


def test_the_table_needs_no_torch() -> None:
    code = "import sys, nmt.models.architectures; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
