"""Loading a model directory: every file is verified before it is used."""

from pathlib import Path
from typing import TYPE_CHECKING

from nmt.errors import NMTError
from nmt.files.lines import StrPath, open_binary
from nmt.model_dir.config_json import ModelInfo, info_for_weights, load_info
from nmt.model_dir.layout import CONFIG, TOKENIZER, WEIGHTS
from nmt.model_dir.weights import WeightsHeader, read_header, read_weights, sha256
from nmt.models.config import ModelConfig

if TYPE_CHECKING:
    import torch

    from nmt.models.base import TrainableModel
    from nmt.tokenization.tokenizer import Tokenizer

MAX_TOKENIZER_BYTES = 1_000_000_000


def weights_checksum(directory: StrPath) -> str:
    """SHA-256 of the numbers of the model in ``directory``, as the header of its weights says."""
    return read_header(Path(directory) / WEIGHTS).checksum


def load_tokenizer(directory: StrPath, info: ModelInfo) -> "Tokenizer":
    """The tokenizer that the model was trained with; NMTError if tokenizer.model is another one or damaged."""
    from nmt.tokenization.tags import tag_symbols
    from nmt.tokenization.tokenizer import Tokenizer

    path = Path(directory) / TOKENIZER
    with open_binary(path) as stream:
        proto = stream.read(MAX_TOKENIZER_BYTES)
    if sha256(proto) != info.tokenizer_sha256:
        raise NMTError(f"{path} is damaged, or not the tokenizer that this model was trained with; copy it again")
    tokenizer = Tokenizer(proto, control_symbols=tag_symbols(info.tags))
    if tokenizer.vocabulary_size != info.model.vocabulary_size:
        size = info.model.vocabulary_size
        raise NMTError(f"{path} has {tokenizer.vocabulary_size:,} subwords, but {CONFIG} says {size:,}")
    return tokenizer


def load_model(
    directory: StrPath, *, device: "str | torch.device" = "cpu"
) -> "tuple[TrainableModel, Tokenizer, ModelInfo]":
    """The model in ``directory``, ready to translate on ``device``, with all its files verified."""
    from nmt.runtime.device import choose_device

    directory = Path(directory)
    device = choose_device(device) if isinstance(device, str) else device
    info = load_info(directory)  # what can fail fast fails before the weights are read
    tokenizer = load_tokenizer(directory, info)
    header, weights = read_weights(directory / WEIGHTS)
    info = info_for_weights(directory, header)  # new weights may have been published since
    model = _matching_model(info.model, header, directory)
    model.load_state_dict(weights)
    return model.to(device).eval(), tokenizer, info


def _matching_model(config: ModelConfig, header: WeightsHeader, directory: Path) -> "TrainableModel":
    """A model without numbers whose parameters have the names and shapes of the weights."""
    from nmt.models.architectures import create_empty_model

    mismatch = f"{directory / WEIGHTS} does not fit {CONFIG}"
    largest = max((size for shape in header.shapes.values() for size in shape), default=0)
    if not config.can_have(tensors=len(header.shapes), largest_size=largest):
        raise NMTError(f"{mismatch}: it holds the tensors of a smaller model")
    model = create_empty_model(config)
    expected = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    for name in expected:
        if name not in header.shapes:
            raise NMTError(f"{mismatch}: it has no tensor {name}")
        if header.shapes[name] != expected[name]:
            raise NMTError(f"{mismatch}: {name} has the shape {header.shapes[name]} and should have {expected[name]}")
    for name in header.shapes:
        if name not in expected:
            raise NMTError(f"{mismatch}: the tensor {name} is unknown")
    return model
