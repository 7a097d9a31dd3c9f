"""How many processors there are; asking must not take the time that larger modules take to be imported."""

import os
from pathlib import Path

from nmt.runtime.cgroups import ROOT, cpu_quota


def available_processors(root: Path = ROOT) -> int:
    """Processors that this process can keep busy: those it may run on, and no more than its quota has time for.

    Of 1.5 processors one is used: with two threads each would stand still for a quarter of the time, and the other
    would wait for it.
    """
    quota = cpu_quota(root)
    return processors_to_run_on() if quota is None else max(1, min(processors_to_run_on(), int(quota)))


def processors_to_run_on() -> int:
    """Processors that this process may run on, by its affinity."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def has_vnni(root: Path = ROOT) -> bool:
    """Whether the processor adds products of 8-bit numbers in 32 bits; True where it is not known to be an x86-64."""
    listed = root / "proc/cpuinfo"
    flags = set(listed.read_text("utf-8", errors="replace").split()) if listed.is_file() else set()
    return "avx2" not in flags or bool(flags & {"avx512_vnni", "avx_vnni"})
