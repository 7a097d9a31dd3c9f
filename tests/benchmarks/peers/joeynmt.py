"""JoeyNMT, whose log gives a rate alone; so every batch is counted on its way into the training."""

import json
from collections.abc import Mapping
from pathlib import Path

from peers.system import Commands, Peer, Step, Task
from peers.translating import Decoder, Job

WATCHED = Path(__file__).with_name("joeynmt_watched.py")


def prepare(task: Task, environment: Path) -> Commands:
    """A vocabulary file and the settings."""
    shape = task.shape
    words = ["<unk>", "<pad>", "<s>", "</s>", *task.words()]
    vocabulary = task.work / "vocabulary.txt"
    vocabulary.write_text("".join(f"{word}\n" for word in words), "utf-8")
    side = {
        "type": "transformer",
        "num_layers": shape.layers,
        "num_heads": shape.heads,
        "embeddings": {"embedding_dim": shape.dimension, "scale": True, "dropout": shape.dropout},
        "hidden_size": shape.dimension,
        "ff_size": shape.feed_forward,
        "dropout": shape.dropout,
        "layer_norm": "pre",
    }
    settings = {
        "name": "speed",
        "joeynmt_version": "2.3.0",
        "model_dir": str(task.work / "model"),
        "use_cuda": False,
        "random_seed": 1,
        "data": {
            "train": str(task.data / "train"),
            "dev": str(task.data / "few"),
            "dataset_type": "plain",
            "src": _side(task.source, vocabulary),
            "trg": _side(task.target, vocabulary),
        },
        "testing": {"beam_size": 1},
        "training": {
            "optimizer": "adam",
            "learning_rate": 0.0005,
            "scheduling": "noam",
            "learning_rate_factor": 1.0,
            "learning_rate_warmup": 4000,
            "learning_rate_min": 0.0,  # else warm-up ends the run at the first report
            "clip_grad_norm": 1.0,
            "label_smoothing": shape.label_smoothing,
            "loss": "crossentropy",
            "normalization": "tokens",
            "batch_type": "token",
            "batch_size": task.batch_tokens,
            "epochs": 1000,
            "updates": task.updates + 1,
            "validation_freq": 1_000_000,
            "logging_freq": 10,
            "overwrite": True,
            "shuffle": True,
        },
        "model": {
            "initializer": "xavier_uniform",
            "tied_embeddings": True,
            "tied_softmax": True,
            "encoder": side,
            "decoder": side,
        },
    }
    (task.work / "settings.yaml").write_text(json.dumps(settings, indent=1), "utf-8")  # JSON is YAML
    return []


def _side(language: str, vocabulary: Path) -> dict[str, str | int]:
    return {"lang": language, "level": "word", "voc_file": str(vocabulary), "max_length": 256}


def command(task: Task, environment: Path) -> list[str | Path]:
    """Training, without this folder on the path, where modules are named like the toolkits."""
    return [environment / "bin" / "python", "-P", WATCHED, "train", task.work / "settings.yaml", "--skip-test"]


def parse(line: str) -> Step | None:
    """``{"update": 7, "target_tokens": 3921, "padded_share": 0.02}``"""
    return Step(**json.loads(line)) if line.startswith('{"update"') else None


PEER = Peer(
    name="joeynmt",
    prepare=prepare,
    command=command,
    parse=parse,
    variables={"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"},
)


def save(task: Task, environment: Path) -> Commands:
    """It saves what it has validated."""
    prepare(task, environment)
    few = {"updates": task.updates, "validation_freq": task.updates, "logging_freq": 1}
    _change(task.work / "settings.yaml", "training", few)
    return [command(task, environment)]


def _change(path: Path, section: str, values: Mapping[str, object]) -> None:
    settings = json.loads(path.read_text("utf-8"))
    settings[section].update(values)
    path.write_text(json.dumps(settings, indent=1), "utf-8")


def translate(job: Job) -> list[str | Path]:
    """Its own command, by standard input and output: its output to a file fails."""
    path = job.task.work / "settings.yaml"
    batches = {"batch_size": job.batch, "batch_type": "sentence"}
    lengths = {"min_output_length": job.pieces, "max_output_length": job.pieces}
    _change(path, "testing", {"beam_size": job.beam, **batches, **lengths})
    return [job.environment / "bin" / "python", "-m", "joeynmt", "translate", path]


DECODER = Decoder(toolkit="joeynmt", save=save, command=translate, by_input=True, variables=PEER.variables)
