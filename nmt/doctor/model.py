"""A model directory file by file: whole, of one model, and fit for what it is there for."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

from nmt.ctranslate2.copy import read_copy
from nmt.doctor.finding import FAULTS, CheckResult, State, attempt, size
from nmt.errors import NMTError
from nmt.model_dir.info import load_info
from nmt.model_dir.layout import CONFIG, FAST_COPY, LEFTOVER, TOKENIZER, TRAINING, WEIGHTS
from nmt.model_dir.load import load_tokenizer
from nmt.model_dir.weights import read_arrays

MODEL, RESUMING, COMPARED = "model", "training/", "copy and float32"
SENTENCES = 48  # translated by the copy and by torch, which takes a few seconds
FEWEST_ALIKE = 0.5  # int8 changes a subword in one sentence of ten of a good model, and in more of a young one
AGAIN = "copy the model directory again from where it is whole"
MEND = "delete this file and give the nmt train command of this model again, which publishes it anew"


def look_at_model(directory: Path) -> Iterator[CheckResult]:
    """Every file that translating needs, every byte of it against its checksum, then what resuming needs."""
    yield CheckResult(section=MODEL, name="directory", value=str(directory.resolve()))
    if (directory / TRAINING).is_dir() and not (directory / CONFIG).exists() and not (directory / WEIGHTS).exists():
        value, how = "its training has published none yet", "wait for it, or give its nmt train command again"
        yield CheckResult(section=MODEL, name="model", state="absent", value=value, remedy=how)
    else:
        yield from _published(directory)
    yield from _resuming(directory)


def _published(directory: Path) -> Iterator[CheckResult]:
    can_mend = (directory / TRAINING / "settings.json").is_file()
    remedy = f"{AGAIN}, or {MEND}" if can_mend else AGAIN
    yield attempt(MODEL, CONFIG, lambda: _config(directory), remedy=remedy)
    yield attempt(MODEL, TOKENIZER, lambda: _tokenizer(directory), remedy=remedy)
    yield attempt(MODEL, WEIGHTS, lambda: _weights(directory), remedy=remedy)
    yield _copy(directory)


def _config(directory: Path) -> str:
    info = load_info(directory)
    languages = f"{info.source_language or '?'} to {info.target_language or '?'}"
    layers = f"{info.model.encoder_layers}+{info.model.decoder_layers} layers, dimension {info.model.dimension}"
    return f"{languages}, {layers}, {info.model.vocabulary_size:,} subwords"


def _tokenizer(directory: Path) -> str:
    load_tokenizer(directory, load_info(directory))
    return f"{size((directory / TOKENIZER).stat().st_size)}, checksum verified"


def _weights(directory: Path) -> str:
    header, _ = read_arrays(directory / WEIGHTS)
    return f"{header.parameters:,} parameters, {size(header.end)}, checksum verified"


def _copy(directory: Path) -> CheckResult:
    remedy = f"nmt export -m {shlex.quote(str(directory))} makes it again; until then torch translates, slower"
    try:
        copy = read_copy(directory)
    except FAULTS as error:
        return CheckResult(section=MODEL, name=f"{FAST_COPY}/", state="broken", value=str(error), remedy=remedy)
    if copy is None:
        value = "there is none: torch translates, which is slower on a processor"
        how = f"nmt export -m {shlex.quote(str(directory))} makes it"
        return CheckResult(section=MODEL, name=f"{FAST_COPY}/", state="absent", value=value, remedy=how)
    bytes_there = sum(map(len, copy.files.values()))
    bits = f" of {copy.manifest.weight_bits} bits" if copy.manifest.quantization.startswith("int8") else ""
    value = f"{copy.manifest.quantization}{bits}, {size(bytes_there)}, of these weights, checksums verified"
    return CheckResult(section=MODEL, name=f"{FAST_COPY}/", value=value)


def compare_copy(directory: Path) -> Iterator[CheckResult]:
    """How the fast copy of a sound model translates on this machine, compared with torch; nothing if there is none."""
    from nmt.conversion.export import compare, spread
    from nmt.training.preparation.prepared import stored_validation

    copy = read_copy(directory)
    if copy is None:
        return
    pairs = spread(stored_validation(directory / TRAINING), SENTENCES)
    if not pairs:
        value = "not compared: training/ has no validation text"
        yield CheckResult(section=MODEL, name=COMPARED, state="absent", value=value)
        return
    try:
        found = compare(directory, copy, pairs)
    except FAULTS as error:
        value = (str(error).splitlines() or [type(error).__name__])[0]
        how = "nmt translate --engine torch works without the copy"
        yield CheckResult(section=MODEL, name=COMPARED, state="broken", value=value, remedy=how)
        return
    poor = found.too_different or found.identical < FEWEST_ALIKE * found.sentences
    if copy.manifest.saturates:
        export = f"nmt export -m {shlex.quote(str(directory))}"
        how = f"{export} makes the copy again, with weights whose sums no processor saturates"
    else:
        how = "nmt translate --engine torch translates in float32"
    state: State = "broken" if poor else "ok"
    yield CheckResult(section=MODEL, name=COMPARED, state=state, value=str(found), remedy=how if poor else "")


def _resuming(directory: Path) -> Iterator[CheckResult]:
    from nmt.training.run_directory.lock import training_there

    training = directory / TRAINING
    if (holder := training_there(directory)) is not None:
        yield CheckResult(section=RESUMING, name="going on", value=f"{holder} trains here now")
    elif leftovers := [*directory.glob(LEFTOVER), *training.glob(LEFTOVER)]:
        taken = size(sum(path.stat().st_size for path in leftovers if path.is_file()))
        value = f"{len(leftovers)} files of killed commands, {taken}"
        how = "the next nmt train removes them"
        yield CheckResult(section=RESUMING, name="leftovers", state="absent", value=value, remedy=how)
    if not training.is_dir():
        value = "is not there: the model translates, its training cannot go on"
        yield CheckResult(section=RESUMING, name="checkpoints", state="absent", value=value)
        return
    yield attempt(RESUMING, "settings.json", lambda: _settings(training), remedy="nmt train --overwrite starts afresh")
    yield from _checkpoints(training)
    yield from _corpus(training)


def _settings(training: Path) -> str:
    path = training / "settings.json"
    try:
        settings = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise NMTError(f"{path} is damaged: {error}") from error
    return f"{len(settings)} settings"


def _checkpoints(training: Path) -> Iterator[CheckResult]:
    from nmt.training.run_directory.checkpoints import UNREADABLE, CheckpointStore, read_checkpoint

    paths = CheckpointStore(training, keep=1).paths()
    if not paths:
        yield CheckResult(section=RESUMING, name="checkpoints", state="absent", value="there is none")
    for path in paths:
        try:
            state, _ = read_checkpoint(path)
        except UNREADABLE as error:
            value = f"is damaged ({(str(error).splitlines() or [''])[0]})"
            others = len(paths) > 1
            how = "delete it: nmt train goes on from another one" if others else "nmt train --overwrite starts afresh"
            yield CheckResult(section=RESUMING, name=path.name, state="broken", value=value, remedy=how)
            continue
        value = f"{state.step:,} updates, {size(path.stat().st_size)}, checksums verified"
        yield CheckResult(section=RESUMING, name=path.name, value=value)


def _corpus(training: Path) -> Iterator[CheckResult]:
    from nmt.data.encoded_corpus import open_encoded_corpus

    corpus = open_encoded_corpus(training / "corpus", key=None)
    if corpus is None:
        how = "nmt train makes it again from the text"
        yield CheckResult(section=RESUMING, name="corpus", state="absent", value="is not there or damaged", remedy=how)
    else:
        yield CheckResult(section=RESUMING, name="corpus", value=f"{len(corpus):,} pairs")
