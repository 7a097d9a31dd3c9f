"""What is reported about a machine, and when that is an error."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from nmt.doctor import machine
from nmt.doctor.check_result import CheckResult
from nmt.doctor.machine import UNITS, check_machine


def results(path: Path) -> dict[str, CheckResult]:
    return {result.name: result for result in check_machine(path)}


def test_processor_memory_disk_and_threads_are_reported(tmp_path: Path) -> None:
    found = results(tmp_path / "not" / "there")
    assert all(unit in found["processor"].value for unit in UNITS)
    assert "oneDNN" in found["torch uses"].value
    assert "int8" in found["CTranslate2 uses"].value
    assert found["device"].value
    assert "processors; trains with" in found["threads"].value
    assert str(tmp_path) in found["disk"].value
    assert "GB" in found["memory"].value


@pytest.mark.parametrize("limit", ["memory_limit", "_process_limit"])
def test_too_little_memory_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(machine, "_machine_memory", lambda: (8_000_000_000, 7_000_000_000))
    monkeypatch.setattr(machine, limit, lambda: 500_000_000)
    memory = results(tmp_path)["memory"]
    assert memory.state == "broken"
    assert memory.value == "8.0 GB, 7.0 GB free, at most 500.0 MB of it for this process"
    assert "ulimit" in memory.remedy


def test_a_full_disk_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(total=10**10, free=10**8))
    disk = results(tmp_path)["disk"]
    assert (disk.state, disk.value) == ("broken", f"100.0 MB free of 10.0 GB at {tmp_path}")


def test_a_broken_torch_is_an_error_and_the_other_checks_continue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> object:
        raise RuntimeError("CUDA driver initialization failed")

    monkeypatch.setattr("nmt.runtime.device.choose_device", broken)
    found = results(tmp_path)
    assert (found["device"].state, found["device"].value) == ("broken", "CUDA driver initialization failed")
    assert "install torch again" in found["device"].remedy
    assert found["threads"].state == "ok"


def test_the_quota_of_a_container_is_reported_and_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr("nmt.runtime.processors.processors_to_run_on", lambda: 16)
    for name in ("nmt.runtime.cgroups", "nmt.runtime.processors"):
        monkeypatch.setattr(f"{name}.cpu_quota", lambda *root: 1.5)
    assert results(tmp_path)["threads"].value == (
        "16 processors, limited to 1.5 by the quota of this container; trains with 1, translates with 1"
    )
