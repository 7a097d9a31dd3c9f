"""The state of a run: nested in memory, flat on disk."""

from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from nmt.training.run_directory.checkpoints import CheckpointStore, read_checkpoint
from nmt.training.state import FLAT_KEYS, BestWeights, TrainState, state_from_flat, state_to_flat

# As release 0.1.0 wrote it, every value another than the default.
FLAT = {
    "step": 120,
    "epoch": 3,
    "batch": 17,
    "epoch_batches": 40,
    "target_tokens": 12_345,
    "seconds": 60.5,
    "preparation_seconds": 4.5,
    "validation_seconds": 2.5,
    "saving_seconds": 0.5,
    "best_score": 31.25,
    "best_loss": 1.75,
    "best_step": 100,
    "best_weights": "moving average",
    "snapshots": [(80, 30.0), (100, 31.25)],
    "stale_validations": 1,
    "last_validated": 110,
    "validation_pending": True,
    "validated_progress": 0.75,
    "decay_began": 90,
    "decay_updates": 45,
    "decay_rate": 0.001,
    "skipped_updates": 2,
    "all_skipped": 27,
    "rollbacks": 1,
    "rate_scale": 0.5,
    "extended_at": 60,
    "extended_progress": 0.25,
    "finished": "the end",
}


def leaves(value: Any, prefix: str = "") -> list[str]:
    """The path of every field that is not a group of fields itself."""
    paths = []
    for field in fields(value):
        inner = getattr(value, field.name)
        paths += leaves(inner, f"{prefix}{field.name}.") if is_dataclass(inner) else [prefix + field.name]
    return paths


def test_every_field_has_one_key_on_disk() -> None:
    assert sorted(FLAT_KEYS.values()) == sorted(leaves(TrainState()))


def test_the_keys_on_disk_are_those_of_release_0_1_0_in_the_same_order() -> None:
    assert list(state_to_flat(TrainState())) == list(FLAT)


def test_a_flat_state_is_read_and_written_unchanged() -> None:
    state = state_from_flat(FLAT)
    assert state_to_flat(state) == FLAT
    assert not {key for key, value in state_to_flat(TrainState()).items() if value == FLAT[key]}
    assert (state.best, state.data.epochs) == (BestWeights(31.25, 1.75, 100, "moving average"), 3 + 17 / 40)


def test_a_key_that_an_older_checkpoint_lacks_has_its_default() -> None:
    state = state_from_flat({key: value for key, value in FLAT.items() if key != "extended_at"})
    assert state == replace(state_from_flat(FLAT), extension=replace(state.extension, step=0))


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(TypeError, match="has no 'stride'"):
        state_from_flat({**FLAT, "stride": 1})


def test_a_checkpoint_holds_the_flat_state(tmp_path: Path) -> None:
    CheckpointStore(tmp_path, keep=1).save(state_from_flat(FLAT), {"w": torch.ones(2)})
    path = tmp_path / "checkpoint-00000120.pt"
    assert torch.load(path, weights_only=True)["state"] == FLAT
    assert read_checkpoint(path)[0] == state_from_flat(FLAT)
