"""A model directory belongs to one run; what others keep there is left alone."""

from pathlib import Path

import pytest

from nmt.errors import NMTError
from nmt.files import removal
from nmt.model_dir.layout import FAST_COPY, WEIGHTS
from nmt.training.preparation.corpus_files import CorpusFiles
from nmt.training.recipe import Recipe
from nmt.training.run_directory.claim import OURS, open_run_directory

FILES = CorpusFiles(sources=("text.de",), targets=("text.en",))


def claim_it(output: Path, *, overwrite: bool, parent: str | None = None) -> Path:
    return open_run_directory(output, FILES, Recipe(), fingerprint={}, overwrite=overwrite, parent=parent)


def finished_model(output: Path) -> None:
    for name in OURS:
        if name in ("training", FAST_COPY):
            (output / name).mkdir(parents=True)
            (output / name / "file").touch()
        else:
            (output / name).touch()


def test_a_training_killed_before_its_first_update_goes_on_after_overwriting(tmp_path: Path) -> None:
    finished_model(tmp_path)
    with pytest.raises(NMTError, match="--overwrite"):
        claim_it(tmp_path, overwrite=False)
    for overwrite in (True, True, False):
        assert claim_it(tmp_path, overwrite=overwrite) == tmp_path / "training"
    assert [path.name for path in tmp_path.iterdir()] == ["training"]
    claim_it(tmp_path, overwrite=False, parent="other")  # nothing was trained yet that could be lost


def test_what_others_keep_in_a_model_directory_stays(tmp_path: Path) -> None:
    finished_model(tmp_path)
    (tmp_path / "notes.txt").touch()
    claim_it(tmp_path, overwrite=True)
    assert {path.name for path in tmp_path.iterdir()} == {"training", "notes.txt"}


def test_a_link_is_taken_away_and_not_what_it_names(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    (precious / "training").mkdir(parents=True)
    model = tmp_path / "model"
    finished_model(model)
    (model / FAST_COPY / "file").unlink()
    (model / FAST_COPY).rmdir()
    (model / FAST_COPY).symlink_to(precious)
    claim_it(model, overwrite=True)
    assert not (model / FAST_COPY).exists()
    assert (precious / "training").is_dir()


def test_where_something_cannot_be_removed_nothing_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finished_model(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(removal, "is_mount_point", lambda path: path.name == WEIGHTS)
    with pytest.raises(NMTError, match=f"{WEIGHTS} cannot be removed: it is a mount point"):
        claim_it(tmp_path, overwrite=True)
    assert sorted(tmp_path.rglob("*")) == before
