"""The control groups of Linux, with which containers and systemd limit a process: versions 1 and 2, nested or not."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path("/")


def cpu_quota(root: Path = ROOT) -> float | None:
    """Processors whose time this process may use, 1.5 for instance: the least of its groups; None without a limit."""
    quotas = []
    for group in _groups("cpu", root):
        both = _words(group / "cpu.max") or [*_words(group / "cpu.cfs_quota_us"), *_words(group / "cpu.cfs_period_us")]
        if len(both) == 2 and all(map(str.isdecimal, both)) and int(both[1]) > 0:  # not "max", nor -1
            quotas.append(int(both[0]) / int(both[1]))
    return min(quotas, default=None)


def memory_limit(root: Path = ROOT) -> int | None:
    """Bytes of memory that this process may use: the least of its groups; None without a limit."""
    limits = []
    for group in _groups("memory", root):
        limit = _words(group / "memory.max") or _words(group / "memory.limit_in_bytes")
        if len(limit) == 1 and limit[0].isdecimal():
            limits.append(int(limit[0]))
    return min(limits, default=None)


def _groups(controller: str, root: Path) -> Iterator[Path]:
    """Directories of the groups of this process that ``controller`` can have limits in, from its own upwards."""
    own = dict(_own_groups(controller, root))
    for line in _lines(root / "proc/self/mountinfo"):
        # 36 35 98:0 /what/is/mounted /mount/point options … - type source options
        mount, _, described = line.partition(" - ")
        fields, described_fields = mount.split(), described.split()
        if len(fields) < 5 or len(described_fields) < 3:
            continue
        version = {"cgroup2": 2, "cgroup": 1}.get(described_fields[0])
        if version not in own or (version == 1 and controller not in described_fields[2].split(",")):
            continue
        top = root / fields[4].lstrip("/")
        # In a container what is mounted may be the group of this process, under the name that it has outside.
        path, mounted = PurePosixPath(own[version]), PurePosixPath(fields[3])
        group = top / path.relative_to(mounted) if path.is_relative_to(mounted) else top
        yield group
        yield from (parent for parent in group.parents if parent.is_relative_to(top))


def _own_groups(controller: str, root: Path) -> Iterator[tuple[int, str]]:
    """Version and path of the groups of this process."""
    for line in _lines(root / "proc/self/cgroup"):
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if ".." in path.split("/"):  # outside of what can be seen here
            path = "/"
        if number == "0" and not controllers:
            yield 2, path
        elif controller in controllers.split(","):
            yield 1, path


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # another system than Linux, or hidden
        return []


def _words(path: Path) -> list[str]:
    return " ".join(_lines(path)).split()
