"""Options of ``nmt train`` that set one value of the recipe; their defaults are read from the recipe itself."""

from collections.abc import Callable
from typing import Any

import click

from ..options import Command

AUTO = "auto"


class WholeNumberOrAuto(click.ParamType):  # type: ignore[type-arg]
    """A whole number, or auto: the program chooses."""

    name = "integer"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, or auto."""
        return value if value == AUTO else click.INT.convert(value, param, ctx)


WHOLE_NUMBER_OR_AUTO = WholeNumberOrAuto()


class Setting(click.Option):
    """An option for the setting of the same name in a table of the recipe ([training], [model], ...)."""

    def __init__(self, *args: Any, table: str, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.table = table

    def get_help_extra(self, ctx: click.Context) -> Any:
        """What the help shows in brackets: the default in the recipe, or that the preset or the corpus decides."""
        extra = super().get_help_extra(ctx)
        extra["default"] = self._shown_default()
        return extra

    def _shown_default(self) -> str:
        from nmt.training.recipe import Recipe

        if isinstance(self.show_default, str):
            return self.show_default
        if self.table == "model":
            return "the preset's"
        value = getattr(getattr(Recipe(), self.table), self.name or "")
        if value is None:
            return "auto" if isinstance(self.type, WholeNumberOrAuto) else "none"
        return str(value)


def setting(
    table: str, name: str, help_text: str, *, kind: Any = int, metavar: str | None = None, default: str | None = None
) -> Callable[[Command], Command]:
    """A click option ``--name`` for a setting in ``table``; the help shows ``default``, or else the recipe's."""
    metavar = metavar or {float: "X", str: "NAME"}.get(kind, "N")
    return click.option(
        name, cls=Setting, table=table, type=kind, metavar=metavar, default=None, show_default=default, help=help_text
    )


def given_settings(ctx: click.Context) -> dict[str, Any]:
    """The settings given on the command line, as nested tables."""
    tables: dict[str, Any] = {}
    for parameter in ctx.command.params:
        if isinstance(parameter, Setting) and ctx.params[parameter.name or ""] is not None:
            value = ctx.params[parameter.name or ""]
            automatic = isinstance(parameter.type, WholeNumberOrAuto) and value == AUTO
            tables.setdefault(parameter.table, {})[parameter.name] = None if automatic else value
    return tables
