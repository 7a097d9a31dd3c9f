"""The machine as torch sees it: device and precision."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import torch

from nmt.errors import NMTError
from nmt.runtime.processes import is_copied_thread, watch

T = TypeVar("T")

BFLOAT16_UNITS = ("amx_bf16", "avx512_bf16")  # with these a processor multiplies bfloat16 faster than float32
DEVICES = ("auto", "cpu", "cuda", "mps")


def choose_device(name: str = "auto") -> torch.device:
    """The device called ``name``; ``auto`` takes CUDA, then MPS, then the CPU. NMTError if it is not available."""
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(kind for kind, available in present.items() if available))
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or device.type not in present:
        raise NMTError(f"there is no device {name!r}; choose one of {', '.join(DEVICES)}")
    if not present[device.type] or (device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count()):
        raise NMTError(f"device {name!r} is not available; --device auto takes one that is")
    return device


class _TorchThread:
    """The thread in which a forked process runs torch."""

    def __init__(self) -> None:
        self.executor: ThreadPoolExecutor | None = None
        watch(self)

    def after_fork(self) -> None:
        """See nmt.runtime.processes: the thread of the parent does not exist in this process."""
        self.executor = None

    def run(self, function: Callable[[], T]) -> T:
        threads = torch.get_num_threads()

        def with_threads() -> T:
            torch.set_num_threads(threads)
            return function()

        if self.executor is None:
            self.executor = ThreadPoolExecutor(1, thread_name_prefix="torch")
        return self.executor.submit(with_threads).result()


_TORCH_THREAD = _TorchThread()


def run_torch(function: Callable[[], T], device: torch.device) -> T:
    """Call ``function``, which computes with torch on ``device``, and return its result; also in forked processes.

    OpenMP's threads belong to the thread that first needed them. In a forked process the copy of that thread would wait
    forever for threads that do not exist, so another thread runs the function and gets threads of its own. NMTError for
    a GPU that the parent process has used.
    """
    if device.type == "cuda" and torch.cuda._is_in_bad_fork():
        raise NMTError("a forked process cannot use the GPU that its parent uses; start processes by spawn instead")
    return _TORCH_THREAD.run(function) if is_copied_thread() else function()


def release_memory(device: torch.device) -> None:
    """Return memory that torch keeps for later tensors on ``device`` to the GPU."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


def avoid_attention_planned_by_shape() -> None:
    """Turn off cuDNN's attention, which computes a plan for every new shape of a batch.

    A plan takes some 30 ms, and batches of sentences have hundreds of shapes. The other kernels need no plan.
    """
    torch.backends.cuda.enable_cudnn_sdp(False)


@dataclass(frozen=True)
class Precision:
    """The type in which matrices are multiplied while training, and why; weights and sums stay float32."""

    dtype: torch.dtype
    reason: str

    @property
    def name(self) -> str:
        """As a setting: float32 or bfloat16."""
        return str(self.dtype).removeprefix("torch.")

    @property
    def lowered(self) -> bool:
        """Whether products are computed in less than float32."""
        return self.dtype != torch.float32

    def autocast(self, device: torch.device) -> torch.autocast:
        """A context in which torch computes matrix products on ``device`` in this precision."""
        return torch.autocast(device.type, dtype=torch.bfloat16, enabled=self.lowered)

    def __str__(self) -> str:
        return f"{self.name} ({self.reason})"


def choose_precision(name: str, device: torch.device) -> Precision:
    """``float32`` or ``bfloat16`` as named; ``auto`` takes bfloat16 if ``device`` has units for it."""
    if name == "float32":
        return Precision(torch.float32, "as asked")
    if device.type == "cuda":
        # Emulated bfloat16, on cards before Ampere, is slower than float32.
        has_units = torch.cuda.get_device_capability(device) >= (8, 0)
        reason = "the GPU has units for it" if has_units else "the GPU has no units for bfloat16"
    elif device.type == "cpu":
        units = [unit for unit in BFLOAT16_UNITS if unit in processor_features()]
        has_units = bool(units)
        reason = f"the processor has {units[0]}" if has_units else "the processor has no units for bfloat16"
    else:
        has_units, reason = False, f"the safe choice on {device.type}"
    if name == "bfloat16":
        return Precision(torch.bfloat16, "as asked")
    return Precision(torch.bfloat16 if has_units else torch.float32, reason)


@cache
def processor_features() -> frozenset[str]:
    """The features of the processor: as torch reports them, or in older releases as Linux lists them."""
    get_capabilities = getattr(torch.cpu, "get_capabilities", None)
    if get_capabilities is not None:
        return frozenset(name for name, value in get_capabilities().items() if value is True)
    cpuinfo = Path("/proc/cpuinfo")
    return frozenset(cpuinfo.read_text("utf-8").split()) if cpuinfo.exists() else frozenset()
