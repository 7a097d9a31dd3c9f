"""A finished run that is extended: which limits may be raised, and from where it continues.

It continues from its last checkpoint. There the rate is near zero, so it warms up again to what the schedule of the
longer run has at that step, and falls to the end of that run (re-warming: Ibrahim et al. 2024, section 4). New weights
are published only if they score better on the validation text than the published ones.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nmt.training.budget import parse_duration
from nmt.training.schedule import WARMUP_SHARE
from nmt.training.state import Decay, Extension, TrainState

LIMITS = ("training.max_steps", "training.max_epochs", "training.budget", "training.patience")
EXTENDED_AT = "extended at"  # in settings.json: the step at which the run had ended when it was extended last


def is_raised(name: str, before: Any, now: Any) -> bool:
    """Whether ``now`` is a larger value than ``before`` of a limit, by its full name, such as training.max_steps."""
    if name not in LIMITS or before is None or now is None:
        return False
    if name == "training.budget":
        return parse_duration(now) > parse_duration(before)
    return bool(now > before)


def extended_at(settings: Path) -> int | None:
    """The step from which the file ``settings`` extends a finished run; None if it does not."""
    try:
        stored: Mapping[str, Any] = json.loads(settings.read_text("utf-8"))
        return stored.get(EXTENDED_AT)
    except (OSError, ValueError, AttributeError, RecursionError):
        return None


def extend(state: TrainState, *, progress: float) -> TrainState:
    """``state`` as it continues after its end; ``progress`` (0..1) is its share of the longer run.

    The published weights stay the best. The weights of earlier validations were removed at the end.
    """
    return replace(
        state,
        finished="",
        timing=replace(state.timing, validated_progress=progress),
        validations=replace(state.validations, stale=0, snapshots=[]),
        decay=Decay(),
        extension=Extension(step=state.step, progress=progress),
    )


def rewarming(state: TrainState, progress: float | None, *, warmup: int) -> float:
    """The share (0..1) of the scheduled rate in the next update; 1 for a run that was not extended.

    It grows along a line over ``warmup`` updates, or over a tenth of what was added where that is less.
    """
    if not state.extension.step:
        return 1.0
    ramp = (state.step + 1 - state.extension.step) / max(1, warmup)
    if progress is not None and state.extension.progress < 1:
        added = (progress - state.extension.progress) / (1 - state.extension.progress)
        ramp = max(ramp, added / WARMUP_SHARE)
    return min(1.0, ramp)
