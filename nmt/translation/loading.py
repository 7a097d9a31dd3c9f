"""Loads a model directory to translate with: chooses the engine and the device.

Imports no torch where CTranslate2 does the work.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nmt.decoding.engines.batching import BATCH_SENTENCES, BatchingEngine
from nmt.errors import NMTError
from nmt.files.lines import StrPath
from nmt.model_dir.config_json import ModelInfo, load_info
from nmt.tokenization.tokenizer import Tokenizer

if TYPE_CHECKING:
    import torch

    from nmt.models.base import EncoderDecoder

import logging
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from nmt.ctranslate2.fast_copy import Copy, read_copy
from nmt.decoding.engines import Engine
from nmt.model_dir.layout import FAST_COPY
from nmt.model_dir.load import load_tokenizer
from nmt.runtime.memory import keep_freed_memory
from nmt.runtime.processors import available_processors, has_vnni
from nmt.settings import did_you_mean

if TYPE_CHECKING:
    from nmt.decoding.engines.ctranslate2 import CTranslate2Engine

ENGINES = ("auto", "torch", "ctranslate2")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadedEngine:
    """A model directory, verified, and the engine that runs its model."""

    tokenizer: Tokenizer
    engine: Engine
    info: ModelInfo


def open_model(
    model_dir: StrPath,
    *,
    device: str = "auto",
    threads: int | None = None,
    engine: str = "auto",
    batch_sentences: int = BATCH_SENTENCES,
) -> LoadedEngine:
    """Verify the model in ``model_dir`` and load it; NMTError for what is wrong with it.

    ``engine`` is one of ENGINES; auto takes CTranslate2 on a processor if the model has an intact copy for it, and
    torch otherwise and for everything that CTranslate2 cannot do. Only the files that the engine uses are verified.
    """
    if engine not in ENGINES:
        raise NMTError(f"there is no engine {engine!r}, only {', '.join(ENGINES)}{did_you_mean(engine, ENGINES)}")
    loader = _Loader(Path(model_dir), device, threads, batch_sentences)
    return loader.with_torch() if engine == "torch" else loader.with_ctranslate2(only=engine == "ctranslate2")


@dataclass(frozen=True)
class _Loader:
    """Loads a model with these settings."""

    model_dir: Path
    device: str
    threads: int | None
    batch_sentences: int

    def with_torch(self) -> LoadedEngine:
        return LoadedEngine(*self._parts())

    def _parts(self) -> tuple[Tokenizer, BatchingEngine, ModelInfo]:
        from nmt.decoding.engines.torch import TorchEngine
        from nmt.model_dir.load import load_model
        from nmt.runtime.device import choose_device, run_torch
        from nmt.runtime.threads import set_threads

        set_threads(self.threads)
        keep_freed_memory()
        device = choose_device(self.device)
        model, tokenizer, info = run_torch(lambda: load_model(self.model_dir, device=device), device)
        engine = TorchEngine(model, device, alignment_heads=info.alignment_heads or None)
        return tokenizer, BatchingEngine(engine, batch_sentences=self.batch_sentences), info

    def with_ctranslate2(self, *, only: bool) -> LoadedEngine:
        """CTranslate2, with torch for what it cannot do unless ``only``; torch alone if there is a reason for that."""
        info = load_info(self.model_dir)
        tokenizer = load_tokenizer(self.model_dir, info)
        threads = choose_threads(self.threads)
        reason = "" if only else self._reason_for_torch()
        try:
            copy = None if reason else read_copy(self.model_dir)
            fast = None if copy is None else self._load(copy, threads)
        except NMTError as error:
            if only:
                raise
            logger.warning(
                "translating with torch, which is slower: %s; nmt export -m %s makes the copy again",
                error, shlex.quote(str(self.model_dir)),
            )  # fmt: skip
            return self.with_torch()
        if fast is None and only:
            raise NMTError(
                f"{self.model_dir} has no {FAST_COPY}/; make it with nmt export -m {shlex.quote(str(self.model_dir))}"
            )
        if fast is None:
            logger.debug("the engine is torch: %s", reason or f"the model has no {FAST_COPY}/")
            return self.with_torch()
        if copy is not None and copy.manifest.saturates and not has_vnni():
            logger.warning(
                "%s/ was made by an older nmt, and sums of its 8-bit weights saturate on this processor, so "
                "translations are worse: nmt export -m %s makes it again",
                self.model_dir / FAST_COPY, shlex.quote(str(self.model_dir)),
            )  # fmt: skip
        logger.debug(
            "the engine is ctranslate2: %s is intact; products in %s, %s threads",
            self.model_dir / FAST_COPY, fast.compute_type, fast.threads,
        )  # fmt: skip
        if only:
            return LoadedEngine(tokenizer, fast, info)

        from nmt.decoding.engines.fallback import FallbackEngine

        return LoadedEngine(tokenizer, FallbackEngine(fast, lambda: self._parts()[1]), info)

    def _reason_for_torch(self) -> str:
        """Why CTranslate2 is not even tried: in measurements it is faster than torch on processors only."""
        if self.device not in ("auto", "cpu"):
            return f"the device is {self.device}"
        if self.device == "auto" and _has_gpu():
            return "there is a GPU"
        return ""

    def _load(self, copy: Copy, threads: int) -> "CTranslate2Engine":
        device = "cpu" if self.device == "auto" and not _has_gpu() else self.device.replace("auto", "cuda")
        return load_copy(copy, device=device, threads=threads, batch_sentences=self.batch_sentences)


def load_copy(
    copy: Copy, *, threads: int, device: str = "cpu", batch_sentences: int = BATCH_SENTENCES
) -> "CTranslate2Engine":
    """The engine that runs ``copy``; NMTError if CTranslate2 is not installed or cannot run it."""
    try:
        from nmt.decoding.engines.ctranslate2 import CTranslate2Engine
    except ImportError as error:
        raise NMTError(f"ctranslate2 cannot be imported ({error}); install it with pip install ctranslate2") from error
    keep_freed_memory()
    return CTranslate2Engine(
        copy.files,
        copy.tokens(),
        positions=copy.manifest.positions,
        threads=threads,
        device=device,
        batch_sentences=batch_sentences,
    )


def choose_threads(threads: int | None) -> int:
    """``threads``, or as many as this process has processors and $OMP_NUM_THREADS allows; NMTError below 1."""
    if threads is not None and threads < 1:
        raise NMTError(f"threads must be at least 1, not {threads}")
    if threads is None:
        allowed = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0]
        threads = int(allowed) if allowed.isdecimal() and int(allowed) else available_processors()
    return threads


def _has_gpu() -> bool:
    """Whether CTranslate2 sees a CUDA GPU."""
    try:
        import ctranslate2
    except ImportError:
        return False
    return bool(ctranslate2.get_cuda_device_count() > 0)


@dataclass(frozen=True)
class LoadedModel:
    """A model, or an ensemble of several, on ``device``, with its tokenizer and its record."""

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
) -> LoadedEngine:
    """Verify the models in the directories ``paths`` and load them as an ensemble; see ``load_together``.

    A single model is opened with ``open_model``. Several are run by torch; another ``engine`` is an NMTError.
    """
    if len(paths) == 1:
        return open_model(paths[0], device=device, threads=threads, engine=engine, batch_sentences=batch_sentences)
    if engine not in ("auto", "torch"):
        raise NMTError(f"several models translate together only with the engine torch, not with {engine}")
    loaded = load_together(paths, device=device, threads=threads)

    from nmt.decoding.engines.torch import TorchEngine

    engine_for_all = TorchEngine(loaded.model, loaded.device, alignment_heads=loaded.info.alignment_heads)
    together = BatchingEngine(engine_for_all, batch_sentences=batch_sentences)
    return LoadedEngine(loaded.tokenizer, together, loaded.info)


def load_together(paths: Sequence[StrPath], *, device: str = "auto", threads: int | None = None) -> LoadedModel:
    """Verify the models in the directories ``paths`` and load them as an ensemble.

    The record of the ensemble is that of the first model, with the shortest sources and fewest sentences at once of all
    models; words are aligned by the heads of the last model. NMTError if something is wrong with one of them, or if
    their tokenizers or tags differ.
    """
    if not paths:
        raise NMTError("an ensemble needs at least one model directory")
    infos = [load_info(path) for path in paths]  # errors that are cheap to find come before the weights are read
    for path, info in zip(paths[1:], infos[1:], strict=True):
        if info.tokenizer_sha256 != infos[0].tokenizer_sha256:
            raise NMTError(
                f"{paths[0]} and {path} have different tokenizers, and only models with the same one can translate "
                "together: train them on the same text with the same settings and other seeds"
            )
        if info.tags != infos[0].tags:
            raise NMTError(f"{paths[0]} and {path} were trained with different tags, so they cannot translate together")

    from nmt.model_dir.load import load_model
    from nmt.models.ensemble import Ensemble
    from nmt.runtime.device import choose_device, run_torch
    from nmt.runtime.memory import keep_freed_memory
    from nmt.runtime.threads import set_threads

    set_threads(threads)
    keep_freed_memory()
    chosen = choose_device(device)
    loaded = run_torch(lambda: [load_model(path, device=chosen) for path in paths], chosen)
    models, tokenizers, infos = map(list, zip(*loaded, strict=True))
    if len(models) == 1:
        return LoadedModel(models[0], tokenizers[0], infos[0], chosen)
    info = replace(
        infos[0],
        max_source_length=min(info.max_source_length for info in infos),
        sentences_per_line=min(info.sentences_per_line or 1 for info in infos),
        all_caps=min(info.all_caps or 0.0 for info in infos),
        alignment_heads=_heads_of_the_last(infos),
    )
    return LoadedModel(Ensemble(models), tokenizers[0], info, chosen)


def _heads_of_the_last(infos: Sequence[ModelInfo]) -> tuple[tuple[int, int], ...]:
    """The alignment heads of the last model, numbered in the ensemble; only those that all models have."""
    last = infos[-1]
    fewest = min(info.model.heads for info in infos)
    heads = [head for head in last.alignment_heads if head[1] < fewest] or last.model.default_alignment_heads()
    return tuple((layer, head) for layer, head in heads if head < fewest)
