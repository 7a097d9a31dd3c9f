"""The machine as torch sees it: device, threads and the memory allocator."""

import ctypes
import platform

import torch

from nmt.errors import NMTError

DEVICES = ("auto", "cpu", "cuda", "mps")


def choose_device(name: str = "auto") -> torch.device:
    """The device called ``name``; ``auto`` takes CUDA, then MPS, then the CPU. NMTError if it is absent."""
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(kind for kind, there in present.items() if there))
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or device.type not in present:
        raise NMTError(f"there is no device {name!r}; choose one of {', '.join(DEVICES)}")
    if not present[device.type] or (device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count()):
        raise NMTError(f"device {name!r} is not available here; --device auto takes what there is")
    return device


def set_threads(threads: int | None) -> int:
    """Let torch use so many CPU threads (None: as many as it chose itself) and return the number."""
    if threads is not None:
        if threads < 1:
            raise NMTError(f"threads must be at least 1, not {threads}")
        torch.set_num_threads(threads)
    return torch.get_num_threads()


def keep_freed_memory() -> None:
    """Ask the C allocator to keep large freed blocks for the next step instead of giving them back to the system.

    Training allocates the same temporaries each step; glibc would return every one above 128 KiB and pay for fresh,
    zeroed pages again. Elsewhere than on glibc this does nothing.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    trim_threshold, top_pad, mmap_threshold = -1, -2, -3  # M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD of mallopt(3)
    libc = ctypes.CDLL(None)
    libc.mallopt(mmap_threshold, 1 << 30)
    libc.mallopt(trim_threshold, 1 << 30)
    libc.mallopt(top_pad, 16 << 20)
