import gzip
import os
import pty
import select
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from nmt import NMTError, Translator
from nmt_cli.console.output import partial_output
from nmt_cli.main import nmt
from tests.conftest import talk, talkative_model

LINES = talk()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talkative_model(tmp_path_factory.mktemp("translate") / "model")


def run(*arguments: object, text: str | bytes = "") -> Result:
    return CliRunner().invoke(nmt, ["translate", *map(str, arguments)], input=text)


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def expected(model: Path, lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in Translator(model).translate(lines))


def test_standard_input_to_standard_output(model: Path) -> None:
    result = run("-m", model, text="the a cat\n\n  \nthe b dog sees\n")
    assert result.exit_code == 0
    assert result.stdout == expected(model, ["the a cat", "", "  ", "the b dog sees"])
    assert result.stdout.split("\n")[1:3] == ["", ""]
    assert result.stderr == ""


def test_a_file_into_a_file(model: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "in.txt", LINES)
    result = run(source, "-m", model, "-o", tmp_path / "out.txt")
    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / "out.txt").read_text() == expected(model, LINES)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.txt", "out.txt"]


def test_the_translator_is_closed_when_the_command_fails(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    close = Translator.close
    monkeypatch.setattr(Translator, "close", lambda translator: (closed.append(True), close(translator)))
    assert run("-m", model, text=b"%PDF-1.7\n\x00\x01\x02").exit_code == 1
    assert len(closed) == 1
    assert run("-m", model, "--forbid", " ", text="a\n").exit_code == 1
    assert len(closed) == 2


def test_compressed_files(model: Path, tmp_path: Path) -> None:
    source = tmp_path / "in.gz"
    source.write_bytes(gzip.compress(b"the a cat\nthe b dog"))
    assert run(source, "-m", model, "-o", tmp_path / "out.gz").exit_code == 0
    assert gzip.decompress((tmp_path / "out.gz").read_bytes()).decode() == expected(model, ["the a cat", "the b dog"])


def test_several_files_into_a_directory(model: Path, tmp_path: Path) -> None:
    first, second = write(tmp_path / "1.txt", LINES[:3]), write(tmp_path / "2.txt", LINES[3:7])
    result = run(first, second, "-m", model, "-o", tmp_path / "new")
    assert result.exit_code == 0
    assert (tmp_path / "new" / "1.txt").read_text() == expected(model, LINES[:3])
    assert (tmp_path / "new" / "2.txt").read_text() == expected(model, LINES[3:7])
    joined = run(first, second, "-m", model)
    assert joined.stdout == expected(model, LINES[:7])


@pytest.mark.parametrize("size", [1, 7, 100])
@pytest.mark.parametrize("threads", [1, 2])
def test_batch_size_and_threads_do_not_change_the_translations(model: Path, size: int, threads: int) -> None:
    before = torch.get_num_threads()
    try:
        result = run("-m", model, "--batch-size", size, "--threads", threads, text="\n".join(LINES))
    finally:
        torch.set_num_threads(before)
    assert result.stdout == expected(model, LINES)


def test_the_search_can_be_set(model: Path) -> None:
    result = run("-m", model, "--beam", 1, "--lenpen", 0, "--max-length-ratio", 0, text="the a cat sees\n")
    assert result.stdout == "".join(
        f"{line}\n"
        for line in Translator(model, beam_size=1, length_penalty=0, max_length_ratio=0).translate(["the a cat sees"])
    )
    assert run("-m", model, "--length-penalty", "-1", text="a\n").stderr.startswith("nmt: error: search setting")


def test_a_line_that_is_not_clean_text_is_one_line_out_and_named(model: Path, tmp_path: Path) -> None:
    source = tmp_path / "dirty"
    source.write_bytes(b"the a cat\nthe \xff cat\na\x00b\nc\xe2\x80\xa8d\ne\rf\n\nlast without end")
    result = run(source, "-m", model)
    assert result.exit_code == 0
    assert result.stdout.count("\n") == len(result.stdout.splitlines()) == 7
    warnings = result.stderr.splitlines()
    assert len(warnings) == 4
    for warning, number in zip(warnings, (2, 3, 4, 5), strict=True):
        assert f"dirty, line {number}: " in warning


def test_a_line_longer_than_the_model_takes_is_split(model: Path) -> None:
    result = run("-m", model, "-b", 1, text="the cat sees. " * 200 + "\nthe cat\n")
    long_one, short_one = result.stdout.splitlines()
    assert len(long_one.split()) > 50
    assert f"{short_one}\n" == expected(model, ["the cat"])


def test_compressed_text_without_a_suffix_is_rejected(model: Path, tmp_path: Path) -> None:
    plain = gzip.compress(b"the cat\n" * 50)
    (tmp_path / "in.txt").write_bytes(plain)
    result = run(tmp_path / "in.txt", "-m", model, "-b", 1)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"nmt: error: {tmp_path / 'in.txt'} is compressed by gzip; give it a name in .gz")
    assert result.stdout == ""
    (tmp_path / "in.txt").rename(tmp_path / "in.txt.gz")
    assert run(tmp_path / "in.txt.gz", "-m", model, "-b", 1).exit_code == 0


