"""Saving a model directory: every file beside the old one, then renamed."""

import dataclasses
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer
from nmt.files.lines import StrPath
from nmt.model_dir.layout import (
    CARD,
    CONFIG,
    FAST_COPY,
    INFO_CHECKSUM,
    INFO_KEY,
    TOKENIZER,
    WEIGHTS,
    WEIGHTS_KEY,
    remove_leftovers,
)
from nmt.model_dir.weights import checksum, read_header, write_weights
from nmt.settings import to_mapping

if TYPE_CHECKING:
    import torch

    from nmt.tokenization.tokenizer import Tokenizer
from nmt.model_dir.info import ModelInfo, sha256
from nmt.model_dir.load import weights_checksum


def save_model(
    directory: StrPath, *, info: ModelInfo, tokenizer: "Tokenizer", weights: "Mapping[str, torch.Tensor]"
) -> None:
    """Publish a model in ``directory``, which is made if need be; a killed or failed call leaves what was there usable.

    ``weights`` is the state dict of a Transformer with ``info.model``. A full disk and the like are NMTErrors.
    """
    from nmt.model_dir.card import model_card

    directory = Path(directory)
    proto = tokenizer.proto
    info = dataclasses.replace(info, tokenizer_sha256=sha256(proto))
    known = checksum(weights)
    config = json.dumps({**to_mapping(info), WEIGHTS_KEY: known}, ensure_ascii=False, indent=2, sort_keys=False)
    config = config.encode("utf-8", "backslashreplace").decode(
        "utf-8"
    )  # names of files that are not UTF-8, as JSON escapes
    try:
        directory.mkdir(parents=True, exist_ok=True)
        remove_leftovers(directory, older_than=3600)  # newer ones may be somebody's who is still writing
        _unlink_links(directory)
        if not _holds(directory / TOKENIZER, proto):
            (directory / CONFIG).unlink(missing_ok=True)
            tokenizer.save(directory / TOKENIZER)
        _remove_copy_of_others(directory, known)
        described = {INFO_KEY: config, INFO_CHECKSUM: sha256(config.encode())}
        write_weights(directory / WEIGHTS, weights, {"format": "nmt", **described}, known=known)
        _write(directory / CONFIG, config + "\n")
        _write(directory / CARD, model_card(info, read_header(directory / WEIGHTS).parameters))
    except OSError as error:
        raise NMTError(f"{directory} cannot be written: {(error.strerror or str(error)).lower()}") from error


def _write(path: Path, text: str) -> None:
    with atomic_writer(path) as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))


def _remove_copy_of_others(directory: Path, published: str) -> None:
    """Take away the fast engine's copy, which can be made again, unless it is of the weights ``published``."""
    try:
        known = weights_checksum(directory)
    except NMTError:  # there are none, or they are damaged
        known = ""
    if known != published:
        shutil.rmtree(directory / FAST_COPY, ignore_errors=True)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _unlink_links(directory: Path) -> None:
    """Take away symbolic links in the place of what will be written: what they point to may be anybody's."""
    for name in (CONFIG, TOKENIZER, WEIGHTS, CARD, FAST_COPY):
        if (directory / name).is_symlink():
            (directory / name).unlink()
