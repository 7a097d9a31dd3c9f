"""How many CPU threads torch uses: as asked, or as many as the processors and a container's quota allow."""

import os

import torch

from nmt.errors import NMTError
from nmt.runtime.processors import available_processors


def set_threads(threads: int | None) -> int:
    """Let torch use ``threads`` CPU threads (None: default_threads) and return the number; NMTError below 1."""
    if threads is not None and threads < 1:
        raise NMTError(f"threads must be at least 1, not {threads}")
    chosen = default_threads() if threads is None else threads
    if chosen != torch.get_num_threads():
        torch.set_num_threads(chosen)
    return chosen


def default_threads() -> int:
    """As many as torch uses now, but no more than the quota of a container unless $OMP_NUM_THREADS is set."""
    threads = torch.get_num_threads()
    return threads if os.environ.get("OMP_NUM_THREADS") else min(threads, available_processors())
