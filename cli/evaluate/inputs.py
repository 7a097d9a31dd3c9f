"""What ``nmt evaluate`` is given: the files, models and standard test sets of a command line, checked and opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from nmt.evaluation.datasets import EvaluationSet
    from nmt.evaluation.systems import FileSystem, ModelSystem


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The names on the command line."""

    models: tuple[str, ...]
    files: tuple[str, ...]
    sources: tuple[str, ...]
    references: tuple[str, ...]
    test_sets: tuple[str, ...]
    pair: str | None
    files_first: bool  # whether -i came before -m

    def check(self) -> None:
        """A usage error unless it is clear what is to be scored against what."""
        if self.test_sets and (self.sources or self.references):
            raise click.UsageError("--test-set brings source and references with it; it goes without -s and -r.")
        if bool(self.test_sets) != (self.pair is not None):
            raise click.UsageError("--test-set and -l go together, such as --test-set wmt14 -l en-de.")
        if not self.sources and not self.files and not self.test_sets:
            raise click.UsageError("give -s SOURCE, to translate it with a model, or -i TRANSLATIONS.")
        if not self.references and not self.test_sets:
            raise click.UsageError("name what to compare with: -r/--reference FILE, or --test-set NAME.")
        if self.models and not self.knows_sources():
            raise click.UsageError("-m translates: name its text with -s SOURCE; -i alone goes without -m.")
        if len(self.sources) > 1 and len(self.references) != len(self.sources):
            raise click.UsageError(
                f"several -s are several test sets, with one -r for each: there are {len(self.sources)} -s "
                f"and {len(self.references)} -r."
            )
        if len(self.files) % self.number_of_sets():
            raise click.UsageError(
                f"there are {self.number_of_sets()} test sets, and a system has a file for each: first all -i of one "
                f"system, then all of the next; {len(self.files)} -i are too few or too many."
            )
        if [*self.files, *self.sources, *self.references].count("-") > 1:
            raise click.UsageError("only one file can be standard input (-).")

    def number_of_sets(self) -> int:
        """How many test sets there are."""
        return len(self.test_sets) or max(1, len(self.sources))

    def number_of_systems(self) -> int:
        """How many systems there are."""
        return len(self.files) // self.number_of_sets() + self.uses_models() * max(1, len(self.models))

    def knows_sources(self) -> bool:
        """Whether it is known what the translations are translations of."""
        return bool(self.sources or self.test_sets)

    def uses_models(self) -> bool:
        """Whether anything is translated: by the models named, or where there are no translations by the default."""
        return bool(self.models) or not self.files

    def open_sets(self) -> "list[EvaluationSet]":
        """The test sets, read or fetched."""
        from nmt.evaluation.datasets import check_standard, set_of_files, standard_set

        if self.test_sets:
            for name in self.test_sets:
                check_standard(name, str(self.pair))
            return [standard_set(name, str(self.pair)) for name in self.test_sets]
        if len(self.sources) > 1:
            return [set_of_files(*pair) for pair in zip(self.sources, zip(self.references), strict=True)]
        return [set_of_files(self.sources[0] if self.sources else None, self.references)]

    def open_systems(
        self, test_sets: "Sequence[EvaluationSet]", translating: dict[str, Any]
    ) -> "list[ModelSystem | FileSystem]":
        """The systems in the order of the command line, models not loaded yet."""
        from nmt.evaluation.systems import FileSystem, ModelSystem, check_names

        given = {name: value for name, value in translating.items() if value is not None}
        paths = (self.models or (None,)) if self.uses_models() else ()
        models = [ModelSystem(path, **given) for path in paths]
        width = len(test_sets)
        files = [FileSystem(self.files[place : place + width], test_sets) for place in range(0, len(self.files), width)]
        systems: list[ModelSystem | FileSystem] = [*files, *models] if self.files_first else [*models, *files]
        check_names([system.name for system in systems])
        return systems
