"""The allocator of the C library, which torch and CTranslate2 take their memory from."""

import ctypes
import platform


def keep_freed_memory() -> None:
    """Ask the C allocator to keep large freed blocks for the next step instead of giving them back to the system.

    Training and translating allocate the same temporaries each step; glibc would return every one above 128 KiB and pay
    for fresh, zeroed pages again. Elsewhere than on glibc this does nothing.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    trim_threshold, top_pad, mmap_max = -1, -2, -4  # M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX of mallopt(3)
    libc = ctypes.CDLL(None)
    libc.mallopt(mmap_max, 0)  # no block gets pages of its own, which would go back to the system when it is freed
    libc.mallopt(trim_threshold, 1 << 30)
    libc.mallopt(top_pad, 16 << 20)
