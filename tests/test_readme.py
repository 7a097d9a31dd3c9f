"""The README's commands exist, with the options it shows, and CI runs its set-up commands word for word."""

import re
import shlex
from pathlib import Path

import pytest

from nmt_cli.main import nmt

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def shown_commands() -> list[str]:
    """Every nmt command in a code block, without the pipes around it."""
    blocks = re.findall(r"^```(?:bash|sh|console)?\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    parts = (part.strip() for line in lines for part in re.split(r"\s(?:\||&&|>)\s", line.partition("  #")[0]))
    return [part for part in parts if part.startswith("nmt ")]


def test_there_are_commands_to_check() -> None:
    commands = {shlex.split(command)[1] for command in shown_commands()}
    assert {"train", "translate", "evaluate", "tokenizer", "info", "demo"} <= commands


@pytest.mark.parametrize("command", dict.fromkeys(shown_commands()))
def test_a_shown_command_is_understood(command: str) -> None:
    _, *arguments = shlex.split(command)
    context = nmt.make_context("nmt", arguments)
    name, subcommand, rest = nmt.resolve_command(context, [*context._protected_args, *context.args])
    assert subcommand is not None
    subcommand.make_context(name, rest, parent=context)


def test_ci_installs_by_the_readmes_words() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "pip install -e '.[test]' && pytest" in README
    assert "pip install -e '.[test]' && pytest" in script
    assert "pip install -e . && nmt demo" in README
