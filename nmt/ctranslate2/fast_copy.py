"""The copy of a model in the format of CTranslate2 that lies in its directory, ctranslate2/: made, verified, read.

It is derived: it can be deleted and made again. A manifest, nmt.json, binds it to the weights that it was made from and
holds a checksum of each file, so that a copy of other weights, or half of one, is never used. Reading needs neither
torch nor ctranslate2.
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
WEIGHT_BITS = 7  # what nmt.ctranslate2.format uses of the 8 bits of a weight
LEAST_POSITIONS = 512  # so that no usual --max-length-ratio needs more; 512 KB in a model of 256 dimensions
_MANIFEST_BYTES = 100_000


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What nmt.json says."""

    format_version: int = FORMAT_VERSION
    weights_sha256: str  # of the model it was made from
    quantization: str
    positions: int  # the most subwords, end marks included, that it can read or write in a sentence
    checksums: dict[str, str]  # SHA-256 of each file
    weight_bits: int = 8  # that int8 uses of its weights: 7 since they saturate on no processor

    @property
    def saturates(self) -> bool:
        """Whether sums can saturate on a processor without VNNI, as those of older copies can."""
        return self.quantization.startswith("int8") and self.weight_bits > WEIGHT_BITS


@dataclass(frozen=True)
class Copy:
    """A copy whose every byte is as it was written, in memory."""

    manifest: Manifest
    files: dict[str, bytes]

    def tokens(self) -> list[str]:
        """What CTranslate2 calls each id; NMTError if that is not a list of texts."""
        try:
            tokens = json.loads(self.files[VOCABULARY])
        except (ValueError, RecursionError):
            tokens = None
        if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
            raise NMTError(f"{FAST_COPY}/{VOCABULARY} is damaged")
        return tokens


def read_copy(model_dir: StrPath) -> Copy | None:
    """The copy in ``model_dir``, or None if there is none; NMTError if it is of other weights or damaged."""
    directory = Path(model_dir) / FAST_COPY
    if not directory.is_dir():
        return None
    manifest = _read_manifest(directory / MANIFEST)
    if manifest.weights_sha256 != weights_checksum(model_dir):
        raise NMTError(f"{directory} was made from other weights than those of this model")
    return _read(directory, manifest, load_info(model_dir).model)


def make_copy(
    model_dir: StrPath,
    *,
    quantization: str = "int8",
    output: StrPath | None = None,
    check: Callable[[Copy], None] | None = None,
) -> Path:
    """Write a copy of the model in ``model_dir`` to ``output``, None: into the model directory, and return its path.

    It appears all at once, in place of one that was there, when ``check`` has been called with it and has raised
    nothing. Elsewhere than in the model directory the tokenizer lies beside it. NMTError for a damaged model, an
    unknown quantization, and what cannot be written or is in the way.
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
        raise NMTError(f"there is no quantization {name!r}, only {', '.join(QUANTIZATIONS)}")


def check_output(goal: StrPath) -> None:
    """Raise an NMTError if something other than a copy is at ``goal``."""
    goal = Path(goal)
    if goal.exists() and not goal.is_dir():
        raise NMTError(f"{goal} is a file; name a directory to write")
    if goal.is_dir() and not (goal / MANIFEST).is_file() and any(goal.iterdir()):
        raise NMTError(f"{goal} contains something other than a CTranslate2 model; name another directory")
    above = next(
        parent for parent in (goal if _stays(goal) else goal.parent, *goal.absolute().parents) if parent.exists()
    )
    if not os.access(above, os.W_OK | os.X_OK):
        raise NMTError(f"{goal} cannot be written: {above} is read-only")


def _stays(goal: Path) -> bool:
    """Whether no other directory can take the place of ``goal``: a mount point, or in a read-only directory."""
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
        raise NMTError(f"{directory / VOCABULARY} is not that of this model")
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
        raise NMTError(f"{path} is not of this version of nmt")
    return from_mapping(Manifest, mapping, where=str(path))


def _move_into(made: Path, goal: Path) -> None:
    """Replace the files in ``goal`` by those of ``made``; in between there is no manifest, so readers find no copy."""
    (goal / MANIFEST).unlink(missing_ok=True)
    for path in sorted(made.iterdir(), key=lambda path: path.name == MANIFEST):
        path.replace(goal / path.name)
    sync_directory(goal)


@contextmanager
def _replacing(goal: Path) -> Iterator[Path]:
    """A new directory that takes the place of ``goal`` when the block ends well, and vanishes otherwise."""
    check_output(goal)
    name = secrets.token_hex(6)
    stays = _stays(goal)
    beside = goal if stays else goal.parent
    made, old = beside / f".nmt-{name}.tmp", beside / f".nmt-{name}-old.tmp"
    try:
        made.mkdir(parents=True)
        yield made
        for path in made.iterdir():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        if stays:
            _move_into(made, goal)
            return
        if goal.exists():
            goal.rename(old)
        try:
            made.rename(goal)
        except OSError:
            if old.exists():
                old.rename(goal)
            raise
        sync_directory(goal.parent)
    except OSError as error:
        raise NMTError(f"{goal} cannot be written: {(error.strerror or str(error)).lower()}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
