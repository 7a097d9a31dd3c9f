"""``nmt evaluate``."""

from .command import evaluate

__all__ = ["evaluate"]
