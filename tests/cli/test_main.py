import importlib
import inspect
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import torch
from click.testing import CliRunner, Result

import nmt_cli.main
from nmt.decoding.config import SearchConfig
from nmt.errors import NMTError
from nmt.evaluation.metrics import score_translations
from nmt.model_dir.config_json import ModelInfo
from nmt.model_dir.layout import CONFIG
from nmt.model_dir.save import save_model
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.training import train_tokenizer
from nmt_cli.main import COMMANDS, nmt
from nmt_cli.options import ALIASES, normalize_name

AVAILABLE = [name for name in COMMANDS if importlib.util.find_spec(f"nmt_cli.{name}")]
# Before click 8.2 the runner had to be told to keep stderr apart.
SEPARATE: dict[str, Any] = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}
NMT = [sys.executable, "-m", "nmt_cli"]


pytestmark = pytest.mark.usefixtures("plain_logger")


def run(*arguments: object) -> Result:
    return CliRunner(**SEPARATE).invoke(nmt, [str(argument) for argument in arguments], prog_name="nmt")


def all_commands() -> Iterator[tuple[str, click.Command]]:
    """Every command by its full name, the subcommands of groups too."""
    for name in AVAILABLE:
        command = getattr(importlib.import_module(f"nmt_cli.{name}"), name)
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", below) for inner, below in command.commands.items())


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model directory whose weights are random."""
    torch.manual_seed(1)
    directory = tmp_path_factory.mktemp("model")
    tokenizer = train_tokenizer(["a b c d e"] * 20, TokenizerConfig(model_type="char"), pairs=None)
    shape = {"encoder_layers": 1, "decoder_layers": 1, "dimension": 16, "heads": 2, "feed_forward": 16}
    config = ModelConfig(vocabulary_size=tokenizer.vocabulary_size, **shape)
    scores = {"BLEU": {"name": "BLEU", "score": 33.125, "signature": "nrefs:1|tok:13a"}, "step": 3000}
    info = ModelInfo(
        source_language="de",
        target_language="en",
        model=config,
        search=SearchConfig(),
        max_source_length=100,
        training={"corpus": {"pairs_kept": 1000}},
        scores=scores,
    )
    save_model(directory, info=info, tokenizer=tokenizer, weights=Transformer(config).state_dict())
    return directory


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with hypotheses and references of two sentences, and one reference that is too short."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NMT_MODEL", raising=False)
    (tmp_path / "hyp.en").write_text("the cat sat on a mat\na dog barked at me\n")
    (tmp_path / "ref.en").write_text("the cat sat on the mat\nthe dog barked at me\n")
    (tmp_path / "ref2.en").write_text("a cat sat on a mat\na dog has barked at me\n")
    (tmp_path / "short.en").write_text("the cat sat on the mat\n")
    return tmp_path


# --- help and options


def test_help_lists_every_command() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert all(name in result.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", AVAILABLE)
def test_help_of_every_command_has_examples(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"nmt {name}" in result.stdout.partition("Examples:")[2] or "Commands:" in result.stdout


def test_no_description_in_a_list_of_commands_is_cut_short() -> None:
    listed = run("--help").stdout + run("tokenizer", "--help").stdout
    assert "..." not in listed.replace("[ARGS]...", "")


@pytest.mark.parametrize("name", ["", *AVAILABLE])
def test_help_loads_no_torch(name: str) -> None:
    code = (
        "import sys; from nmt_cli.main import nmt\n"
        f"nmt({[*name.split(), '--help']}, standalone_mode=False)\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)


def test_short_options_have_one_meaning_everywhere() -> None:
    meanings: dict[str, set[str]] = {}
    for _, command in all_commands():
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                shorts = [name for name in parameter.opts if not name.startswith("--")]
                for name in parameter.opts:
                    for short in shorts:
                        meanings.setdefault(short, set()).update({name} - {short})
    assert meanings
    assert {short: names for short, names in meanings.items() if len(names) != 1} == {}


def test_no_option_is_named_like_an_alias_or_with_an_underscore() -> None:
    for name, command in all_commands():
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                for option in (*parameter.opts, *parameter.secondary_opts):
                    bare = option.lstrip("-")
                    assert normalize_name(bare) == bare, f"{name} {option}"


def test_every_alias_names_an_option() -> None:
    options = {name for _, command in all_commands() for parameter in command.params for name in parameter.opts}
    lost = {goal for goal in ALIASES.values() if f"--{goal}" not in options and goal not in COMMANDS}
    assert lost <= {"n-best"}


def test_every_option_has_a_help_text() -> None:
    for name, command in all_commands():
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help, f"{name} {parameter.name}"


def test_aliases_work_and_do_not_show(texts: Path) -> None:
    result = run("evaluate", "--hyp", "hyp.en", "--ref", "ref.en", "--format=json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["hypotheses"] == "hyp.en"
    shown = {word for name in AVAILABLE for word in run(name, "--help").stdout.split()}
    assert not {f"--{alias}" for alias in ALIASES} & shown


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [
        (["evalute"], "did you mean evaluate?"),
        (["evaluate", "--beam-sise", "3"], "--beam-size"),
        (["--versoin"], "--version"),
    ],
)
def test_misspellings_get_a_suggestion(arguments: list[str], suggestion: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert suggestion in result.stderr
    assert result.stdout == ""


def test_version() -> None:
    assert run("--version").stdout.startswith("nmt, version ")


# --- errors and exit statuses


class Failing(click.Command):
    """A command that raises what it is given."""

    def __init__(self, error: BaseException) -> None:
        super().__init__("failing")
        self.error = error

    def invoke(self, ctx: click.Context) -> Any:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (NMTError("a.txt: wrong; do this"), 1, "nmt: error: a.txt: wrong; do this\n"),
        (OSError(28, "No space left on device", "out.txt"), 1, "nmt: error: out.txt: No space left on device\n"),
        (PermissionError(13, "Permission denied"), 1, "nmt: error: Permission denied\n"),
        (MemoryError(), 1, "nmt: error: not enough memory"),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate"), 1, "nmt: error: not enough memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), 1, "nmt: error: not enough memory"),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried"), 1, "nmt: error: not enough memory"),
        (RuntimeError("MPS backend out of memory (MPS allocated: 1 GB"), 1, "nmt: error: not enough memory"),
        (BrokenPipeError(32, "Broken pipe"), 1, ""),
        (KeyboardInterrupt(), 130, "nmt: interrupted\n"),
    ],
)
def test_errors_become_one_line_and_an_exit_status(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, words: str
) -> None:
    monkeypatch.setattr(nmt_cli.main.CommandGroup, "get_command", lambda *args: Failing(error))
    result = run("info")
    assert result.exit_code == status
    assert result.stdout == ""
    assert result.stderr.startswith(words)
    assert result.stderr.count("\n") == bool(words)


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), ValueError("what?")])
def test_errors_in_the_program_keep_their_traceback(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setattr(nmt_cli.main.CommandGroup, "get_command", lambda *args: Failing(error))
    assert run("info").exception is error


@pytest.mark.parametrize("arguments", [["-v", "info"], ["info", "-v"]])
def test_verbose_shows_the_traceback(texts: Path, arguments: list[str]) -> None:
    result = run(*arguments)
    assert "Traceback" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("nmt: error: there is no model")


def test_messages_have_their_level_and_quiet_drops_them(capsys: pytest.CaptureFixture[str]) -> None:
    def log(*options: str) -> str:
        nmt([*options, "info", "--help"], standalone_mode=False)
        logger = logging.getLogger("nmt.text")
        logger.debug("d")
        logger.info("i")
        logger.warning("w")
        logger.error("e")
        return capsys.readouterr().err

    assert log() == "i\nnmt: warning: w\nnmt: error: e\n"
    assert log("-q") == "nmt: error: e\n"
    assert log("-v") == "nmt: debug: d\ni\nnmt: warning: w\nnmt: error: e\n"


def test_a_closed_pipe_ends_quietly(model: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    for arguments in (["info", str(model)], ["--help"]):
        result = subprocess.run([*NMT, *arguments], stdout=write, stderr=subprocess.PIPE, text=True, check=False)
        assert (result.returncode, result.stderr) == (1, "")
    os.close(write)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_behind_stdout_gives_a_sentence(model: Path) -> None:
    for arguments in (["info", model], ["--help"]):
        with Path("/dev/full").open("w") as full:
            result = subprocess.run([*NMT, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert (result.returncode, result.stderr) == (1, "nmt: error: No space left on device\n")


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes the streams")
@pytest.mark.parametrize(
    ("redirection", "status", "words"),
    [
        ("<&-", 1, "nmt: error: standard input is closed; name a file\n"),
        ("</dev/null >&-", 1, "nmt: error: standard output is closed; name a file to write\n"),
        ("</dev/null 2>&-", 0, ""),
    ],
)
def test_closed_standard_streams_give_a_sentence(model: Path, redirection: str, status: int, words: str) -> None:
    command = f'"$0" -m nmt_cli tokenizer encode -m "$1" {redirection}'
    arguments = ["sh", "-c", command, sys.executable, str(model)]
    result = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (status, "", words)


def test_an_interrupt_ends_quietly(texts: Path) -> None:
    os.mkfifo("pipe")
    command = [*NMT, "evaluate", "-i", "pipe", "-r", "ref.en"]
    # Opening the pipe for writing returns when the command has opened it and waits for lines.
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
        Path("pipe").open("w"),
    ):
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (130, "", "nmt: interrupted\n")


# --- evaluate


def test_evaluate_scores_files(texts: Path) -> None:
    result = run("evaluate", "-i", "hyp.en", "-r", "ref.en", "-r", "ref2.en")
    assert result.exit_code == 0
    hypotheses = Path("hyp.en").read_text().splitlines()
    references = [Path(name).read_text().splitlines() for name in ("ref.en", "ref2.en")]
    expected = score_translations(hypotheses, references)
    lines = result.stdout.splitlines()
    assert [line.split() for line in lines] == [[s.name, f"{s.score:.2f}", s.signature] for s in expected]
    as_json = json.loads(run("evaluate", "-i", "hyp.en", "-r", "ref.en", "-r", "ref2.en", "--format", "json").stdout)
    assert [entry["score"] for entry in as_json["scores"]] == [score.score for score in expected]
    assert as_json["sentences"] == 2


@pytest.mark.parametrize(
    ("name", "text", "options", "tokenizer"),
    [
        ("ref.txt", "我喜欢喝茶。\n", [], "zh"),
        ("ref.zh", "NASA\n", [], "zh"),
        ("ref.zh", "我喜欢喝茶。\n", ["--tokenize", "char"], "char"),
        ("ref.txt", "I like tea.\n", [], "13a"),
    ],
)
def test_evaluate_finds_the_tokenizer(texts: Path, name: str, text: str, options: list[str], tokenizer: str) -> None:
    Path(name).write_text(text, encoding="utf-8")
    result = run("evaluate", "-i", name, "-r", name, *options)
    assert f"tok:{tokenizer}|" in result.stdout


def test_evaluate_reads_standard_input(texts: Path) -> None:
    result = CliRunner(**SEPARATE).invoke(
        nmt, ["evaluate", "-i", "-", "-r", "ref.en"], input=Path("hyp.en").read_text()
    )
    assert result.stdout == run("evaluate", "-i", "hyp.en", "-r", "ref.en").stdout


def test_evaluate_translates_with_a_model(texts: Path, model: Path) -> None:
    Path("src.de").write_text("a b c\n\ne d c b a\n")
    Path("ref.en").write_text("a b c\n\nd\n")
    arguments = [
        "-m",
        model,
        "-s",
        "src.de",
        "-r",
        "ref.en",
        "-b",
        2,
        "--lenpen",
        0.5,
        "-o",
        "out.en",
        "--device",
        "cpu",
    ]
    result = run("evaluate", *arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    values = json.loads(result.stdout)
    hypotheses = Path("out.en").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    assert len(hypotheses) == values["sentences"] == 3
    assert hypotheses[1] == ""
    expected = score_translations(hypotheses, [["a b c", "", "d"]])
    assert [entry["score"] for entry in values["scores"]] == [score.score for score in expected]
    assert values["seconds"] > 0
    assert values["sentences_per_second"] == pytest.approx(3 / values["seconds"])
    assert "sentences/s" in result.stderr
    assert run("evaluate", "-q", *arguments).stderr == ""


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["-i", "hyp.en", "-r", "short.en"], 1, ["hyp.en has 2", "short.en has 1"]),
        (["-s", "hyp.en", "-r", "short.en", "-m", "MODEL"], 1, ["hyp.en has 2", "short.en has 1"]),
        (["-i", "no.en", "-r", "ref.en"], 1, ["no.en"]),
        (["-i", ".", "-r", "ref.en"], 1, ["directory"]),
        (["-i", "hyp.en", "-r", "no.en"], 1, ["no.en"]),
        (["-s", "hyp.en", "-r", "ref.en"], 1, ["there is no model", "-m"]),
        (["-s", "hyp.en", "-r", "ref.en", "-m", "no"], 1, ["no model directory no"]),
        (["-s", "hyp.en", "-r", "ref.en", "-m", "MODEL", "-o", "no/out"], 1, ["no/out"]),
        (["-s", "hyp.en", "-r", "ref.en", "-m", "MODEL", "-o", "hyp.en"], 1, ["hyp.en is an input"]),
        (["-s", "hyp.en", "-r", "ref.en", "-m", "MODEL", "-o", "./ref.en"], 1, ["ref.en is an input"]),
        (["-s", "hyp.en", "-r", "ref.en", "-m", "MODEL", "-o", "-"], 2, ["scores go to standard output"]),
        (["-i", "hyp.en"], 2, ["--reference"]),
        (["-r", "ref.en"], 2, ["-s SOURCE", "-i TRANSLATIONS"]),
        (["-i", "hyp.en", "-m", "MODEL", "-r", "ref.en"], 2, ["leave out -m"]),
        (["-i", "-", "-r", "-"], 2, ["standard input"]),
        (["-i", "hyp.en", "-r", "ref.en", "--tokenize", "14a"], 2, ["14a"]),
    ],
)
def test_errors_of_evaluate_are_explained(
    texts: Path, model: Path, arguments: list[str], status: int, words: list[str]
) -> None:
    result = run("evaluate", *(str(model) if argument == "MODEL" else argument for argument in arguments))
    assert result.exit_code == status
    assert result.stdout == ""
    assert all(word in result.stderr for word in words), result.stderr
    assert status == 2 or result.stderr.count("\n") == 1
    assert Path("hyp.en").read_text().startswith("the cat sat on a mat\n")
    assert Path("ref.en").read_text().startswith("the cat sat on the mat\n")


def test_evaluating_nothing_gives_a_sentence(texts: Path) -> None:
    Path("empty").touch()
    result = run("evaluate", "-i", "empty", "-r", "empty")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nothing to score" in result.stderr


# --- info


def test_info_for_people(model: Path) -> None:
    result = run("info", model)
    assert result.exit_code == 0
    for part in ("de to en", "parameters", "33.12  nrefs:1|tok:13a", "corpus: pairs kept", "nmt translate -m"):
        assert part in result.stdout


def test_info_for_programs(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NMT_MODEL", str(model))
    results = [run("info", *arguments, "--format", "json") for arguments in ([model], ["-m", model], [])]
    assert len({result.stdout for result in results}) == 1
    values = json.loads(results[0].stdout)
    assert values["parameters"] == sum(tensor.numel() for tensor in _weights(model).values())
    assert values["bytes"] == sum(path.stat().st_size for path in model.iterdir())
    assert values["scores"]["BLEU"]["score"] == 33.125


def _weights(model: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(model / "weights.safetensors")


def test_info_draws_training_curves(model: Path, tmp_path: Path) -> None:
    missing = run("info", model, "--plot", tmp_path / "curves.svg")
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert "log.jsonl does not exist" in missing.stderr
    pytest.importorskip("matplotlib", reason="the extra plots is not installed")
    shutil.copytree(model, tmp_path / "model")
    (tmp_path / "model" / "training").mkdir()
    entry = {"event": "progress", "step": 10, "loss": 5.5, "learning_rate": 0.001}
    (tmp_path / "model" / "training" / "log.jsonl").write_text(json.dumps(entry) + "\n")
    result = run("info", tmp_path / "model", "--plot", tmp_path / "curves.svg")
    assert result.exit_code == 0
    assert "parameters" in result.stdout
    assert ">Translation model, de to en<" in (tmp_path / "curves.svg").read_text("utf-8")


def test_info_of_two_models_is_a_usage_error(model: Path) -> None:
    assert run("info", model, "-m", model).exit_code == 2


def test_info_names_the_damaged_file(tmp_path: Path) -> None:
    (tmp_path / CONFIG).write_text("{}")
    (tmp_path / "tokenizer.model").touch()
    (tmp_path / "weights.safetensors").touch()
    result = run("info", tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "weights.safetensors" in result.stderr
