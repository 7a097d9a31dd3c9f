"""Marian, out of the package pymarian.

Its log counts target labels, EOS included. On processors each of its threads works on a part of the batch
(``--sync-sgd``), so that an update has seen ``batch_tokens`` as with the others.
"""

import sys
from pathlib import Path

from peers.system import Commands, Peer, Step, Task, number_after
from peers.translating import Decoder, Job

ENDLESS = Path(__file__).with_name("marian_endless.py")
# What its converter calls the files of smaller numbers.
CONVERTED = {"int8": "intgemm8", "int16": "intgemm16", "packed16": "packed16"}


def prepare(task: Task, environment: Path) -> Commands:
    """A vocabulary file; the text is read as it is."""
    words = ["</s>", "<unk>", *task.words()]
    lines = [f'"{word}": {number}\n' for number, word in enumerate(words)]
    (task.work / "vocabulary.yml").write_text("".join(lines), "utf-8")
    return []


def command(task: Task, environment: Path) -> list[str | Path]:
    """Training."""
    shape = task.shape
    vocabulary = task.work / "vocabulary.yml"
    return [
        environment / "bin" / "pymarian",
        "train",
        *("--model", task.work / "model.npz", "--type", "transformer", "--overwrite"),
        *("--train-sets", task.side(task.source), task.side(task.target), "--vocabs", vocabulary, vocabulary),
        *("--enc-depth", str(shape.layers), "--dec-depth", str(shape.layers), "--dim-emb", str(shape.dimension)),
        *("--transformer-heads", str(shape.heads), "--transformer-dim-ffn", str(shape.feed_forward)),
        *("--transformer-ffn-activation", "relu", "--transformer-dropout", str(shape.dropout)),
        *("--label-smoothing", str(shape.label_smoothing), "--tied-embeddings-all"),
        *("--mini-batch-words", str(task.batch_tokens), "--mini-batch", "1000", "--mini-batch-round-up", "false"),
        *("--maxi-batch", "1000", "--max-length", "256", "--cpu-threads", str(task.threads), "--sync-sgd"),
        *("--optimizer", "adam", "--learn-rate", "0.0003", "--clip-norm", "1", "--seed", "1"),
        *("--disp-freq", "1u", "--save-freq", "1000000u", "--after", f"{task.updates}u", "--tempdir", task.work),
    ]


def parse(line: str) -> Step | None:
    """``… Up. 7 : Sen. 1,930 : Cost 7.81 * 3,915 @ 3,915 after 26,937 : Time 2.11s : 1858.37 words/s …``"""
    update = number_after(r" Up\. (\d[\d,]*) ", line)
    tokens = number_after(r" Cost [-\w.]+ \* ([\d,]+) ", line)
    return None if update is None or tokens is None else Step(int(update), tokens)


# Its workers are its own threads, each of which would start OpenMP's on top.
PEER = Peer(name="marian", prepare=prepare, command=command, parse=parse, variables={"OMP_NUM_THREADS": "1"})


def save(task: Task, environment: Path) -> Commands:
    """A model in its own format that never ends a sentence."""
    endless: list[str | Path] = [sys.executable, "-P", ENDLESS, task.work / "model.npz"]
    return [*prepare(task, environment), command(task, environment), endless]


def convert(task: Task, environment: Path, precision: str) -> Commands:
    """A file of smaller numbers."""
    if precision not in CONVERTED:
        return []
    files = ("--from", task.work / "model.npz", "--to", task.work / f"{precision}.bin")
    return [[environment / "bin" / "pymarian", "convert", *files, "--gemm-type", CONVERTED[precision]]]


def translate(job: Job) -> list[str | Path]:
    """Its longest translation is given by the longest source sentence of a batch, so of all: ``pieces`` on average."""
    work = job.task.work
    model = work / (f"{job.precision}.bin" if job.precision in CONVERTED else "model.npz")
    return [
        *(job.environment / "bin" / "pymarian", "decode", "--models", model),
        *("--vocabs", work / "vocabulary.yml", work / "vocabulary.yml", "--input", job.source),
        *("--cpu-threads", str(job.task.threads), "--beam-size", str(job.beam), "--normalize", "1"),
        *(("--skip-cost",) if job.beam == 1 else ()),  # the fastest way, by its own advice
        *("--mini-batch", str(job.batch), "--maxi-batch", "100", "--maxi-batch-sort", "src"),
        *("--max-length-factor", f"{job.pieces / job.source_pieces:.3f}", "--quiet", "--quiet-translation"),
    ]


DECODER = Decoder(
    toolkit="marian",
    save=save,
    convert=convert,
    command=translate,
    precisions=("float32", *CONVERTED),
    variables=PEER.variables,
)
