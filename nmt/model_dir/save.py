"""Saving a model directory: each new file is written beside the old one, then renamed."""

import dataclasses
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer
from nmt.files.lines import StrPath
from nmt.model_dir.card import model_card
from nmt.model_dir.config_json import ModelInfo, config_text, copy_of_config
from nmt.model_dir.layout import CARD, CONFIG, FAST_COPY, TOKENIZER, WEIGHTS, remove_leftovers
from nmt.model_dir.weights import checksum, read_header, sha256, write_weights

if TYPE_CHECKING:
    import torch

    from nmt.tokenization.tokenizer import Tokenizer

_SECONDS_OF_A_WRITER = 3600.0  # younger temporary files may belong to a process that is still writing


def save_model(
    directory: StrPath, *, info: ModelInfo, tokenizer: "Tokenizer", weights: "Mapping[str, torch.Tensor]"
) -> None:
    """Publish a model in ``directory``, which is created if needed; a killed or failed call leaves the old one usable.

    ``weights`` is the state dict of a model with ``info.model``. A full disk and the like are NMTErrors.
    """
    directory = Path(directory)
    proto = tokenizer.proto
    info = dataclasses.replace(info, tokenizer_sha256=sha256(proto))
    published = checksum(weights)
    config = config_text(info, weights_checksum=published)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        remove_leftovers(directory, older_than=_SECONDS_OF_A_WRITER)
        _remove_links(directory)
        if not _holds(directory / TOKENIZER, proto):
            (directory / CONFIG).unlink(missing_ok=True)
            tokenizer.save(directory / TOKENIZER)
        _remove_outdated_copy(directory, published)
        write_weights(
            directory / WEIGHTS, weights, {"format": "nmt", **copy_of_config(config)}, known_checksum=published
        )
        _write(directory / CONFIG, config + "\n")
        _write(directory / CARD, model_card(info, read_header(directory / WEIGHTS).parameters))
    except OSError as error:
        raise NMTError(f"{directory} cannot be written: {(error.strerror or str(error)).lower()}") from error


def _write(path: Path, text: str) -> None:
    with atomic_writer(path) as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))


def _remove_outdated_copy(directory: Path, published: str) -> None:
    """Remove the fast engine's copy, which can be made again, unless it is of the weights ``published``."""
    try:
        current = read_header(directory / WEIGHTS).checksum
    except NMTError:  # there are none, or they are damaged
        current = ""
    if current != published:
        shutil.rmtree(directory / FAST_COPY, ignore_errors=True)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _remove_links(directory: Path) -> None:
    """Remove symbolic links from where files will be written: they may point to files of somebody else."""
    for name in (CONFIG, TOKENIZER, WEIGHTS, CARD, FAST_COPY):
        if (directory / name).is_symlink():
            (directory / name).unlink()
