"""Options that several commands share: one short letter has one meaning everywhere."""

import logging
import tomllib
from collections.abc import Callable
from typing import Any, TypeVar

import click

from nmt.errors import NMTError

Command = TypeVar("Command", bound=Callable[..., Any])

# Names of options in other toolkits. They work wherever the option on the right exists and are never shown in help.
# No command may have an option with the name of a key in this table.
ALIASES = {
    "src": "source",
    "src-file": "source",
    "train-src": "source",
    "tgt": "target",
    "tgt-file": "target",
    "train-tgt": "target",
    "trg": "target",
    "ref": "reference",
    "refs": "reference",
    "references": "reference",
    "hyp": "input",
    "hypotheses": "input",
    "hypothesis": "input",
    "input-file": "input",
    "output-file": "output",
    "out": "output",
    "model-dir": "model",
    "model-path": "model",
    "models": "model",
    "beam": "beam-size",
    "beams": "beam-size",
    "num-beams": "beam-size",
    "lenpen": "length-penalty",
    "lenpen-alpha": "length-penalty",
    "alpha": "length-penalty",
    "nbest": "n-best",
    "num-hypotheses": "n-best",
    "max-tokens": "batch-tokens",
    "config-file": "config",
    "num-threads": "threads",
    "cpu-threads": "threads",
    "gpus": "devices",
    "num-gpus": "devices",
    "num-devices": "devices",
    "dev-source": "valid-source",
    "dev-target": "valid-target",
    "valid-src": "valid-source",
    "valid-tgt": "valid-target",
    "validation-source": "valid-source",
    "validation-target": "valid-target",
    "src-lang": "source-language",
    "tgt-lang": "target-language",
    "save-dir": "output",
    "train-steps": "max-steps",
    "max-update": "max-steps",
    "max-updates": "max-steps",
    "max-epoch": "max-epochs",
    "epochs": "max-epochs",
    "accum-count": "accumulate",
    "update-freq": "accumulate",
    "lr": "learning-rate",
    "warmup-steps": "warmup",
    "warmup-updates": "warmup",
    "vocab-size": "vocabulary-size",
    "valid-steps": "validate-every",
    "save-checkpoint-steps": "checkpoint-every",
    "tok": "tokenize",
    "lc": "lowercase",
    "mend": "fix",
    "eval": "evaluate",
}

VERBOSITY = "nmt.verbosity"

# Checked by the library, not here: a missing file is a failed run (status 1), not a usage error (status 2).
PATH = click.Path(allow_dash=True)


def normalize_name(name: str) -> str:
    """The name of an option in this program: ``beam_size`` and ``beam`` become ``beam-size``."""
    name = name.replace("_", "-")
    return ALIASES.get(name, name)


