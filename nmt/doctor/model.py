"""A model directory, file by file: complete, undamaged, and of one model."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

from nmt.ctranslate2.fast_copy import read_copy
from nmt.doctor.check_result import EXPECTED_ERRORS, CheckResult, State, run_check
from nmt.errors import NMTError
from nmt.model_dir.config_json import load_info
from nmt.model_dir.layout import CONFIG, FAST_COPY, LEFTOVER, TOKENIZER, TRAINING, WEIGHTS
from nmt.model_dir.load import load_tokenizer
from nmt.model_dir.weights import read_arrays
from nmt.text.sizes import readable_size

MODEL, RESUMING, COMPARED = "model", "training/", "copy and float32"
SENTENCES = 48  # translated by the copy and by torch in a few seconds
MIN_IDENTICAL = 0.5  # share; int8 changes a subword in a tenth of the sentences of a good model, in more of a poor one
COPY_AGAIN = "copy the model directory again from an undamaged one"
PUBLISH_AGAIN = "delete this file and run the nmt train command of this model again, which publishes it again"


def check_model(directory: Path) -> Iterator[CheckResult]:
    """Check each file that translation needs against its checksum, then the files that resuming needs."""
    yield CheckResult(section=MODEL, name="directory", value=str(directory.resolve()))
    if (directory / TRAINING).is_dir() and not (directory / CONFIG).exists() and not (directory / WEIGHTS).exists():
        value, remedy = "its training has not published it yet", "wait for it, or run its nmt train command again"
        yield CheckResult(section=MODEL, name="model", state="absent", value=value, remedy=remedy)
    else:
        yield from _published(directory)
    yield from _resuming(directory)


def _published(directory: Path) -> Iterator[CheckResult]:
    can_publish = (directory / TRAINING / "settings.json").is_file()
    remedy = f"{COPY_AGAIN}, or {PUBLISH_AGAIN}" if can_publish else COPY_AGAIN
    yield run_check(MODEL, CONFIG, lambda: _config(directory), remedy=remedy)
    yield run_check(MODEL, TOKENIZER, lambda: _tokenizer(directory), remedy=remedy)
    yield run_check(MODEL, WEIGHTS, lambda: _weights(directory), remedy=remedy)
    yield _copy(directory)


def _config(directory: Path) -> str:
    info = load_info(directory)
    languages = f"{info.source_language or '?'} to {info.target_language or '?'}"
    layers = str(info.model)
    return f"{languages}, {layers}, {info.model.vocabulary_size:,} subwords"


def _tokenizer(directory: Path) -> str:
    load_tokenizer(directory, load_info(directory))
    return f"{readable_size((directory / TOKENIZER).stat().st_size)}, checksum verified"


def _weights(directory: Path) -> str:
    header, _ = read_arrays(directory / WEIGHTS)
    return f"{header.parameters:,} parameters, {readable_size(header.end)}, checksum verified"


def _copy(directory: Path) -> CheckResult:
    remedy = f"nmt export -m {shlex.quote(str(directory))} creates it again; until then torch translates, more slowly"
    try:
        copy = read_copy(directory)
    except EXPECTED_ERRORS as error:
        return CheckResult(section=MODEL, name=f"{FAST_COPY}/", state="broken", value=str(error), remedy=remedy)
    if copy is None:
        value = "not there: torch translates, which is slower on a processor"
        remedy = f"nmt export -m {shlex.quote(str(directory))} creates it"
        return CheckResult(section=MODEL, name=f"{FAST_COPY}/", state="absent", value=value, remedy=remedy)
    total_bytes = sum(map(len, copy.files.values()))
    bits = f" of {copy.manifest.weight_bits} bits" if copy.manifest.quantization.startswith("int8") else ""
    value = f"{copy.manifest.quantization}{bits}, {readable_size(total_bytes)}, of these weights, checksums verified"
    return CheckResult(section=MODEL, name=f"{FAST_COPY}/", value=value)


def compare_copy(directory: Path) -> Iterator[CheckResult]:
    """Compare the translations of the fast copy with those of torch on this machine; nothing if there is no copy."""
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
        comparison = compare(directory, copy, pairs)
    except EXPECTED_ERRORS as error:
        value = (str(error).splitlines() or [type(error).__name__])[0]
        remedy = "nmt translate --engine torch works without the copy"
        yield CheckResult(section=MODEL, name=COMPARED, state="broken", value=value, remedy=remedy)
        return
    poor = comparison.too_different or comparison.identical < MIN_IDENTICAL * comparison.sentences
    if copy.manifest.saturates:
        export = f"nmt export -m {shlex.quote(str(directory))}"
        remedy = f"{export} creates the copy again, with weights whose sums do not saturate on any processor"
    else:
        remedy = "nmt translate --engine torch translates in float32"
    state: State = "broken" if poor else "ok"
    yield CheckResult(section=MODEL, name=COMPARED, state=state, value=str(comparison), remedy=remedy if poor else "")


def _resuming(directory: Path) -> Iterator[CheckResult]:
    from nmt.training.run_directory.lock import running_training

    training = directory / TRAINING
    if (holder := running_training(directory)) is not None:
        yield CheckResult(section=RESUMING, name="going on", value=f"{holder} is training this model")
    elif leftovers := [*directory.glob(LEFTOVER), *training.glob(LEFTOVER)]:
        total_size = readable_size(sum(path.stat().st_size for path in leftovers if path.is_file()))
        value = f"{len(leftovers)} files of killed commands, {total_size}"
        remedy = "the next nmt train removes them"
        yield CheckResult(section=RESUMING, name="leftovers", state="absent", value=value, remedy=remedy)
    if not training.is_dir():
        value = "not there: the model translates, but its training cannot be resumed"
        yield CheckResult(section=RESUMING, name="checkpoints", state="absent", value=value)
        return
    yield run_check(
        RESUMING,
        "settings.json",
        lambda: _settings(training),
        remedy="nmt train --overwrite starts again from the beginning",
    )
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
        yield CheckResult(section=RESUMING, name="checkpoints", state="absent", value="not there")
    for path in paths:
        try:
            state, _ = read_checkpoint(path)
        except UNREADABLE as error:
            value = f"damaged ({(str(error).splitlines() or [''])[0]})"
            others = len(paths) > 1
            overwrite = "nmt train --overwrite starts again from the beginning"
            remedy = "delete it: nmt train resumes from another one" if others else overwrite
            yield CheckResult(section=RESUMING, name=path.name, state="broken", value=value, remedy=remedy)
            continue
        value = f"{state.step:,} updates, {readable_size(path.stat().st_size)}, checksums verified"
        yield CheckResult(section=RESUMING, name=path.name, value=value)


def _corpus(training: Path) -> Iterator[CheckResult]:
    from nmt.data.encoded_corpus import open_encoded_corpus

    corpus = open_encoded_corpus(training / "corpus", key=None)
    if corpus is None:
        remedy = "nmt train creates it again from the text"
        yield CheckResult(section=RESUMING, name="corpus", state="absent", value="not there, or damaged", remedy=remedy)
    else:
        yield CheckResult(section=RESUMING, name="corpus", value=f"{len(corpus):,} pairs")
