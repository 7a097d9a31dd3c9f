"""All that can be looked at, in the order in which it is told."""

from collections.abc import Iterator
from pathlib import Path

from nmt.doctor.finding import CheckResult
from nmt.doctor.machine import look_at_machine
from nmt.doctor.model import compare_copy, look_at_model
from nmt.doctor.software import look_at_extras, look_at_software
from nmt.doctor.speed import measure_speed


def run_checks(model: Path | None, *, speed: bool = True) -> Iterator[CheckResult]:
    """What is found, as it is found: software, machine, the directory ``model`` if there is one, and the speed.

    ``speed`` also compares the fast copy of ``model`` with torch, on this machine.
    """
    yield from look_at_software()
    yield from look_at_extras()
    yield from look_at_machine(model or Path.cwd())
    if model is not None:
        sound = True
        for finding in look_at_model(model):
            sound = sound and finding.state != "broken"
            yield finding
        if speed and sound:
            yield from compare_copy(model)
    if speed:
        yield from measure_speed(model)
