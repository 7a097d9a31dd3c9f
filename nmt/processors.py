"""How many processors there are; asking must not take the time that larger modules take to be imported."""

import os


def available_processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
