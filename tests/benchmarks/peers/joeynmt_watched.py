"""joeynmt that prints a line for each batch; run by the Python of the environment that has JoeyNMT.

The line comes behind the backward pass and before the optimizer, every time, so that between two lines there is one
whole update.
"""

import json
from itertools import count
from typing import Any

import joeynmt.__main__
import joeynmt.training


def watched(step: Any) -> Any:
    """``step`` of JoeyNMT's trainer, with a line after it."""
    numbers = count(1)

    def counted(self: Any, batch: Any) -> Any:
        result = step(self, batch)
        tokens = int(batch.ntokens)
        filled = tokens + int(batch.src_mask.sum())
        share = 1 - filled / (batch.src.numel() + batch.trg.numel())
        line = {"update": next(numbers), "target_tokens": tokens, "padded_share": share}
        print(json.dumps(line), flush=True)
        return result

    return counted


if __name__ == "__main__":
    joeynmt.training.TrainManager._train_step = watched(joeynmt.training.TrainManager._train_step)
    joeynmt.__main__.main()
