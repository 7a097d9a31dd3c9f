import json
import os
import shutil
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nmt.ctranslate2.fast_copy import MODEL, Copy, check_output, make_copy, read_copy
from nmt.errors import NMTError
from nmt.model_dir.config_json import load_info
from nmt.model_dir.layout import FAST_COPY, MANIFEST
from nmt.model_dir.load import load_model, load_tokenizer
from nmt.model_dir.save import save_model
from tests.conftest import Reversal


@pytest.fixture
def model(reversal: Reversal, tmp_path: Path) -> Path:
    """A trained model's directory that a test may change."""
    goal = tmp_path / "model"
    shutil.copytree(reversal.model_dir, goal, ignore=shutil.ignore_patterns("training"))
    return goal


def test_training_leaves_a_sound_int8_copy(model: Path) -> None:
    copy = read_copy(model)
    assert copy is not None
    assert copy.manifest.quantization == "int8"
    size = load_info(model).model.vocabulary_size
    assert len(set(copy.tokens())) == size
    assert copy.tokens()[:4] == ["<pad>", "<unk>", "<s>", "</s>"]
    assert copy.tokens()[4:] == load_tokenizer(model, load_info(model)).pieces(range(size))[4:]


def test_a_model_without_a_copy_gives_none(model: Path) -> None:
    shutil.rmtree(model / FAST_COPY)
    assert read_copy(model) is None


@pytest.mark.parametrize("name", ["model.bin", "config.json", "shared_vocabulary.json", MANIFEST])
def test_a_damaged_or_incomplete_copy_is_refused(model: Path, name: str) -> None:
    path = model / FAST_COPY / name
    content = path.read_bytes()
    path.write_bytes(content[:-20])
    with pytest.raises(NMTError, match=name):
        read_copy(model)
    if name != MANIFEST:
        path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
        with pytest.raises(NMTError, match="damaged"):
            read_copy(model)
    path.unlink()
    with pytest.raises(NMTError, match=name):
        read_copy(model)


@pytest.mark.parametrize("content", ["[]", "{}", '{"format_version": 2}', '{"format_version": 1}', "[" * 100_000])
def test_an_invalid_manifest_is_refused(model: Path, content: str) -> None:
    (model / FAST_COPY / MANIFEST).write_text(content, encoding="utf-8")
    with pytest.raises(NMTError, match=MANIFEST):
        read_copy(model)


def test_saving_other_weights_removes_the_copy_and_an_old_copy_is_refused(model: Path, tmp_path: Path) -> None:
    transformer, tokenizer, info = load_model(model)
    weights = transformer.state_dict()
    save_model(model, info=info, tokenizer=tokenizer, weights=weights)
    assert read_copy(model) is not None  # saved again with the same weights
    kept = shutil.copytree(model / FAST_COPY, tmp_path / "kept")
    weights["embedding.weight"][5] += 1
    save_model(model, info=info, tokenizer=tokenizer, weights=weights)
    assert read_copy(model) is None
    shutil.copytree(kept, model / FAST_COPY)
    with pytest.raises(NMTError, match="other weights"):
        read_copy(model)


def test_a_copy_appears_all_at_once_after_the_check(model: Path) -> None:
    before = (model / FAST_COPY / MODEL).read_bytes()

    def refuse(copy: Copy) -> None:
        assert copy.manifest.quantization == "float32"
        assert (model / FAST_COPY / MODEL).read_bytes() == before
        raise NMTError("not good enough")

    with pytest.raises(NMTError, match="good enough"):
        make_copy(model, quantization="float32", check=refuse)
    assert (model / FAST_COPY / MODEL).read_bytes() == before
    assert not list(model.glob(".nmt-*"))
    assert make_copy(model, quantization="float32") == model / FAST_COPY
    assert len((model / FAST_COPY / MODEL).read_bytes()) > 2 * len(before)
    assert not list(model.glob(".nmt-*"))