def test_errors_are_reported_before_the_model_is_loaded(model: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "in.txt", ["the cat"])
    other = tmp_path / "more"
    other.mkdir()
    same_name = write(other / "in.txt", ["the dog"])
    other_name = write(other / "other.txt", ["the dog"])
    for arguments, message in (
        ([tmp_path / "none"], "none: there is no such file"),
        ([tmp_path], "is a directory"),
        ([source, "-o", source], "would be overwritten"),
        ([source, "-o", tmp_path], "would be overwritten"),
        ([source, "--forbid-file", same_name, "-o", same_name], "would be overwritten"),
        ([source, "--forbid-file", same_name, "--align", same_name], "would be overwritten"),
        ([source, same_name, "-o", tmp_path / "new"], "would both be written to"),
        ([source, "-", "-o", tmp_path / "new"], "standard input has no name"),
        ([source, other_name, "-o", source], "cannot be created"),
        ([source, "-o", tmp_path / "no" / "out"], "there is no directory"),
    ):
        result = run(*arguments, "-m", tmp_path / "more")
        assert result.exit_code == 1, arguments
        assert result.stderr.startswith("nmt: error: ")
        assert message in result.stderr
        assert len(result.stderr.splitlines()) == 1
    assert source.read_text() == "the cat\n"
    assert same_name.read_text() == "the dog\n"
    assert run(source, "-m", tmp_path / "no-model").exit_code == 1


def test_standard_input_is_read_only_once(model: Path) -> None:
    result = run("-", "-", "-m", model, text="the cat\n")
    assert result.exit_code == 2
    assert "only once" in result.stderr


