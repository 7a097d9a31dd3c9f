"""All checks, in the order in which they are reported."""

from collections.abc import Iterator
from pathlib import Path

from nmt.doctor.check_result import CheckResult
from nmt.doctor.machine import check_machine
from nmt.doctor.model import check_model, compare_copy
from nmt.doctor.software import check_extras, check_software
from nmt.doctor.speed import measure_speed


def run_checks(model: Path | None, *, speed: bool = True) -> Iterator[CheckResult]:
    """The results as they come: software, machine, the directory ``model`` if there is one, and the speed.

    ``speed`` also compares the fast copy of ``model`` with torch, on this machine.
    """
    yield from check_software()
    yield from check_extras()
    yield from check_machine(model or Path.cwd())
    if model is not None:
        sound = True
        for result in check_model(model):
            sound = sound and result.state != "broken"
            yield result
        if speed and sound:
            yield from compare_copy(model)
    if speed:
        yield from measure_speed(model)
