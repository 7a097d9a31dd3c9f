"""Opening the directory of a run: new, left by this very run, or holding something else that must stay."""

import json
import math
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer
from nmt.files.removal import check_removable, remove
from nmt.model_dir.config_json import load_info
from nmt.model_dir.layout import (
    CARD,
    CONFIG,
    FAST_COPY,
    LEFTOVER,
    TOKENIZER,
    TRAINING,
    WEIGHTS,
    WORD_COUNTS,
    remove_leftovers,
)
from nmt.settings import to_mapping
from nmt.text.languages import canonical_code
from nmt.training.extension import EXTENDED_AT, is_raised
from nmt.training.preparation.run_input import RunInput
from nmt.training.preparation.training_data import TOKENIZER_ROLE
from nmt.training.recipe import Recipe
from nmt.training.run_directory.checkpoints import CheckpointStore
from nmt.training.run_directory.lock import LOCK

FREE = ("training.keep",)  # the number of checkpoints kept does not change the result
OURS = (
    TRAINING,
    CONFIG,
    WEIGHTS,
    TOKENIZER,
    CARD,
    WORD_COUNTS,
    FAST_COPY,
)  # what a training leaves in a model directory
PARENT = "parent"
SETTINGS = "settings.json"


@dataclass(frozen=True)
class Difference:
    """A setting, by its full name such as training.seed, before and now."""

    name: str
    before: Any
    now: Any

    def __str__(self) -> str:
        if self.name == PARENT:
            return "the model that it starts from, with --from, is a different one"
        if self.name.startswith("text."):
            return _changed_text(self.name.removeprefix("text."))
        return f"{self.name} was {_shown(self.before)}, now {_shown(self.now)}"


def open_run_directory(output: Path, run: RunInput, *, overwrite: bool) -> Path:
    """The directory ``output``/training, new or with the settings of this very run; anything else is an NMTError.

    A run that ended before its first update has nothing to lose, so other settings or changed text replace it.
    """
    directory = output / TRAINING
    settings = {
        **to_mapping(run.recipe),
        "languages": list(run.data.languages),
        "corpora": run.data.settings(),
        "text": dict(run.data.fingerprint),
        PARENT: None if run.parent is None else run.parent.digest,
    }
    stored = directory / SETTINGS
    checkpoints = CheckpointStore(directory, keep=1)
    has_weights = (output / WEIGHTS).exists()
    started = stored.exists() and (has_weights or checkpoints.has_updates())
    if output.exists() and not (has_weights or started) and _foreign(output, stored.exists()):
        raise NMTError(f"{output} already holds other files; choose another -o")
    if overwrite and (has_weights or started):
        _remove_model(output)
    elif started or _holds(stored, settings):
        if differences := _differences(stored, settings):
            _extend(stored, settings, differences, checkpoints)
        _check_no_model_is_lost(output, checkpoints)
        _remove_leftovers(output)
        return directory
    elif has_weights:
        raise NMTError(f"{output} already holds a model; choose another -o, or --overwrite to replace it")
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NMTError(f"{output} cannot be created: {error.strerror}") from error
    _remove_leftovers(output)
    checkpoints.remove_after(-1)
    _write(stored, settings)
    return directory


def _write(path: Path, settings: dict[str, Any]) -> None:
    with atomic_writer(path) as file:
        file.write(json.dumps(settings, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace"))


def _foreign(output: Path, training: bool) -> bool:
    """Whether ``output`` holds files that are not of a training; one killed early leaves parts of a model."""
    ours = (*OURS, LOCK) if training else (TRAINING, LOCK)
    return any(path.name not in ours and not (training and path.match(LEFTOVER)) for path in output.iterdir())


def _remove_leftovers(output: Path) -> None:
    """Remove unfinished files of killed commands; the lock is held, so no other training is writing there.

    An export into the model directory at this very moment fails, and can be repeated.
    """
    for directory in (output, output / TRAINING):
        remove_leftovers(directory, older_than=-math.inf)


def _remove_model(output: Path) -> None:
    """Remove what a training leaves in a directory, and nothing else that may be there."""
    paths = [output / name for name in (*OURS[1:], TRAINING)]  # TRAINING last: it shows that the others are a run's
    check_removable(paths)
    for path in paths:
        remove(path)


def _holds(path: Path, settings: dict[str, Any]) -> bool:
    try:
        return bool(json.loads(path.read_text("utf-8")) == settings)
    except (OSError, ValueError, RecursionError):
        return False


def _differences(path: Path, settings: dict[str, Any]) -> list[Difference]:
    """Every setting in which this command differs from the one that started the run.

    An earlier release, which had fewer settings, may have started it; the others had the values that are defaults now.
    """
    try:
        stored = json.loads(path.read_text("utf-8"))
        if not isinstance(stored, dict):
            raise ValueError("it holds no settings")
    except (OSError, ValueError, RecursionError) as error:
        raise NMTError(f"{path} cannot be read ({error}); --overwrite starts over") from error
    codes = stored.get("languages")
    if isinstance(codes, list):  # release 0.1.0 stored them as they were given
        stored["languages"] = [canonical_code(code) if isinstance(code, str) else code for code in codes]
    stored.pop(EXTENDED_AT, None)
    before, now = dict(_flat(to_mapping(Recipe()))) | dict(_flat(stored)), dict(_flat(settings))
    differences = [
        Difference(name, before.get(name), now.get(name))
        for name in dict.fromkeys([*before, *now])
        if before.get(name) != now.get(name) and name not in FREE
    ]
    return sorted(differences, key=lambda each: (each.name.startswith("text."), each.name == PARENT))


def _extend(path: Path, settings: dict[str, Any], differences: list[Difference], checkpoints: CheckpointStore) -> None:
    """Let a finished run continue under larger limits; NMTError, naming all ``differences``, for any other change."""
    raised = all(is_raised(each.name, each.before, each.now) for each in differences)
    newest = checkpoints.load_newest() if raised else None
    if newest is not None and newest[0].finished:
        _write(path, {**settings, EXTENDED_AT: newest[0].step})
        return
    way_out = "run the same command to resume it, choose another -o, or start over with --overwrite"
    if raised:
        way_out = (
            "a run keeps its limits until it has ended and can be extended only then; until then, run the same command"
        )
    sentences = "; ".join(map(str, differences))
    raise NMTError(f"{path.parent.parent} holds a training with other settings: {sentences}; {way_out}")


def _check_no_model_is_lost(output: Path, checkpoints: CheckpointStore) -> None:
    """NMTError if the run would start over and replace a trained model by an untrained one."""
    try:
        steps = 0 if checkpoints.paths() else load_info(output).training.get("steps")
    except NMTError:
        return  # no model that could be lost
    if steps:
        raise NMTError(
            f"{output} holds a model, but {checkpoints.directory} has no checkpoint to resume from; choose another -o, "
            f"start from that model with --from {shlex.quote(str(output))}, or start over with --overwrite"
        )


def _changed_text(role: str) -> str:
    if role == TOKENIZER_ROLE:
        return "the tokenizer, named with --tokenizer or learned from the text, is a different one"
    return f"the {role.removesuffix('s').replace('_', ' ')} text has changed"


def _flat(mapping: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in mapping.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _shown(value: Any) -> str:
    return "not set" if value is None else json.dumps(value, ensure_ascii=False)
