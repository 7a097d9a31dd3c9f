"""Whether files still hold the same text: when their bytes are read again."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nmt.training.preparation import fingerprint
from nmt.training.preparation.fingerprint import read_fingerprint, save_fingerprint

OLD = 1_600_000_000


def write_files(directory: Path) -> dict[str, list[str]]:
    """Five files in three roles."""
    roles = {"sources": ["a.de", "b.de"], "targets": ["a.en", "b.en"], "tables": ["c.tsv"]}
    for names in roles.values():
        for name in names:
            (directory / name).write_text(f"{name}\n")
    return {role: [str(directory / name) for name in names] for role, names in roles.items()}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files whose bytes were read."""
    names: list[str] = []
    digest: Callable[[list[str]], str] = fingerprint.digest_files

    def recording(paths: list[str]) -> str:
        names.extend(Path(path).name for path in paths)
        return digest(paths)

    monkeypatch.setattr(fingerprint, "digest_files", recording)
    return names


def test_files_that_did_not_change_are_not_read_again(
    tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprint, "SETTLED", -1000.0)
    files, cache = write_files(tmp_path), tmp_path / "digests.json"
    first = read_fingerprint(files, cache)
    assert sorted(reads) == ["a.de", "a.en", "b.de", "b.en", "c.tsv"]
    save_fingerprint(files, first, cache)
    reads.clear()
    assert read_fingerprint(files, cache) == first == read_fingerprint(files)
    assert sorted(reads) == ["a.de", "a.en", "b.de", "b.en", "c.tsv"]  # all of them by the second call
    reads.clear()
    (tmp_path / "b.en").write_text("B.en\n")  # as long as before
    changed = read_fingerprint(files, cache)
    assert sorted(reads) == ["a.en", "b.en"]
    assert {role for role in first if changed[role] != first[role]} == {"targets"}
    cache.write_text("[1, {")
    assert read_fingerprint(files, cache) == changed


def test_times_set_back_do_not_hide_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "SETTLED", -1000.0)
    files, cache = write_files(tmp_path), tmp_path / "digests.json"
    os.utime(tmp_path / "a.de", (OLD, OLD))
    first = read_fingerprint(files)
    save_fingerprint(files, first, cache)
    (tmp_path / "a.de").write_text("A.de\n")
    os.utime(tmp_path / "a.de", (OLD, OLD))
    assert read_fingerprint(files, cache)["sources"] != first["sources"]


def test_files_changed_a_moment_ago_are_not_trusted(tmp_path: Path, reads: list[str]) -> None:
    files, cache = write_files(tmp_path), tmp_path / "digests.json"
    save_fingerprint(files, read_fingerprint(files), cache)
    reads.clear()
    read_fingerprint(files, cache)
    assert len(reads) == 5