def examples(*lines: str) -> str:
    """The end of a help text: commands to copy, one per line, not wrapped."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


def source_option(**settings: Any) -> Callable[[Command], Command]:
    """``-s``: text to translate or to learn from."""
    return _option(settings, "-s", "--source", metavar="FILE", type=PATH, help="Source text, one sentence per line.")


def target_option(**settings: Any) -> Callable[[Command], Command]:
    """``-t``: translations to learn from."""
    return _option(
        settings, "-t", "--target", metavar="FILE", type=PATH, help="Target text, line-aligned with the source."
    )


def corpus_options(command: Command) -> Command:
    """``-s``, ``-t`` and ``--tsv``: one or more corpora."""
    source_help = (
        "Source text, one sentence a line, plain or compressed (.gz .xz .bz2 .zst); repeat -s for several files."
    )
    target_help = "Target text: line N translates line N of the source; repeat -t for each -s."
    tsv_help = "Source, a tab and target on each line."
    command = click.option("--tsv", metavar="FILE", type=PATH, multiple=True, help=tsv_help)(command)
    command = target_option(multiple=True, help=target_help)(command)
    return source_option(multiple=True, help=source_help)(command)


def processes_option(**settings: Any) -> Callable[[Command], Command]:
    """``--processes``: worker processes for large text."""
    help_text = "Processes to use for large text."
    kind = click.IntRange(min=1)
    return _option(settings, "--processes", metavar="N", type=kind, show_default="all processors", help=help_text)


def held_out_options(**texts: str) -> Callable[[Command], Command]:
    """``--NAME-source`` and ``--NAME-target`` for each of ``texts``, whose values are help texts."""

    def add(command: Command) -> Command:
        for name, text in reversed(texts.items()):
            for side, help_text in (("target", "Its translations."), ("source", text)):
                option = click.option(f"--{name}-{side}", metavar="FILE", type=PATH, multiple=True, help=help_text)
                command = option(command)
        return command

    return add


def reference_option(**settings: Any) -> Callable[[Command], Command]:
    """``-r``: reference translations to compare with, once for each reference."""
    help_text = "Reference translation, line-aligned; repeat -r for several references."
    return _option(settings, "-r", "--reference", metavar="FILE", type=PATH, multiple=True, help=help_text)


def model_option(**settings: Any) -> Callable[[Command], Command]:
    """``-m``: the model directory; without it, nmt.model_dir.layout.resolve_model_path chooses."""
    default = "$NMT_MODEL, else ./model"
    return _option(settings, "-m", "--model", metavar="DIR", type=PATH, show_default=default, help="Model directory.")


def input_option(**settings: Any) -> Callable[[Command], Command]:
    """``-i``, the parameter ``input_file``."""
    return _option(settings, "-i", "--input", "input_file", metavar="FILE", type=PATH, help="File to read.")


def output_option(**settings: Any) -> Callable[[Command], Command]:
    """``-o``: where results go instead of standard output."""
    help_text = "File to write."
    return _option(
        settings, "-o", "--output", metavar="FILE", type=PATH, show_default="standard output", help=help_text
    )


def beam_size_option(**settings: Any) -> Callable[[Command], Command]:
    """``-b``: without it, the search settings of the model apply."""
    help_text = "Hypotheses kept at each step; 1 is greedy search, the fastest."
    kind = click.IntRange(min=1)
    return _option(settings, "-b", "--beam-size", metavar="N", type=kind, show_default="the model's", help=help_text)


def length_penalty_option(**settings: Any) -> Callable[[Command], Command]:
    """``--length-penalty``: without it, the search settings of the model apply."""
    help_text = "How strongly scores are normalized by length; higher values make longer translations."
    return _option(settings, "--length-penalty", metavar="X", type=float, show_default="the model's", help=help_text)


def config_option(**settings: Any) -> Callable[[Command], Command]:
    """``-c``: a TOML file of settings; options on the command line override it."""
    return _option(
        settings, "-c", "--config", metavar="FILE", type=PATH, help="TOML file of settings; options override it."
    )


def device_option(**settings: Any) -> Callable[[Command], Command]:
    """``--device``: the device of the tensors."""
    help_text = "auto, cpu, cuda, cuda:1 or mps; auto takes a GPU if there is one."
    return _option(settings, "--device", metavar="NAME", default="auto", help=help_text)


def engine_option(**settings: Any) -> Callable[[Command], Command]:
    """``--engine``: the library that runs the search."""
    kind = click.Choice(["auto", "torch", "ctranslate2"])
    help_text = "Library that runs the search; auto takes the fastest one that supports the options."
    return _option(settings, "--engine", type=kind, default="auto", help=help_text)


def threads_option(**settings: Any) -> Callable[[Command], Command]:
    """``--threads``: the number of processor threads."""
    kind = click.IntRange(min=1)
    help_text = "Number of processor threads."
    return _option(settings, "--threads", metavar="N", type=kind, show_default="all cores", help=help_text)


def format_option(**settings: Any) -> Callable[[Command], Command]:
    """``--format``, the parameter ``output_format``: text for people, JSON for programs."""
    kind = click.Choice(["text", "json"])
    return _option(settings, "--format", "output_format", type=kind, default="text", help="Format of the result.")


def verbosity_options(command: Command) -> Command:
    """``-q`` and ``-v``; they set the level of the library's logger and are not parameters of the command."""
    for letter, name, level, text in (
        ("-v", "--verbose", logging.DEBUG, "Show debugging messages, too."),
        ("-q", "--quiet", logging.ERROR, "Show only errors."),
    ):
        command = click.option(
            letter, name, is_flag=True, flag_value=level, expose_value=False, callback=_set_level, help=text
        )(command)
    return command


def _set_level(context: click.Context, parameter: click.Parameter, level: int | None) -> None:
    if level:
        other = context.meta.setdefault(f"{VERBOSITY}.{context.info_name}", parameter.name)
        if other != parameter.name:
            raise click.UsageError("-q shows less and -v shows more: give only one of them.")
        logging.getLogger("nmt").setLevel(level)


def _option(settings: dict[str, Any], *names: str, **defaults: Any) -> Callable[[Command], Command]:
    """A click option with shared defaults, each of which a command may override (``help``, ``required``...)."""
    return click.option(*names, **{**defaults, **settings})


def read_toml(path: str) -> dict[str, Any]:
    """The tables of a TOML file; NMTError names the file and the problem."""
    try:
        with open(path, encoding="utf-8-sig") as file:  # noqa: PTH123 - "-" is not a file here; errors name the path as given
            return tomllib.loads(file.read())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NMTError(f"{path} is not valid TOML: {error}") from error
    except RecursionError:
        raise NMTError(f"{path} is not valid TOML for nmt: it is nested too deeply") from None
    except OSError as error:
        raise NMTError(f"{path} cannot be read: {error.strerror}") from error
