"""Creates, verifies and reads the copy of a model in the format of CTranslate2, in ctranslate2/ of its directory.

It is derived: it can be deleted and created again. A manifest, nmt.json, binds it to the weights it was made from and
contains a checksum of each file, so that a copy of other weights or an incomplete one is never used. Reading needs
neither torch nor ctranslate2.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nmt.ctranslate2.layout import check_layout
from nmt.errors import NMTError
from nmt.files.atomic import sync_directory
from nmt.files.lines import StrPath, check_regular_file, open_binary
from nmt.files.removal import is_mount_point
from nmt.model_dir.config_json import load_info
from nmt.model_dir.layout import FAST_COPY, MANIFEST, TOKENIZER, WEIGHTS
from nmt.model_dir.load import load_tokenizer, weights_checksum
from nmt.models.config import ModelConfig
from nmt.settings import from_mapping, to_mapping

MODEL, CONFIG, VOCABULARY = FILES = ("model.bin", "config.json", "shared_vocabulary.json")
QUANTIZATIONS = ("int8", "int8_float32", "int8_float16", "int16", "bfloat16", "float16", "float32")
FORMAT_VERSION = 1
WEIGHT_BITS = 7  # how many of the 8 bits of a weight nmt.ctranslate2.format uses
LEAST_POSITIONS = 512  # so that no usual --max-length-ratio needs more; 512 KB in a model of 256 dimensions
_MANIFEST_BYTES = 100_000


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The contents of nmt.json."""

    format_version: int = FORMAT_VERSION
    weights_sha256: str  # of the model it was made from
    quantization: str
    positions: int  # the most subwords, end marks included, that it can read or write in a sentence
    checksums: dict[str, str]  # SHA-256 of each file
    weight_bits: int = 8  # that int8 uses of each weight: 7, so that sums saturate on no processor; 8 in older copies

    @property
    def saturates(self) -> bool:
        """Whether sums can saturate on a processor without VNNI, as those of older copies can."""
        return self.quantization.startswith("int8") and self.weight_bits > WEIGHT_BITS


@dataclass(frozen=True)
class Copy:
    """A verified copy, in memory."""

    manifest: Manifest
    files: dict[str, bytes]

    def tokens(self) -> list[str]:
        """CTranslate2's name of each id; NMTError if that is not a list of strings."""
        try:
            tokens = json.loads(self.files[VOCABULARY])
        except (ValueError, RecursionError):
            tokens = None
        if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
            raise NMTError(f"{FAST_COPY}/{VOCABULARY} is damaged")
        return tokens


def read_copy(model_dir: StrPath) -> Copy | None:
    """The copy in ``model_dir``, or None if there is none; NMTError if it belongs to other weights or is damaged."""
    directory = Path(model_dir) / FAST_COPY
    if not directory.is_dir():
        return None
    manifest = _read_manifest(directory / MANIFEST)
    if manifest.weights_sha256 != weights_checksum(model_dir):
        raise NMTError(f"{directory} was made from other weights than those in the model directory")
    return _read(directory, manifest, load_info(model_dir).model)


def make_copy(
    model_dir: StrPath,
    *,
    quantization: str = "int8",
    output: StrPath | None = None,
    check: Callable[[Copy], None] | None = None,
) -> Path:
    """Write a copy of the model in ``model_dir`` to ``output``, None: into the model directory, and return its path.

    It appears all at once and replaces an earlier copy, after ``check`` has been called with it and has raised nothing.
    Outside the model directory the tokenizer is written beside it. Raises NMTError for a damaged model, an unknown
    quantization, and an output that cannot be written or contains something else.
    """
    from nmt.ctranslate2.format import write_files
    from nmt.model_dir.weights import read_arrays

    check_quantization(quantization)
    model_dir = Path(model_dir)
    goal = model_dir / FAST_COPY if output is None else Path(output)
    info = load_info(model_dir)
    tokenizer = load_tokenizer(model_dir, info)
    header, arrays = read_arrays(model_dir / WEIGHTS)
    positions = max(LEAST_POSITIONS, info.search.length_limit(info.max_source_length) + 1)
    with _replacing(goal) as directory:
        write_files(
            directory,
            arrays,
            info.model,
            pieces=tokenizer.pieces(range(info.model.vocabulary_size)),
            positions=positions,
            quantization=quantization,
        )
        checksums = {name: hashlib.sha256((directory / name).read_bytes()).hexdigest() for name in FILES}
        manifest = Manifest(
            weights_sha256=header.checksum,
            quantization=quantization,
            positions=positions,
            checksums=checksums,
            weight_bits=WEIGHT_BITS,
        )
        (directory / MANIFEST).write_text(json.dumps(to_mapping(manifest), indent=2) + "\n", encoding="utf-8")
        if output is not None:
            tokenizer.save(directory / TOKENIZER)
        if check is not None:
            check(_read(directory, manifest, info.model))
    return goal


