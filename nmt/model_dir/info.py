"""What config.json says about a model."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nmt.corpus.line_profile import LineProfile
from nmt.decoding.config import SearchConfig
from nmt.errors import NMTError
from nmt.files.lines import StrPath, check_regular_file, open_binary
from nmt.model_dir.layout import (
    CONFIG,
    FIXED,
    FORMAT_VERSION,
    INFO_CHECKSUM,
    INFO_KEY,
    MANIFEST,
    MAX_JSON_BYTES,
    TOKENIZER,
    TRAINING,
    WEIGHTS,
    WEIGHTS_KEY,
)
from nmt.model_dir.weights import WeightsHeader, read_header
from nmt.models.config import ModelConfig
from nmt.settings import from_mapping


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """What config.json says of a model.

    ``training`` and ``scores`` are for people, and hold whatever the training run wants to tell. A mapping of a score
    and a signature in ``scores`` is shown as a score, everything else as it is called.
    """

    format_version: int = FORMAT_VERSION
    source_language: str | None = None
    target_language: str | None = None
    model: ModelConfig
    search: SearchConfig
    max_source_length: int  # subwords; longer lines are split
    # The most sentences that at least a tenth of the training text's source lines have; None: nobody has counted them.
    sentences_per_line: int | None = None
    all_caps: float | None = None  # the share of those lines in capitals; None: nobody has counted them
    tokenizer_sha256: str = ""  # save_model fills it in
    tags: tuple[str, ...] = ()  # that a source can begin with
    # (decoder layer, head) of those whose mean attention aligns words; none: nobody has looked for them
    alignment_heads: tuple[tuple[int, int], ...] = ()
    training: dict[str, Any] = field(default_factory=dict)  # resolved settings and corpus counts
    scores: dict[str, Any] = field(default_factory=dict)  # validation scores with signatures, step, seconds

    def __post_init__(self) -> None:
        if self.max_source_length < 1:
            raise NMTError(f"max_source_length must be at least 1, not {self.max_source_length}")
        if self.sentences_per_line is not None and self.sentences_per_line < 1:
            raise NMTError(f"sentences_per_line must be at least 1, not {self.sentences_per_line}")

    def profile(self) -> LineProfile:
        """How the lines are that it learned from."""
        return LineProfile(sentences_per_line=self.sentences_per_line, all_caps=self.all_caps)


def load_info(directory: StrPath) -> ModelInfo:
    """What the model in ``directory`` is, checked against its weights' header; NMTErrors name the wrong file."""
    directory = Path(directory)
    _check_present(directory)
    return read_info(directory, read_header(directory / WEIGHTS))


def _check_present(directory: Path) -> None:
    if not directory.is_dir():
        raise NMTError(f"{directory} is not a model directory")
    missing = [name for name in (CONFIG, WEIGHTS, TOKENIZER) if not (directory / name).exists()]
    if not missing:
        for name in (CONFIG, WEIGHTS, TOKENIZER):
            check_regular_file(directory / name)
        return
    if (directory / MANIFEST).is_file():
        raise NMTError(f"{directory} is a copy for CTranslate2, for other programs; name the model it was made from")
    if (directory / TRAINING).is_dir() and CONFIG in missing:
        raise NMTError(
            f"{directory} holds no finished checkpoint yet: its training has not published a model; "
            "wait, or give its nmt train command again to go on"
        )
    if len(missing) == 3:
        raise NMTError(f"{directory} is not a model directory of nmt: it has no {CONFIG}")
    raise NMTError(f"{directory / missing[0]} is missing; copy the model directory again, with all its files")


def read_info(directory: Path, header: WeightsHeader) -> ModelInfo:
    """What config.json says, or the copy in the weights' header if config.json speaks of other weights."""
    path = directory / CONFIG
    mapping = _read_json(path)
    _check_version(mapping, path)
    stored = _stored_copy(directory / WEIGHTS, header)
    if mapping.get(WEIGHTS_KEY) != header.checksum:
        path, mapping = directory / WEIGHTS, dict(stored)
    described = dict(mapping)
    del mapping[WEIGHTS_KEY]
    try:
        for key, cls in (("model", ModelConfig), ("search", SearchConfig)):
            if not isinstance(mapping.get(key), dict):
                raise NMTError(f"the table {key!r} is missing")
            mapping[key] = from_mapping(cls, mapping[key], where=key)
        info = from_mapping(ModelInfo, mapping, where="the top level")
    except NMTError as error:
        raise NMTError(f"{path}: {error}") from error
    _check_agreement(described, stored, path)
    return info


def _stored_copy(path: Path, header: WeightsHeader) -> dict[str, Any]:
    """The copy of config.json in the header of the weights at ``path``, verified."""
    text = header.metadata.get(INFO_KEY, "null")
    mapping = _parse_json(text, path)
    _check_version(mapping, path)
    known = header.metadata.get(INFO_CHECKSUM, sha256(text.encode("utf-8", "surrogatepass")))
    if mapping.get(WEIGHTS_KEY) != header.checksum or sha256(text.encode("utf-8", "surrogatepass")) != known:
        raise NMTError(f"{path} is damaged: its header contradicts itself; copy or publish it again")
    return mapping


def _check_agreement(given: Mapping[str, Any], stored: Mapping[str, Any], path: Path) -> None:
    """NMTError if ``given``, of config.json, differs from what was ``stored`` with the weights in what must not."""
    for key in filter(given.__contains__, FIXED):  # what is left out is as in models from before it was known
        before, now = (
            table[key] if isinstance(table.get(key), dict) else {key: table.get(key)} for table in (stored, given)
        )
        for name in dict.fromkeys([*before, *now]):
            if before.get(name) != now.get(name):
                raise NMTError(
                    f"{path.with_name(WEIGHTS)} does not fit {CONFIG}: {name} was {before.get(name)!r} when it "
                    f"was written, and {CONFIG} says {now.get(name)!r}; copy the model directory again"
                )


def _check_version(mapping: Mapping[str, Any], path: Path) -> None:
    version = mapping.get("format_version")
    if type(version) is not int or version < 1:
        raise NMTError(
            f"{path} is not of an nmt model: it has no format_version; is this the directory of another program?"
        )
    if version > FORMAT_VERSION:
        raise NMTError(
            f"{path}: this model was made by a newer nmt (format {version}, while this nmt reads {FORMAT_VERSION}); "
            "upgrade nmt"
        )


def _read_json(path: Path) -> dict[str, Any]:
    with open_binary(path) as stream:
        raw = stream.read(MAX_JSON_BYTES + 1)
    if len(raw) > MAX_JSON_BYTES:
        raise NMTError(f"{path} is larger than {MAX_JSON_BYTES:,} bytes and so not of an nmt model")
    return _parse_json(raw, path)


def _parse_json(raw: str | bytes, path: Path) -> dict[str, Any]:
    try:
        mapping = json.loads(raw)
    except RecursionError:
        raise NMTError(f"{path} is damaged: it is nested too deeply") from None
    except ValueError as error:
        raise NMTError(f"{path} is damaged: it is not JSON in UTF-8 ({error})") from None
    if not isinstance(mapping, dict):
        raise NMTError(f"{path} is damaged: it holds no table of settings")
    return mapping


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
