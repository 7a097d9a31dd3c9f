"""sockeye-train that prints a line for each update; run by the Python of the environment that has Sockeye."""

import json
from typing import Any

import sockeye.constants
import sockeye.train
import sockeye.training


def watched(step: Any) -> Any:
    """``step`` of Sockeye's trainer, with a line after it."""

    def counted(self: Any, batch: Any) -> Any:
        result = step(self, batch)
        labels = batch.labels[sockeye.constants.TARGET_LABEL_NAME]
        tokens = int((labels != sockeye.constants.PAD_ID).sum())
        source = batch.source[:, :, 0]
        filled = tokens + int((source != sockeye.constants.PAD_ID).sum())
        share = 1 - filled / (source.numel() + labels.numel())
        line = {"update": self.state.updates, "target_tokens": tokens, "padded_share": share}
        print(json.dumps(line), flush=True)
        return result

    return counted


if __name__ == "__main__":
    sockeye.training.EarlyStoppingTrainer._step = watched(sockeye.training.EarlyStoppingTrainer._step)
    sockeye.train.main()
