"""The command group ``nmt``, and the one place that turns errors into a message and an exit status."""

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

# The module of the same name is imported only when its command is used, so that `nmt --help` answers at once.
COMMANDS = {
    "check": "Find problems in parallel text before training.",
    "clean": "Fix and filter parallel text.",
    "corpus": "Split, sample, merge, import and download parallel text.",
    "train": "Train a translation model on parallel text.",
    "translate": "Translate text, line by line.",
    "evaluate": "Score and compare translations: BLEU, chrF2++, TER.",
    "export": "Convert a model for faster translation: CTranslate2, int8.",
    "score": "Score existing translations with a model's probabilities.",
    "explain": "Show how a model arrives at a translation.",
    "info": "Show the facts of a model and how it was trained.",
    "tokenizer": "Train or apply a subword tokenizer on its own.",
    "doctor": "Find what is broken and say how to fix it.",
    "demo": "Train and try a small model on the bundled corpus.",
}

EPILOG = """\b
Start here:
  nmt train -s train.de -t train.en -o model
  nmt translate -m model input.de
  nmt evaluate -m model -s test.de -r test.en

\b
Shell completion (for bash; replace bash with zsh or fish for those):
  eval "$(_NMT_COMPLETE=bash_source nmt)"
"""

logger = logging.getLogger("nmt")


class CommandGroup(click.Group):
    """Subcommands that are imported on demand, and errors that become one line and an exit status."""

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
    """Turn every error that a user can cause into one sentence on stderr and a status: 1 failed, 130 interrupted."""
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
        logger.debug("traceback:", exc_info=True)
        logger.error("%s", message)
        ctx.exit(1)


def user_message(error: Exception) -> str | None:
    """One sentence for the user, or None for an error in the program, which needs its traceback."""
    if isinstance(error, NMTError):
        return str(error)
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        return reason if error.filename is None else f"{error.filename}: {reason}"
    if out_of_memory(error):
        return "not enough memory: use smaller batches, a smaller model or shorter lines, or choose another --device"
    return None


def _discard(stream: TextIO) -> None:
    """Send what is still buffered in ``stream``, which nobody reads any more, nowhere instead of failing at exit."""
    with suppress(OSError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


class MessageFormatter(logging.Formatter):
    """A message on one line, whatever names it contains; the traceback of -v is below it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that logging calls
        return printable(super().formatMessage(record))


MESSAGES = MessageFormatter()


class StderrHandler(logging.Handler):
    """Log records as plain lines on the current stderr, which a progress bar may have replaced."""

    def emit(self, record: logging.LogRecord) -> None:
        prefix = "" if record.levelno == logging.INFO else f"nmt: {record.levelname.lower()}: "
        try:
            sys.stderr.write(f"{prefix}{MESSAGES.format(record)}\n")
            sys.stderr.flush()
        except UnicodeError:  # its encoding has fewer characters, as with PYTHONIOENCODING=ascii:strict
            sys.stderr.write(f"{prefix}{MESSAGES.format(record)}\n".encode("ascii", "backslashreplace").decode())
        except OSError:  # its reader has ended or its disk is full, which is not a reason to lose hours of work
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
    # An idle thread waits actively for some microseconds and then sleeps. Sleeping at once makes training a sixth
    # slower on an idle machine; waiting longer makes it several times slower if other programs need the processor.
    # OpenMP reads the variable when torch is first imported.
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "2000")
    warnings.filterwarnings("ignore")  # from libraries; users of this program cannot act on them
    if sys.stderr is None:  # closed: messages are lost, but results are not
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the program runs
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(
            encoding="utf-8", errors="backslashreplace"
        )  # results are UTF-8, whatever names they contain
    nmt(prog_name="nmt")
