"""Sockeye, whose log speaks only every 50 updates; so every batch is counted on its way into the training."""

import json
from pathlib import Path

from peers.system import Commands, Peer, Step, Task
from peers.translating import Decoder, Job, read_file

WATCHED = Path(__file__).with_name("sockeye_watched.py")


def prepare(task: Task, environment: Path) -> Commands:
    """A vocabulary file; the first ids are the special ones."""
    words = ["<pad>", "<unk>", "<s>", "</s>", *task.words()]
    (task.work / "vocabulary.json").write_text(json.dumps({word: number for number, word in enumerate(words)}), "utf-8")
    return []


def command(task: Task, environment: Path) -> list[str | Path]:
    """Training, without this folder on the path, where modules are named like the toolkits."""
    shape = task.shape
    vocabulary = task.work / "vocabulary.json"
    return [
        *(environment / "bin" / "python", "-P", WATCHED),
        *("--source", task.side(task.source), "--target", task.side(task.target)),
        *("--validation-source", task.few(task.source), "--validation-target", task.few(task.target)),
        *("--source-vocab", vocabulary, "--target-vocab", vocabulary, "--shared-vocab"),
        *("--weight-tying-type", "src_trg_softmax", "--num-layers", str(shape.layers)),
        *("--transformer-model-size", str(shape.dimension), "--transformer-attention-heads", str(shape.heads)),
        *("--transformer-feed-forward-num-hidden", str(shape.feed_forward)),
        *("--transformer-dropout-attention", "0", "--transformer-dropout-act", "0", "--embed-dropout", "0"),
        *("--transformer-dropout-prepost", str(shape.dropout), "--label-smoothing", str(shape.label_smoothing)),
        *("--batch-type", "max-word", "--batch-size", str(task.batch_tokens), "--max-seq-len", "256"),
        *("--optimizer", "adam", "--initial-learning-rate", "0.0005", "--learning-rate-scheduler-type", "none"),
        *("--gradient-clipping-type", "norm", "--gradient-clipping-threshold", "1", "--seed", "1", "--use-cpu"),
        *("--checkpoint-interval", "1000000", "--max-updates", str(task.updates + 1)),
        *("--output", task.work / "model", "--overwrite-output"),
    ]


def parse(line: str) -> Step | None:
    """``{"update": 7, "target_tokens": 3921, "padded_share": 0.02}``"""
    return Step(**json.loads(line)) if line.startswith('{"update"') else None


PEER = Peer(name="sockeye", prepare=prepare, command=command, parse=parse)


def save(task: Task, environment: Path) -> Commands:
    """The model that is best at its end."""
    return [*prepare(task, environment), command(task, environment)]


def translate(job: Job) -> list[str | Path]:
    """Its own command; it has no shortest length."""
    return [
        *(job.environment / "bin" / "sockeye-translate", "--models", job.task.work / "model", "--use-cpu"),
        *("--input", job.source, "--output", job.output, "--beam-size", str(job.beam), "--dtype", job.precision),
        *("--batch-size", str(job.batch), "--max-output-length", str(job.pieces + 1)),
        "--no-logfile",
    ]


DECODER = Decoder(toolkit="sockeye", save=save, command=translate, read=read_file, precisions=("float32", "int8"))
