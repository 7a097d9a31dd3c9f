"""From a model directory to what translates with it: which engine, on which device.

Imports no torch where CTranslate2 does the work.
"""

import logging
import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nmt.allocator import keep_freed_memory
from nmt.ctranslate2_copy import Copy, read_copy
from nmt.decoding.engines import Engine
from nmt.decoding.engines.batches import BATCH_SENTENCES, InBatches
from nmt.errors import NMTError
from nmt.model_dir import FAST_COPY, ModelInfo, load_info, load_tokenizer
from nmt.processors import available_processors, has_vnni
from nmt.settings import nearest
from nmt.text.lines import StrPath
from nmt.text.tokenizer import Tokenizer

if TYPE_CHECKING:
    from nmt.decoding.engines.ctranslate2 import CTranslate2Engine

ENGINES = ("auto", "torch", "ctranslate2")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class OpenedModel:
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
) -> OpenedModel:
    """Verify the model in ``model_dir`` and load it; NMTError for what is wrong with it.

    ``engine`` is one of ENGINES; auto takes CTranslate2 on a processor if the model has a sound copy for it, and torch
    otherwise and for what CTranslate2 cannot do. Of the files, those are verified that the engine uses.
    """
    if engine not in ENGINES:
        raise NMTError(f"there is no engine {engine!r}, only {', '.join(ENGINES)}{nearest(engine, ENGINES)}")
    opening = _Opening(Path(model_dir), device, threads, batch_sentences)
    return opening.with_torch() if engine == "torch" else opening.with_ctranslate2(only=engine == "ctranslate2")


@dataclass(frozen=True)
class _Opening:
    """What was asked for."""

    model_dir: Path
    device: str
    threads: int | None
    batch_sentences: int

    def with_torch(self) -> OpenedModel:
        return OpenedModel(*self._parts())

    def _parts(self) -> tuple[Tokenizer, InBatches, ModelInfo]:
        from nmt.decoding.engines.torch import TorchEngine
        from nmt.model_dir import load_model
        from nmt.runtime import choose_device, run_torch, set_threads

        set_threads(self.threads)
        keep_freed_memory()
        device = choose_device(self.device)
        model, tokenizer, info = run_torch(lambda: load_model(self.model_dir, device=device), device)
        engine = TorchEngine(model, device, alignment_heads=info.alignment_heads or None)
        return tokenizer, InBatches(engine, batch_sentences=self.batch_sentences), info

    def with_ctranslate2(self, *, only: bool) -> OpenedModel:
        """By CTranslate2, and what it cannot do by torch, unless ``only``; all by torch if there is a reason to."""
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
                "%s/ was made by an older nmt, and sums of its 8-bit weights saturate on this processor, which "
                "translates worse: nmt export -m %s makes it again",
                self.model_dir / FAST_COPY, shlex.quote(str(self.model_dir)),
            )  # fmt: skip
        logger.debug(
            "the engine is ctranslate2: %s is sound; products in %s, %s threads",
            self.model_dir / FAST_COPY, fast.compute_type, fast.threads,
        )  # fmt: skip
        if only:
            return OpenedModel(tokenizer, fast, info)

        from nmt.decoding.engines.fastest import FastestEngine

        return OpenedModel(tokenizer, FastestEngine(fast, lambda: self._parts()[1]), info)

    def _reason_for_torch(self) -> str:
        """Why CTranslate2 is not even tried: it is the faster one on processors only, as far as was measured."""
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
    """The engine that runs ``copy``; NMTError if CTranslate2 is not installed or cannot."""
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
    """Whether there is a CUDA GPU, as far as CTranslate2 sees one."""
    try:
        import ctranslate2
    except ImportError:
        return False
    return bool(ctranslate2.get_cuda_device_count() > 0)
