"""The processor and the features that are used, GPUs, threads, memory and disk."""

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from nmt.doctor.check_result import CheckResult, run_check
from nmt.runtime.cgroups import memory_limit
from nmt.text.sizes import readable_size

MACHINE = "machine"
MIN_MEMORY = 1e9  # that training a small model needs besides torch
MIN_DISK = 1e9
# Processor features that speed up matrix products, by their usual name and by that of torch.
UNITS = {
    "AVX2": "avx2",
    "AVX512": "avx512_f",
    "VNNI": "avx512_vnni",
    "BF16": "avx512_bf16",
    "AMX": "amx_tile",
}
REINSTALL = "install torch again, as pytorch.org says for this machine"


def check_machine(path: Path) -> Iterator[CheckResult]:
    """The machine, and the disk that ``path`` is on."""
    yield run_check(MACHINE, "processor", _processor, remedy=REINSTALL)
    yield run_check(MACHINE, "torch uses", _torch_uses, remedy=REINSTALL)
    yield run_check(MACHINE, "CTranslate2 uses", _ctranslate2_uses, remedy="pip install --force-reinstall ctranslate2")
    yield run_check(MACHINE, "device", _device, remedy=REINSTALL)
    yield run_check(MACHINE, "threads", _threads, remedy="set OMP_NUM_THREADS to a number of processors, or unset it")
    yield _memory()
    yield _disk(path)


def _processor() -> str:
    from nmt.runtime.device import processor_features

    features = processor_features()
    units = [f"{name} {'✓' if unit in features else '–'}" for name, unit in UNITS.items()]
    listed = Path("/proc/cpuinfo")
    model_name = re.search(r"model name\s*:\s*(.+)", listed.read_text("utf-8")) if listed.exists() else None
    return f"{model_name[1] if model_name else platform.processor() or platform.machine()}: {', '.join(units)}"


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
    return "; ".join(
        f"cuda:{number} {card.name}, {readable_size(card.total_memory)}" for number, card in enumerate(cards)
    )


def _threads() -> str:
    from nmt.runtime.cgroups import cpu_quota
    from nmt.runtime.processors import processors_to_run_on
    from nmt.runtime.threads import default_threads
    from nmt.translation.loading import choose_threads

    quota, limit = cpu_quota(), os.environ.get("OMP_NUM_THREADS")
    by_quota = f", limited to {quota:g} by the quota of this container" if quota is not None else ""
    by_variable = f"; $OMP_NUM_THREADS is {limit}" if limit else ""
    trains, translates = default_threads(), choose_threads(None)
    count = f"{processors_to_run_on()} processors{by_quota}"
    return f"{count}; trains with {trains}, translates with {translates}{by_variable}"


def _memory() -> CheckResult:
    total, free = _machine_memory()
    limits = [limit for limit in (memory_limit(), _process_limit()) if limit is not None]
    allowed = min([free, *limits])
    limited = f", at most {readable_size(min(limits))} of it for this process" if limits and min(limits) < total else ""
    value = f"{readable_size(total)}, {readable_size(free)} free{limited}" if total else "unknown"
    if total and allowed < MIN_MEMORY:
        remedy = (
            "stop other programs or raise the limit (ulimit -v, or that of the container); nmt train needs about 1 GB"
        )
        return CheckResult(section=MACHINE, name="memory", state="broken", value=value, remedy=remedy)
    return CheckResult(section=MACHINE, name="memory", value=value)


def _machine_memory() -> tuple[int, int]:
    """Total and free bytes; 0 if unknown."""
    listed = Path("/proc/meminfo")
    if listed.exists():
        entries = re.findall(r"(?m)^(\w++):\s+(\d+)", listed.read_text("utf-8"))
        kilobytes = {name: int(number) for name, number in entries}
        return kilobytes["MemTotal"] * 1024, kilobytes.get("MemAvailable", kilobytes["MemFree"]) * 1024
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return total, total
    return 0, 0


def _process_limit() -> int | None:
    """The limit of ulimit -v, in bytes; None: unlimited."""
    if sys.platform == "win32":
        return None
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if limit == resource.RLIM_INFINITY else limit


def _disk(path: Path) -> CheckResult:
    directory = next(parent for parent in (path.absolute(), *path.absolute().parents) if parent.is_dir())
    usage = shutil.disk_usage(directory)
    value = f"{readable_size(usage.free)} free of {readable_size(usage.total)} at {directory}"
    if usage.free < MIN_DISK:
        remedy = "free some space, or choose another -o: a model with its checkpoints takes about 20 bytes a parameter"
        return CheckResult(section=MACHINE, name="disk", state="broken", value=value, remedy=remedy)
    return CheckResult(section=MACHINE, name="disk", value=value)
