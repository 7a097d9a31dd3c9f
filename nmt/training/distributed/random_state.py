"""The random generators of each process of a training: saved, restored, and seeded for followers."""

import hashlib
from typing import Any

import torch
from torch import Tensor


def read_random_state(device: torch.device) -> dict[str, Tensor]:
    """The state of this process's random generators: that of the CPU, and that of ``device``."""
    state = {"random": torch.get_rng_state()}
    if device.type == "cuda":
        state["cuda_random"] = torch.cuda.get_rng_state(device)
    if device.type == "mps":
        state["mps_random"] = torch.mps.get_rng_state()
    return state


def restore_random_state(saved: dict[str, Any], *, rank: int, size: int, device: torch.device) -> None:
    """Restore the generators of process ``rank`` of ``size`` from what the leader ``saved``.

    ``saved`` holds the leader's own state and, under "followers", one state for each follower there was. Where their
    number has changed, each follower starts from a new seed that depends on the leader's state and its rank.
    """
    followers = saved.get("followers", [])
    if rank and len(followers) + 1 != size:
        seed_follower(bytes(saved["random"].numpy()), rank)
        return
    state = followers[rank - 1] if rank else saved
    torch.set_rng_state(state["random"])
    if device.type == "cuda" and "cuda_random" in state:
        torch.cuda.set_rng_state(state["cuda_random"], device)
    if device.type == "mps" and "mps_random" in state:
        torch.mps.set_rng_state(state["mps_random"])


def seed_follower(seed: bytes, rank: int) -> None:
    """Seed process ``rank`` differently from all others, and the same each time."""
    torch.manual_seed(int.from_bytes(hashlib.blake2b(seed + b" %d" % rank, digest_size=7).digest(), "big"))
