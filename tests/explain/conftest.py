from pathlib import Path

import pytest

from nmt.explain.walk import ExplainedModel, Walk, open_for_explaining, walk
from tests.conftest import Reversal, talkative_model

SENTENCE = "a c b e d"


@pytest.fixture(scope="session")
def opened(reversal: Reversal) -> ExplainedModel:
    return open_for_explaining(reversal.model_dir)


@pytest.fixture(scope="session")
def walked(opened: ExplainedModel) -> Walk:
    return walk(opened, SENTENCE)


@pytest.fixture(scope="session")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> ExplainedModel:
    """A model of subwords, not only of words."""
    return open_for_explaining(talkative_model(tmp_path_factory.mktemp("talkative") / "model"))


@pytest.fixture
def model_dir(reversal: Reversal) -> Path:
    return reversal.model_dir
