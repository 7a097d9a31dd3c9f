"""Every file of a model directory, whole and damaged."""

import shutil
from pathlib import Path

import pytest

from nmt.doctor.checkup import run_checks
from nmt.doctor.finding import CheckResult
from nmt.doctor.model import compare_copy, look_at_model
from tests.conftest import Reversal


@pytest.fixture
def model(reversal: Reversal, tmp_path: Path) -> Path:
    return Path(shutil.copytree(reversal.model_dir, tmp_path / "model"))


def flip(path: Path, place: float) -> None:
    """Change a bit in ``path``, so far from its beginning."""
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 0x10
    path.write_bytes(content)


def broken(model: Path) -> dict[str, CheckResult]:
    return {finding.name: finding for finding in look_at_model(model) if finding.state == "broken"}


def test_a_whole_model_is_in_order(model: Path) -> None:
    found = {finding.name: finding.value for finding in look_at_model(model)}
    assert broken(model) == {}
    assert found["config.json"].startswith("? to ?, 2+2 layers")
    for name in ("tokenizer.model", "weights.safetensors", "ctranslate2/", "checkpoint-00000700.pt"):
        assert "verified" in found[name]
    assert found["corpus"].endswith("pairs")


@pytest.mark.parametrize(
    ("name", "shown", "remedy"),
    [
        ("weights.safetensors", "weights.safetensors", "publishes it anew"),
        ("tokenizer.model", "tokenizer.model", "copy the model directory again"),
        ("ctranslate2/model.bin", "ctranslate2/", "nmt export -m"),
        ("training/checkpoint-00000700.pt", "checkpoint-00000700.pt", "nmt train goes on from another one"),
    ],
)
def test_a_flipped_bit_is_found_with_the_way_to_mend_it(model: Path, name: str, shown: str, remedy: str) -> None:
    flip(model / name, 0.6)
    found = broken(model)
    assert list(found) == [shown]
    assert remedy in found[shown].remedy


def test_a_training_that_has_published_nothing_yet_is_no_fault(model: Path) -> None:
    for name in ("config.json", "weights.safetensors", "tokenizer.model"):
        (model / name).unlink()
    assert broken(model) == {}


def test_a_missing_file_is_found(model: Path) -> None:
    (model / "config.json").unlink()
    assert "config.json" in broken(model)


def test_a_model_without_copy_and_training_is_in_order(model: Path) -> None:
    for name in ("ctranslate2", "training"):
        shutil.rmtree(model / name)
    found = {finding.name: finding for finding in look_at_model(model)}
    assert broken(model) == {}
    assert found["ctranslate2/"].remedy == f"nmt export -m {model} makes it"
    assert found["checkpoints"].state == "absent"


def test_what_a_killed_command_has_left_is_told(model: Path) -> None:
    (model / ".nmt-12.tmp").write_bytes(bytes(2000))
    [leftovers] = [finding for finding in look_at_model(model) if finding.name == "leftovers"]
    assert leftovers.value == "1 files of killed commands, 2.0 kB"


def test_damaged_settings_and_corpus_of_a_training_are_told(model: Path) -> None:
    (model / "training" / "settings.json").write_text("[" * 100_000)
    flip(model / "training" / "corpus" / "source.ids", 0.5)
    found = {finding.name: finding for finding in look_at_model(model)}
    assert found["settings.json"].state == "broken"
    assert found["corpus"].state == "absent"


def test_a_report_names_no_private_place(model: Path) -> None:
    from nmt.doctor.finding import known_places

    flip(model / "weights.safetensors", 0.6)
    shutil.rmtree(model / "ctranslate2")
    places = known_places(model)
    said = [finding.without_paths(places) for finding in run_checks(model, speed=False)]
    text = " ".join(f"{finding.value} {finding.remedy}" for finding in said)
    assert str(model.parent) not in text
    assert str(Path.home()) not in text
    assert "MODEL/weights.safetensors is damaged" in text
    assert "nmt export -m MODEL makes it" in text


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
    assert found.remedy.startswith(f"nmt export -m {model} makes the copy again")
    shutil.rmtree(model / "training")
    [found] = compare_copy(model)
    assert (found.state, found.value) == ("absent", "not compared: training/ has no validation text")
    shutil.rmtree(model / "ctranslate2")
    assert list(compare_copy(model)) == []
