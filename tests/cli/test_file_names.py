"""File names that are not UTF-8 or contain line feeds and escape sequences, in every command; ASCII terminals."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import talkative_model

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")

ODD = os.fsdecode(b"caf\xe9\x1b[31m\nline")
SHORT = os.fsdecode(b"\xe9")  # short enough for the model of the tests
SHOWN = "caf\\xe9\\x1b[31m\\nline"
LINES = ["the a cat sees 1 birds", "the b dog sees 2 birds", "the a dog sees 3 birds"]

# {d}: the directory, {m}: the model, {s} and {t}: the text; all have such names.
COMMANDS = {
    "check": "check|-s|{s}|-t|{t}",
    "check-json": "check|-s|{s}|-t|{t}|--format|json",
    "check-page": "check|-s|{s}|-t|{t}|--report|{d}/page.html",
    "clean": "clean|-s|{s}|-t|{t}|-o|{d}/clean|--rejected|{d}/rejected.tsv",
    "split": "corpus|split|-s|{s}|-t|{t}|-o|{d}/split|--valid|0|--test|1",
    "stats": "corpus|stats|-s|{s}|-t|{t}",
    "train": "train|-s|{s}|-t|{t}|-o|{d}/trained|--dry-run",
    "translate": "translate|-m|{m}|{s}|-o|{d}/translated",
    "evaluate": "evaluate|-i|{t}|-r|{t}|--report|{d}/report.html",
    "evaluate-model": "evaluate|-m|{m}|-s|{s}|-r|{t}|--format|json",
    "export": "export|-m|{m}|-s|{s}|-r|{t}",
    "score": "score|-m|{m}|-s|{s}|-t|{t}",
    "explain": "explain|-m|{m}|" + SHORT + "|-o|{d}/walk.html",
    "explain-words": "explain|-m|{m}|--neighbours|" + ODD + "|-o|{d}/words.json",
    "info": "info|{m}",
    "info-json": "info|{m}|--format|json",
    "tokenizer-train": "tokenizer|train|{s}|-o|{d}/tokenizer.model|--vocabulary-size|300",
    "tokenizer-encode": "tokenizer|encode|-m|{m}|{s}",
    "doctor": "doctor|-m|{m}|--no-speed",
    "doctor-json": "doctor|-m|{m}|--no-speed|--format|json|--paths",
}
ABSENT = {
    "check": "check|-s|{d}/no|-t|{t}",
    "clean": "clean|-s|{d}/no|-t|{t}|-o|{d}/clean",
    "import": "corpus|import|{d}/no.tmx|-o|{d}/imported",
    "train": "train|-s|{d}/no|-t|{t}|-o|{d}/trained",
    "translate": "translate|-m|{d}/no|{s}",
    "translate-file": "translate|-m|{m}|{d}/no",
    "evaluate": "evaluate|-i|{d}/no|-r|{t}",
    "score": "score|-m|{m}|-s|{d}/no|-t|{t}",
    "explain": "explain|-m|{d}/no|text",
    "info": "info|{d}/no",
    "tokenizer": "tokenizer|encode|-m|{d}/no|{s}",
    "export": "export|-m|{m}|-o|{s}",
    "settings": "train|-s|{s}|-t|{t}|-c|{d}/no",
    "option": "train|--no{d}",
}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    directory = tmp_path_factory.mktemp("names") / ODD
    directory.mkdir()
    found = {"d": str(directory), "s": str(directory / f"{ODD}.en"), "t": str(directory / f"{ODD}.de")}
    for side in "st":
        Path(found[side]).write_text("".join(f"{line}\n" for line in LINES * 4), encoding="utf-8")
    return {**found, "m": str(talkative_model(directory / "model"))}


def run(command: str, names: dict[str, str], **variables: str) -> subprocess.CompletedProcess[bytes]:
    arguments = [part.format(**names) for part in command.split("|")]
    environment = {**os.environ, **variables}
    return subprocess.run(
        [sys.executable, "-m", "nmt_cli", *arguments], capture_output=True, check=False, env=environment
    )


def assert_clean(result: subprocess.CompletedProcess[bytes]) -> None:
    for output in (result.stdout, result.stderr):
        text = output.decode("utf-8")  # raises for raw bytes of a name
        assert "Traceback" not in text, text
        assert "\x1b[31m" not in text
        assert "\nline" not in text


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_every_command_works_with_unusual_names(command: str, names: dict[str, str]) -> None:
    result = run(command, names)
    assert_clean(result)
    is_check = command.startswith("check")  # it finds that the text is not suitable for training
    assert result.returncode == (1 if is_check else 0), result.stderr.decode()
    if "|json" in command:
        json.loads(result.stdout)
    for page in Path(names["d"]).glob("*.html"):
        page.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("command", ABSENT.values(), ids=ABSENT)
def test_an_error_is_one_sentence_with_the_name(command: str, names: dict[str, str]) -> None:
    result = run(command, names)
    assert_clean(result)
    assert result.returncode in (1, 2)
    message = result.stderr.decode().strip()
    assert SHOWN in message or "\\x1b[31m\\nline" in message  # as click quotes an option
    assert result.returncode == 2 or message.count("\n") == 0


def test_a_page_and_a_table_show_such_a_name(names: dict[str, str]) -> None:
    page = Path(names["d"]) / "shown.html"
    result = run("check|-s|{s}|-t|{t}|--report|{d}/shown.html", names)
    assert_clean(result)
    assert SHOWN in result.stdout.decode()
    assert "caf\\xe9" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "variables",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "ascii:strict"},
    ],
    ids=["C", "ascii", "strict"],
)
def test_results_are_utf8_and_messages_never_fail_on_any_terminal(variables: dict[str, str], tmp_path: Path) -> None:
    for side in "st":
        (tmp_path / side).write_text("猫 sieht\n", encoding="utf-8")
    given = {"s": str(tmp_path / "s"), "t": str(tmp_path / "t"), "d": str(tmp_path)}
    result = run("check|-s|{s}|-t|{t}", given, **variables)
    assert "·" in result.stdout.decode("utf-8")
    assert b"Traceback" not in result.stderr
    result = run("translate|-m|{d}/Ünïversität", given, **variables)
    assert result.returncode == 1
    assert b"there is no model directory" in result.stderr
    assert b"Traceback" not in result.stderr
    assert run("translate|--Ünï", given, **variables).returncode == 2


def test_commands_in_messages_can_be_copied_with_any_name(tmp_path: Path) -> None:
    model = talkative_model(tmp_path / "my model's")
    quoted = shlex.quote(str(model))
    for command, hint in (
        ("info|{m}", f"nmt translate -m {quoted} FILE"),
        ("doctor|-m|{m}|--no-speed", f"nmt export -m {quoted} creates it"),
        ("translate|-m|{m}|--engine|ctranslate2", f"make it with nmt export -m {quoted}"),
        ("translate|-m|{m} too", f"nmt train -o {shlex.quote(f'{model} too')}"),
    ):
        result = run(command, {"m": str(model)})
        assert hint in (result.stdout + result.stderr).decode()
    told = run("doctor|-m|{m}|--no-speed|--format|json", {"m": str(model)}).stdout.decode()
    assert "nmt export -m MODEL creates it" in told
    assert "my model" not in told


@pytest.mark.parametrize(
    "command",
    [
        "info|{m}|--plot|{d}/absent/curves.png",
        "corpus|split|-s|{s}|-t|{t}|-o|{d}/taken|--valid|1|--test|1",
        "corpus|sample|-s|{s}|-t|{t}|-o|{d}/blocked|-n|2",
        "corpus|dedupe|-s|{s}|-t|{t}|-o|{d}/blocked",
        "corpus|merge|-s|{s}|-t|{t}|-o|{d}/blocked|--name|text",
        "clean|-s|{s}|-t|{t}|-o|{d}/blocked",
        "train|-s|{s}|-t|{t}|-o|{d}/taken",
        "export|-m|{m}|-o|{d}/taken",
    ],
    ids=lambda command: "-".join(command.split("|")[:2]),
)
def test_an_output_that_cannot_be_written_fails_at_once(command: str, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    given = {"d": str(tmp_path), "m": str(tmp_path / "model")}
    if "{m}" in command:
        talkative_model(tmp_path / "model")
    for side, name in (("s", "text.en"), ("t", "text.de")):
        # Not UTF-8: a command that reads it before checking the output reports that.
        (tmp_path / name).write_bytes(b"broken \xff\n" * 3)
        (tmp_path / "blocked" / name).mkdir(parents=True)
        given[side] = str(tmp_path / name)
    result = run(command, given)
    message = result.stderr.decode()
    assert (result.returncode, result.stdout) == (1, b"")
    assert any(name in message for name in ("taken", "blocked", "absent")), message
    assert message.count("\n") == 1
