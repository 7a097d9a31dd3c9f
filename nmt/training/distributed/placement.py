"""Which processes train together, how many there are, and which device each of them has."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from nmt.errors import NMTError
from nmt.runtime.device import choose_device, default_threads
from nmt.runtime.processors import available_processors

# What torchrun, or whoever starts the processes in its way, says to each of them.
VARIABLES = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT")


@dataclass(frozen=True, kw_only=True)
class World:
    """The place of this process among those that train together."""

    device: torch.device  # of this process
    rank: int = 0
    size: int = 1
    here: int = 1  # on this machine
    launched: bool = False  # by torchrun: the others exist already

    def total_threads(self, asked: int | None) -> int:
        """How many threads to use on this machine; None: as many as are good, or torchrun if it did not say one."""
        if asked is not None:
            return asked
        return available_processors() if self.launched else default_threads()

    def threads(self, asked: int | None) -> int:
        """Those of each process on this machine."""
        return max(1, self.total_threads(asked) // self.here)


def choose_world(device: str, devices: int | None, environment: Mapping[str, str] = os.environ) -> World:
    """As torchrun's variables in ``environment`` say, or for ``devices`` on this machine; NMTError where that fails."""
    numbers = _launched(environment)
    if numbers is None:
        return _on_this_machine(device, devices or 1)
    rank, size, local_rank, here = numbers
    if devices is not None and devices != here:
        raise NMTError(f"{here} processes were started on this machine, so leave --devices {devices} out")
    place = _place(device, local_rank, here)
    return World(device=place, rank=rank, size=size, here=here, launched=True)


def is_follower(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this process was started by torchrun and is not the one that leads."""
    numbers = _launched(environment)
    return numbers is not None and numbers[0] > 0


def _launched(environment: Mapping[str, str]) -> tuple[int, int, int, int] | None:
    """Rank, size, rank and size on this machine; None where this process was started alone."""
    if not all(name in environment for name in VARIABLES):
        return None
    try:
        rank, size, local_rank = (int(environment[name]) for name in VARIABLES[:3])
        here = int(environment.get("LOCAL_WORLD_SIZE", "1"))
    except ValueError as error:
        raise NMTError(f"RANK, WORLD_SIZE and LOCAL_RANK in the environment must be numbers ({error})") from error
    return (rank, size, local_rank, here) if size > 1 else None


def _on_this_machine(device: str, devices: int) -> World:
    if devices == 1:
        return World(device=choose_device(device))
    return World(device=_place(device, 0, devices), size=devices, here=devices)


def _place(device: str, local_rank: int, here: int) -> torch.device:
    """The device of process ``local_rank`` among those of this machine."""
    chosen = choose_device(device)
    if chosen.type == "mps":
        raise NMTError("there is only one mps device, so train with one process, or with --device cpu")
    if chosen.type != "cuda":
        return chosen
    if chosen.index is not None:
        raise NMTError(
            f"--device {device} is one device; give --device cuda, and say in CUDA_VISIBLE_DEVICES which ones to use"
        )
    there = torch.cuda.device_count()
    if here > there or local_rank >= there:
        raise NMTError(f"{here} CUDA devices are asked for and {there} {'is' if there == 1 else 'are'} here")
    return torch.device("cuda", local_rank)
