"""From one or several model directories to one model, and to what translates with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nmt.decoding.engines.batches import BATCH_SENTENCES, InBatches
from nmt.decoding.loading import OpenedModel, open_model
from nmt.errors import NMTError
from nmt.model_dir import ModelInfo, load_info
from nmt.text.lines import StrPath
from nmt.text.tokenizer import Tokenizer

if TYPE_CHECKING:
    import torch

    from nmt.decoding.stepping import EncoderDecoder


@dataclass(frozen=True)
class LoadedModel:
    """A model, or several as one, on ``device``, with what is said of it."""

    model: "EncoderDecoder"
    tokenizer: Tokenizer
    info: ModelInfo
    device: "torch.device"


def open_ensemble(
    paths: Sequence[StrPath],
    *,
    device: str = "auto",
    threads: int | None = None,
    engine: str = "auto",
    batch_sentences: int = BATCH_SENTENCES,
) -> OpenedModel:
    """Verify the models in the directories ``paths`` and load them to translate as one; see ``load_together``.

    A single one is opened as ``open_model`` does; several are run by torch, and another ``engine`` is an NMTError.
    """
    if len(paths) == 1:
        return open_model(paths[0], device=device, threads=threads, engine=engine, batch_sentences=batch_sentences)
    if engine not in ("auto", "torch"):
        raise NMTError(f"several models translate together with the engine torch only, not with {engine}")
    loaded = load_together(paths, device=device, threads=threads)

    from nmt.decoding.engines.torch import TorchEngine

    engine_for_all = TorchEngine(loaded.model, loaded.device, alignment_heads=loaded.info.alignment_heads)
    together = InBatches(engine_for_all, batch_sentences=batch_sentences)
    return OpenedModel(loaded.tokenizer, together, loaded.info)


def load_together(paths: Sequence[StrPath], *, device: str = "auto", threads: int | None = None) -> LoadedModel:
    """Verify the models in the directories ``paths`` and load them as one.

    What is said of the whole is what the first says of itself; a source is divided where the model that takes the
    fewest subwords or sentences needs it, and words are aligned by the heads of the last. NMTErrors for what is wrong
    with one, and for models of different tokenizers or tags.
    """
    if not paths:
        raise NMTError("an ensemble needs at least one model directory")
    infos = [load_info(path) for path in paths]  # what can fail fast fails before the weights are read
    for path, info in zip(paths[1:], infos[1:], strict=True):
        if info.tokenizer_sha256 != infos[0].tokenizer_sha256:
            raise NMTError(
                f"{paths[0]} and {path} have different tokenizers, and only models with the same one can translate "
                "together: train them on the same text with the same settings and other seeds"
            )
        if info.tags != infos[0].tags:
            raise NMTError(f"{paths[0]} and {path} were trained with different tags, so they cannot translate together")

    from nmt.allocator import keep_freed_memory
    from nmt.decoding.ensemble import Ensemble
    from nmt.model_dir import load_model
    from nmt.runtime import choose_device, run_torch, set_threads

    set_threads(threads)
    keep_freed_memory()
    place = choose_device(device)
    loaded = run_torch(lambda: [load_model(path, device=place) for path in paths], place)
    models, tokenizers, infos = map(list, zip(*loaded, strict=True))
    if len(models) == 1:
        return LoadedModel(models[0], tokenizers[0], infos[0], place)
    info = replace(
        infos[0],
        max_source_length=min(info.max_source_length for info in infos),
        sentences_per_line=min(info.sentences_per_line or 1 for info in infos),
        all_caps=min(info.all_caps or 0.0 for info in infos),
        alignment_heads=_heads_of_the_last(infos),
    )
    return LoadedModel(Ensemble(models), tokenizers[0], info, place)


def _heads_of_the_last(infos: Sequence[ModelInfo]) -> tuple[tuple[int, int], ...]:
    """Where in an ensemble the heads are by which its last member aligns; what no other has as many of is left out."""
    from nmt.decoding.attention import default_heads

    *before, last = (info.model for info in infos)
    first = sum(model.decoder_layers for model in before)
    fewest = min(info.model.heads for info in infos)
    heads = [head for head in infos[-1].alignment_heads if head[1] < fewest] or default_heads(last)
    return tuple((first + layer, head) for layer, head in heads if head < fewest)
