from pathlib import Path

import pytest

from nmt.explain.trace import ExplainedModel, Trace, open_for_explaining, trace_sentence
from tests.conftest import Reversal, talkative_model

SENTENCE = "a c b e d"


@pytest.fixture(scope="session")
def explained(reversal: Reversal) -> ExplainedModel:
    return open_for_explaining(reversal.model_dir)


@pytest.fixture(scope="session")
def trace(explained: ExplainedModel) -> Trace:
    return trace_sentence(explained, SENTENCE)


@pytest.fixture(scope="session")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> ExplainedModel:
    """A model of subwords, not only of words."""
    return open_for_explaining(talkative_model(tmp_path_factory.mktemp("talkative") / "model"))


@pytest.fixture
def model_dir(reversal: Reversal) -> Path:
    return reversal.model_dir
