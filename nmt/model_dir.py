"""The published model directory: save, load, verify. Nothing in it is executed or unpickled.

    config.json           format version, languages, model, search defaults, resolved training settings, scores
    tokenizer.model       SentencePiece, as trained
    weights.safetensors   float32, with a checksum
    README.md             the model card
    word_counts.tsv.gz    optional: how often each word came in the training text (nmt.text.word_counts)
    ctranslate2/          optional, derived: see nmt.ctranslate2_copy
    training/             only for resuming

A reader never meets half a publication. Each file appears at once under its name, in the order tokenizer, weights,
config. The weights carry a copy of the config in their header: where config.json names other weights than those that
are there (a publication was cut short between the two, or is going on), the copy describes them. Otherwise config.json
counts, so that people can edit its search defaults; what cannot be edited without ruining the translations must be as
the copy says, so that a flipped bit is found. A publication with another tokenizer, which no order of files can
make safe, first takes the old config.json away.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
import shlex
import shutil
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nmt.decoding.config import SearchConfig
from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer
from nmt.model.config import ModelConfig
from nmt.settings import from_mapping, to_mapping
from nmt.text.line_facts import LineProfile
from nmt.text.lines import StrPath, check_plain, open_binary
from nmt.weights import WeightsHeader, checksum, read_header, read_weights, write_weights

if TYPE_CHECKING:
    import torch

    from nmt.model.transformer import Transformer
    from nmt.text.tokenizer import Tokenizer

FORMAT_VERSION = 1
CONFIG = "config.json"
TOKENIZER = "tokenizer.model"
WEIGHTS = "weights.safetensors"
CARD = "README.md"
WORD_COUNTS = "word_counts.tsv.gz"
TRAINING = "training"
FAST_COPY = "ctranslate2"
MANIFEST = "nmt.json"  # of a fast copy, see nmt.ctranslate2_copy

MAX_JSON_BYTES = 10_000_000
_WEIGHTS_KEY = "weights_sha256"  # in config.json: the weights it describes
_INFO_KEY = "config"  # in the weights' metadata: the copy of config.json
_INFO_CHECKSUM = "config_sha256"  # beside it: of that copy; models of the first releases have none
_FIXED = ("model", "tokenizer_sha256", "max_source_length", "tags", "alignment_heads")  # what nobody may edit
MAX_TOKENIZER_BYTES = 1_000_000_000
LEFTOVER = ".nmt-*.tmp"  # what atomic_writer, or making a fast copy, leaves behind when it is killed


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


def resolve_model_path(given: StrPath | None) -> Path:
    """The model directory to use: ``given``, else $NMT_MODEL, else ./model; NMTError if it is no directory."""
    chosen = given or os.environ.get("NMT_MODEL")
    path = Path(chosen or "model")
    if path.is_dir():
        return path
    if path.exists():
        raise NMTError(f"{path} is a file; a model is a directory, as nmt train makes it")
    if chosen is None:
        raise NMTError("there is no model: name its directory with -m or $NMT_MODEL (./model does not exist either)")
    origin = "" if given else ", which $NMT_MODEL names"
    raise NMTError(f"there is no model directory {path}{origin}; make one with nmt train -o {shlex.quote(str(path))}")


def save_model(
    directory: StrPath, *, info: ModelInfo, tokenizer: "Tokenizer", weights: "Mapping[str, torch.Tensor]"
) -> None:
    """Publish a model in ``directory``, which is made if need be; a killed or failed call leaves what was there usable.

    ``weights`` is the state dict of a Transformer with ``info.model``. A full disk and the like are NMTErrors.
    """
    from nmt.model_card import model_card

    directory = Path(directory)
    proto = tokenizer.proto
    info = dataclasses.replace(info, tokenizer_sha256=_digest(proto))
    known = checksum(weights)
    config = json.dumps({**to_mapping(info), _WEIGHTS_KEY: known}, ensure_ascii=False, indent=2, sort_keys=False)
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
        described = {_INFO_KEY: config, _INFO_CHECKSUM: _digest(config.encode())}
        write_weights(directory / WEIGHTS, weights, {"format": "nmt", **described}, known=known)
        _write(directory / CONFIG, config + "\n")
        _write(directory / CARD, model_card(info, read_header(directory / WEIGHTS).parameters))
    except OSError as error:
        raise NMTError(f"{directory} cannot be written: {(error.strerror or str(error)).lower()}") from error


def load_info(directory: StrPath) -> ModelInfo:
    """What the model in ``directory`` is, checked against its weights' header; NMTErrors name the wrong file."""
    directory = Path(directory)
    _check_present(directory)
    return _describe(directory, read_header(directory / WEIGHTS))


def weights_checksum(directory: StrPath) -> str:
    """SHA-256 of the numbers of the model in ``directory``, as the header of its weights says."""
    return read_header(Path(directory) / WEIGHTS).checksum


