import logging
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from nmt.decoding.engines.batching import BatchingEngine
from nmt.decoding.engines.ctranslate2 import CTranslate2Engine
from nmt.decoding.engines.fallback import FallbackEngine
from nmt.errors import NMTError
from nmt.model_dir.config_json import load_info
from nmt.model_dir.layout import FAST_COPY, MANIFEST
from nmt.translation import loading
from nmt.translation.loading import choose_threads, load_together, open_model
from nmt.translation.scorer import LineScorer
from nmt.translation.translator import Translator
from tests.conftest import Reversal


@pytest.fixture(autouse=True)
def _one_thread_again() -> Iterator[None]:
    yield
    torch.set_num_threads(1)


@pytest.fixture
def model(reversal: Reversal, tmp_path: Path) -> Path:
    """A copy of a trained model's directory, which tests may change."""
    goal = tmp_path / "model"
    shutil.copytree(reversal.model_dir, goal, ignore=shutil.ignore_patterns("training"))
    return goal


def messages(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == level]


def test_auto_takes_the_fast_engine_and_logs_it(model: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="nmt"):
        opened = open_model(model, device="cpu", threads=1)
    assert isinstance(opened.engine, FallbackEngine)
    assert len(caplog.records) == 1
    assert "the engine is ctranslate2" in messages(caplog, logging.DEBUG)[0]
    assert "int8" in messages(caplog, logging.DEBUG)[0]


def test_both_engines_can_be_chosen_and_nearly_agree(model: Path, reversal: Reversal) -> None:
    assert isinstance(open_model(model, device="cpu", engine="torch").engine, BatchingEngine)
    assert isinstance(open_model(model, device="cpu", engine="ctranslate2").engine, CTranslate2Engine)
    results = [
        Translator(model, device="cpu", engine=name).translate(reversal.unseen)
        for name in ("torch", "ctranslate2", "auto")
    ]
    assert results[1] == results[2]
    same = sum(one == other for one, other in zip(*results[:2], strict=True))
    assert same > 0.97 * len(reversal.unseen) > 300
    with pytest.raises(NMTError, match="did you mean torch"):
        open_model(model, engine="torhc")


@pytest.mark.parametrize(("bits", "vnni", "warned"), [(8, False, True), (8, True, False), (7, False, False)])
def test_a_copy_whose_sums_saturate_on_this_processor_is_used_with_a_warning(
    model: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, bits: int, vnni: bool, warned: bool
) -> None:
    monkeypatch.setattr("nmt.translation.loading.has_vnni", lambda: vnni)
    path = model / FAST_COPY / MANIFEST
    path.write_text(path.read_text("utf-8").replace('"weight_bits": 7', f'"weight_bits": {bits}'), "utf-8")
    opened = open_model(model, device="cpu", threads=1)
    assert isinstance(opened.engine, FallbackEngine)
    warnings = messages(caplog, logging.WARNING)
    assert len(warnings) == warned
    assert not warned or f"nmt export -m {model} makes it again" in warnings[0]


def test_a_model_without_a_copy_runs_on_torch_without_a_message(model: Path, caplog: pytest.LogCaptureFixture) -> None:
    shutil.rmtree(model / FAST_COPY)
    with caplog.at_level(logging.INFO, logger="nmt"):
        assert isinstance(open_model(model, device="cpu").engine, BatchingEngine)
    assert not caplog.records
    with pytest.raises(NMTError, match="nmt export"):
        open_model(model, device="cpu", engine="ctranslate2")


def test_a_damaged_copy_gives_one_warning(model: Path, caplog: pytest.LogCaptureFixture) -> None:
    (model / FAST_COPY / "model.bin").write_bytes(b"half")
    with caplog.at_level(logging.INFO, logger="nmt"):
        translator = Translator(model, device="cpu")
        assert translator.translate(["a b c"] * 2) == translator.translate(["a b c"]) * 2
    assert len(caplog.records) == 1
    assert "model.bin is damaged" in messages(caplog, logging.WARNING)[0]
    with pytest.raises(NMTError, match="is damaged"):
        open_model(model, device="cpu", engine="ctranslate2")


