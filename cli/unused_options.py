"""Rejects options that would have no effect in combination with the others, with a usage error instead of silence."""

from collections.abc import Iterable, Sequence

import click
from click.core import ParameterSource


def is_given(context: click.Context, name: str) -> bool:
    """Whether the parameter ``name`` is on the command line itself, with any value."""
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def option_name(context: click.Context, name: str) -> str:
    """The option of the parameter ``name``, as it is written on the command line."""
    parameter = next(each for each in context.command.params if each.name == name)
    return "/".join(parameter.opts)


def reject_given(context: click.Context, names: Iterable[str], reason: str) -> None:
    """Raise a usage error, the option's name and then ``reason``, if any of these parameters is on the command line."""
    for name in names:
        if is_given(context, name):
            raise click.UsageError(f"{option_name(context, name)} {reason}")


def reject_unused_search_options(
    context: click.Context, sampling: Sequence[bool], *, remedy: str = "add --sample"
) -> None:
    """Raise a usage error for options of sampling if the search does not sample, and for beam options if it does.

    ``sampling`` says for each model whether it samples, by the options or by its own settings.
    """
    from nmt.decoding.config import BEAM_ONLY, SAMPLING_ONLY

    known = {parameter.name for parameter in context.command.params}
    if not any(sampling):
        reject_given(context, known & set(SAMPLING_ONLY), f"is for sampling: {remedy}, or leave it out.")
    elif all(sampling):
        reject_given(
            context,
            known & set(BEAM_ONLY),
            "is for beam search, but translations are sampled (--n-best says how many): leave it out.",
        )
