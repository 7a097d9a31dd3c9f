"""Quotas and limits of containers, read from made-up trees of /proc and /sys/fs/cgroup."""

import os
from pathlib import Path

import pytest

from nmt.runtime.cgroups import cpu_quota, memory_limit
from nmt.runtime.processors import available_processors, has_vnni, processors_to_run_on

V2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
V1 = (
    "30 23 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
    "31 30 0:27 {mounted} /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:10 - cgroup cgroup rw,cpu,cpuacct\n"
    "32 30 0:28 {mounted} /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
)


def tree(root: Path, mountinfo: str, own: str, files: dict[str, str]) -> Path:
    written = {"proc/self/mountinfo": mountinfo, "proc/self/cgroup": own, **files}
    for name, text in written.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


CASES = {
    "version 2, in a container": (V2, "0::/\n", {"sys/fs/cgroup/cpu.max": "150000 100000\n"}, 1.5),
    "version 2, without a limit": (V2, "0::/\n", {"sys/fs/cgroup/cpu.max": "max 100000\n"}, None),
    "version 2, the least of nested groups is the parent's": (
        V2,
        "0::/system.slice/run.scope\n",
        {
            "sys/fs/cgroup/system.slice/cpu.max": "200000 100000\n",
            "sys/fs/cgroup/system.slice/run.scope/cpu.max": "400000 100000\n",
        },
        2.0,
    ),
    "version 2, the least of nested groups is its own": (
        V2,
        "0::/a/b\n",
        {"sys/fs/cgroup/a/cpu.max": "max 100000\n", "sys/fs/cgroup/a/b/cpu.max": "25000 50000\n"},
        0.5,
    ),
    "version 2, of another group": (V2, "0::/a\n", {"sys/fs/cgroup/b/cpu.max": "100000 100000\n"}, None),
    "version 2, a group outside of what is mounted": (
        V2,
        "0::/../../other\n",
        {"sys/fs/cgroup/cpu.max": "300000 100000\n"},
        3.0,
    ),
    "version 1": (
        V1.format(mounted="/"),
        "4:cpu,cpuacct:/job\n3:memory:/\n0::/\n",
        {
            "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": "250000\n",
            "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
        },
        2.5,
    ),
    "version 1, mounted under its name outside": (
        V1.format(mounted="/docker/1f2e"),
        "4:cpu,cpuacct:/docker/1f2e\n",
        {
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "100000\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
        },
        1.0,
    ),
    "damaged": (V2, "0::/\n", {"sys/fs/cgroup/cpu.max": "150000\n"}, None),
    "a period of nothing": (V2, "0::/\n", {"sys/fs/cgroup/cpu.max": "1000 0\n"}, None),
}


@pytest.mark.parametrize(("mountinfo", "own", "files", "quota"), CASES.values(), ids=CASES)
def test_the_quota_is_the_lowest_of_the_groups(
    tmp_path: Path, mountinfo: str, own: str, files: dict[str, str], quota: float | None
) -> None:
    assert cpu_quota(tree(tmp_path, mountinfo, own, files)) == quota


def test_without_groups_there_is_no_limit(tmp_path: Path) -> None:
    assert cpu_quota(tmp_path) is None
    assert memory_limit(tmp_path) is None


def test_memory_is_limited_by_the_lowest_limit_of_the_groups(tmp_path: Path) -> None:
    files = {"sys/fs/cgroup/a/memory.max": "3000000\n", "sys/fs/cgroup/a/b/memory.max": "max\n"}
    assert memory_limit(tree(tmp_path / "2", V2, "0::/a/b\n", files)) == 3_000_000
    files = {
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        "sys/fs/cgroup/memory/job/memory.limit_in_bytes": "5000\n",
    }
    assert memory_limit(tree(tmp_path / "1", V1.format(mounted="/"), "3:memory:/job\n", files)) == 5000


@pytest.mark.parametrize(
    ("quota", "processors"), [("max", 4), ("1600000", 4), ("399999", 3), ("150000", 1), ("100000", 1), ("10000", 1)]
)
def test_the_quota_limits_the_number_of_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str, processors: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 2, 4, 6}, raising=False)
    root = tree(tmp_path, V2, "0::/\n", {"sys/fs/cgroup/cpu.max": f"{quota} 100000\n"})
    assert processors_to_run_on() == 4
    assert available_processors(root) == processors


@pytest.mark.parametrize(
    ("flags", "there"),
    [
        ("fpu sse2 avx2 fma", False),
        ("fpu avx2 avx512f avx512_vnni", True),
        ("fpu avx2 avx_vnni", True),
        ("fp asimd asimddp", True),
    ],
)
def test_vnni_is_read_from_the_flags_of_the_processor(tmp_path: Path, flags: str, there: bool) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "cpuinfo").write_text(f"processor\t: 0\nflags\t\t: {flags}\n")
    assert has_vnni(tmp_path) == there
    assert has_vnni(tmp_path / "nothing")
