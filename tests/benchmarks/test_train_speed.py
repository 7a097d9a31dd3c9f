"""What the benchmark of training speed computes from what systems log, and how it watches them."""

import sys
from pathlib import Path
from typing import Any

import pytest


def test_matrix_products_are_those_of_all_weight_matrices(load: Any) -> None:
    gemm = load("gemm")
    found = gemm.products(layers=3, dimension=256, feed_forward=1024, vocabulary=8000)
    attention, feed_forward = 4 * 256 * 256, 2 * 256 * 1024
    encoder = 3 * (attention + feed_forward) + 3 * attention // 2  # keys and values that the decoder asks for
    decoder = 3 * (attention + attention // 2 + feed_forward) + 256 * 8000
    expected = 2 * 3 * (decoder + 1.25 * encoder)
    assert gemm.operations_a_target_token(found, source_ratio=1.25) == expected


@pytest.mark.parametrize(
    ("module", "line", "update", "tokens"),
    [
        (
            "marian",
            "[…] Ep. 1 : Up. 1,204 : Sen. 2,308 : Cost 7.77833748 * 3,932 @ 3,932 after 34,815 : Time 2.20s : 1790.59",
            1204,
            3932,
        ),
        (
            "fairseq",
            '2026 | INFO | train_inner | {"epoch": 1, "wps": "84", "wpb": "2520", "bsz": "128", "num_updates": "2"}',
            2,
            2520,
        ),
        (
            "opennmt",
            "[… INFO] Step  3/   60; acc: 0.1; sents:     204; bsz: 3060/3738/204;  45/ 55 tok/s;    125 sec;",
            3,
            3738,
        ),
        ("hugging_face", '{"update": 5, "target_tokens": 3726, "padded_share": 0.06}', 5, 3726),
    ],
)
def test_a_step_is_read_from_the_log(load: Any, module: str, line: str, update: int, tokens: int) -> None:
    parse = load(f"peers.{module}").parse
    assert (parse(line).update, parse(line).target_tokens) == (update, tokens)
    assert parse("[marian] Training started {}") is None


def test_own_rate_is_that_between_two_reports(load: Any) -> None:
    events = [
        {"event": "started", "time": 100.2},
        # 10 updates of 4,000 tokens in 20 s, 20 more in 20 s; the clock of the rates began at 100.0.
        {"event": "progress", "step": 10, "time": 120.0, "tokens_per_second": 2000.0},
        {"event": "progress", "step": 30, "time": 140.0, "tokens_per_second": 3000.0},
        {"event": "finished", "time": 150.0, "target_tokens": 120_000},
    ]
    window = load("peers.own").window(events, skip=5)
    assert (window.updates, window.target_tokens, window.seconds) == (20, 80_000, 20.0)


def task(load: Any, work: Path) -> Any:
    """Three updates."""
    return load("peers.system").Task(
        data=work, work=work, source="de", target="en", threads=1, updates=3, batch_tokens=100
    )


def watch(load: Any, tmp_path: Path, code: str) -> Any:
    """What is heard of a child that runs ``code``."""
    parse = load("peers.hugging_face").parse
    child = [sys.executable, "-c", code]
    return load("peers.system").watch(child, task(load, tmp_path), parse=parse, variables={}, limit=30)


def test_a_child_is_ended_after_its_last_update(load: Any, tmp_path: Path) -> None:
    code = """if True:
        import json, time
        for number in range(1, 4):
            print(json.dumps({"update": number, "target_tokens": 10}), flush=True)
        time.sleep(100)
    """
    watched = watch(load, tmp_path, code)
    assert [step.update for _, step in watched.steps] == [1, 2, 3]
    assert watched.peak_bytes > 1_000_000


def test_a_child_that_fails_is_reported_with_its_log(load: Any, tmp_path: Path) -> None:
    with pytest.raises(load("peers.system").SystemFailed, match=r"ended with 3.*train\.log"):
        watch(load, tmp_path, "raise SystemExit(3)")


def test_the_rate_leaves_out_the_first_updates_and_misses_none(load: Any) -> None:
    system, benchmark = load("peers.system"), load("train_speed")
    steps = [(float(number**2), system.Step(number, 10.0 * number)) for number in range(1, 5)]
    rate, tokens, padding = benchmark.rate_of(system.Watched(steps, 0), skip=2, updates=4)
    assert (rate, tokens, padding) == (70 / 12, 35, None)
    with pytest.raises(system.SystemFailed, match="not of all"):
        benchmark.rate_of(system.Watched(steps[:3], 0), skip=2, updates=4)
