"""OpenNMT-py and its successor eole. ``bsz`` in their logs is source and target tokens and sentences of an update."""

import json
import re
from pathlib import Path
from typing import Any

from peers.system import Commands, Peer, Step, Task
from peers.translating import Decoder, Job, read_file

_BSZ = re.compile(r"Step\s+(\d+)\s*/.*bsz:\s*(\d+)/\s*(\d+)/")


def _common(task: Task) -> dict[str, Any]:
    """Settings that both name alike."""
    vocabulary = task.work / "vocabulary.txt"
    vocabulary.write_text("".join(f"{word}\t1\n" for word in task.words()), "utf-8")
    corpus = {"path_src": str(task.side(task.source)), "path_tgt": str(task.side(task.target))}
    return {
        "save_data": str(task.work / "data"),
        "overwrite": True,
        "src_vocab": str(vocabulary),
        "tgt_vocab": str(vocabulary),
        "share_vocab": True,
        "src_vocab_size": task.shape.vocabulary,
        "tgt_vocab_size": task.shape.vocabulary,
        "data": {"corpus": corpus},
        "report_every": 1,
        "seed": 1,
    }


def _training(task: Task) -> dict[str, Any]:
    """Settings that are in a section of their own in eole."""
    return {
        "world_size": 1,
        "gpu_ranks": [],
        "train_steps": task.updates,
        "save_checkpoint_steps": 1_000_000,
        "batch_type": "tokens",
        "batch_size": task.batch_tokens,
        "normalization": "tokens",
        "accum_count": [1],
        "accum_steps": [0],
        "bucket_size": 30_000,
        "num_workers": 0,
        "optim": "adam",
        "learning_rate": 0.0005,
        "adam_beta2": 0.98,
        "decay_method": "none",
        "max_grad_norm": 1.0,
        "label_smoothing": task.shape.label_smoothing,
        "dropout": [task.shape.dropout],
        "attention_dropout": [0.0],
        "dropout_steps": [0],
    }


def _write(task: Task, settings: dict[str, Any]) -> Commands:
    (task.work / "settings.yaml").write_text(json.dumps(settings, indent=1), "utf-8")  # JSON is YAML
    return []


def prepare_opennmt(task: Task, environment: Path) -> Commands:
    """A vocabulary file and the settings."""
    shape = task.shape
    model = {
        "save_model": str(task.work / "model"),
        "encoder_type": "transformer",
        "decoder_type": "transformer",
        "position_encoding": True,
        "enc_layers": shape.layers,
        "dec_layers": shape.layers,
        "heads": shape.heads,
        "hidden_size": shape.dimension,
        "word_vec_size": shape.dimension,
        "transformer_ff": shape.feed_forward,
        "share_embeddings": True,
        "share_decoder_embeddings": True,
    }
    return _write(task, {**_common(task), **_training(task), **model})


def prepare_eole(task: Task, environment: Path) -> Commands:
    """The same; attention with the biases of the paper's own model."""
    shape = task.shape
    model = {
        "architecture": "transformer",
        "layers": shape.layers,
        "heads": shape.heads,
        "hidden_size": shape.dimension,
        "transformer_ff": shape.feed_forward,
        "share_embeddings": True,
        "share_decoder_embeddings": True,
        "add_qkvbias": True,
        "add_final_linear_bias": True,
        "add_ffnbias": True,
        "embeddings": {"word_vec_size": shape.dimension, "position_encoding_type": "SinusoidalInterleaved"},
    }
    training = {**_training(task), "model_path": str(task.work / "model"), "compute_dtype": "fp32"}
    return _write(task, {**_common(task), "training": training, "model": model})


def command_opennmt(task: Task, environment: Path) -> list[str | Path]:
    """Training."""
    return [environment / "bin" / "onmt_train", "-config", task.work / "settings.yaml"]


def command_eole(task: Task, environment: Path) -> list[str | Path]:
    """Training."""
    return [environment / "bin" / "eole", "train", "-config", task.work / "settings.yaml"]


def parse(line: str) -> Step | None:
    """``… Step 7/   60; acc: 3.1; … bsz: 3345/3233/120; 3320/3240 tok/s;      7 sec;``"""
    found = _BSZ.search(line)
    return Step(int(found[1]), float(found[3])) if found else None


OPENNMT = Peer(
    name="opennmt-py",
    prepare=prepare_opennmt,
    command=command_opennmt,
    parse=parse,
    variables={"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"},
)
EOLE = Peer(name="eole", prepare=prepare_eole, command=command_eole, parse=parse)


def save_opennmt(task: Task, environment: Path) -> Commands:
    """A checkpoint at the end of training."""
    return [*prepare_opennmt(task, environment), command_opennmt(task, environment)]


def save_eole(task: Task, environment: Path) -> Commands:
    """A folder at the end of training."""
    return [*prepare_eole(task, environment), command_eole(task, environment)]


def _translation(job: Job) -> list[str | Path]:
    """Options that both name alike."""
    pieces = str(job.pieces)
    return [
        *("--src", job.source, "--output", job.output, "--beam_size", str(job.beam)),
        *("--batch_type", "sents", "--batch_size", str(job.batch)),
        *("--min_length", pieces, "--max_length", pieces, "--max_length_ratio", "0"),
    ]


def translate_opennmt(job: Job) -> list[str | Path]:
    """Its own command."""
    model = job.task.work / f"model_step_{job.task.updates}.pt"
    precision = ("--precision", "int8" if job.precision == "int8" else "fp32")
    return [job.environment / "bin" / "onmt_translate", "--model", model, *_translation(job), *precision]


def translate_eole(job: Job) -> list[str | Path]:
    """Its own command."""
    precision = ("--compute_dtype", "int8" if job.precision == "int8" else "fp32")
    model = ("--model_path", job.task.work / "model")
    return [job.environment / "bin" / "eole", "predict", *model, *_translation(job), *precision]


OPENNMT_DECODER = Decoder(
    toolkit="opennmt-py",
    save=save_opennmt,
    command=translate_opennmt,
    read=read_file,
    precisions=("float32", "int8"),
    variables=OPENNMT.variables,
)
EOLE_DECODER = Decoder(
    toolkit="eole", save=save_eole, command=translate_eole, read=read_file, precisions=("float32", "int8")
)
