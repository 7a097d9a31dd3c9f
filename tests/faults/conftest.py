"""One small model with its fast copy, for all that is done to models here."""

import shutil
from pathlib import Path

import pytest

from nmt.ctranslate2.fast_copy import make_copy
from tests.conftest import talkative_model


@pytest.fixture(scope="session")
def whole_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Never to be changed."""
    model = talkative_model(tmp_path_factory.mktemp("whole") / "model")
    make_copy(model)
    return model


@pytest.fixture
def model(whole_model: Path, tmp_path: Path) -> Path:
    """A copy to be damaged."""
    return Path(shutil.copytree(whole_model, tmp_path / "model"))
