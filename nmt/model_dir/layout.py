"""Which files a model directory holds, and which directory is meant."""

import contextlib
import os
import shlex
import shutil
import stat
import time
from pathlib import Path

from nmt.errors import NMTError
from nmt.files.lines import StrPath

CONFIG = "config.json"
TOKENIZER = "tokenizer.model"
WEIGHTS = "weights.safetensors"
CARD = "README.md"
WORD_COUNTS = "word_counts.tsv.gz"
TRAINING = "training"
FAST_COPY = "ctranslate2"
MANIFEST = "nmt.json"  # in the fast copy, see nmt.ctranslate2.fast_copy
LEFTOVER = ".nmt-*.tmp"  # what atomic_writer, or writing a fast copy, leaves behind when it is killed


def resolve_model_path(given: StrPath | None) -> Path:
    """The model directory to use: ``given``, else $NMT_MODEL, else ./model; NMTError if it is not a directory."""
    chosen = given or os.environ.get("NMT_MODEL")
    path = Path(chosen or "model")
    if path.is_dir():
        return path
    if path.exists():
        raise NMTError(f"{path} is a file; a model is a directory, as nmt train writes it")
    if chosen is None:
        raise NMTError("there is no model: name its directory with -m or $NMT_MODEL (./model does not exist either)")
    origin = "" if given else ", which $NMT_MODEL names"
    raise NMTError(f"there is no model directory {path}{origin}; train one with nmt train -o {shlex.quote(str(path))}")


def disk_usage(directory: StrPath) -> tuple[int, int]:
    """The bytes of the files that translation needs, and those of training/, which only resuming needs."""
    sizes = {}
    for path in Path(directory).rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # a running training renames and removes files
            if stat.S_ISREG((status := path.stat()).st_mode):
                sizes[path] = status.st_size
    training = sum(size for path, size in sizes.items() if path.is_relative_to(Path(directory) / TRAINING))
    return sum(sizes.values()) - training, training


def remove_leftovers(directory: Path, *, older_than: float) -> None:
    """Remove temporary files and directories of killed calls that last changed at least ``older_than`` seconds ago."""
    for path in directory.glob(LEFTOVER):
        if path.lstat().st_mtime > time.time() - older_than:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
