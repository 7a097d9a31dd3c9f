"""``nmt explain``."""

from .command import explain

__all__ = ["explain"]
