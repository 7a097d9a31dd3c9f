"""Writing into what is not a regular file, or cannot be replaced by one."""

import errno
import gzip
import itertools
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nmt import NMTError
from nmt.files.atomic import atomic_writer, check_writable, descriptor_of, is_overwritten, write_lines

TEXT = "first\nsecond\n"
WRITE = """
import sys
from nmt.files.atomic import check_writable, write_lines
print("before")
check_writable(sys.argv[1])
write_lines(sys.argv[1], ["first", "second"])
"""
pytestmark = pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no names for open streams here")


def shell(command: str, directory: Path) -> str:
    """What ``command`` prints; in it, $WRITE FILE writes TEXT into FILE after printing "before"."""
    environment = {**os.environ, "WRITE": f"{sys.executable} {directory / 'write.py'}"}
    (directory / "write.py").write_text(WRITE)
    result = subprocess.run(
        ["bash", "-c", command], cwd=directory, env=environment, capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link"])
def test_standard_output_by_a_name(name: str, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/stdout")
    assert shell(f"$WRITE {name} | cat", tmp_path) == "before\n" + TEXT
    shell(f"$WRITE {name} > file", tmp_path)
    assert (tmp_path / "file").read_text() == "before\n" + TEXT
    (tmp_path / "log").write_text("kept\n")
    shell(f"$WRITE {name} >> log", tmp_path)
    assert (tmp_path / "log").read_text() == "kept\nbefore\n" + TEXT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link", "log", "write.py"]


def test_other_streams_of_the_shell(tmp_path: Path) -> None:
    assert shell("$WRITE /dev/stderr 2>&1 >/dev/null", tmp_path) == TEXT
    shell("$WRITE /dev/fd/7 7> file", tmp_path)
    assert (tmp_path / "file").read_text() == TEXT
    assert shell("exec 3>&1; $WRITE >(cat >&3; echo end >&3) > /dev/null; wait $!", tmp_path) == TEXT + "end\n"


def test_a_compressed_name_of_a_named_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.gz"
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()), daemon=True)
    reader.start()
    check_writable(pipe)  # does not wait for a reader, and does not disconnect it
    write_lines(pipe, ["first", "second"])
    reader.join(30)
    assert gzip.decompress(received[0]).decode() == TEXT


def test_a_stream_that_is_not_open_for_writing(tmp_path: Path) -> None:
    with pytest.raises(NMTError, match="/dev/fd/999 cannot be written: this program has no such stream open"):
        check_writable("/dev/fd/999")
    (tmp_path / "file").touch()
    with (tmp_path / "file").open("rb") as stream, pytest.raises(NMTError, match="open for writing"):
        check_writable(f"/dev/fd/{stream.fileno()}")


def test_names_of_files_are_not_streams(tmp_path: Path) -> None:
    (tmp_path / "fd").mkdir()
    for name in ("fd/1", "/dev/null", "/proc/1/fd/1" if os.getpid() != 1 else "/dev/fd", "stdout"):
        assert descriptor_of(tmp_path / name if not name.startswith("/") else name) is None


@pytest.mark.parametrize("links", [["a", "a"], ["a", "b", "a"]])
def test_links_in_a_circle_give_one_sentence(links: list[str], tmp_path: Path) -> None:
    for link, target in itertools.pairwise(links):
        (tmp_path / link).symlink_to(target)
    for use in (
        lambda: check_writable(tmp_path / "a"),
        lambda: write_lines(tmp_path / "a", ["x"]),
        lambda: is_overwritten(tmp_path / "a", []),
        lambda: is_overwritten(tmp_path / "c", [tmp_path / "a"]),
    ):
        with pytest.raises(NMTError, match="a cannot be used: its symbolic links lead in a circle"):
            use()


def test_a_symbolic_link_stays_and_what_it_names_is_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")
    write_lines(tmp_path / "link", ["first", "second"])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == TEXT


def test_a_failing_disk_leaves_the_old_file_unchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "replace", refuse)
    goal = tmp_path / "file"
    goal.write_text("old\n")
    with pytest.raises(NMTError, match="cannot be written"):
        write_lines(goal, ["new"])
    assert goal.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [goal]


@pytest.mark.parametrize("code", ["EBUSY", "EXDEV", "EPERM"])
def test_files_that_cannot_be_replaced_are_overwritten(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as a single mounted file, or somebody else's file in a directory such as /tmp."""

    def refuse(self: Path, target: Path) -> None:
        raise OSError(getattr(errno, code), "refused")

    monkeypatch.setattr(Path, "replace", refuse)
    goal = tmp_path / "file"
    goal.write_text("longer than what is written now\n" * 9)
    identity = goal.stat().st_ino
    write_lines(goal, ["first", "second"])
    assert goal.read_text() == TEXT
    assert goal.stat().st_ino == identity
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    with pytest.raises(NMTError, match="new cannot be written: refused"):
        write_lines(tmp_path / "new", ["first"])


def test_a_writable_file_in_a_read_only_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    goal = tmp_path / "file"
    goal.write_text("old\n")
    access = os.access
    # Tests may run as the superuser, who may write everywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path and access(path, mode))
    check_writable(goal)
    with atomic_writer(goal) as stream:
        stream.write(TEXT.encode())
        assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert goal.read_text() == TEXT
    with pytest.raises(NMTError, match="read-only"):
        check_writable(tmp_path / "new")