def test_errors_in_the_command_are_not_blamed_on_the_copy(
    model: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for settings, words in (({"device": "cuda"}, "is not available"), ({"threads": 0}, "threads must be at least 1")):
        with pytest.raises(NMTError, match=words):
            open_model(model, **settings)  # type: ignore[arg-type]
    assert not caplog.records


def test_ctranslate2_may_be_missing(
    model: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nmt.decoding.engines.ctranslate2", None)
    with caplog.at_level(logging.INFO, logger="nmt"):
        assert isinstance(open_model(model, device="cpu").engine, BatchingEngine)
    assert len(messages(caplog, logging.WARNING)) == 1
    assert "pip install ctranslate2" in caplog.text


def test_on_a_gpu_torch_translates(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_has_gpu", lambda: True)
    assert isinstance(open_model(model).engine, BatchingEngine)
    assert isinstance(open_model(model, device="cpu").engine, FallbackEngine)


def test_torch_does_what_the_fast_engine_cannot_do(model: Path, caplog: pytest.LogCaptureFixture) -> None:
    translator = Translator(model, device="cpu", min_length=4)
    with caplog.at_level(logging.DEBUG, logger="nmt"):
        results = translator.translate(["a b c d", "c b a e"])
    assert results == Translator(model, device="cpu", engine="torch", min_length=4).translate(["a b c d", "c b a e"])
    assert "min_length" in messages(caplog, logging.DEBUG)[0]


def test_details_change_no_translation_and_are_those_of_the_trained_model(model: Path, reversal: Reversal) -> None:
    translator = Translator(model, device="cpu", n_best=3)
    lines = [*reversal.unseen[:40], "", "a b " * 60]
    detailed, plain = translator.translations(lines), translator.translations(lines, details=False)
    for one, other in zip(detailed, plain, strict=True):
        assert [(each.text, each.score) for each in one.candidates] == [
            (each.text, each.score) for each in other.candidates
        ]
    scorer = LineScorer(load_together([model], device="cpu"))
    scores = scorer.score(lines[:40], [each.text for each in detailed[:40]])
    for found, score in zip(detailed[:40], scores, strict=True):
        assert found.candidates[0].log_probability == pytest.approx(score.log_probability, abs=1e-4)
        assert [each.log_probability for each in found.tokens] == pytest.approx(score.log_probabilities[:-1], abs=1e-4)


def test_an_ensemble_aligns_words_by_the_heads_of_its_last_member(model: Path) -> None:
    info, heads = load_info(model), load_info(model).model.default_alignment_heads()
    expected = list(info.alignment_heads or heads)
    assert list(load_together([model, model], device="cpu").info.alignment_heads) == expected
    lines = ["a b c d", "c b a e"]
    alone = Translator(model, device="cpu", engine="torch").translations(lines)
    together = Translator([model, model], device="cpu").translations(lines)
    assert [list(each.links) for each in together] == [list(each.links) for each in alone]
    assert any(each.links for each in alone)


def test_a_damaged_model_is_an_error_for_the_fast_engine_too(model: Path) -> None:
    for name in ("config.json", "tokenizer.model", "weights.safetensors"):
        path = model / name
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        with pytest.raises(NMTError, match=name):
            open_model(model, device="cpu")
        path.write_bytes(content)


def test_threads_are_as_many_as_asked_for_or_available(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_threads(3) == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "5,2")
    assert choose_threads(None) == 5
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert choose_threads(None) >= 1
    with pytest.raises(NMTError, match="at least 1"):
        choose_threads(0)


def test_a_fast_translation_imports_nothing_slow(model: Path) -> None:
    code = f"""
import sys
from nmt import Translator
assert Translator({str(model)!r}, device="cpu").translate(["a b c"]) == ["c b a"]
slow = {{"torch", "numpy", "safetensors", "sacrebleu", "rich"}} & set(sys.modules)
assert not slow, slow
"""
    subprocess.run([sys.executable, "-c", code], check=True)
