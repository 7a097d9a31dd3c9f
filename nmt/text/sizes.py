"""Sizes in bytes as text for people."""


def readable_size(count: float) -> str:
    """``count`` bytes in the largest unit that fits: 2.0 kB, 33.9 MB, 1.2 GB."""
    for unit, step in (("GB", 1e9), ("MB", 1e6)):
        if count >= step:
            return f"{count / step:,.1f} {unit}"
    return f"{count / 1e3:,.1f} kB"
