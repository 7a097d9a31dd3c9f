"""From a model directory to what translates with it: which engine, on which device."""

from dataclasses import dataclass

from nmt.decoding.engines import Engine
from nmt.model_dir import ModelInfo, load_model
from nmt.text.lines import StrPath
from nmt.text.tokenizer import Tokenizer


@dataclass(frozen=True)
class OpenedModel:
    """A model directory, verified, and the engine that runs its model."""

    tokenizer: Tokenizer
    engine: Engine
    info: ModelInfo


def open_model(model_dir: StrPath, *, device: str = "auto", threads: int | None = None) -> OpenedModel:
    """Verify the model in ``model_dir`` and load it; NMTError for what is wrong with it."""
    from nmt.decoding.engines.torch import TorchEngine
    from nmt.runtime import choose_device, keep_freed_memory, set_threads

    set_threads(threads)
    keep_freed_memory()
    place = choose_device(device)
    model, tokenizer, info = load_model(model_dir, device=place)
    return OpenedModel(tokenizer, TorchEngine(model, place), info)
