"""Hugging Face transformers: MarianMTModel from random weights in a plain loop of PyTorch."""

import json
from pathlib import Path

from peers.system import Commands, Peer, Step, Task
from peers.translating import Decoder, Job, read_file

LOOP = Path(__file__).with_name("hugging_face_loop.py")
TRANSLATE = Path(__file__).with_name("hugging_face_translate.py")


def prepare(task: Task, environment: Path) -> Commands:
    """What the loop has to know."""
    shape = task.shape
    settings = {
        "source": str(task.side(task.source)),
        "target": str(task.side(task.target)),
        "threads": task.threads,
        "updates": task.updates,
        "batch_tokens": task.batch_tokens,
        "label_smoothing": shape.label_smoothing,
        "model": {
            "vocab_size": shape.vocabulary,
            "d_model": shape.dimension,
            "encoder_layers": shape.layers,
            "decoder_layers": shape.layers,
            "encoder_attention_heads": shape.heads,
            "decoder_attention_heads": shape.heads,
            "encoder_ffn_dim": shape.feed_forward,
            "decoder_ffn_dim": shape.feed_forward,
            "dropout": shape.dropout,
        },
    }
    (task.work / "loop.json").write_text(json.dumps(settings), "utf-8")
    return []


def command(task: Task, environment: Path) -> list[str | Path]:
    """The loop, without this folder on its path, where modules are named like the toolkits."""
    return [environment / "bin" / "python", "-P", LOOP, task.work / "loop.json"]


def parse(line: str) -> Step | None:
    """``{"update": 7, "target_tokens": 3921, "padded_share": 0.02}``"""
    return Step(**json.loads(line)) if line.startswith('{"update"') else None


PEER = Peer(name="transformers", prepare=prepare, command=command, parse=parse)


def save(task: Task, environment: Path) -> Commands:
    """The loop saves its model at its end."""
    prepare(task, environment)
    settings = json.loads((task.work / "loop.json").read_text("utf-8"))
    settings["save"] = str(task.work / "model")
    (task.work / "loop.json").write_text(json.dumps(settings), "utf-8")
    return [command(task, environment)]


def translate(job: Job) -> list[str | Path]:
    """``generate`` on batches sorted by length; it has no command of its own."""
    settings = {
        "model": str(job.task.work / "model"),
        "source": str(job.source),
        "output": str(job.output),
        "threads": job.task.threads,
        "precision": job.precision,
        "beam": job.beam,
        "batch": job.batch,
        "pieces": job.pieces,
    }
    return [job.environment / "bin" / "python", "-P", TRANSLATE, json.dumps(settings)]


DECODER = Decoder(
    toolkit="transformers", save=save, command=translate, read=read_file, precisions=("float32", "bfloat16")
)
