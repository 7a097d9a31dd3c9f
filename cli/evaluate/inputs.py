"""The inputs of ``nmt evaluate``: files, models and standard test sets of the command line, checked and opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from nmt.evaluation.datasets import EvaluationSet
    from nmt.evaluation.systems import FileSystem, ModelSystem


@dataclass(frozen=True, kw_only=True)
class EvaluationInputs:
    """The names on the command line."""

    models: tuple[str, ...]
    files: tuple[str, ...]
    sources: tuple[str, ...]
    references: tuple[str, ...]
    test_sets: tuple[str, ...]
    pair: str | None
    files_first: bool  # whether -i came before -m

    def check(self) -> None:
        """Raise a usage error unless it is clear what to score against what."""
        if self.test_sets and (self.sources or self.references):
            raise click.UsageError("--test-set has its own source and references; leave out -s and -r.")
        if bool(self.test_sets) != (self.pair is not None):
            raise click.UsageError("--test-set and -l go together, such as --test-set wmt14 -l en-de.")
        if not self.sources and not self.files and not self.test_sets:
            raise click.UsageError("give -s SOURCE, to translate it with a model, or -i TRANSLATIONS.")
        if not self.references and not self.test_sets:
            raise click.UsageError("name a reference translation: -r/--reference FILE, or --test-set NAME.")
        if self.models and not self.knows_sources():
            raise click.UsageError(
                "-m needs a text to translate: name it with -s SOURCE, or leave out -m to score -i alone."
            )
        if len(self.sources) > 1 and len(self.references) != len(self.sources):
            raise click.UsageError(
                f"several -s are several test sets with one -r each, but there are {len(self.sources)} -s "
                f"and {len(self.references)} -r."
            )
        if len(self.files) % self.number_of_sets():
            raise click.UsageError(
                f"there are {self.number_of_sets()} test sets, and each system needs a file for each: first all -i of "
                f"one system, then all of the next; {len(self.files)} -i do not fit."
            )
        if [*self.files, *self.sources, *self.references].count("-") > 1:
            raise click.UsageError("only one file can be standard input (-).")

    def number_of_sets(self) -> int:
        """The number of test sets."""
        return len(self.test_sets) or max(1, len(self.sources))

    def number_of_systems(self) -> int:
        """The number of systems."""
        return len(self.files) // self.number_of_sets() + self.uses_models() * max(1, len(self.models))

    def knows_sources(self) -> bool:
        """Whether the source texts are known."""
        return bool(self.sources or self.test_sets)

    def uses_models(self) -> bool:
        """Whether models translate: the named ones, or the default model if there are no files of translations."""
        return bool(self.models) or not self.files

    def open_sets(self) -> "list[EvaluationSet]":
        """The test sets, read or downloaded."""
        from nmt.evaluation.datasets import check_test_set_name, fetch_test_set, read_test_set

        if self.test_sets:
            for name in self.test_sets:
                check_test_set_name(name, str(self.pair))
            return [fetch_test_set(name, str(self.pair)) for name in self.test_sets]
        if len(self.sources) > 1:
            return [read_test_set(*pair) for pair in zip(self.sources, zip(self.references), strict=True)]
        return [read_test_set(self.sources[0] if self.sources else None, self.references)]

    def open_systems(
        self, test_sets: "Sequence[EvaluationSet]", translator_settings: dict[str, Any]
    ) -> "list[ModelSystem | FileSystem]":
        """The systems in the order of the command line; models are not loaded yet."""
        from nmt.evaluation.systems import FileSystem, ModelSystem, check_names

        settings = {name: value for name, value in translator_settings.items() if value is not None}
        paths = (self.models or (None,)) if self.uses_models() else ()
        models = [ModelSystem(path, **settings) for path in paths]
        width = len(test_sets)
        files = [FileSystem(self.files[first : first + width], test_sets) for first in range(0, len(self.files), width)]
        systems: list[ModelSystem | FileSystem] = [*files, *models] if self.files_first else [*models, *files]
        check_names([system.name for system in systems])
        return systems
