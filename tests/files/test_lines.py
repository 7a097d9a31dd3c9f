import errno
import gzip
import os
import stat
import subprocess
import sys
import threading
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer, atomic_writers, write_lines
from nmt.files.lines import check_readable, decode_line, open_binary, read_lines, read_windows

LINE_ENDS_OF_OTHERS = "a\u2028b\u2029c\x85d\x0be\x0cf\rg\x1ch"


def windows_of(data: bytes, max_lines: int = 1000, max_bytes: int = 1 << 20) -> list[list[bytes]]:
    return list(read_windows(BytesIO(data), max_lines=max_lines, max_bytes=max_bytes))


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"a", ["a"]),
        (b"a\nb\n", ["a", "b"]),
        (b"a\n\nb", ["a", "", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),  # Windows
        (b"a\r\r\nb", ["a\r", "b"]),  # one carriage return belongs to the end of the line
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb", ["a", "\ufeffb"]),  # a byte order mark is only at the start
        (f"{LINE_ENDS_OF_OTHERS}\nb".encode(), [LINE_ENDS_OF_OTHERS, "b"]),
    ],
)
@pytest.mark.parametrize("name", ["text", "text.gz"])
def test_only_a_line_feed_ends_a_line(tmp_path: Path, data: bytes, lines: list[str], name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert list(read_lines(path)) == lines


@given(st.lists(st.text(st.characters(exclude_characters="\n\r\ufeff", exclude_categories=["Cs"]))))
@settings(max_examples=30)
def test_written_lines_are_read_again(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = tmp_path_factory.mktemp("lines") / "text.gz"
    assert write_lines(path, lines) == len(lines)
    assert list(read_lines(path)) == lines


def test_bytes_that_are_not_utf8_are_reported_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"good\nb\xffd\n")
    with pytest.raises(NMTError, match=r"text:2: not UTF-8 \(byte 0xff at position 2\)"):
        list(read_lines(path))
    path.write_bytes("good\n".encode("utf-16"))
    with pytest.raises(NMTError, match=r"text:1: .*looks like UTF-16"):
        list(read_lines(path))


@pytest.mark.parametrize("check", [check_readable, lambda path: list(read_lines(path))])
def test_files_that_cannot_be_read_give_one_sentence(tmp_path: Path, check: object) -> None:
    assert callable(check)
    with pytest.raises(NMTError, match="missing: there is no such file"):
        check(tmp_path / "missing")
    with pytest.raises(NMTError, match="is a directory"):
        check(tmp_path)
    (tmp_path / "plain.gz").write_bytes(b"no gzip at all")
    with pytest.raises(NMTError, match=r"plain\.gz is not a complete gzip file"):
        check(tmp_path / "plain.gz")


def test_a_truncated_gzip_file_gives_one_sentence(tmp_path: Path) -> None:
    whole = gzip.compress(os.urandom(300_000))
    (tmp_path / "cut.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(NMTError, match=r"cut\.gz is not a complete gzip file"):
        list(read_windows(open_binary(tmp_path / "cut.gz"), max_lines=10, max_bytes=1000))


@pytest.mark.parametrize(
    ("raw", "text", "problem"),
    [
        (b"plain\r", "plain", None),
        ("tab\tstays ü 猫".encode(), "tab\tstays ü 猫", None),
        (b"a\x00b\x1bc\x7f", "a b c ", "control characters"),
        (LINE_ENDS_OF_OTHERS.encode(), "a b c d e f g h", "control characters"),
        (b"b\xffd", "b\ufffdd", "invalid UTF-8"),
        (b"\xf0\x9f\x00", "\ufffd ", "invalid UTF-8 and control characters"),
    ],
)
def test_any_line_can_be_decoded(raw: bytes, text: str, problem: str | None) -> None:
    assert decode_line(raw) == (text, problem)


@given(st.binary())
@settings(max_examples=50)
def test_a_decoded_line_is_one_line_for_every_program(raw: bytes) -> None:
    assert len(decode_line(raw)[0].splitlines()) <= 1


@given(st.binary(), st.integers(1, 5), st.integers(1, 20))
@settings(max_examples=50)
def test_windows_contain_all_lines_and_keep_their_limits(data: bytes, max_lines: int, max_bytes: int) -> None:
    windows = windows_of(data, max_lines, max_bytes)
    assert "\n".join(line.decode("latin-1") for window in windows for line in window).encode("latin-1") == (
        data.removeprefix(b"\xef\xbb\xbf").removesuffix(b"\n")
    )
    for window in windows:
        assert 1 <= len(window) <= max_lines
        assert sum(len(line) + 1 for line in window[:-1]) < max_bytes


def test_files_give_full_windows(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"0123456789\n" * 50_000)
    with path.open("rb") as stream:
        sizes = [len(window) for window in read_windows(stream, max_lines=20_000, max_bytes=1 << 30)]
    assert sizes == [20_000, 20_000, 10_000]
    with path.open("rb") as stream:
        sizes = [len(window) for window in read_windows(stream, max_lines=1 << 30, max_bytes=110_000)]
    assert sizes == [10_000] * 5


def test_a_long_line_without_end_is_one_line() -> None:
    assert [len(line) for (line,) in windows_of(b"x" * 30_000_000, max_bytes=1000)] == [30_000_000]


def test_a_line_on_a_pipe_is_never_held_back() -> None:
    reading, writing = os.pipe()
    pipe = os.fdopen(writing, "wb", buffering=0)
    with os.fdopen(reading, "rb") as stream:
        windows = read_windows(stream, max_lines=1000, max_bytes=1 << 20)
        for sent in (b"one", b"two\nthree"):
            pipe.write(sent + b"\n")
            assert next(windows) == sent.split(b"\n")
            assert next(windows) == []  # before it waits for more
        pipe.write(b"four\nstarted")
        assert next(windows) == [b"four"]
        assert next(windows) == []
        pipe.write(b" and ended")
        pipe.close()
        assert list(filter(None, windows)) == [[b"started and ended"]]


def test_a_pipe_at_full_speed_gives_full_windows() -> None:
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(b"0123456789\n" * 100_000)

    thread = threading.Thread(target=write)
    thread.start()
    with os.fdopen(reading, "rb") as stream:
        sizes = [len(window) for window in read_windows(stream, max_lines=10_000, max_bytes=1 << 30)]
    thread.join()
    assert sum(sizes) == 100_000
    assert sum(map(bool, sizes)) <= 20  # ten if the writer is never late


def test_a_slow_writer_in_another_process_is_answered_at_once() -> None:
    code = "import sys, nmt.files.lines as l\nfor w in l.read_windows(sys.stdin.buffer, max_lines=9, max_bytes=99):\n"
    code += "    if w: sys.stdout.buffer.write(b'%d\\n' % len(w)); sys.stdout.buffer.flush()\n"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(2):
            process.stdin.write(b"a line\n")
            process.stdin.flush()
            assert process.stdout.readline() == b"1\n"  # while its standard input is still open
        process.stdin.close()
        assert process.wait(10) == 0


def interrupted() -> bytes:
    raise KeyboardInterrupt


class TestAtomicWriter:
    def test_a_file_appears_when_it_is_complete(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        with atomic_writer(path) as stream:
            stream.write(b"new")
            stream.flush()
            assert not path.exists()
        assert path.read_bytes() == b"new"
        assert [left.name for left in tmp_path.iterdir()] == ["file"]

    def test_a_failure_leaves_the_old_file_and_nothing_else(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_bytes(b"old")
        with pytest.raises(KeyboardInterrupt), atomic_writer(path) as stream:
            stream.write(interrupted())
        assert path.read_bytes() == b"old"
        assert [left.name for left in tmp_path.iterdir()] == ["file"]

    def test_files_that_belong_together_appear_together(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        paths = [tmp_path / "text.de", tmp_path / "text.en"]
        for path in paths:
            path.write_bytes(b"old")
        synced: list[int] = []

        def full_at_the_second(descriptor: int) -> None:
            synced.append(descriptor)
            if len(synced) == 2:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "fsync", full_at_the_second)
        said = pytest.raises(NMTError, match=r"text\.de and .*text\.en cannot be written")
        with said, atomic_writers(paths) as (source, _):
            source.write(b"new")
        assert len(synced) == 2
        assert [path.read_bytes() for path in sorted(tmp_path.iterdir())] == [b"old", b"old"]

    @pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
    def test_permissions_are_those_of_the_old_file_or_the_usual_ones(self, tmp_path: Path) -> None:
        write_lines(tmp_path / "new", ["x"])
        mask = os.umask(0)
        os.umask(mask)
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o666 & ~mask
        (tmp_path / "new").chmod(0o640)
        write_lines(tmp_path / "new", ["y"])
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640

    def test_a_symbolic_link_stays_one(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "goal")
        write_lines(tmp_path / "link", ["x"])
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "goal").read_bytes() == b"x\n"

    def test_the_same_text_gives_the_same_gzip_bytes(self, tmp_path: Path) -> None:
        write_lines(tmp_path / "one.gz", ["x"])
        header = (tmp_path / "one.gz").read_bytes()[:10]
        assert header[3:8] == bytes(5)  # neither a file name nor a time

    def test_goals_that_cannot_be_are_named(self, tmp_path: Path) -> None:
        with pytest.raises(NMTError, match="is a directory"):
            write_lines(tmp_path, [])
        with pytest.raises(NMTError, match="there is no directory"):
            write_lines(tmp_path / "missing" / "file", [])

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
    def test_special_files_are_written_into(self) -> None:
        write_lines("/dev/null", ["x"])
        assert not Path("/dev/null").is_file()
        with pytest.raises(NMTError, match="/dev/full cannot be written: no space left on device"):
            write_lines("/dev/full", ["x"])
        assert not Path("/dev/full").is_file()

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    def test_a_named_pipe_is_written_into(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        got: list[str] = []
        check_readable(tmp_path / "pipe")  # does not wait for a writer
        thread = threading.Thread(target=lambda: got.extend(read_lines(tmp_path / "pipe")))
        thread.start()
        write_lines(tmp_path / "pipe", ["a", "b"])
        thread.join(10)
        assert got == ["a", "b"]
        assert (tmp_path / "pipe").is_fifo()

    @pytest.mark.skipif(os.name != "posix", reason="resource limits of POSIX")
    def test_a_full_disk_is_one_sentence_and_leaves_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"old")
        code = (
            "import resource, signal, sys; from nmt.files.atomic import write_lines; from nmt import NMTError\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
            "try: write_lines(sys.argv[1], ['x' * 100] * 1000)\n"
            "except NMTError as error: print(error)\n"
        )
        command = [sys.executable, "-c", code, str(tmp_path / "file")]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        assert "file cannot be written: file too large" in result.stdout
        assert (tmp_path / "file").read_bytes() == b"old"
        assert [left.name for left in tmp_path.iterdir()] == ["file"]
