"""Every file of a model directory, intact and damaged."""

import shutil
from pathlib import Path

import pytest

from nmt.doctor.check_result import CheckResult
from nmt.doctor.model import check_model, compare_copy
from nmt.doctor.run_checks import run_checks
from tests.conftest import Reversal


@pytest.fixture
def model(reversal: Reversal, tmp_path: Path) -> Path:
    return Path(shutil.copytree(reversal.model_dir, tmp_path / "model"))


def flip(path: Path, fraction: float) -> None:
    """Change a bit in ``path`` after this ``fraction`` of its bytes."""
    content = bytearray(path.read_bytes())
    content[int(fraction * len(content))] ^= 0x10
    path.write_bytes(content)


def broken(model: Path) -> dict[str, CheckResult]:
    return {result.name: result for result in check_model(model) if result.state == "broken"}


def test_an_intact_model_is_in_order(model: Path) -> None:
    found = {result.name: result.value for result in check_model(model)}
    assert broken(model) == {}
    assert found["config.json"].startswith("? to ?, 2+2 layers")
    for name in ("tokenizer.model", "weights.safetensors", "ctranslate2/", "checkpoint-00000700.pt"):
        assert "verified" in found[name]
    assert found["corpus"].endswith("pairs")


@pytest.mark.parametrize(
    ("name", "shown", "remedy"),
    [
        ("weights.safetensors", "weights.safetensors", "publishes it again"),
        ("tokenizer.model", "tokenizer.model", "copy the model directory again"),
        ("ctranslate2/model.bin", "ctranslate2/", "nmt export -m"),
        ("training/checkpoint-00000700.pt", "checkpoint-00000700.pt", "nmt train resumes from another one"),
    ],
)
def test_a_flipped_bit_is_found_with_the_way_to_fix_it(model: Path, name: str, shown: str, remedy: str) -> None:
    flip(model / name, 0.6)
    found = broken(model)
    assert list(found) == [shown]
    assert remedy in found[shown].remedy


def test_a_training_that_has_not_published_a_model_yet_is_not_an_error(model: Path) -> None:
    for name in ("config.json", "weights.safetensors", "tokenizer.model"):
        (model / name).unlink()
    assert broken(model) == {}


def test_a_missing_file_is_found(model: Path) -> None:
    (model / "config.json").unlink()
    assert "config.json" in broken(model)


def test_a_model_without_copy_and_training_is_in_order(model: Path) -> None:
    for name in ("ctranslate2", "training"):
        shutil.rmtree(model / name)
    found = {result.name: result for result in check_model(model)}
    assert broken(model) == {}
    assert found["ctranslate2/"].remedy == f"nmt export -m {model} creates it"
    assert found["checkpoints"].state == "absent"


def test_leftovers_of_a_killed_command_are_reported(model: Path) -> None:
    (model / ".nmt-12.tmp").write_bytes(bytes(2000))
    [leftovers] = [result for result in check_model(model) if result.name == "leftovers"]
    assert leftovers.value == "1 files of killed commands, 2.0 kB"


def test_damaged_settings_and_corpus_of_a_training_are_reported(model: Path) -> None:
    (model / "training" / "settings.json").write_text("[" * 100_000)
    flip(model / "training" / "corpus" / "source.ids", 0.5)
    found = {result.name: result for result in check_model(model)}
    assert found["settings.json"].state == "broken"
    assert found["corpus"].state == "absent"


def test_a_report_contains_no_private_path(model: Path) -> None:
    from nmt.doctor.check_result import names_of_paths

    flip(model / "weights.safetensors", 0.6)
    shutil.rmtree(model / "ctranslate2")
    names = names_of_paths(model)
    results = [result.without_paths(names) for result in run_checks(model, speed=False)]
    text = " ".join(f"{result.value} {result.remedy}" for result in results)
    assert str(model.parent) not in text
    assert str(Path.home()) not in text
    assert "MODEL/weights.safetensors is damaged" in text
    assert "nmt export -m MODEL creates it" in text


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("at /home/anna/models/law: 3", "at PATH: 3"),
        (r"C:\Users\anna\x is damaged", "PATH is damaged"),
        ("12 GB/s and 1/2 of (/secret)", "12 GB/s and 1/2 of (PATH)"),
        ("ctranslate2/model.bin", "ctranslate2/model.bin"),
    ],
)
def test_any_path_is_hidden(text: str, hidden: str) -> None:
    assert CheckResult(section="x", name="x", value=text).without_paths({}).value == hidden


def test_the_copy_is_compared_with_torch_on_this_machine(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [found] = compare_copy(model)
    assert (found.state, found.remedy) == ("ok", "")
    assert "sentences are translated the same" in found.value
    monkeypatch.setattr("nmt.conversion.export.CopyComparison.too_different", True)
    [found] = compare_copy(model)
    assert (found.state, found.remedy) == ("broken", "nmt translate --engine torch translates in float32")
    manifest = model / "ctranslate2" / "nmt.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"weight_bits": 7', '"weight_bits": 8'), "utf-8")
    [found] = compare_copy(model)
    assert found.remedy.startswith(f"nmt export -m {model} creates the copy again")
    shutil.rmtree(model / "training")
    [found] = compare_copy(model)
    assert (found.state, found.value) == ("absent", "not compared: training/ has no validation text")
    shutil.rmtree(model / "ctranslate2")
    assert list(compare_copy(model)) == []
