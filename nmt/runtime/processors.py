"""The number of processors; this module imports nothing large, so that asking takes no time."""

import os
from pathlib import Path

from nmt.runtime.cgroups import ROOT, cpu_quota


def available_processors(root: Path = ROOT) -> int:
    """Processors that this process can keep busy: those it may run on, but no more than its quota.

    A quota of 1.5 processors gives one: of two threads, each would be stopped for a quarter of the time, and the other
    one would wait for it.
    """
    quota = cpu_quota(root)
    return processors_to_run_on() if quota is None else max(1, min(processors_to_run_on(), int(quota)))


def processors_to_run_on() -> int:
    """The number of processors that this process may run on, by its affinity."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def has_vnni(root: Path = ROOT) -> bool:
    """Whether the processor adds products of 8-bit numbers in 32 bits; True if it is not known to be an x86-64."""
    listed = root / "proc/cpuinfo"
    flags = set(listed.read_text("utf-8", errors="replace").split()) if listed.is_file() else set()
    return "avx2" not in flags or bool(flags & {"avx512_vnni", "avx_vnni"})
