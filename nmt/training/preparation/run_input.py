"""What decides the result of a run: its data, its recipe, and the model it starts from."""

from dataclasses import dataclass

from nmt.training.preparation.fine_tuning import Parent
from nmt.training.preparation.training_data import TrainingData
from nmt.training.recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class RunInput:
    """The data and the recipe of a run, and the published model that it starts from; None: random weights."""

    data: TrainingData
    recipe: Recipe
    parent: Parent | None = None

    def languages(self) -> tuple[str | None, str | None]:
        """Source and target language of the model."""
        return self.data.languages if self.parent is None else self.parent.languages(self.data)

    def tags(self) -> tuple[str, ...]:
        """All tags that the model knows, those of the parent first."""
        inherited = () if self.parent is None else self.parent.info.tags
        return tuple(dict.fromkeys([*inherited, *filter(None, self.data.tags)]))
