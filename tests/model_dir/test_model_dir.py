import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pytest
import torch

import nmt.model_dir.save
import nmt.model_dir.weights
import nmt.tokenization.tokenizer
from nmt.decoding.config import SearchConfig
from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer
from nmt.model_dir.config_json import ModelInfo, load_info
from nmt.model_dir.layout import CARD, CONFIG, TOKENIZER, WEIGHTS, resolve_model_path
from nmt.model_dir.load import load_model, load_tokenizer
from nmt.model_dir.save import save_model
from nmt.model_dir.weights import read_header, read_weights, serialize
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.tokenizer import Tokenizer
from nmt.tokenization.training import train_tokenizer

SCORES = {"BLEU": {"name": "BLEU", "score": 33.125, "signature": "nrefs:1|tok:13a"}, "step": 3000}


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer(["a b c d e"] * 20, TokenizerConfig(model_type="char"), pairs=None)


@pytest.fixture(scope="module")
def other_tokenizer() -> Tokenizer:
    return train_tokenizer(["v w x y z"] * 20, TokenizerConfig(model_type="char"), pairs=None)


def transformer(tokenizer: Tokenizer, *, feed_forward: int = 24) -> Transformer:
    config = ModelConfig(
        vocabulary_size=tokenizer.vocabulary_size,
        encoder_layers=1,
        decoder_layers=1,
        dimension=16,
        heads=2,
        feed_forward=feed_forward,
    )
    return Transformer(config).eval()


def information(model: Transformer, **changes: Any) -> ModelInfo:
    training = {"settings": {"seed": 1, "learning_rate": 0.0015}, "corpus": {"pairs kept": 1000}}
    values: dict[str, Any] = {
        "source_language": "de",
        "target_language": "en",
        "model": model.config,
        "search": SearchConfig(beam_size=3),
        "max_source_length": 200,
        "training": training,
        "scores": SCORES,
        **changes,
    }
    return ModelInfo(**values)


@pytest.fixture
def model(tokenizer: Tokenizer) -> Transformer:
    return transformer(tokenizer)


@pytest.fixture
def published(tmp_path: Path, model: Transformer, tokenizer: Tokenizer) -> Path:
    directory = tmp_path / "model"
    save_model(directory, info=information(model), tokenizer=tokenizer, weights=model.state_dict())
    return directory


def same_weights(first: Transformer, second: Transformer) -> bool:
    ours, theirs = first.state_dict(), second.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)


def edit_config(directory: Path, **changes: Any) -> None:
    mapping = json.loads((directory / CONFIG).read_text())
    (directory / CONFIG).write_text(json.dumps({**mapping, **changes}))


def test_what_is_saved_is_loaded(published: Path, model: Transformer, tokenizer: Tokenizer) -> None:
    loaded, loaded_tokenizer, info = load_model(published, device="cpu")
    source, target = torch.randint(4, 10, (2, 7)), torch.randint(4, 10, (2, 5))
    assert torch.equal(loaded(source, target), model(source, target))
    long = torch.randint(4, 10, (1, 600))
    assert torch.equal(loaded(long, long), model(long, long))
    assert not loaded.training
    assert loaded_tokenizer.proto == tokenizer.proto
    assert info == information(model, tokenizer_sha256=info.tokenizer_sha256)
    assert load_info(published) == info


def test_tags_of_models_of_earlier_releases_match_no_text(tmp_path: Path) -> None:
    symbols = TokenizerConfig(symbols=("<b>", "<url>"))  # both matched text then
    old = train_tokenizer(["some <i>text</i>"] * 20, symbols)
    model = transformer(old)
    save_model(tmp_path, info=information(model, tags=("b",)), tokenizer=old, weights=model.state_dict())
    _, loaded, _ = load_model(tmp_path, device="cpu")
    assert (old.encode(["<b>"])[0][-1], old.encode(["<url>"])[0][-1]) == (4, 5)
    assert loaded.ids(["<b>", "<url>"]) == [4, 5]
    assert 4 not in loaded.encode(["<b>"])[0]
    assert loaded.encode(["<url>"]) == old.encode(["<url>"])
    assert loaded.decode([[4, *loaded.encode(["<b>"])[0]]]) == ["<b>"]
    assert (tmp_path / "tokenizer.model").read_bytes() == old.proto


