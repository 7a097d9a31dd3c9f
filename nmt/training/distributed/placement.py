"""Which processes train together, how many there are, and which device each of them has."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from nmt.errors import NMTError
from nmt.runtime.device import choose_device
from nmt.runtime.processors import available_processors
from nmt.runtime.threads import default_threads

# What torchrun, or a launcher like it, sets for each process.
VARIABLES = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT")


@dataclass(frozen=True, kw_only=True)
class World:
    """The processes that train together, and which of them this one is."""

    device: torch.device  # of this process
    rank: int = 0
    size: int = 1
    local_size: int = 1  # processes on this machine
    launched: bool = False  # by torchrun: the other processes exist already

    def total_threads(self, asked: int | None) -> int:
        """Threads to use on this machine; ``asked`` None: as many as suit it, or as torchrun has processors for."""
        if asked is not None:
            return asked
        return available_processors() if self.launched else default_threads()

    def threads(self, asked: int | None) -> int:
        """Threads of each process on this machine."""
        return max(1, self.total_threads(asked) // self.local_size)


def choose_world(device: str, devices: int | None, environment: Mapping[str, str] = os.environ) -> World:
    """The world in torchrun's variables in ``environment``, or ``devices`` of this machine; NMTError if impossible."""
    numbers = _launched(environment)
    if numbers is None:
        return _on_this_machine(device, devices or 1)
    rank, size, local_rank, local_size = numbers
    if devices is not None and devices != local_size:
        raise NMTError(f"{local_size} processes were started on this machine, so leave --devices {devices} out")
    local_device = _device_of(device, local_rank, local_size)
    return World(device=local_device, rank=rank, size=size, local_size=local_size, launched=True)


def is_follower(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether torchrun started this process and it is not the leader."""
    numbers = _launched(environment)
    return numbers is not None and numbers[0] > 0


def _launched(environment: Mapping[str, str]) -> tuple[int, int, int, int] | None:
    """Rank, size, rank and size on this machine; None if this process was started alone."""
    if not all(name in environment for name in VARIABLES):
        return None
    try:
        rank, size, local_rank = (int(environment[name]) for name in VARIABLES[:3])
        local_size = int(environment.get("LOCAL_WORLD_SIZE", "1"))
    except ValueError as error:
        raise NMTError(f"RANK, WORLD_SIZE and LOCAL_RANK in the environment must be numbers ({error})") from error
    return (rank, size, local_rank, local_size) if size > 1 else None


def _on_this_machine(device: str, devices: int) -> World:
    if devices == 1:
        return World(device=choose_device(device))
    return World(device=_device_of(device, 0, devices), size=devices, local_size=devices)


def _device_of(device: str, local_rank: int, local_size: int) -> torch.device:
    """The device of process ``local_rank`` among those of this machine."""
    chosen = choose_device(device)
    if chosen.type == "mps":
        raise NMTError("there is only one mps device, so train with one process, or with --device cpu")
    if chosen.type != "cuda":
        return chosen
    if chosen.index is not None:
        raise NMTError(
            f"--device {device} is one device; give --device cuda, and name the ones to use in CUDA_VISIBLE_DEVICES"
        )
    count = torch.cuda.device_count()
    if local_size > count or local_rank >= count:
        raise NMTError(f"{local_size} CUDA devices are needed, but there {'is' if count == 1 else 'are'} only {count}")
    return torch.device("cuda", local_rank)
