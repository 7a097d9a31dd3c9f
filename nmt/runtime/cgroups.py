"""Linux control groups, versions 1 and 2, nested or not, with which containers and systemd limit a process."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path("/")


def cpu_quota(root: Path = ROOT) -> float | None:
    """Processors, such as 1.5, whose time this process may use: the lowest limit of its groups; None without one."""
    quotas = []
    for group in _groups("cpu", root):
        values = _words(group / "cpu.max") or [
            *_words(group / "cpu.cfs_quota_us"),
            *_words(group / "cpu.cfs_period_us"),
        ]
        if len(values) == 2 and all(map(str.isdecimal, values)) and int(values[1]) > 0:  # not "max" or -1
            quotas.append(int(values[0]) / int(values[1]))
    return min(quotas, default=None)


def memory_limit(root: Path = ROOT) -> int | None:
    """Bytes of memory that this process may use: the lowest limit of its groups; None without a limit."""
    limits = []
    for group in _groups("memory", root):
        limit = _words(group / "memory.max") or _words(group / "memory.limit_in_bytes")
        if len(limit) == 1 and limit[0].isdecimal():
            limits.append(int(limit[0]))
    return min(limits, default=None)


def _groups(controller: str, root: Path) -> Iterator[Path]:
    """Directories of the groups of this process that can have limits of ``controller``, from its own group upwards."""
    paths = dict(_paths_by_version(controller, root))
    for line in _lines(root / "proc/self/mountinfo"):
        # 36 35 98:0 /what/is/mounted /mount/point options … - type source options
        mount, _, described = line.partition(" - ")
        fields, described_fields = mount.split(), described.split()
        if len(fields) < 5 or len(described_fields) < 3:
            continue
        version = {"cgroup2": 2, "cgroup": 1}.get(described_fields[0])
        if version not in paths or (version == 1 and controller not in described_fields[2].split(",")):
            continue
        top = root / fields[4].lstrip("/")
        # In a container the mount may be the group of this process, under the name that it has outside.
        path, mounted = PurePosixPath(paths[version]), PurePosixPath(fields[3])
        group = top / path.relative_to(mounted) if path.is_relative_to(mounted) else top
        yield group
        yield from (parent for parent in group.parents if parent.is_relative_to(top))


def _paths_by_version(controller: str, root: Path) -> Iterator[tuple[int, str]]:
    """Version and path of the groups of this process."""
    for line in _lines(root / "proc/self/cgroup"):
        number, _, controllers_and_path = line.partition(":")
        controllers, _, path = controllers_and_path.partition(":")
        if ".." in path.split("/"):  # outside of what this process can see
            path = "/"
        if number == "0" and not controllers:
            yield 2, path
        elif controller in controllers.split(","):
            yield 1, path


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # not Linux, or hidden
        return []


def _words(path: Path) -> list[str]:
    return " ".join(_lines(path)).split()
