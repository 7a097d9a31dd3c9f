"""Averages of checkpoints: the weights at validations, kept on disk until the run ends and the averages are validated.

Averaging the last checkpoints is how Vaswani et al. 2017 (section 6.1) got their models; the other
common choice is the best ones by validation. Both compete with the moving average and with the last weights.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from torch import Tensor

from nmt.errors import NMTError
from nmt.model_dir.weights import read_weights, write_weights
from nmt.training.state import TrainState

logger = logging.getLogger(__name__)
MOVING_AVERAGE = "moving average"
FIRST_WEIGHTS = "weights it began with"
LAST_WEIGHTS = "last weights"


class Snapshots:
    """The weights at the last ``number`` validations and at the best ones, a file each.

    The run's state lists them. A file is written before the checkpoint that refers to it, and a resumed run writes it
    again at the same step with the same content, so a kill at any moment changes nothing.
    """

    def __init__(self, directory: Path, *, number: int) -> None:
        self.directory = directory
        self.number = number

    def add(self, state: TrainState, weights: Mapping[str, Tensor], score: float) -> None:
        """Keep ``weights``, whose moving average has reached ``score``; drop those that are no longer last or best."""
        if not self.number:
            return
        write_weights(self._path(state.step), weights, {"format": "nmt"})
        known = [*(entry for entry in state.validations.snapshots if entry[0] < state.step), (state.step, score)]
        wanted = {*last_of(known, self.number), *best_of(known, self.number)}
        state.validations.snapshots = [entry for entry in known if entry[0] in wanted]
        self._remove_all_but({self._path(step) for step in wanted})

    def candidates(self, state: TrainState) -> Iterator[tuple[str, dict[str, Tensor]]]:
        """The averages that can be published, by name; of equal ones, only the first."""
        last, best = (
            last_of(state.validations.snapshots, self.number),
            best_of(state.validations.snapshots, self.number),
        )
        for kind, steps in (("last", last), ("best", best if set(best) != set(last) else [])):
            if len(steps) > 1 and (mean := self._mean(sorted(steps))):
                yield f"mean of the {kind} {len(steps)} checkpoints", mean

    def clear(self) -> None:
        """Remove all files: the run has ended."""
        self._remove_all_but(set())

    def _mean(self, steps: Sequence[int]) -> dict[str, Tensor]:
        """The mean weights; a file that was lost or damaged is left out with a warning, and empty if all were."""
        total: dict[str, Tensor] = {}
        read = 0
        for step in steps:
            try:
                _, weights = read_weights(self._path(step))
            except NMTError as error:
                logger.warning("%s; it is left out of the average", error)
                continue
            read += 1
            total = {name: total[name].add_(tensor) if total else tensor for name, tensor in weights.items()}
        return {name: tensor.div_(read) for name, tensor in total.items()}

    def _path(self, step: int) -> Path:
        return self.directory / f"snapshot-{step:08d}.safetensors"

    def _remove_all_but(self, kept: set[Path]) -> None:
        for path in self.directory.glob("snapshot-*.safetensors"):
            if path not in kept:
                path.unlink(missing_ok=True)


def last_of(snapshots: Sequence[tuple[int, float]], number: int) -> list[int]:
    """The last steps, ``number`` of them at most."""
    return [step for step, _ in snapshots][-number:] if number else []


def best_of(snapshots: Sequence[tuple[int, float]], number: int) -> list[int]:
    """The steps of the highest scores, the later one of equals; ``number`` of them at most."""
    return [step for step, _ in sorted(snapshots, key=lambda entry: (-entry[1], -entry[0]))][:number]
