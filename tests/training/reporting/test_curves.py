"""Training curves: what is read out of a log, and the files they are drawn into."""

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from nmt.errors import NMTError
from nmt.training.reporting.curves import Curve, draw_curves, read_curves

PNG = b"\x89PNG\r\n\x1a\n"


def write_log(path: Path, *entries: object) -> Path:
    path.write_text("".join(f"{entry if isinstance(entry, str) else json.dumps(entry)}\n" for entry in entries))
    return path


def started(step: int) -> dict[str, object]:
    return {"event": "started", "step": step, "planned": None}


def progress(step: int, loss: float) -> dict[str, object]:
    return {"event": "progress", "step": step, "loss": loss, "learning_rate": step / 1000}


def validation(step: int, bleu: float) -> dict[str, object]:
    return {"event": "validation", "step": step, "loss": 2.5, "bleu": bleu, "score": bleu, "signature": "nrefs:1|a$b$c"}


def test_what_was_done_twice_is_read_once(tmp_path: Path) -> None:
    log = write_log(
        tmp_path / "log.jsonl",
        {"event": "stage", "text": "reading"},
        started(0),
        *(progress(step, 9.0) for step in (10, 20, 30)),
        validation(30, 1.0),
        '{"event": "progr',
        "5",
        '{"event": "progress", "step": null}',
        '{"event": "progress", "step": 20, "loss": null, "learning_rate": 0.02}',
        started(20),
        progress(30, 8.0),
        validation(30, 2.0),
    )
    curves = read_curves(log)
    assert curves.loss == Curve([10, 20, 30], [9.0, 9.0, 8.0])
    assert curves.learning_rate == Curve([10, 20, 30], [0.01, 0.02, 0.03])
    assert curves.bleu == Curve([30], [2.0])
    assert curves.validation_loss == Curve([30], [2.5])


def test_what_a_run_did_before_it_went_back_is_forgotten(tmp_path: Path) -> None:
    """After gradients that were no numbers; nothing begins anew then."""
    before = [*(progress(step, 9.0) for step in (10, 20, 30)), validation(30, 1.0)]
    after = [*(progress(step, 8.0) for step in (20, 30, 40)), validation(30, 2.0)]
    curves = read_curves(write_log(tmp_path / "log.jsonl", started(0), *before, *after))
    assert curves.loss == Curve([10, 20, 30, 40], [9.0, 8.0, 8.0, 8.0])
    assert curves.bleu == Curve([30], [2.0])


def test_a_log_without_points_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NMTError, match=r"log\.jsonl does not exist"):
        read_curves(tmp_path / "log.jsonl")
    for entries in ([], [started(0), {"event": "stage", "text": "reading"}]):
        with pytest.raises(NMTError, match="no points to draw yet"):
            read_curves(write_log(tmp_path / "log.jsonl", *entries))


@pytest.mark.parametrize(
    "entries",
    [
        [progress(10, 9.0)],
        [validation(10, 0.0)],
        [progress(10, float("nan")), progress(20, 5.0), validation(20, 0.0)],
        [*(progress(10 * n, 9 / n) for n in range(1, 300)), *(validation(100 * n, 1.0 * n) for n in range(1, 30))],
    ],
)
@pytest.mark.parametrize("name", ["curves.svg", "CURVES.PNG"])
def test_curves_are_drawn(tmp_path: Path, entries: list[object], name: str) -> None:
    pytest.importorskip("matplotlib", reason="the extra plots is not installed")
    goal = tmp_path / name
    goal.write_text("an older plot")
    log = write_log(tmp_path / "log.jsonl", *entries)
    draw_curves(log, goal, title="Translation model, de to en", remark="3+3 layers, $1")
    drawn = goal.read_bytes()
    if name == "CURVES.PNG":
        assert drawn.startswith(PNG)
    else:
        texts = {element.text for element in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")}
        assert {"Translation model, de to en", "3+3 layers, $1", "updates"} <= texts
        panels = {"loss (nats per token)": True, "learning rate": "progress", "BLEU on validation text": "validation"}
        for label, event in panels.items():
            expected = event is True or any(event == entry["event"] for entry in entries)  # type: ignore[index]
            assert (label in texts) == expected
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_plot_that_cannot_be_drawn_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = write_log(tmp_path / "log.jsonl", progress(10, 9.0))
    for name in ("curves.jpg", "curves", "-", "curves.svg.gz"):
        with pytest.raises(NMTError, match=r"must end in \.png or \.svg"):
            draw_curves(log, tmp_path / name, title="", remark="")
    pytest.importorskip("matplotlib", reason="the extra plots is not installed")
    with pytest.raises(NMTError, match="there is no directory"):
        draw_curves(log, tmp_path / "none" / "curves.png", title="", remark="")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(NMTError, match=r"pip install 'nmt\[plots\]'"):
        draw_curves(log, tmp_path / "curves.png", title="", remark="")
    assert [path.name for path in tmp_path.iterdir()] == ["log.jsonl"]
