"""A model directory belongs to one run; what others keep there is left alone."""

import json
from pathlib import Path

import pytest

from nmt.corpus.blocks import ParallelFiles
from nmt.errors import NMTError
from nmt.files import removal
from nmt.model_dir.layout import FAST_COPY, WEIGHTS
from nmt.training.config import TrainingConfig
from nmt.training.preparation.run_input import RunInput
from nmt.training.preparation.training_data import TrainingCorpus, TrainingData
from nmt.training.recipe import Recipe
from nmt.training.run_directory.open_directory import OURS, open_run_directory

DATA = TrainingData(
    corpora=(TrainingCorpus(files=ParallelFiles("text.de", "text.en")),), languages=("de", "en"), digests={}
)


def open_it(output: Path, *, overwrite: bool, seed: int = 1) -> Path:
    run = RunInput(data=DATA, recipe=Recipe(training=TrainingConfig(seed=seed)))
    return open_run_directory(output, run, overwrite=overwrite)


def finished_model(output: Path) -> None:
    for name in OURS:
        if name in ("training", FAST_COPY):
            (output / name).mkdir(parents=True)
            (output / name / "file").touch()
        else:
            (output / name).touch()


def test_a_training_killed_before_its_first_update_resumes_after_overwriting(tmp_path: Path) -> None:
    finished_model(tmp_path)
    with pytest.raises(NMTError, match="--overwrite"):
        open_it(tmp_path, overwrite=False)
    for overwrite in (True, True, False):
        assert open_it(tmp_path, overwrite=overwrite) == tmp_path / "training"
    assert [path.name for path in tmp_path.iterdir()] == ["training"]
    open_it(tmp_path, overwrite=False, seed=2)  # nothing was trained yet that could be lost


def test_what_others_keep_in_a_model_directory_stays(tmp_path: Path) -> None:
    finished_model(tmp_path)
    (tmp_path / "notes.txt").touch()
    open_it(tmp_path, overwrite=True)
    assert {path.name for path in tmp_path.iterdir()} == {"training", "notes.txt"}


def test_a_link_is_removed_and_its_target_is_not(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    (precious / "training").mkdir(parents=True)
    model = tmp_path / "model"
    finished_model(model)
    (model / FAST_COPY / "file").unlink()
    (model / FAST_COPY).rmdir()
    (model / FAST_COPY).symlink_to(precious)
    open_it(model, overwrite=True)
    assert not (model / FAST_COPY).exists()
    assert (precious / "training").is_dir()


def test_where_something_cannot_be_removed_nothing_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finished_model(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(removal, "is_mount_point", lambda path: path.name == WEIGHTS)
    with pytest.raises(NMTError, match=f"{WEIGHTS} cannot be removed: it is a mount point"):
        open_it(tmp_path, overwrite=True)
    assert sorted(tmp_path.rglob("*")) == before


def test_languages_that_release_0_1_0_stored_as_they_were_given_are_the_same_setting(tmp_path: Path) -> None:
    settings = open_it(tmp_path, overwrite=False) / "settings.json"
    (tmp_path / "training" / "checkpoint-00000005.pt").touch()
    stored = json.loads(settings.read_text())
    settings.write_text(json.dumps({**stored, "languages": ["deu", "eng"]}))
    assert open_it(tmp_path, overwrite=False) == tmp_path / "training"
    settings.write_text(json.dumps({**stored, "languages": ["fra", "eng"]}))
    with pytest.raises(NMTError, match="languages was"):
        open_it(tmp_path, overwrite=False)
