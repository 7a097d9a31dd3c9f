"""The processor and what is used of it, GPUs, threads, memory and disk."""

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from nmt.doctor.finding import CheckResult, attempt, size
from nmt.runtime.cgroups import memory_limit

MACHINE = "machine"
LEAST_MEMORY = 1e9  # that nmt train of a small model needs beside torch
LEAST_DISK = 1e9
# What multiplies matrices faster, as people call it, and as torch does.
UNITS = {
    "AVX2": "avx2",
    "AVX512": "avx512_f",
    "VNNI": "avx512_vnni",
    "BF16": "avx512_bf16",
    "AMX": "amx_tile",
}
REINSTALL = "install torch again, as pytorch.org says for this machine"


def look_at_machine(place: Path) -> Iterator[CheckResult]:
    """The machine, and the disk that ``place`` is on."""
    yield attempt(MACHINE, "processor", _processor, remedy=REINSTALL)
    yield attempt(MACHINE, "torch uses", _torch_uses, remedy=REINSTALL)
    yield attempt(MACHINE, "CTranslate2 uses", _ctranslate2_uses, remedy="pip install --force-reinstall ctranslate2")
    yield attempt(MACHINE, "device", _device, remedy=REINSTALL)
    yield attempt(MACHINE, "threads", _threads, remedy="set OMP_NUM_THREADS to a number of processors, or unset it")
    yield _memory()
    yield _disk(place)


def _processor() -> str:
    from nmt.runtime.device import processor_features

    features = processor_features()
    units = [f"{name} {'✓' if unit in features else '–'}" for name, unit in UNITS.items()]
    listed = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", listed.read_text("utf-8")) if listed.exists() else None
    return f"{found[1] if found else platform.processor() or platform.machine()}: {', '.join(units)}"


def _torch_uses() -> str:
    import torch
    from torch.backends import mkldnn

    from nmt.runtime.device import choose_precision

    precision = choose_precision("auto", torch.device("cpu"))
    onednn = "with" if mkldnn.is_available() else "without"  # type: ignore[no-untyped-call]
    return f"{torch.backends.cpu.get_cpu_capability()}, {onednn} oneDNN; trains in {precision}"


def _ctranslate2_uses() -> str:
    import ctranslate2

    return ", ".join(sorted(ctranslate2.get_supported_compute_types("cpu")))


def _device() -> str:
    import torch

    from nmt.runtime.device import choose_device

    device = choose_device("auto")
    if device.type != "cuda":
        return str(device)
    cards = [torch.cuda.get_device_properties(number) for number in range(torch.cuda.device_count())]
    return "; ".join(f"cuda:{number} {card.name}, {size(card.total_memory)}" for number, card in enumerate(cards))


def _threads() -> str:
    from nmt.runtime.cgroups import cpu_quota
    from nmt.runtime.device import default_threads
    from nmt.runtime.processors import processors_to_run_on
    from nmt.translation.loading import choose_threads

    quota, limit = cpu_quota(), os.environ.get("OMP_NUM_THREADS")
    limited = f", and by the quota of this container the time of {quota:g}" if quota is not None else ""
    limited_by_hand = f"; $OMP_NUM_THREADS is {limit}" if limit else ""
    trains, translates = default_threads(), choose_threads(None)
    count = f"{processors_to_run_on()} processors{limited}"
    return f"{count}; trains with {trains}, translates with {translates}{limited_by_hand}"


def _memory() -> CheckResult:
    total, free = _machine_memory()
    limits = [limit for limit in (memory_limit(), _process_limit()) if limit is not None]
    allowed = min([free, *limits])
    limited = f", at most {size(min(limits))} of it for this process" if limits and min(limits) < total else ""
    value = f"{size(total)}, {size(free)} free{limited}" if total else "not known here"
    if total and allowed < LEAST_MEMORY:
        remedy = "end other programs or raise the limit (ulimit -v, that of the container); nmt train needs about 1 GB"
        return CheckResult(section=MACHINE, name="memory", state="broken", value=value, remedy=remedy)
    return CheckResult(section=MACHINE, name="memory", value=value)


def _machine_memory() -> tuple[int, int]:
    """Bytes in all, and free; 0 where nobody says."""
    listed = Path("/proc/meminfo")
    if listed.exists():
        found = re.findall(r"(?m)^(\w++):\s+(\d+)", listed.read_text("utf-8"))
        kilobytes = {name: int(number) for name, number in found}
        return kilobytes["MemTotal"] * 1024, kilobytes.get("MemAvailable", kilobytes["MemFree"]) * 1024
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return total, total
    return 0, 0


def _process_limit() -> int | None:
    """What ulimit -v allows."""
    if sys.platform == "win32":
        return None
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if limit == resource.RLIM_INFINITY else limit


def _disk(place: Path) -> CheckResult:
    place = next(folder for folder in (place.absolute(), *place.absolute().parents) if folder.is_dir())
    found = shutil.disk_usage(place)
    value = f"{size(found.free)} free of {size(found.total)} at {place}"
    if found.free < LEAST_DISK:
        remedy = "make room, or choose another -o: a model with its checkpoints takes about 20 bytes a parameter"
        return CheckResult(section=MACHINE, name="disk", state="broken", value=value, remedy=remedy)
    return CheckResult(section=MACHINE, name="disk", value=value)
