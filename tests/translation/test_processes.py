"""A translator in other processes than the one that created it, copied, and closed."""

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from nmt import NMTError, Translator
from nmt.ctranslate2.fast_copy import make_copy
from nmt.decoding.config import SearchConfig
from nmt.model_dir.config_json import ModelInfo
from nmt.model_dir.save import save_model
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.training import train_tokenizer

HERE = Path(__file__).parent
LINES = ["the a cat sees 3 birds", "", "the b dog"]
ENGINES = ("torch", "ctranslate2", "auto")
forking = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that is wide enough for torch to compute its products in several threads."""
    torch.manual_seed(1)
    directory = tmp_path_factory.mktemp("model")
    lines = [
        f"the {size} {animal} sees {number} birds" for number in range(9) for animal in ("cat", "dog") for size in "ab"
    ]
    tokenizer = train_tokenizer(lines, TokenizerConfig(model_type="char"))
    shape = {"encoder_layers": 1, "decoder_layers": 1, "dimension": 256, "heads": 4, "feed_forward": 1024}
    config = ModelConfig(vocabulary_size=tokenizer.vocabulary_size, **shape)  # type: ignore[arg-type]
    search = SearchConfig(beam_size=2, max_length_ratio=0.2, max_length_offset=2)
    info = ModelInfo(model=config, search=search, max_source_length=40)
    save_model(directory, info=info, tokenizer=tokenizer, weights=Transformer(config).state_dict())
    make_copy(directory)
    return directory


def run(what: str, engine: str, *models: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"} | {
        "OMP_WAIT_POLICY": "passive"
    }
    command = [sys.executable, str(HERE / "processes.py"), what, engine, *map(str, models)]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=400)
    assert result.returncode == 0, result.stdout + result.stderr


@forking
@pytest.mark.parametrize(
    ("what", "engine"),
    [("preloading_server,busy,submitted,scorer", "torch"), ("preloading_server,busy,submitted", "ctranslate2")],
)
def test_forked_processes_and_their_parent_translate(model: Path, what: str, engine: str) -> None:
    run(what, engine, model)


@forking
def test_forked_processes_translate_with_an_ensemble(model: Path) -> None:
    run("preloading_server", "torch", model, model)


@forking
def test_a_forked_process_gives_details(model: Path) -> None:
    run("details", "auto", model)


@forking
@pytest.mark.slow
@pytest.mark.parametrize("engine", ["torch", "ctranslate2"])
def test_pools_of_processes_translate(model: Path, engine: str) -> None:
    run("pools", engine, model)


@pytest.mark.parametrize("engine", ENGINES)
def test_copies_translate_and_are_closed_by_themselves(model: Path, engine: str) -> None:
    translator = Translator(model, engine=engine, n_best=2)
    expected = translator.translate(LINES)
    assert any(expected)
    unpickled = pickle.loads(pickle.dumps(translator))
    assert unpickled.search == translator.search
    assert unpickled.translate(LINES) == expected
    with copy.deepcopy(translator) as copied:
        assert copied.translate(LINES) == expected
    assert translator.translate(LINES) == expected


@pytest.mark.parametrize("models", [1, 2])
def test_copies_find_the_model_from_another_directory(
    model: Path, models: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(model.parent)
    pickled = pickle.dumps(Translator([model.name] * models))
    monkeypatch.chdir(tmp_path)
    assert any(pickle.loads(pickled).translate(LINES))


def test_a_copy_without_its_model_is_an_error_when_it_is_used(model: Path, tmp_path: Path) -> None:
    moved = tmp_path / "model"
    moved.symlink_to(model)
    pickled = pickle.dumps(Translator(moved))
    moved.unlink()
    unpickled = pickle.loads(pickled)
    with pytest.raises(NMTError, match="is not a model directory"):
        unpickled.translate(LINES)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_closed_translator_is_an_error(model: Path, engine: str) -> None:
    with Translator(model, engine=engine) as translator:
        pending = translator.submit(LINES, details=False)
    translator.close()  # closing it again does nothing
    for use in (
        lambda: translator.translate(LINES),
        lambda: translator.translate([]),
        lambda: translator.submit(LINES),
        pending.result,
        lambda: pickle.dumps(translator),
        lambda: copy.deepcopy(translator),
    ):
        with pytest.raises(NMTError, match="this translator is closed"):
            use()
