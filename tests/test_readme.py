"""The commands of the README, the manual and CONTRIBUTING.md exist, with the options they show; CI runs the set-up."""

import re
import shlex
from pathlib import Path

import pytest

from nmt_cli.main import COMMANDS as COMMAND_NAMES
from nmt_cli.main import nmt

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def shown_commands(page: str) -> list[str]:
    """Every nmt command in a code block of ``page``, without the pipes around it."""
    blocks = re.findall(r"^```(?:bash|sh|console)?\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    parts = (part.strip() for line in lines for part in re.split(r"\s(?:\||&&|>)\s", line.partition("  #")[0]))
    return [part for part in parts if part.startswith("nmt ")]


COMMANDS = {
    (path.name, command): command for path in PAGES for command in shown_commands(path.read_text(encoding="utf-8"))
}


def test_there_are_commands_to_check() -> None:
    in_readme = {shlex.split(command)[1] for page, command in COMMANDS if page == "README.md"}
    assert {"train", "translate", "evaluate", "info", "demo"} <= in_readme
    assert {shlex.split(command)[1] for command in COMMANDS.values()} == set(COMMAND_NAMES)


@pytest.mark.parametrize("shown", COMMANDS, ids=" ".join)
def test_a_shown_command_is_understood(shown: tuple[str, str]) -> None:
    _, *arguments = shlex.split(COMMANDS[shown])
    context = nmt.make_context("nmt", arguments)
    name, subcommand, rest = nmt.resolve_command(context, [*context._protected_args, *context.args])
    assert subcommand is not None
    subcommand.make_context(name, rest, parent=context)


def test_ci_installs_by_the_readmes_words() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "pip install -e '.[test]' && pytest" in README
    assert "pip install -e '.[test]' && pytest" in script
    assert "pip install -e . && nmt demo" in README


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150
