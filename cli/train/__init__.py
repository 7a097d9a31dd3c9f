"""``nmt train``."""

from .command import train

__all__ = ["train"]
