"""Promise: opening and closing for as long as one likes takes neither memory nor file descriptors."""

import gc
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nmt.ctranslate2.fast_copy import read_copy
from nmt.decoding.hypothesis import SearchInput
from nmt.files.atomic import write_lines
from nmt.files.lines import read_lines
from nmt.model_dir.config_json import load_info
from nmt.training.run_directory.lock import sole_training
from nmt.translation.loading import open_model

STATUS = Path("/proc/self/statm")
pytestmark = pytest.mark.skipif(not STATUS.exists(), reason="memory is read from /proc")
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
ALLOWED = 12 << 20  # bytes by which allocators may still grow; the leak of one small model in each cycle would be more


def resident() -> int:
    gc.collect()
    return int(STATUS.read_text().split()[1]) * PAGE


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def check(cycle: Callable[[], object], cycles: int) -> None:
    """That ``cycles`` of ``cycle`` leave nothing open and nothing in memory, once a fifth of them has been."""
    for _ in range(cycles // 5):
        cycle()
    memory, descriptors = resident(), open_files()
    for _ in range(cycles):
        cycle()
    assert open_files() <= descriptors
    assert resident() - memory < ALLOWED


@pytest.mark.parametrize("name", ["text", "text.gz"])
def test_files(tmp_path: Path, name: str) -> None:
    lines = ["x" * 10_000] * 20

    def cycle() -> None:
        write_lines(tmp_path / name, lines)
        assert list(read_lines(tmp_path / name)) == lines

    check(cycle, 150)


def test_a_reader_that_is_left_in_the_middle(tmp_path: Path) -> None:
    write_lines(tmp_path / "text", ["a", "b", "c"])
    check(lambda: next(read_lines(tmp_path / "text")), 1000)


def test_descriptions_and_copies_of_models(whole_model: Path) -> None:
    check(lambda: (load_info(whole_model), read_copy(whole_model)), 600)


def test_the_lock_of_a_training(tmp_path: Path) -> None:
    def cycle() -> None:
        with sole_training(tmp_path / "model"):
            pass

    check(cycle, 1000)


@pytest.mark.parametrize("engine", ["torch", "ctranslate2"])
def test_engines(whole_model: Path, engine: str) -> None:
    def cycle() -> None:
        opened = open_model(whole_model, device="cpu", threads=1, engine=engine)
        opened.engine.search([SearchInput([5, 6, 7])], opened.info.search)

    check(cycle, 60)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["torch", "ctranslate2"])
def test_engines_thousands_of_times(whole_model: Path, engine: str) -> None:
    def cycle() -> None:
        opened = open_model(whole_model, device="cpu", threads=1, engine=engine)
        opened.engine.search([SearchInput([5, 6, 7])], opened.info.search)

    check(cycle, 3000)
