import shutil
from pathlib import Path

import pytest

from nmt.conversion import export as export_module
from nmt.conversion.export import CopyComparison, export
from nmt.corpus.pairs import Pair
from nmt.errors import NMTError
from nmt.model_dir.layout import FAST_COPY
from tests.conftest import Reversal


@pytest.fixture
def model(reversal: Reversal, tmp_path: Path) -> Path:
    """A trained model's directory without a copy."""
    goal = tmp_path / "model"
    shutil.copytree(reversal.model_dir, goal, ignore=shutil.ignore_patterns("training", FAST_COPY))
    return goal


@pytest.fixture
def pairs(reversal: Reversal) -> list[Pair]:
    return [Pair(word, word[::-1]) for word in reversal.unseen]


def test_an_export_is_compared_on_sentences_spread_over_the_text(model: Path, pairs: list[Pair]) -> None:
    exported = export(model, pairs, device="cpu", threads=1)
    assert exported.path == model / FAST_COPY
    assert exported.path.is_dir()
    comparison = exported.comparison
    assert comparison is not None
    assert (comparison.sentences, len(pairs)) == (200, 400)
    assert 190 <= comparison.identical <= 200
    assert abs(comparison.fast.score - comparison.original.score) < 1
    assert comparison.fast.score > 80
    assert "200 sentences" in str(comparison)


def test_float32_translates_the_same(model: Path, pairs: list[Pair], tmp_path: Path) -> None:
    exported = export(model, pairs[:50], quantization="float32", output=tmp_path / "exact", device="cpu", threads=1)
    assert exported.comparison is not None
    assert (exported.comparison.identical, exported.comparison.sentences) == (50, 50)
    assert not (model / FAST_COPY).exists()


def test_a_copy_that_translates_differently_is_not_kept(
    model: Path, pairs: list[Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    translate = export_module._translate
    monkeypatch.setattr(
        export_module,
        "_translate",
        lambda engine, *others: [
            line[:5] if engine.name == "ctranslate2" else line for line in translate(engine, *others)
        ],
    )
    with pytest.raises(NMTError, match="translates differently"):
        export(model, pairs, device="cpu", threads=1)
    assert not (model / FAST_COPY).exists()


def test_without_sentences_nothing_is_compared(model: Path) -> None:
    assert export(model, [], device="cpu").comparison is None


def test_with_few_sentences_a_larger_difference_is_allowed(model: Path, pairs: list[Pair]) -> None:
    comparison = export(model, pairs[:20], device="cpu", threads=1).comparison
    assert isinstance(comparison, CopyComparison)
    assert comparison.most_difference == pytest.approx(10)
