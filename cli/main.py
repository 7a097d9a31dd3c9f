"""The command group ``nmt``, and the one place that turns what went wrong into a message and an exit status."""

import importlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

import click

from nmt import NMTError, __version__
from nmt.errors import out_of_memory
from nmt.settings import did_you_mean
from nmt.text.printable import printable

from .options import normalize_name, verbosity_options

# The module of the same name is imported when a command is used, so that `nmt --help` answers at once.
COMMANDS = {
    "check": "Say what is wrong with parallel text before training.",
    "clean": "Mend and filter parallel text.",
    "corpus": "Split, sample, merge, import and fetch parallel text.",
    "train": "Train a translation model on parallel text.",
    "translate": "Translate text, line by line.",
    "evaluate": "Score and compare translations: BLEU, chrF2++, TER.",
    "export": "Make a model faster to use: CTranslate2, int8.",
    "score": "Score given translations with a model's probabilities.",
    "explain": "Show why a model says what it says.",
    "info": "Show what a model is and how it was trained.",
    "tokenizer": "Train or apply a subword tokenizer by itself.",
    "doctor": "Say what is broken and how to mend it.",
    "demo": "Train and try a small model on the bundled corpus.",
}

EPILOG = """\b
Start here:
  nmt train -s train.de -t train.en -o model
  nmt translate -m model input.de
  nmt evaluate -m model -s test.de -r test.en

\b
Shell completion (bash; for zsh and fish put their name in its place):
  eval "$(_NMT_COMPLETE=bash_source nmt)"
"""

logger = logging.getLogger("nmt")


class CommandGroup(click.Group):
    """Subcommands that are imported on demand, and errors that end as one line and a status."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f".{cmd_name}", __package__), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        logger.setLevel(logging.INFO)
        logger.addHandler(STDERR_HANDLER)
        with ending_quietly(ctx):  # --help and --version write to standard output
            return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = normalize_name(args[0])
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"no such command {args[0]!r}{did_you_mean(name, COMMANDS)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with ending_quietly(ctx):
            result = super().invoke(ctx)
            if sys.stdout is not None:
                sys.stdout.flush()
            return result


@contextmanager
def ending_quietly(ctx: click.Context) -> Iterator[None]:
    """Whatever a user can cause ends as one sentence on stderr and a status: 1 failed, 130 interrupted."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\nnmt: interrupted" if sys.stderr.isatty() else "nmt: interrupted", err=True)
        ctx.exit(130)
    except BrokenPipeError:
        _discard(sys.stdout)
        ctx.exit(1)
    except click.ClickException as error:
        vars(error)["message"] = printable(error.message)
        raise
    except (NMTError, OSError, MemoryError, RuntimeError) as error:
        message = user_message(error)
        if message is None:
            raise
        logger.debug("where it happened:", exc_info=True)
        logger.error("%s", message)
        ctx.exit(1)


def user_message(error: Exception) -> str | None:
    """One sentence for the user, or None for a fault of the program that deserves its traceback."""
    if isinstance(error, NMTError):
        return str(error)
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        return reason if error.filename is None else f"{error.filename}: {reason}"
    if out_of_memory(error):
        return (
            "not enough memory: smaller batches, a smaller model or shorter lines need less, or choose another --device"
        )
    return None


def _discard(stream: TextIO) -> None:
    """Nobody reads ``stream`` any more: what is still buffered goes nowhere instead of failing at exit."""
    with suppress(OSError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


class MessageFormatter(logging.Formatter):
    """A message on one line, whatever names it holds; the traceback of -v stands below."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that logging calls
        return printable(super().formatMessage(record))


MESSAGES = MessageFormatter()


class StderrHandler(logging.Handler):
    """Log records as plain lines on the stderr of the moment, which a progress bar may have replaced."""

    def emit(self, record: logging.LogRecord) -> None:
        prefix = "" if record.levelno == logging.INFO else f"nmt: {record.levelname.lower()}: "
        try:
            sys.stderr.write(f"{prefix}{MESSAGES.format(record)}\n")
            sys.stderr.flush()
        except UnicodeError:  # its encoding knows fewer characters, as PYTHONIOENCODING=ascii:strict asks for
            sys.stderr.write(f"{prefix}{MESSAGES.format(record)}\n".encode("ascii", "backslashreplace").decode())
        except OSError:  # whoever read it has gone, or its disk is full: no reason to lose hours of work
            _discard(sys.stderr)


STDERR_HANDLER = StderrHandler()


@click.group(
    cls=CommandGroup,
    name="nmt",
    epilog=EPILOG,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "show_default": True,
        "token_normalize_func": normalize_name,
    },
)
@verbosity_options
@click.version_option(__version__, "--version", prog_name="nmt")
def nmt() -> None:
    """Train translation models on parallel text and translate with them, on the machine you have."""


def main() -> None:
    """Run the command line: status 0 done, 1 an error or a failed run, 2 usage, 130 interrupted."""
    # An idle thread looks for work for some microseconds and then sleeps: sleeping at once makes training a sixth
    # slower on a free machine, spinning for longer several times slower where other programs want the processor.
    # OpenMP reads it when torch is first imported.
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "2000")
    warnings.filterwarnings("ignore")  # those of libraries, which no user of this program can act on
    if sys.stderr is None:  # it is closed: messages have nowhere to go, results still do
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the program runs
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(
            encoding="utf-8", errors="backslashreplace"
        )  # results are UTF-8, whatever names they hold
    nmt(prog_name="nmt")
