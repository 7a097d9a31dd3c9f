"""A disk that is full, read-only or taken away while training: one sentence, nothing lost, the same command goes on."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nmt.errors import NMTError
from nmt.training.context import RunOptions
from nmt.training.preparation.data_config import DataConfig
from nmt.training.recipe import Recipe, merge_recipe
from nmt.training.run import RunReport, train
from tests.conftest import RecordingReporter

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits on file size are POSIX")
pytest.importorskip("resource", reason="limits on file size are POSIX")

SETTINGS = {
    "model": {"encoder_layers": 1, "decoder_layers": 1, "dimension": 64, "heads": 2, "feed_forward": 64},
    "tokenizer": {"model_type": "char", "normalization": "none"},
    "training": {
        "batch_tokens": 400,
        "max_steps": 4,
        "validate_every": 2,
        "checkpoint_every": 2,
        "keep": 3,
        "warmup": 2,
    },
    "search": {"beam_size": 2, "max_length_ratio": 1.0, "max_length_offset": 2},
}
LIMITED = """
import resource, sys
from tests.faults.test_disk import run
limit, directory = int(sys.argv[1]), sys.argv[2]
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
run(directory)
"""


def run(directory: Path | str, changes: dict[str, object] | None = None) -> RunReport:
    """Train in ``directory``, which holds the text."""
    files = DataConfig(source=(f"{directory}/text.de",), target=(f"{directory}/text.en",))
    recipe = merge_recipe(merge_recipe(Recipe(), SETTINGS, where="test"), changes or {}, where="test")
    reporter = RecordingReporter()
    return train(files, Path(directory) / "model", recipe, RunOptions(device="cpu", threads=1), reporter=reporter)


def write_text(directory: Path) -> Path:
    directory.mkdir()
    lines = [f"satz nummer {number} von {number % 7}\n" for number in range(300)]
    (directory / "text.de").write_text("".join(lines))
    (directory / "text.en").write_text("".join(lines).upper())
    return directory


def weights(directory: Path) -> dict[str, list[float]]:
    from safetensors.torch import load_file

    found = load_file(directory / "model" / "weights.safetensors")
    return {name: tensor.flatten().tolist() for name, tensor in found.items()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing disturbed."""
    directory = write_text(tmp_path_factory.mktemp("whole") / "run")
    run(directory)
    return directory


def sizes(directory: Path, pattern: str) -> int:
    return max(path.stat().st_size for path in (directory / "model").glob(pattern))


@pytest.mark.parametrize(
    ("first_too_large", "named"),
    [
        ("training/settings.json", "settings.json"),
        ("training/corpus/source.ids", "the encoded corpus"),
        ("training/checkpoint-00000000.pt", "checkpoint-00000000.pt"),
        ("training/checkpoint-00000004.pt", "checkpoint-00000002.pt"),
    ],
)
def test_no_room_is_a_sentence_and_the_same_command_resumes(
    tmp_path: Path, whole: Path, first_too_large: str, named: str
) -> None:
    directory = write_text(tmp_path / "run")
    limit = sizes(whole, first_too_large) - 1
    command = [sys.executable, "-c", LIMITED, str(limit), str(directory)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    last = result.stderr.splitlines()[-1]
    assert last.startswith("nmt.errors.NMTError: ")
    assert named in last
    assert "File too large" in last or "file too large" in last
    assert not [*directory.rglob("*.tmp"), *directory.rglob("*.partial")]
    run(directory)
    assert weights(directory) == weights(whole)


def test_a_directory_that_goes_away_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = write_text(tmp_path / "run")
    monkeypatch.setattr(
        "nmt.training.publication.Publisher.publish", lambda *_: shutil.rmtree(directory / "model" / "training")
    )
    with pytest.raises(NMTError, match=r"model/training/.* there is no directory"):
        run(directory)


def test_how_many_checkpoints_are_kept_may_change(tmp_path: Path) -> None:
    directory = write_text(tmp_path / "run")
    run(directory)
    checkpoints = directory / "model" / "training"
    assert len(list(checkpoints.glob("*.pt"))) == 3
    (checkpoints / "checkpoint-00000004.pt").unlink()
    run(directory, {"training": {"keep": 1}})
    assert [path.name for path in checkpoints.glob("*.pt")] == ["checkpoint-00000004.pt"]


def test_what_a_killed_command_was_writing_is_removed(tmp_path: Path) -> None:
    directory = write_text(tmp_path / "run")
    (directory / "model" / "training").mkdir(parents=True)
    for part in ("new", "begun"):
        stale = [directory / "model" / place / f".nmt-{part}.tmp" for place in (".", "training")]
        for path in stale[part == "new" :]:
            path.write_bytes(b"half")
        run(directory)
        assert not [path for path in stale if path.exists()]
