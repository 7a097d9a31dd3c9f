"""Options that would have no effect beside the others: a usage error that says so, instead of silence."""

from collections.abc import Iterable, Sequence

import click
from click.core import ParameterSource


def is_given(context: click.Context, name: str) -> bool:
    """Whether the command line itself holds the parameter ``name``, at whatever value."""
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def option_name(context: click.Context, name: str) -> str:
    """How the option of the parameter ``name`` is written."""
    parameter = next(each for each in context.command.params if each.name == name)
    return "/".join(parameter.opts)


def reject_given(context: click.Context, names: Iterable[str], reason: str) -> None:
    """A usage error, the option's name and then ``reason``, if any of these parameters is on the command line."""
    for name in names:
        if is_given(context, name):
            raise click.UsageError(f"{option_name(context, name)} {reason}")


def reject_unused_search_options(
    context: click.Context, sampling: Sequence[bool], *, remedy: str = "add --sample"
) -> None:
    """A usage error for options of sampling where the search does not sample, and for those of a beam where it does.

    ``sampling`` says of each model whether it samples, be it by its own settings.
    """
    from nmt.decoding.config import BEAM_ONLY, SAMPLING_ONLY

    known = {parameter.name for parameter in context.command.params}
    if not any(sampling):
        reject_given(context, known & set(SAMPLING_ONLY), f"is for sampling: {remedy}, or leave it out.")
    elif all(sampling):
        reject_given(
            context,
            known & set(BEAM_ONLY),
            "is for beam search, and here translations are sampled (--n-best says how many): leave it out.",
        )
