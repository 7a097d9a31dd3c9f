"""Wall time: how it is written, how it passes, and how a run with a budget of it is planned."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from nmt.errors import NMTError

UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
NUMBER = r"(\d+(?:\.\d+)?)"
DURATION = re.compile("".join(f"(?:{NUMBER}{unit})?" for unit in UNITS))

VALIDATION_SHARE = 0.05  # of the time for training, for all validations before the last
MOST_VALIDATIONS = 40
FIRST_SHARE, FIRST_SECONDS = 0.2, 900.0  # the first validation comes after this much, and shows what one costs
UNKNOWN_END_SHARE = 0.05  # kept for the end until it is known what a validation costs
LARGEST_END_SHARE = 0.25  # kept for the end at most; what does not fit is left out
BEAM_COST = 0.25  # of a beam search, and of what follows it, over greedy search, for each beam; measured: 0.26


def parse_duration(text: str) -> float:
    """Seconds of ``90s``, ``20m``, ``1h30m``, ``1.5h`` or ``1d``; anything else is an NMTError."""
    match = DURATION.fullmatch(text.strip().lower().replace(" ", ""))
    numbers = match.groups() if match else ()
    seconds = sum(float(number) * size for number, size in zip(numbers, UNITS.values(), strict=False) if number)
    if not any(numbers):
        raise NMTError(f"{text!r} is no length of time; write it as 90s, 20m, 1h30m or 1d")
    if not 0 < seconds < 1e9:
        raise NMTError(f"a budget of {text!r} is not possible; write it as 90s, 20m, 1h30m or 1d")
    return seconds


class Clock:
    """The seconds that a run has used, over all its commands; ``before`` are those of earlier ones."""

    def __init__(
        self, began: float | None = None, before: float = 0.0, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        """``began`` is the reading of ``now`` when this command began; None: now."""
        self.now = now
        self.began = now() if began is None else began
        self.before = before

    def seconds(self) -> float:
        """Used until now."""
        return self.before + self.now() - self.began

    def monotonic(self, seconds: float) -> float:
        """The reading of time.monotonic() when so many seconds of the run are used."""
        return self.began + seconds - self.before


@dataclass(frozen=True, kw_only=True)
class Horizon:
    """Where a run ends: at an update, when a budget of time is used, at whichever comes first, or nowhere yet."""

    updates: int | None = None
    seconds: float | None = None  # of the whole run, preparation and the end included

    def progress(self, step: int, seconds: float, *, start: float, end: float) -> float | None:
        """The share (0..1) of the run that is done after ``step`` updates and ``seconds``; None without an end.

        ``start`` are the seconds used before the first update, ``end`` those kept for what follows the last one.
        """
        done = []
        if self.updates is not None:
            done.append(step / self.updates)
        if self.seconds is not None:
            done.append((seconds - start) / max(1e-9, self.seconds - end - start))
        return min(1.0, max(0.0, *done)) if done else None


def affordable(cost: float, span: float) -> int:
    """How many things that cost so many seconds each are paid for by a validation's share of ``span`` seconds."""
    return int(min(MOST_VALIDATIONS, VALIDATION_SHARE * span / cost)) if cost > 0 else MOST_VALIDATIONS


def validation_due(progress: float, last: float, *, cost: float, span: float) -> bool:
    """Whether to validate at ``progress`` after validating at ``last``, both shares of ``span`` seconds of training.

    ``cost`` is what a validation takes, 0 while that is not known. As many validations are made as their share of the
    time pays for, closer and closer to each other: near the end the rate is low and the best model is found.
    """
    if cost == 0:
        return progress >= min(FIRST_SHARE, FIRST_SECONDS / span)
    return affordable(cost, span) * (progress**2 - last**2) >= 1


def seconds_for_the_end(span: float, *, validation: float, saving: float, candidates: int, beam_size: int) -> float:
    """What to keep of ``span`` seconds for judging the last ``candidates``, the final scores, and saving all of it.

    ``validation`` and ``saving`` are what one validation and one publication took; 0 while that is not known.
    """
    if validation == 0:
        return UNKNOWN_END_SHARE * span
    ending = 4 * saving + 2 * spare(span)
    if validation + ending > LARGEST_END_SHARE * span:
        return min(LARGEST_END_SHARE * span, ending)
    judging = validation * (1 + min(candidates, affordable(validation, span)))
    return min(LARGEST_END_SHARE * span, judging + seconds_to_score(validation, beam_size) + ending)


def spare(seconds: float) -> float:
    """What to leave of so many seconds for what nobody thought of, such as a busy machine."""
    return min(3.0, 0.03 * seconds)


def seconds_to_score(validation: float, beam_size: int) -> float:
    """What the final scores take, by beam search, where a greedy ``validation`` takes so many seconds."""
    return validation * (1 + BEAM_COST * beam_size)
