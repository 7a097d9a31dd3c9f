"""The allocator of the C library, which torch and CTranslate2 take their memory from."""

import ctypes
import platform
from functools import cache


def keep_freed_memory() -> None:
    """Ask the C allocator to keep large freed blocks for the next step instead of giving them back to the system.

    Training and translating allocate the same temporaries each step; glibc would return every one above 128 KiB and pay
    for fresh, zeroed pages again. Elsewhere than on glibc this does nothing.
    """
    if (libc := _glibc()) is None:
        return
    trim_threshold, top_pad, mmap_max = -1, -2, -4  # M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX of mallopt(3)
    libc.mallopt(mmap_max, 0)  # no block gets pages of its own, which would go back to the system when it is freed
    libc.mallopt(trim_threshold, 1 << 30)
    libc.mallopt(top_pad, 16 << 20)


def give_back_freed_memory() -> None:
    """Give all freed memory back to the system now and then, which else grows and grows.

    Temporaries of ever other sizes, with what oneDNN keeps for each shape of a product between them, leave gaps that
    nothing fits into: after some 1,200 batches of long sentences 4 GB for 1 GB in use.
    """
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
