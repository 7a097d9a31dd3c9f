"""``nmt translate``."""

from .command import translate

__all__ = ["translate"]
