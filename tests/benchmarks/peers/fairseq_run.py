"""fairseq's commands on current Python and PyTorch; run by the Python of the environment that has fairseq.

python fairseq_run.py preprocess|train|interactive OPTION...

Two things are set right that have come with Python 3.11 and PyTorch 2: defaults of settings need a hash, and the fused
encoder layer refuses fairseq's mask, so that the plain one is taken.
"""

import dataclasses
import importlib
import sys
from collections.abc import Callable
from typing import Any

import torch  # noqa: F401 - before the change below, which is not for its classes

plain = dataclasses.dataclass


def hashed(cls: type | None = None, /, **options: Any) -> Any:
    """``dataclass`` that gives the settings of fairseq and Hydra a hash."""

    def decorate(cls: type) -> type:
        ours = cls.__module__.split(".")[0] in ("fairseq", "hydra")
        return plain(cls, **{**options, "unsafe_hash": True} if ours else options)

    return decorate if cls is None else decorate(cls)


def command(name: str) -> Callable[[], None]:
    """The command of that name, of the package fairseq_cli."""
    main: Callable[[], None] = importlib.import_module(f"fairseq_cli.{name}").cli_main
    layer = importlib.import_module("fairseq.modules.transformer_layer").TransformerEncoderLayerBase
    layer.can_use_fastpath = property(lambda _: False, lambda _, value: None)
    return main


if __name__ == "__main__":
    dataclasses.dataclass = hashed
    command(sys.argv.pop(1))()