def load_tokenizer(directory: StrPath, info: ModelInfo) -> "Tokenizer":
    """The tokenizer the model was trained with; NMTError if tokenizer.model is another one or damaged."""
    from nmt.text.tags import tag_symbols
    from nmt.text.tokenizer import Tokenizer

    path = Path(directory) / TOKENIZER
    with open_binary(path) as stream:
        proto = stream.read(MAX_TOKENIZER_BYTES)
    if _digest(proto) != info.tokenizer_sha256:
        raise NMTError(f"{path} is damaged, or not the tokenizer that this model was trained with; copy it again")
    tokenizer = Tokenizer(proto, control_symbols=tag_symbols(info.tags))
    if tokenizer.vocabulary_size != info.model.vocabulary_size:
        size = info.model.vocabulary_size
        raise NMTError(f"{path} has {tokenizer.vocabulary_size:,} subwords, but {CONFIG} says {size:,}")
    return tokenizer


def load_model(
    directory: StrPath, *, device: "str | torch.device" = "cpu"
) -> "tuple[Transformer, Tokenizer, ModelInfo]":
    """The model in ``directory``, ready to translate on ``device``, with every file of it verified."""
    from nmt.runtime import choose_device

    directory = Path(directory)
    device = choose_device(device) if isinstance(device, str) else device
    info = load_info(directory)  # what can fail fast fails before the weights are read
    tokenizer = load_tokenizer(directory, info)
    header, weights = read_weights(directory / WEIGHTS)
    info = _describe(directory, header)  # the weights may be newer than a moment ago
    model = _fitting_transformer(info.model, header, directory)
    model.load_state_dict(weights)
    return model.to(device).eval(), tokenizer, info


def disk_usage(directory: StrPath) -> tuple[int, int]:
    """Bytes of what translating needs, and of training/, which only resuming needs."""
    sizes = {}
    for path in Path(directory).rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # a training that goes on renames and removes files
            if stat.S_ISREG((status := path.stat()).st_mode):
                sizes[path] = status.st_size
    training = sum(size for path, size in sizes.items() if path.is_relative_to(Path(directory) / TRAINING))
    return sum(sizes.values()) - training, training


def _check_present(directory: Path) -> None:
    if not directory.is_dir():
        raise NMTError(f"{directory} is not a model directory")
    missing = [name for name in (CONFIG, WEIGHTS, TOKENIZER) if not (directory / name).exists()]
    if not missing:
        for name in (CONFIG, WEIGHTS, TOKENIZER):
            check_plain(directory / name)
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


def _describe(directory: Path, header: WeightsHeader) -> ModelInfo:
    """What config.json says, or the copy in the weights' header if config.json speaks of other weights."""
    path = directory / CONFIG
    mapping = _read_json(path)
    _check_version(mapping, path)
    stored = _stored_copy(directory / WEIGHTS, header)
    if mapping.get(_WEIGHTS_KEY) != header.checksum:
        path, mapping = directory / WEIGHTS, dict(stored)
    described = dict(mapping)
    del mapping[_WEIGHTS_KEY]
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
    text = header.metadata.get(_INFO_KEY, "null")
    mapping = _parse_json(text, path)
    _check_version(mapping, path)
    known = header.metadata.get(_INFO_CHECKSUM, _digest(text.encode("utf-8", "surrogatepass")))
    if mapping.get(_WEIGHTS_KEY) != header.checksum or _digest(text.encode("utf-8", "surrogatepass")) != known:
        raise NMTError(f"{path} is damaged: its header contradicts itself; copy or publish it again")
    return mapping


def _check_agreement(given: Mapping[str, Any], stored: Mapping[str, Any], path: Path) -> None:
    """NMTError if ``given``, of config.json, differs from what was ``stored`` with the weights in what must not."""
    for key in filter(given.__contains__, _FIXED):  # what is left out is as in models from before it was known
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


def _fitting_transformer(config: ModelConfig, header: WeightsHeader, directory: Path) -> "Transformer":
    """A Transformer whose parameters have the names and shapes of the weights, their numbers still to come."""
    from nmt.model.blank import blank_transformer

    fault = f"{directory / WEIGHTS} does not fit {CONFIG}"
    largest = max((size for shape in header.shapes.values() for size in shape), default=0)
    widths = (config.vocabulary_size, config.dimension, config.feed_forward)
    if config.encoder_layers + config.decoder_layers > len(header.shapes) or max(widths) > largest:
        raise NMTError(f"{fault}: it holds the tensors of a smaller model")
    model = blank_transformer(config)
    expected = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    for name in expected:
        if name not in header.shapes:
            raise NMTError(f"{fault}: it has no tensor {name}")
        if header.shapes[name] != expected[name]:
            raise NMTError(f"{fault}: {name} has the shape {header.shapes[name]} and should have {expected[name]}")
    for name in header.shapes:
        if name not in expected:
            raise NMTError(f"{fault}: the tensor {name} is unknown")
    return model


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


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _unlink_links(directory: Path) -> None:
    """Take away symbolic links in the place of what will be written: what they point to may be anybody's."""
    for name in (CONFIG, TOKENIZER, WEIGHTS, CARD, FAST_COPY):
        if (directory / name).is_symlink():
            (directory / name).unlink()


def remove_leftovers(directory: Path, *, older_than: float) -> None:
    """Remove temporary files and directories of killed calls that were changed last so many seconds ago or more."""
    for path in directory.glob(LEFTOVER):
        if path.lstat().st_mtime > time.time() - older_than:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