def test_loading_does_not_change_the_random_state(published: Path) -> None:
    before = torch.get_rng_state()
    load_model(published, device="cpu")
    assert torch.equal(before, torch.get_rng_state())


def test_weights_are_a_plain_safetensors_file_of_float32(published: Path, model: Transformer) -> None:
    from safetensors.torch import load_file

    tensors = load_file(published / WEIGHTS)
    assert all(torch.equal(tensors[name], tensor) for name, tensor in model.state_dict().items())
    assert read_header(published / WEIGHTS).parameters == sum(tensor.numel() for tensor in tensors.values())


def test_half_precision_is_published_as_float32(tmp_path: Path, tokenizer: Tokenizer) -> None:
    model = transformer(tokenizer).bfloat16()
    save_model(tmp_path, info=information(model), tokenizer=tokenizer, weights=model.state_dict())
    loaded, _, _ = load_model(tmp_path)
    assert torch.equal(loaded.embedding.weight, model.embedding.weight.float())


def test_a_directory_can_be_moved_and_made_read_only(published: Path, tmp_path: Path, model: Transformer) -> None:
    moved = tmp_path / "elsewhere" / "wörter"
    shutil.copytree(published, moved)
    shutil.rmtree(published)
    for path in [*moved.iterdir(), moved]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = sorted(moved.iterdir())
    assert same_weights(load_model(moved)[0], model)
    assert sorted(moved.iterdir()) == before
    moved.chmod(0o755)


def test_the_card_answers_what_people_ask(published: Path, model: Transformer) -> None:
    card = (published / CARD).read_text(encoding="utf-8")
    parameters = sum(parameter.numel() for parameter in model.parameters())
    for part in (
        "de to en",
        'language:\n- "de"\n- "en"\n',
        f"{parameters:,} parameters",
        "- BLEU 33.12 (`nrefs:1|tok:13a`)",
        "step: 3,000",
        "corpus: pairs kept: 1,000",
        "settings: learning rate: 0.0015",
        "nmt translate",
        "200 subwords",
        "## Limits",
    ):
        assert part in card


def test_the_card_of_a_bare_model(tmp_path: Path, model: Transformer, tokenizer: Tokenizer) -> None:
    bare = information(model, source_language=None, target_language=None, training={}, scores={})
    save_model(tmp_path, info=bare, tokenizer=tokenizer, weights=model.state_dict())
    card = (tmp_path / CARD).read_text(encoding="utf-8")
    assert "# Translation model\n" in card
    assert "No scores were recorded." in card


