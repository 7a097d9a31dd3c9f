"""The allocator of the C library, from which torch and CTranslate2 get their memory."""

import ctypes
import platform
from functools import cache


def keep_freed_memory() -> None:
    """Ask the C allocator to keep large freed blocks for the next step instead of returning them to the system.

    Training and translation allocate the same temporaries in each step; glibc would return each one above 128 KiB and
    pay for new, zeroed pages again. Without glibc this does nothing.
    """
    if (libc := _glibc()) is None:
        return
    trim_threshold, top_pad, mmap_max = -1, -2, -4  # M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX of mallopt(3)
    libc.mallopt(mmap_max, 0)  # no block gets its own pages, which would be returned to the system when it is freed
    libc.mallopt(trim_threshold, 1 << 30)
    libc.mallopt(top_pad, 16 << 20)


def give_back_freed_memory() -> None:
    """Return all freed memory to the system; called now and then, this keeps the process from growing.

    Temporaries of ever-changing sizes, and between them what oneDNN keeps for each shape of a product, leave gaps that
    nothing fits into: after some 1,200 batches of long sentences 4 GB for 1 GB in use.
    """
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
