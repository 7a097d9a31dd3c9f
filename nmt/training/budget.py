"""Wall time: durations, the clock of a run, and how a budget of time is divided."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from nmt.errors import NMTError

UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
NUMBER = r"(\d+(?:\.\d+)?)"
DURATION = re.compile("".join(f"(?:{NUMBER}{unit})?" for unit in UNITS))

VALIDATION_SHARE = 0.05  # of the training time, for all validations before the last
MOST_VALIDATIONS = 40
FIRST_SHARE, FIRST_SECONDS = 0.2, 900.0  # before the first validation, which shows what one costs
UNKNOWN_END_SHARE = 0.05  # reserved for the end until the cost of a validation is known
LARGEST_END_SHARE = 0.25  # reserved for the end at most; what does not fit is left out
BEAM_COST = 0.25  # extra cost of beam search and what follows it over greedy search, per beam; measured: 0.26


def parse_duration(text: str) -> float:
    """Seconds of ``90s``, ``20m``, ``1h30m``, ``1.5h`` or ``1d``; anything else is an NMTError."""
    match = DURATION.fullmatch(text.strip().lower().replace(" ", ""))
    numbers = match.groups() if match else ()
    seconds = sum(float(number) * size for number, size in zip(numbers, UNITS.values(), strict=False) if number)
    if not any(numbers):
        raise NMTError(f"{text!r} is not a length of time; write it as 90s, 20m, 1h30m or 1d")
    if not 0 < seconds < 1e9:
        raise NMTError(f"a budget of {text!r} is not possible; write it as 90s, 20m, 1h30m or 1d")
    return seconds


class Clock:
    """The seconds that a run has used in all its commands; ``before`` is what earlier commands used."""

    def __init__(
        self, start: float | None = None, before: float = 0.0, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        """``start`` is the reading of ``now`` when this command started; None: now."""
        self.now = now
        self.start = now() if start is None else start
        self.before = before

    def seconds(self) -> float:
        """Seconds used until now."""
        return self.before + self.now() - self.start

    def monotonic(self, seconds: float) -> float:
        """The reading of time.monotonic() when ``seconds`` of the run are used."""
        return self.start + seconds - self.before


@dataclass(frozen=True, kw_only=True)
class Horizon:
    """Where a run ends: at an update, when a budget of time is used, at the earlier of the two, or not known yet."""

    updates: int | None = None
    seconds: float | None = None  # of the whole run, preparation and the end included

    def progress(self, step: int, seconds: float, *, start: float, end: float) -> float | None:
        """The share (0..1) of the run that is done after ``step`` updates and ``seconds``; None without an end.

        ``start``: seconds used before the first update; ``end``: seconds reserved for what follows the last one.
        """
        done = []
        if self.updates is not None:
            done.append(step / self.updates)
        if self.seconds is not None:
            done.append((seconds - start) / max(1e-9, self.seconds - end - start))
        return min(1.0, max(0.0, *done)) if done else None


def affordable(cost: float, span: float) -> int:
    """How many validations, of ``cost`` seconds each, fit in their share of ``span`` seconds."""
    return int(min(MOST_VALIDATIONS, VALIDATION_SHARE * span / cost)) if cost > 0 else MOST_VALIDATIONS


def validation_due(progress: float, last: float, *, cost: float, span: float) -> bool:
    """Whether to validate at ``progress`` after validating at ``last``, both shares of ``span`` seconds of training.

    ``cost``: seconds of a validation, 0 while not known. There are as many validations as fit in their share of the
    time, closer and closer together: near the end the rate is low, and the best model is found there.
    """
    if cost == 0:
        return progress >= min(FIRST_SHARE, FIRST_SECONDS / span)
    return affordable(cost, span) * (progress**2 - last**2) >= 1


def seconds_for_the_end(span: float, *, validation: float, saving: float, candidates: int, beam_size: int) -> float:
    """What to reserve of ``span`` seconds for validating the last ``candidates``, the final scores, and saving.

    ``validation`` and ``saving``: seconds of one validation and one publication; 0 while not known.
    """
    if validation == 0:
        return UNKNOWN_END_SHARE * span
    ending = 4 * saving + 2 * spare(span)
    if validation + ending > LARGEST_END_SHARE * span:
        return min(LARGEST_END_SHARE * span, ending)
    validating = validation * (1 + min(candidates, affordable(validation, span)))
    return min(LARGEST_END_SHARE * span, validating + seconds_to_score(validation, beam_size) + ending)


def spare(seconds: float) -> float:
    """What to leave of ``seconds`` for the unexpected, such as a busy machine."""
    return min(3.0, 0.03 * seconds)


def seconds_to_score(validation: float, beam_size: int) -> float:
    """Seconds for the final scores, by beam search, if a greedy ``validation`` takes that many."""
    return validation * (1 + BEAM_COST * beam_size)