def test_info_needs_no_torch(published: Path) -> None:
    code = (
        "import sys; from nmt.model_dir.config_json import load_info; from nmt.model_dir.weights import read_header;"
        f"print(load_info({str(published)!r}).max_source_length, read_header({str(published / WEIGHTS)!r}).parameters);"
        "assert 'torch' not in sys.modules"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.startswith("200 ")


# --- interrupted publications


class Killed(BaseException):
    """An exception that no handler expects."""


@pytest.mark.parametrize("killed_at", range(1, 4))
def test_a_publication_cut_short_leaves_the_old_or_the_new_model(
    monkeypatch: pytest.MonkeyPatch, published: Path, tokenizer: Tokenizer, model: Transformer, killed_at: int
) -> None:
    """Files are written in the order weights, config, card; the tokenizer is there already."""
    writes = 0

    @contextmanager
    def dying_writer(path: Path) -> Iterator[BinaryIO]:
        nonlocal writes
        writes += 1
        if writes == killed_at:
            raise Killed
        with atomic_writer(path) as stream:
            yield stream

    for module in (nmt.model_dir.save, nmt.model_dir.weights, nmt.tokenization.tokenizer):
        monkeypatch.setattr(module, "atomic_writer", dying_writer)
    new = transformer(tokenizer, feed_forward=32)  # another shape, so that a mixture of old and new would fail
    new_scores = {**SCORES, "step": 4000}
    with pytest.raises(Killed):
        save_model(published, info=information(new, scores=new_scores), tokenizer=tokenizer, weights=new.state_dict())
    loaded, _, info = load_model(published)
    expected, step = (model, 3000) if killed_at == 1 else (new, 4000)
    assert same_weights(loaded, expected)
    assert info.scores["step"] == step
    assert load_info(published) == info


def test_a_new_tokenizer_is_never_used_with_the_old_weights(
    monkeypatch: pytest.MonkeyPatch, published: Path, other_tokenizer: Tokenizer
) -> None:
    def dying(*args: Any, **settings: object) -> None:
        raise Killed

    monkeypatch.setattr(nmt.model_dir.save, "write_weights", dying)
    new = transformer(other_tokenizer)
    (published / "training").mkdir()
    with pytest.raises(Killed):
        save_model(published, info=information(new), tokenizer=other_tokenizer, weights=new.state_dict())
    with pytest.raises(NMTError, match="no finished checkpoint yet"):
        load_info(published)
    monkeypatch.undo()
    save_model(published, info=information(new), tokenizer=other_tokenizer, weights=new.state_dict())
    assert same_weights(load_model(published)[0], new)


def test_leftovers_of_killed_writers_are_removed(published: Path, model: Transformer, tokenizer: Tokenizer) -> None:
    old, fresh = published / ".nmt-0123.tmp", published / ".nmt-4567.tmp"
    old.touch()
    fresh.touch()
    os.utime(old, (time.time() - 7200,) * 2)
    save_model(published, info=information(model), tokenizer=tokenizer, weights=model.state_dict())
    assert not old.exists()
    assert fresh.exists()


def test_search_defaults_may_be_edited(published: Path) -> None:
    edit_config(published, search={"beam_size": 7})
    assert load_info(published).search.beam_size == 7


def test_a_directory_that_cannot_be_created_is_a_clear_error(
    tmp_path: Path, model: Transformer, tokenizer: Tokenizer
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NMTError, match="cannot be written"):
        save_model(tmp_path / "file", info=information(model), tokenizer=tokenizer, weights=model.state_dict())


# --- damaged, foreign and newer directories


def test_any_flipped_bit_of_the_weights_is_found(published: Path) -> None:
    path = published / WEIGHTS
    whole = path.read_bytes()
    data = read_header(path).start
    for position in (0, 7, 8, 40, data - 1, data, (data + len(whole)) // 2, len(whole) - 1):
        damaged = bytearray(whole)
        damaged[position] ^= 0x10
        path.write_bytes(damaged)
        with pytest.raises(NMTError, match=r"weights\.safetensors"):
            load_model(published)


@pytest.mark.parametrize("kept", [0, 4, 100, -1])
def test_truncated_weights_are_found_by_the_header_alone(published: Path, kept: int) -> None:
    path = published / WEIGHTS
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(NMTError, match=r"weights\.safetensors"):
        load_info(published)


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b'{"a": 1}',
        b'{"a": {"dtype": "F32", "shape": ["x"], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": "no"}}',
        b'{"a": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}}',
        b'{"__metadata__": {"sha256": 1}}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_malformed_headers_are_clear_errors(published: Path, header: bytes) -> None:
    (published / WEIGHTS).write_bytes(len(header).to_bytes(8, "little") + header + b"\0\0\0\0")
    with pytest.raises(NMTError, match=r"weights\.safetensors"):
        load_info(published)


def test_weights_of_another_program_are_refused(published: Path) -> None:
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(3)}, published / WEIGHTS)
    with pytest.raises(NMTError, match=r"weights\.safetensors"):
        load_model(published)