@pytest.mark.parametrize("failing", ["new", "old"])
def test_a_failed_rename_keeps_the_earlier_copy(model: Path, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    before = (model / FAST_COPY / MODEL).read_bytes()
    rename = Path.rename

    def fail(path: Path, goal: Path) -> Path:
        is_new = path.name.endswith(".tmp") and not path.name.endswith("-old.tmp")
        if is_new if failing == "new" else path.name == FAST_COPY:
            raise PermissionError(13, "Permission denied")
        return rename(path, goal)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(NMTError, match="ctranslate2 cannot be written: permission denied"):
        make_copy(model, quantization="float32")
    assert (model / FAST_COPY / MODEL).read_bytes() == before
    assert not list(model.glob(".nmt-*"))


def test_a_file_system_without_directory_fsync_is_supported(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fsync = os.fsync

    def refuse(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(22, "Invalid argument")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", refuse)
    assert make_copy(model, quantization="float32") == model / FAST_COPY


def test_the_same_model_gives_the_same_bytes_and_stays_unchanged(model: Path, tmp_path: Path) -> None:
    weights = (model / "weights.safetensors").read_bytes()
    make_copy(model, output=tmp_path / "again")
    assert (model / "weights.safetensors").read_bytes() == weights
    for name in (MODEL, MANIFEST):
        assert (tmp_path / "again" / name).read_bytes() == (model / FAST_COPY / name).read_bytes()
    assert (tmp_path / "again" / "tokenizer.model").read_bytes() == (model / "tokenizer.model").read_bytes()
    with pytest.raises(NMTError, match="again is a copy for CTranslate2, for other programs; name the model"):
        load_info(tmp_path / "again")


def test_only_a_copy_is_ever_replaced(model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_text("mine", encoding="utf-8")
    for name in ("file", "folder"):
        with pytest.raises(NMTError, match="name "):
            make_copy(model, output=tmp_path / name)
    (tmp_path / "empty").mkdir()
    assert make_copy(model, output=tmp_path / "empty" / "deeper").is_dir()
    with pytest.raises(NMTError, match="unknown quantization 'int4'"):
        make_copy(model, quantization="int4")


def test_damaged_weights_are_not_exported(model: Path, tmp_path: Path) -> None:
    path = model / "weights.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(NMTError, match="weights"):
        make_copy(model, output=tmp_path / "goal")
    assert not (tmp_path / "goal").exists()


def test_other_programs_can_use_the_copy(model: Path) -> None:
    code = f"""
import ctranslate2, sys
translator = ctranslate2.Translator({str(model / FAST_COPY)!r})
print(*translator.translate_batch([["▁a", "▁c", "▁b"]])[0].hypotheses[0])
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert result.stdout.split() == ["▁b", "▁c", "▁a"]


def test_reading_a_copy_needs_neither_torch_nor_ctranslate2(model: Path) -> None:
    code = f"""
import sys
from nmt.ctranslate2.fast_copy import read_copy
assert read_copy({str(model)!r}) is not None
assert not {{"torch", "ctranslate2", "numpy", "safetensors"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_manifest_describes_the_copy(model: Path) -> None:
    manifest = json.loads((model / FAST_COPY / MANIFEST).read_text("utf-8"))
    assert manifest["weights_sha256"] == json.loads((model / "config.json").read_text("utf-8"))["weights_sha256"]
    assert manifest["positions"] >= load_info(model).search.length_limit(load_info(model).max_source_length) + 1
    assert manifest["weight_bits"] == 7


def test_a_copy_with_8_bit_weights_is_still_read_and_recognised_by_its_manifest(model: Path) -> None:
    path = model / FAST_COPY / MANIFEST
    manifest = json.loads(path.read_text("utf-8"))
    del manifest["weight_bits"]  # as older versions wrote it
    path.write_text(json.dumps(manifest), encoding="utf-8")
    copy = read_copy(model)
    assert copy is not None
    assert copy.manifest.weight_bits == 8
    assert copy.manifest.saturates
    assert not replace(copy.manifest, quantization="float32").saturates
    assert not replace(copy.manifest, weight_bits=7).saturates


def test_a_copy_is_written_into_a_mount_point(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    goal = tmp_path / "mounted"
    goal.mkdir()
    inode = goal.stat().st_ino
    monkeypatch.setattr("nmt.ctranslate2.fast_copy.is_mount_point", lambda path: path in (goal, model / FAST_COPY))
    for _ in range(2):
        make_copy(model, output=goal)
        assert goal.stat().st_ino == inode
        assert not [path for path in goal.iterdir() if path.name.startswith(".")]
    make_copy(model, quantization="float32")
    copy = read_copy(model)
    assert copy is not None
    assert copy.manifest.quantization == "float32"


def test_an_unwritable_output_is_an_error_before_the_conversion(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(NMTError, match=r"new cannot be written: .* is read-only"):
        check_output(model / "new" / "new")
