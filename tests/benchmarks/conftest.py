"""What tests of the benchmarks share."""

import importlib
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a module of the benchmark, as its own command does."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return importlib.import_module
