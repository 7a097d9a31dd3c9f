"""Random numbers as a function of what they are used for: a seed, a sentence, a position in it and a subword.

No generator is advanced, so a sentence gets the same numbers in any batch, at any index in the batch and on any device.
"""

import hashlib
from collections.abc import Sequence

import torch
from torch import Tensor

_GOLDEN = 0x9E3779B97F4A7C15  # the step of SplitMix64
_ALL = (1 << 63) - 1


def sentence_key(seed: int, source: Sequence[int]) -> int:
    """A signed 64-bit number that stands for ``source`` (ids) under ``seed``."""
    text = " ".join(map(str, (seed, *source))).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big", signed=True)


def keys_of(keys: Tensor, count: int) -> Tensor:
    """``count`` keys (B, count) from each of ``keys`` (B,)."""
    return _mix(keys.unsqueeze(1) + _steps(torch.arange(count, device=keys.device)))


def gumbel(keys: Tensor, position: int, subwords: Tensor) -> Tensor:
    """Noise (..., N) of the standard Gumbel distribution, float32, for each of ``subwords`` (N,) at ``position``.

    ``keys`` (...) stand for the sentences. The subword with the greatest sum of log-probability and noise is a draw
    from the distribution (Gumbel-max: Maddison et al. 2014, section 2).
    """
    mixed = _mix(keys + _steps(torch.tensor(position + 1, device=keys.device)))
    bits = _mix(mixed.unsqueeze(-1) ^ _mix(_steps(subwords)))
    # Small values, which decide, keep their relative precision in float32.
    uniform = ((bits & _ALL).to(torch.float32) * 2.0**-63).clamp(2.0**-62, 1 - 2.0**-24)
    return -(-torch.log1p(-uniform)).log()


def _steps(count: Tensor) -> Tensor:
    return count * _signed(_GOLDEN)


def _mix(bits: Tensor) -> Tensor:
    """The finalizer of SplitMix64 (Steele et al. 2014, figure 17), on int64 that overflow."""
    bits = (bits ^ _shifted(bits, 30)) * _signed(0xBF58476D1CE4E5B9)
    bits = (bits ^ _shifted(bits, 27)) * _signed(0x94D049BB133111EB)
    return bits ^ _shifted(bits, 31)


def _shifted(bits: Tensor, count: int) -> Tensor:
    """A logical shift to the right; torch's own keeps the sign."""
    return (bits >> count) & ((1 << (64 - count)) - 1)


def _signed(number: int) -> int:
    return number - (1 << 64) if number >= 1 << 63 else number
