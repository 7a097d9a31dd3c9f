"""fairseq. ``wpb`` in its log is the number of target tokens of an update, EOS included."""

import json
from pathlib import Path

from peers.system import Commands, Peer, Step, Task
from peers.translating import Decoder, Job

RUN = Path(__file__).with_name("fairseq_run.py")


def run(name: str, environment: Path) -> list[str | Path]:
    """One of its commands, without this folder on the path, where modules are named like the toolkits."""
    return [environment / "bin" / "python", "-P", RUN, name]


def prepare(task: Task, environment: Path) -> Commands:
    """A dictionary file, then its binary format."""
    dictionary = task.work / "dict.txt"
    dictionary.write_text("".join(f"{word} 1\n" for word in task.words()), "utf-8")
    return [
        [
            *run("preprocess", environment),
            *("--source-lang", task.source, "--target-lang", task.target, "--trainpref", task.data / "train"),
            *(
                "--validpref",
                task.data / "few",
                "--srcdict",
                dictionary,
                "--joined-dictionary",
                "--destdir",
                task.work / "data",
                "--workers",
                "1",
            ),
        ]
    ]


def command(task: Task, environment: Path) -> list[str | Path]:
    """Training."""
    shape = task.shape
    sides: list[str | Path] = []
    for side in ("encoder", "decoder"):
        sides += [f"--{side}-layers", str(shape.layers), f"--{side}-embed-dim", str(shape.dimension)]
        sides += [f"--{side}-ffn-embed-dim", str(shape.feed_forward), f"--{side}-attention-heads", str(shape.heads)]
    return [
        *run("train", environment),
        task.work / "data",
        *("--source-lang", task.source, "--target-lang", task.target, "--arch", "transformer", *sides),
        *("--share-all-embeddings", "--dropout", str(shape.dropout), "--criterion", "label_smoothed_cross_entropy"),
        *("--label-smoothing", str(shape.label_smoothing), "--optimizer", "adam", "--adam-betas", "(0.9, 0.98)"),
        *("--lr", "0.0005", "--lr-scheduler", "inverse_sqrt", "--warmup-updates", "4000", "--clip-norm", "1"),
        *("--max-tokens", str(task.batch_tokens), "--max-update", str(task.updates), "--seed", "1", "--cpu"),
        *("--required-batch-size-multiple", "1"),  # else batches are cut to fewer tokens than are allowed
        *("--no-save", "--disable-validation", "--log-interval", "1", "--log-format", "json"),
    ]


def parse(line: str) -> Step | None:
    """``… | {"epoch": 1, …, "wpb": "3921", …, "num_updates": "7", …}``"""
    start = line.find("{")
    if start < 0 or '"wpb"' not in line or '"num_updates"' not in line:
        return None
    values = json.loads(line[start:])
    return Step(int(values["num_updates"]), float(values["wpb"]))


PEER = Peer(
    name="fairseq",
    prepare=prepare,
    command=command,
    parse=parse,
    variables={"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"},
)


def save(task: Task, environment: Path) -> Commands:
    """The last checkpoint."""
    training = [part for part in command(task, environment) if part != "--no-save"]
    return [*prepare(task, environment), [*training, "--save-dir", task.work / "model"]]


def translate(job: Job) -> list[str | Path]:
    """Its command for plain text, the whole of it in one buffer."""
    work = job.task.work
    return [
        *(*run("interactive", job.environment), work / "data"),
        *("--path", work / "model" / "checkpoint_last.pt", "--input", job.source, "--cpu"),
        *("--source-lang", job.task.source, "--target-lang", job.task.target, "--beam", str(job.beam)),
        *("--batch-size", str(job.batch), "--buffer-size", "100000"),
        *("--min-len", str(job.pieces), "--max-len-a", "0", "--max-len-b", str(job.pieces)),
    ]


def read(job: Job, written: str) -> list[str]:
    """``H-12<tab>-1.5<tab>w17 w4711`` among other lines."""
    return [line.split("\t")[2] for line in written.splitlines() if line.startswith("H-")]


DECODER = Decoder(toolkit="fairseq", save=save, command=translate, read=read, variables=PEER.variables)
