"""nmt itself, by its own command: what a user gets, and what log.jsonl says of it."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peers.system import Task

NEVER = 1_000_000  # updates between validations; one is made at the very end, behind the measured updates
VALIDATION_LINES = 8


@dataclass(frozen=True)
class OwnText:
    """The plain text that nmt reads: it makes its own subwords, by the same settings."""

    source: Path
    target: Path
    validation_source: Path
    validation_target: Path


def command(task: Task, text: OwnText, *, precision: str | None) -> list[str | Path]:
    """``nmt train`` with the same model; without ``precision`` it is left to nmt."""
    shape = task.shape
    return [
        *(sys.executable, "-m", "nmt_cli", "train", "--source", text.source, "--target", text.target),
        *("--valid-source", text.validation_source, "--valid-target", text.validation_target),
        *("--output", task.work / "model", "--overwrite", "--vocabulary-size", str(shape.vocabulary)),
        *("--encoder-layers", str(shape.layers), "--decoder-layers", str(shape.layers)),
        *("--dimension", str(shape.dimension), "--feed-forward", str(shape.feed_forward)),
        *("--heads", str(shape.heads), "--dropout", str(shape.dropout)),
        *("--label-smoothing", str(shape.label_smoothing), "--batch-tokens", str(task.batch_tokens)),
        *("--max-steps", str(task.updates), "--validate-every", str(NEVER), "--checkpoint-every", str(NEVER)),
        *("--device", "cpu", "--threads", str(task.threads)),
        *(("--precision", precision) if precision else ()),
    ]


def read_log(model: Path) -> list[dict[str, Any]]:
    """The events of a finished run."""
    lines = (model / "training" / "log.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


@dataclass(frozen=True)
class Window:
    """The measured updates."""

    updates: int
    target_tokens: float
    seconds: float


def window(events: Sequence[dict[str, Any]], *, skip: int) -> Window:
    """What happened between the first report at or behind update ``skip`` and the last one.

    A report says how many target tokens a second there were since the first update, the event "finished" how many
    target tokens there were in all. The two give the time of the first update more finely than the log does.
    """
    reports = [event for event in events if event["event"] == "progress"]
    total = next(event["target_tokens"] for event in events if event["event"] == "finished")
    first, last = next(report for report in reports if report["step"] >= skip), reports[-1]
    began = last["time"] - total / last["tokens_per_second"]
    before = first["tokens_per_second"] * (first["time"] - began)
    return Window(last["step"] - first["step"], total - before, last["time"] - first["time"])


def padding(model: Path, *, batch_tokens: int) -> float | None:
    """The share of padding in the first epoch of a run that is finished."""
    from nmt.data.batching import padding_share, plan_batches
    from nmt.data.encoded_corpus import open_encoded_corpus

    folder = model / "training"
    key = json.loads((folder / "prepared.json").read_text("utf-8"))["key"]
    corpus = open_encoded_corpus(folder / "corpus", key=key)
    if corpus is None:
        return None
    return padding_share(corpus, plan_batches(corpus, batch_tokens=batch_tokens, seed=1, epoch=0))
