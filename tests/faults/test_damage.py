"""Promise: a model file that is not as it was written is an error that names it, never a wrong translation.

A damaged copy for the fast engine, which is derived, costs a warning, and torch translates what the model says.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from nmt.decoding.hypothesis import SearchInput
from nmt.errors import NMTError
from nmt.model_dir.config_json import ModelInfo, load_info
from nmt.model_dir.layout import CONFIG, TOKENIZER, WEIGHTS
from nmt.model_dir.load import load_model
from nmt.model_dir.weights import read_header
from nmt.training.run_directory.checkpoints import CheckpointStore
from nmt.training.state import BestWeights, TrainState
from nmt.translation.loading import open_model

NAMED = re.compile(r"config\.json|weights\.safetensors")
INPUTS = [SearchInput(ids) for ids in ([5, 6, 7, 8], [9, 10], [11, 12, 13])]
COPY = (
    "ctranslate2/model.bin",
    "ctranslate2/config.json",
    "ctranslate2/shared_vocabulary.json",
    "ctranslate2/nmt.json",
)


def answers(model: Path, engine: str = "auto") -> list[list[int]]:
    """What the model says."""
    opened = open_model(model, device="cpu", engine=engine, threads=1)
    return [best.ids for best, *_ in opened.engine.search(INPUTS, opened.info.search)]


def flipped(whole: bytes, positions: list[int]) -> Iterator[bytes]:
    """``whole`` with one bit changed, at each of ``positions`` in turn."""
    for position in positions:
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        yield bytes(damaged)


def spread(size: int, number: int) -> list[int]:
    """``number`` positions all over a file, its ends included, the same each time."""
    return sorted({0, size - 1, *random.Random(size).choices(range(size), k=number)})


def essence(info: ModelInfo) -> ModelInfo:
    """What decides what a model says, without what its user may edit and what is for people."""
    shown = {"training": {}, "scores": {}, "source_language": None, "target_language": None}
    return replace(info, search=type(info.search)(), **shown)


def same_weights_or_refused(model: Path, weights: dict[str, torch.Tensor]) -> bool:
    """Whether a name or an order of tensors is found to be wrong, or nothing is."""
    try:
        loaded = load_model(model)[0].state_dict()
    except NMTError as error:
        return WEIGHTS in str(error)
    return all(torch.equal(loaded[name], weights[name]) for name in weights)


def test_every_byte_of_config_is_an_error_or_no_matter(model: Path) -> None:
    path, known = model / CONFIG, load_info(model)
    whole = path.read_bytes()
    refused = 0
    for damaged in flipped(whole, list(range(len(whole)))):
        path.write_bytes(damaged)
        try:
            loaded = load_info(model)
        except NMTError as error:
            refused += bool(NAMED.search(str(error)))
        else:
            assert essence(loaded) == essence(known)
    assert refused > len(whole) / 3


def test_every_byte_of_the_header_of_the_weights_is_an_error_or_no_matter(model: Path) -> None:
    path, known, weights = model / WEIGHTS, load_info(model), load_model(model)[0].state_dict()
    whole, start = path.read_bytes(), read_header(path).start
    (model / CONFIG).write_text((model / CONFIG).read_text().replace('"weights_sha256": "', '"weights_sha256": "0'))
    assert load_info(model) == known  # from the header's copy, as config.json speaks of other weights
    refused = 0
    for damaged in flipped(whole, list(range(0, start, 3))):
        path.write_bytes(damaged)
        try:
            loaded = load_info(model)
        except NMTError as error:
            refused += bool(NAMED.search(str(error)))
        else:
            assert loaded == known
            assert same_weights_or_refused(model, weights)
    assert refused > start / 6


def test_a_bit_in_any_tensor_is_found(model: Path) -> None:
    path = model / WEIGHTS
    whole, header = path.read_bytes(), read_header(path)
    count = 4 * len(header.shapes)
    positions = [header.start + place for place in spread(len(whole) - header.start, count)]
    for damaged in flipped(whole, positions):
        path.write_bytes(damaged)
        with pytest.raises(NMTError, match="its checksum does not match"):
            load_model(model)


@pytest.mark.parametrize("name", [TOKENIZER, WEIGHTS, CONFIG])
def test_a_file_cut_anywhere_is_named(model: Path, name: str) -> None:
    path = model / name
    whole = path.read_bytes()
    for size in {*spread(len(whole) - 2, 30), 0}:  # config.json may lose its last line feed
        path.write_bytes(whole[:size])
        with pytest.raises(NMTError, match=name):
            answers(model)


def test_a_bit_anywhere_in_the_tokenizer_is_found(model: Path) -> None:
    path = model / TOKENIZER
    whole = path.read_bytes()
    for damaged in flipped(whole, spread(len(whole), 100)):
        path.write_bytes(damaged)
        with pytest.raises(NMTError, match=r"tokenizer\.model is damaged"):
            answers(model)


@pytest.mark.parametrize("name", COPY)
def test_a_damaged_copy_is_never_used(model: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    expected, by_copy = answers(model, "torch"), answers(model)
    path = model / name
    whole = path.read_bytes()
    warned = 0
    for number, damaged in enumerate(flipped(whole, spread(len(whole), 12))):
        path.write_bytes(damaged if number % 3 else whole[: number * len(whole) // 12])
        caplog.clear()
        loaded = answers(model)
        if "translating with torch" in caplog.text:
            warned += 1
            assert loaded == expected
        else:
            assert loaded == by_copy  # such as a number of positions in the manifest
    assert warned > 6


def test_no_bit_of_a_checkpoint_can_change_unseen(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path, keep=1)
    numbers = torch.arange(60.0)
    store.save(TrainState(step=7, best=BestWeights(score=1.5)), {"model": {"w": numbers}})
    [path] = store.paths()
    whole = path.read_bytes()
    refused = 0
    for damaged in flipped(whole, list(range(0, len(whole), 2)) + list(range(1, len(whole), 6))):
        path.write_bytes(damaged)
        try:
            loaded = store.load_newest()
        except NMTError:
            refused += 1
            continue
        assert loaded is not None
        assert loaded[0] == TrainState(step=7, best=BestWeights(score=1.5))
        assert torch.equal(loaded[1]["model"]["w"], numbers)
    assert refused > 300