def test_the_finished_part_is_kept_on_failure(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    goal = tmp_path / "out.txt"
    goal.write_text("old")
    with pytest.raises(NMTError, match="no more"):  # noqa: PT012, SIM117 - the error is raised inside the block
        with partial_output(str(goal)) as stream:
            stream.write(b"one\n")
            raise NMTError("no more")
    assert goal.read_text() == "old"
    assert (tmp_path / "out.txt.partial").read_text() == "one\n"
    assert "out.txt.partial" in caplog.text
    with partial_output(str(goal)) as stream:
        stream.write(b"one\ntwo\n")
    assert goal.read_text() == "one\ntwo\n"
    assert not (tmp_path / "out.txt.partial").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes of files")
def test_private_output_stays_private(tmp_path: Path) -> None:
    goal = tmp_path / "out.txt"
    goal.write_text("old")
    goal.chmod(0o600)
    with partial_output(str(goal)) as stream:
        assert stat.S_IMODE((tmp_path / "out.txt.partial").stat().st_mode) == 0o600
        stream.write(b"new\n")
    assert stat.S_IMODE(goal.stat().st_mode) == 0o600


def test_no_empty_partial_file_is_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(NMTError), partial_output(str(tmp_path / "out.txt")):
        raise NMTError("at once")
    assert list(tmp_path.iterdir()) == []
    assert caplog.text == ""


# Real processes: pipes, signals and terminals.


def command(model: Path, *arguments: object) -> list[str]:
    code = "import sys; from nmt_cli.main import main; main()"
    return [sys.executable, "-c", code, "translate", "-m", str(model), "--threads", "1", *map(str, arguments)]


@pytest.fixture
def process(model: Path) -> Iterator[subprocess.Popen[bytes]]:
    pipe = subprocess.PIPE
    with subprocess.Popen(command(model), stdin=pipe, stdout=pipe, stderr=pipe) as running:
        yield running
        running.kill()


def read_line(process: "subprocess.Popen[bytes]", seconds: float = 60) -> bytes:
    """The next line of output; the process is killed if there is none in time."""
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    assert process.stdout is not None
    line = process.stdout.readline()
    timer.cancel()
    return line


def test_a_pipe_never_holds_a_line_back(model: Path, process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    for line in ("the a cat", "the b dog"):
        process.stdin.write(f"{line}\n".encode())
        process.stdin.flush()
        assert read_line(process).decode() == expected(model, [line])
    process.stdin.close()
    assert process.wait(30) == 0


def test_a_closed_pipe_ends_quietly(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(b"the a cat\n")
    process.stdin.flush()
    assert read_line(process)
    process.stdout.close()
    process.stdin.write(b"the b dog\n")
    process.stdin.flush()
    assert process.wait(60) == 1
    assert process.stderr.read() == b""


def test_ctrl_c_ends_with_130_and_keeps_the_finished_part(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    pipe = subprocess.PIPE
    with subprocess.Popen(command(model, "-o", out), stdin=pipe, stderr=pipe) as running:
        assert running.stdin is not None
        assert running.stderr is not None
        running.stdin.write(b"the a cat\n")
        running.stdin.flush()
        partial = tmp_path / "out.txt.partial"
        deadline = time.monotonic() + 60
        while not (partial.exists() and partial.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
        message = running.stderr.read().decode()
    assert partial.read_text() == expected(model, ["the a cat"])
    assert not out.exists()
    assert "out.txt.partial" in message
    assert "Traceback" not in message


def test_at_a_terminal_it_prompts_and_shows_details(model: Path) -> None:
    controller, terminal = pty.openpty()
    pipe = subprocess.PIPE
    with subprocess.Popen(command(model, "-v"), stdin=terminal, stdout=pipe, stderr=pipe) as running:
        os.close(terminal)
        assert running.stderr is not None
        while b"Ctrl-D" not in (message := running.stderr.readline()):
            assert message.startswith(b"nmt: debug: ")
        os.write(controller, b"the a cat\n")
        assert read_line(running).decode() == expected(model, ["the a cat"])
        assert b"  score " in running.stderr.readline()
        os.write(controller, b"\x04")
        assert running.wait(60) == 0
        assert "→" in running.stderr.read().decode()
    os.close(controller)


def read_until(descriptor: int, awaited: bytes, seconds: float = 60) -> bytes:
    """What a terminal shows up to and with ``awaited``, or until the time is over."""
    shown = b""
    deadline = time.monotonic() + seconds
    while awaited not in shown and (left := deadline - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left)[0]:
            shown += os.read(descriptor, 1)  # what comes after it is for the next call
    return shown


def test_lines_can_be_edited_and_recalled_at_a_terminal(model: Path) -> None:
    controller, terminal = pty.openpty()
    environment = {**os.environ, "TERM": "xterm"}
    answer = expected(model, ["the a cat"]).strip().encode()
    with subprocess.Popen(command(model), stdin=terminal, stdout=terminal, stderr=terminal, env=environment) as running:
        try:
            os.close(terminal)
            for typed in (b"the a caX\x7ft\r", b"\x1b[A\r"):  # a backspace; the arrow up
                # The terminal itself handles what is typed before the prompt appears.
                assert read_until(controller, b"> ").endswith(b"> ")
                os.write(controller, typed)
                assert answer in read_until(controller, answer)
            assert read_until(controller, b"> ").endswith(b"> ")
            os.write(controller, b"\x04")
            assert running.wait(60) == 0
        finally:
            running.kill()
    os.close(controller)


def test_the_text_may_be_given_with_an_option_too(model: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "in.txt", LINES[:3])
    for option in ("-s", "--src", "-i", "--input-file"):
        assert run("-m", model, option, source).stdout == expected(model, LINES[:3])
    assert "--source" not in run("--help").stdout
