"""config.json: what it says about a model, and how it agrees with the copy in the header of the weights."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nmt.corpus.line_profile import LineProfile
from nmt.decoding.config import SearchConfig
from nmt.errors import NMTError
from nmt.files.lines import StrPath, check_regular_file, open_binary
from nmt.model_dir.layout import CONFIG, MANIFEST, TOKENIZER, TRAINING, WEIGHTS
from nmt.model_dir.weights import WeightsHeader, read_header, sha256
from nmt.models.architectures import config_from_mapping, config_to_mapping
from nmt.models.config import ModelConfig
from nmt.settings import from_mapping, to_mapping

FORMAT_VERSION = 1

_MAX_CONFIG_BYTES = 10_000_000
_WEIGHTS_CHECKSUM = "weights_sha256"  # in config.json: of the weights that it describes
_COPY = "config"  # in the metadata of the weights: the text of config.json
_COPY_CHECKSUM = "config_sha256"  # in the metadata of the weights: of that text
# What must be as it was when the weights were written; people may edit the rest.
_FIXED_SETTINGS = ("model", "tokenizer_sha256", "max_source_length", "tags", "alignment_heads")


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """What config.json says about a model.

    ``training`` and ``scores`` are for people and hold whatever the training run recorded. A mapping with a score and a
    signature in ``scores`` is shown as a score, everything else under its own name.
    """

    format_version: int = FORMAT_VERSION
    source_language: str | None = None
    target_language: str | None = None
    model: ModelConfig
    search: SearchConfig
    max_source_length: int  # subwords; longer lines are split
    # At least a tenth of the training text's source lines have this many sentences or more; None: not counted.
    sentences_per_line: int | None = None
    all_caps: float | None = None  # the share of those lines in capitals; None: not counted
    tokenizer_sha256: str = ""  # save_model fills it in
    tags: tuple[str, ...] = ()  # that a source can begin with
    # (decoder layer, head) of the heads whose mean attention aligns words; empty: not searched for
    alignment_heads: tuple[tuple[int, int], ...] = ()
    training: dict[str, Any] = field(default_factory=dict)  # resolved settings and corpus counts
    scores: dict[str, Any] = field(default_factory=dict)  # validation scores with signatures, step, seconds

    def __post_init__(self) -> None:
        if self.max_source_length < 1:
            raise NMTError(f"max_source_length must be at least 1, not {self.max_source_length}")
        if self.sentences_per_line is not None and self.sentences_per_line < 1:
            raise NMTError(f"sentences_per_line must be at least 1, not {self.sentences_per_line}")

    def profile(self) -> LineProfile:
        """What the lines that the model was trained on look like."""
        return LineProfile(sentences_per_line=self.sentences_per_line, all_caps=self.all_caps)


def config_text(info: ModelInfo, *, weights_checksum: str) -> str:
    """The text of config.json for weights with the checksum ``weights_checksum``."""
    mapping = {**to_mapping(info), "model": config_to_mapping(info.model), _WEIGHTS_CHECKSUM: weights_checksum}
    text = json.dumps(mapping, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")  # file names that are not UTF-8, as JSON escapes


def copy_of_config(text: str) -> dict[str, str]:
    """The metadata of the weights that describe them as config.json with this ``text`` does."""
    return {_COPY: text, _COPY_CHECKSUM: sha256(text.encode())}


def load_info(directory: StrPath) -> ModelInfo:
    """What the model in ``directory`` is, checked against its weights' header; NMTErrors name the wrong file."""
    directory = Path(directory)
    _check_files(directory)
    return info_for_weights(directory, read_header(directory / WEIGHTS))


def info_for_weights(directory: Path, header: WeightsHeader) -> ModelInfo:
    """What config.json says, or the copy in the weights' ``header`` if config.json describes other weights."""
    path = directory / CONFIG
    mapping = _read_json(path)
    _check_version(mapping, path)
    stored = _stored_copy(directory / WEIGHTS, header)
    if mapping.get(_WEIGHTS_CHECKSUM) != header.checksum:
        path, mapping = directory / WEIGHTS, dict(stored)
    described = dict(mapping)
    del mapping[_WEIGHTS_CHECKSUM]
    try:
        for key in ("model", "search"):
            if not isinstance(mapping.get(key), dict):
                raise NMTError(f"the table {key!r} is missing")
        mapping["model"] = config_from_mapping(mapping["model"], where="model")
        mapping["search"] = from_mapping(SearchConfig, mapping["search"], where="search")
        info = from_mapping(ModelInfo, mapping, where="the top level")
    except NMTError as error:
        raise NMTError(f"{path}: {error}") from error
    _check_fixed_settings(described, stored, path)
    return info


def _check_files(directory: Path) -> None:
    """NMTError, with what the directory seems to be instead, unless the files that translation needs are there."""
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
            "wait, or run its nmt train command again to resume it"
        )
    if len(missing) == 3:
        raise NMTError(f"{directory} is not a model directory of nmt: it has no {CONFIG}")
    raise NMTError(f"{directory / missing[0]} is missing; copy the model directory again, with all its files")


def _stored_copy(path: Path, header: WeightsHeader) -> dict[str, Any]:
    """The copy of config.json in the header of the weights at ``path``, verified."""
    text = header.metadata.get(_COPY, "null")
    mapping = _parse_json(text, path)
    _check_version(mapping, path)
    checksum = sha256(text.encode("utf-8", "surrogatepass"))
    if mapping.get(_WEIGHTS_CHECKSUM) != header.checksum or header.metadata.get(_COPY_CHECKSUM) != checksum:
        raise NMTError(f"{path} is damaged: its header contradicts itself; copy or publish it again")
    return mapping


def _check_fixed_settings(config: Mapping[str, Any], stored: Mapping[str, Any], path: Path) -> None:
    """NMTError if ``config`` differs from what was ``stored`` with the weights in one of the fixed settings."""
    for key in filter(config.__contains__, _FIXED_SETTINGS):  # a setting that is left out has its default
        before, now = (
            table[key] if isinstance(table.get(key), dict) else {key: table.get(key)} for table in (stored, config)
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
            f"{path} does not belong to an nmt model: it has no format_version; is this the directory of another "
            "program?"
        )
    if version > FORMAT_VERSION:
        raise NMTError(
            f"{path}: this model was made by a newer nmt (format {version}, while this nmt reads {FORMAT_VERSION}); "
            "upgrade nmt"
        )


def _read_json(path: Path) -> dict[str, Any]:
    with open_binary(path) as stream:
        raw = stream.read(_MAX_CONFIG_BYTES + 1)
    if len(raw) > _MAX_CONFIG_BYTES:
        raise NMTError(f"{path} is larger than {_MAX_CONFIG_BYTES:,} bytes, so it does not belong to an nmt model")
    return _parse_json(raw, path)


def _parse_json(raw: str | bytes, path: Path) -> dict[str, Any]:
    try:
        mapping = json.loads(raw)
    except RecursionError:
        raise NMTError(f"{path} is damaged: it is nested too deeply") from None
    except ValueError as error:
        raise NMTError(f"{path} is damaged: it is not JSON in UTF-8 ({error})") from None
    if not isinstance(mapping, dict):
        raise NMTError(f"{path} is damaged: it does not hold a table of settings")
    return mapping