def test_a_damaged_tokenizer_is_named(published: Path) -> None:
    path = published / TOKENIZER
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(NMTError, match=r"tokenizer\.model is damaged"):
        load_model(published)
    with pytest.raises(NMTError, match=r"tokenizer\.model is damaged"):
        load_tokenizer(published, load_info(published))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b'{"format_version": 1', "not JSON"),
        (b'{"format_version": "\xff"}', "not JSON"),
        (b"[]", "does not hold a table"),
        (b"[" * 200_000, "nested too deeply"),
        (b" " * 10_000_001, "larger than"),
        (b'{"architectures": ["MarianMTModel"]}', "no format_version"),
        (b'{"format_version": true}', "no format_version"),
        (b'{"format_version": 2, "anything": 1}', "newer nmt"),
    ],
)
def test_a_wrong_config_is_named(published: Path, content: bytes, words: str) -> None:
    (published / CONFIG).write_bytes(content)
    with pytest.raises(NMTError, match=rf"config\.json.*{words}"):
        load_info(published)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"beam": 3}, "unknown setting 'beam'"),
        ({"source_languag": "de"}, "did you mean source_language"),
        ({"model": {"dimensions": 16}}, "model: unknown setting 'dimensions'; did you mean dimension"),
        ({"model": {"dimension": "16"}}, "dimension must be a whole number"),
        ({"model": {"heads": 0}}, "heads must be at least 1"),
        ({"model": None}, "'model' is missing"),
        ({"search": {"beam_size": 0}}, "beam_size must be at least 1"),
        ({"max_source_length": 0}, "max_source_length must be at least 1"),
        ({"scores": 3}, "scores must be a table"),
        ({"max_source_length": "long"}, "max_source_length must be a whole number"),
    ],
)
def test_a_wrong_setting_is_named(published: Path, changes: dict[str, Any], words: str) -> None:
    edit_config(published, **changes)
    with pytest.raises(NMTError, match=rf"config\.json.*{words}"):
        load_info(published)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"feed_forward": 16}, "shape"),
        ({"norm": "post"}, "unknown"),
        ({"encoder_layers": 2}, "no tensor encoder.1"),
        ({"encoder_layers": 10**9}, "smaller model"),
        ({"dimension": 16 * 10**9}, "smaller model"),
    ],
)
def test_weights_that_do_not_fit_the_config_are_refused(published: Path, change: dict[str, Any], words: str) -> None:
    """Even if the copy of config.json in their header says the same."""
    settings = json.loads((published / CONFIG).read_text())["model"]
    edit_config(published, model={**settings, **change})
    with pytest.raises(NMTError, match=rf"weights\.safetensors does not fit config\.json: {next(iter(change))} was"):
        load_model(published)
    path = published / WEIGHTS
    header, weights = read_weights(path)
    config = (published / CONFIG).read_text()
    metadata = {**header.metadata, "config": config, "config_sha256": hashlib.sha256(config.encode()).hexdigest()}
    path.write_bytes(serialize(weights, metadata))
    with pytest.raises(NMTError, match=rf"weights\.safetensors does not fit config\.json.*{words}"):
        load_model(published)


def test_a_copy_of_the_config_without_its_checksum_is_refused(published: Path) -> None:
    header, weights = read_weights(published / WEIGHTS)
    metadata = {name: value for name, value in header.metadata.items() if name != "config_sha256"}
    assert len(metadata) == len(header.metadata) - 1
    (published / WEIGHTS).write_bytes(serialize(weights, metadata))
    with pytest.raises(NMTError, match="its header contradicts itself"):
        load_info(published)


@pytest.mark.parametrize("name", [CONFIG, TOKENIZER, WEIGHTS])
def test_a_missing_file_is_named(published: Path, name: str) -> None:
    (published / name).unlink()
    with pytest.raises(NMTError, match=f"{name} is missing"):
        load_model(published)


def test_a_directory_in_place_of_a_file_is_named(published: Path) -> None:
    (published / CONFIG).unlink()
    (published / CONFIG).mkdir()
    with pytest.raises(NMTError, match=r"config\.json is a directory"):
        load_info(published)


def test_a_run_without_a_model_yet_is_reported_as_such(tmp_path: Path) -> None:
    (tmp_path / "training").mkdir()
    with pytest.raises(NMTError, match="no finished checkpoint yet"):
        load_info(tmp_path)


def test_an_empty_directory_is_not_a_model_directory(tmp_path: Path) -> None:
    with pytest.raises(NMTError, match="not a model directory of nmt"):
        load_info(tmp_path)


# --- which directory is meant


def test_the_model_is_the_given_one_then_that_of_the_variable_then_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NMT_MODEL", raising=False)
    with pytest.raises(NMTError, match="name its directory with -m"):
        resolve_model_path(None)
    for name in ("model", "variable", "given"):
        (tmp_path / name).mkdir()
    assert resolve_model_path(None) == Path("model")
    monkeypatch.setenv("NMT_MODEL", "variable")
    assert resolve_model_path(None) == Path("variable")
    assert resolve_model_path("given") == Path("given")
    monkeypatch.setenv("NMT_MODEL", "nowhere")
    with pytest.raises(NMTError, match=r"nowhere, which \$NMT_MODEL names"):
        resolve_model_path(None)
    (tmp_path / "file").touch()
    with pytest.raises(NMTError, match="is a file"):
        resolve_model_path("file")