def check_quantization(name: str) -> None:
    """Raise an NMTError unless ``name`` is a quantization."""
    if name not in QUANTIZATIONS:
        raise NMTError(f"unknown quantization {name!r}; choose one of {', '.join(QUANTIZATIONS)}")


def check_output(goal: StrPath) -> None:
    """Raise an NMTError if something other than a copy is at ``goal``."""
    goal = Path(goal)
    if goal.exists() and not goal.is_dir():
        raise NMTError(f"{goal} is a file; name a directory to write")
    if goal.is_dir() and not (goal / MANIFEST).is_file() and any(goal.iterdir()):
        raise NMTError(f"{goal} contains something other than a CTranslate2 model; name another directory")
    existing = next(
        parent for parent in (goal if _is_fixed(goal) else goal.parent, *goal.absolute().parents) if parent.exists()
    )
    if not os.access(existing, os.W_OK | os.X_OK):
        raise NMTError(f"{goal} cannot be written: {existing} is read-only")


def _is_fixed(goal: Path) -> bool:
    """Whether ``goal`` cannot be replaced by another directory: a mount point, or in a read-only directory."""
    return goal.is_dir() and (is_mount_point(goal) or not os.access(goal.parent, os.W_OK | os.X_OK))


def _read(directory: Path, manifest: Manifest, config: ModelConfig) -> Copy:
    files = {}
    for name in FILES:
        check_regular_file(directory / name)
        with open_binary(directory / name) as stream:
            files[name] = stream.read()
        if hashlib.sha256(files[name]).hexdigest() != manifest.checksums.get(name):
            raise NMTError(f"{directory / name} is damaged")
    check_layout(files[MODEL], config, positions=manifest.positions, where=str(directory / MODEL))
    copy = Copy(manifest, files)
    if len(copy.tokens()) != config.vocabulary_size:
        raise NMTError(f"{directory / VOCABULARY} does not belong to this model")
    return copy


def _read_manifest(path: Path) -> Manifest:
    check_regular_file(path)
    with open_binary(path) as stream:
        raw = stream.read(_MANIFEST_BYTES)
    try:
        mapping = json.loads(raw)
    except (ValueError, RecursionError):
        raise NMTError(f"{path} is damaged") from None
    if not isinstance(mapping, dict) or mapping.get("format_version") != FORMAT_VERSION:
        raise NMTError(f"{path} was written by another version of nmt")
    return from_mapping(Manifest, mapping, where=str(path))


def _move_into(new: Path, goal: Path) -> None:
    """Replace the files in ``goal`` by those in ``new``; meanwhile there is no manifest, so readers find no copy."""
    (goal / MANIFEST).unlink(missing_ok=True)
    for path in sorted(new.iterdir(), key=lambda path: path.name == MANIFEST):
        path.replace(goal / path.name)
    sync_directory(goal)


@contextmanager
def _replacing(goal: Path) -> Iterator[Path]:
    """A new directory that replaces ``goal`` when the block succeeds, and is removed otherwise."""
    check_output(goal)
    name = secrets.token_hex(6)
    fixed = _is_fixed(goal)
    parent = goal if fixed else goal.parent
    new, old = parent / f".nmt-{name}.tmp", parent / f".nmt-{name}-old.tmp"
    try:
        new.mkdir(parents=True)
        yield new
        for path in new.iterdir():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        if fixed:
            _move_into(new, goal)
            return
        if goal.exists():
            goal.rename(old)
        try:
            new.rename(goal)
        except OSError:
            if old.exists():
                old.rename(goal)
            raise
        sync_directory(goal.parent)
    except OSError as error:
        raise NMTError(f"{goal} cannot be written: {(error.strerror or str(error)).lower()}") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
