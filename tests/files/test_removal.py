import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from nmt.errors import NMTError
from nmt.files.removal import check_removable, is_mount_point, remove


@pytest.fixture
def mounts() -> Iterator[list[Path]]:
    """Mount points of the test, which are unmounted after it."""
    if shutil.which("mount") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root mounts")
    places: list[Path] = []
    yield places
    for place in reversed(places):
        subprocess.run(["umount", "-l", str(place)], check=True)


def mount(mounts: list[Path], place: Path, *arguments: str | Path) -> None:
    if subprocess.run(["mount", *map(str, arguments), str(place)], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    mounts.append(place)


def filled(directory: Path) -> Path:
    (directory / "inner").mkdir(parents=True, exist_ok=True)
    for path in (directory / "file", directory / "inner" / "file"):
        path.write_text("text\n", encoding="utf-8")
    return directory


def test_files_directories_and_links_are_removed_but_not_the_targets_of_links(tmp_path: Path) -> None:
    kept, directory = filled(tmp_path / "kept"), filled(tmp_path / "directory")
    (directory / "link").symlink_to(kept)
    check_removable([directory, tmp_path / "absent"])
    for path in (directory, tmp_path / "absent"):
        remove(path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (kept / "inner" / "file").exists()


def test_a_mount_point_is_emptied_and_stays(tmp_path: Path, mounts: list[Path]) -> None:
    place = tmp_path / "with a space"
    place.mkdir()
    mount(mounts, place, "-t", "tmpfs", "tmpfs")
    assert is_mount_point(place)
    check_removable([filled(place)])
    remove(place)
    assert list(place.iterdir()) == []


def test_a_mount_point_further_down_and_a_bind_mount_are_emptied_too(tmp_path: Path, mounts: list[Path]) -> None:
    other, top = filled(tmp_path / "other"), filled(tmp_path / "top")
    mount(mounts, top / "inner", "--bind", other)
    assert is_mount_point(top / "inner")
    check_removable([top])
    remove(top)
    assert list(top.rglob("*")) == [top / "inner"]
    assert list(other.iterdir()) == []


def test_a_mounted_file_is_an_error_before_anything_is_removed(tmp_path: Path, mounts: list[Path]) -> None:
    top = filled(tmp_path / "top")
    (tmp_path / "settings").touch()
    mount(mounts, top / "inner" / "file", "--bind", tmp_path / "settings")
    with pytest.raises(NMTError, match="inner/file cannot be removed: it is a mount point"):
        check_removable([top / "file", top])
    assert (top / "file").exists()


def test_a_read_only_mount_is_an_error_before_anything_is_removed(tmp_path: Path, mounts: list[Path]) -> None:
    top = filled(tmp_path / "top")
    mount(mounts, top / "inner", "-t", "tmpfs", "-o", "ro", "tmpfs")
    with pytest.raises(NMTError, match="inner cannot be emptied: it is read-only"):
        check_removable([top / "file", top])
    assert (top / "file").exists()
