import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nmt.errors import NMTError
from nmt.evaluation.datasets import EvaluationSet
from nmt.evaluation.significance import Scorer

WORDS = "the cat sat on a mat while some dog slept near it and two birds sang in old trees".split()  # noqa: SIM905


def texts(number: int, seed: int) -> list[str]:
    generator = random.Random(seed)
    return [" ".join(generator.choices(WORDS, k=generator.randint(3, 14))) + "." for _ in range(number)]


def corrupted(lines: list[str], share: float, seed: int) -> list[str]:
    generator = random.Random(seed)
    return [
        " ".join(word if generator.random() > share else generator.choice(WORDS) for word in line.split())
        for line in lines
    ]


REFERENCE = texts(60, 1)
SYSTEMS = [(f"sys{number}", corrupted(REFERENCE, share, number)) for number, share in enumerate((0.3, 0.33, 0.5))]


def scorer(references: list[list[str]] | None = None) -> Scorer:
    references = references or [REFERENCE]
    return Scorer(EvaluationSet(name="test", references=references, reference_names=("ref",)))


def sacrebleu_command(folder: Path, *options: str) -> str:
    """The output of the sacrebleu command for SYSTEMS."""
    for name, lines in [("ref", REFERENCE), *SYSTEMS]:
        (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    systems = [name for name, _ in SYSTEMS[: 1 if "--confidence" in options else None]]
    command = [sys.executable, "-m", "sacrebleu", "ref", "-i", *systems, "-m", "bleu", "chrf", "ter"]
    command += ["--chrf-word-order", "2", "-w", "4", *options]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    return re.sub("\x1b\\[[0-9;]*m", "", result.stdout)


@pytest.mark.parametrize(("test", "samples"), [("bs", 300), ("ar", 400)])
def test_p_values_are_those_of_the_sacrebleu_command(tmp_path: Path, test: str, samples: int) -> None:
    printed = sacrebleu_command(tmp_path, f"--paired-{test}", f"--paired-{test}-n", str(samples), "-f", "latex")
    compared = scorer().compare(SYSTEMS, test, samples=samples)
    rows = [line for line in printed.splitlines() if line.strip().startswith("sys")]
    expected = [[float(value) for value in re.findall(r"p = ([\d.]+)", row)] for row in rows]
    assert len(expected) == 2
    assert [[round(each.p_value, 4) for each in row.values()] for row in compared] == expected
    signatures = [each.signature for each in compared[0].values()]
    assert all(f"{test}:{samples}|seed:12345" in signature for signature in signatures)
    assert all(signature in printed for signature in signatures)


@pytest.mark.parametrize("test", ["bs", "ar"])
def test_a_system_differs_from_its_copy_by_chance_only(test: str) -> None:
    first = SYSTEMS[0][1]
    spaced = [line.replace(" ", "  ") for line in first]  # no metric counts the second space
    worse = ["", *first[1:20], *SYSTEMS[2][1][20:]]
    systems = [("first", first), ("copy", list(first)), ("spaced", spaced), ("worse", worse)]
    copy, same, other = scorer().compare(systems, test, samples=100)
    assert [each.p_value for each in (*copy.values(), *same.values())] == [1.0] * 6
    assert all(each.p_value < 0.05 for each in other.values())


def test_intervals_are_those_of_the_sacrebleu_command(tmp_path: Path) -> None:
    printed = sacrebleu_command(tmp_path, "--confidence", "--confidence-n", "200", "-f", "text")
    for score in scorer().scores(SYSTEMS[0][1], resamples=200).values():
        assert score.confidence is not None
        printed_score = f"= {score.score:.4f} (μ = {score.confidence.mean:.4f} ± {score.confidence.interval:.4f})"
        assert f"{score.name}|{score.signature} {printed_score}" in printed


@pytest.mark.parametrize("known", ["name", "model", "script"])
def test_the_language_decides_how_bleu_and_ter_segment_text(known: str) -> None:
    lines = ["我喜欢喝茶。" if known == "script" else "NASA"]
    tests = EvaluationSet(
        name="test", references=[lines], reference_names=("ref",), target_language="zh" if known == "name" else None
    )
    found = Scorer(tests, target_language="zh" if known == "model" else None).scores(lines)
    assert "tok:zh|" in found["bleu"].signature
    assert "norm:yes|punct:yes|asian:yes|" in found["ter"].signature


def test_the_seed_of_sacrebleu_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    intervals = []
    for seed in ("12345", "7", "7"):
        monkeypatch.setenv("SACREBLEU_SEED", seed)
        found = scorer().scores(SYSTEMS[0][1], resamples=50)["bleu"]
        assert f"seed:{seed}|" in found.signature
        assert found.confidence is not None
        intervals.append(found.confidence.mean)
    assert intervals[0] != intervals[1] == intervals[2]
    monkeypatch.setenv("SACREBLEU_SEED", "seven")
    with pytest.raises(NMTError, match="SACREBLEU_SEED must be a whole number"):
        scorer().scores(SYSTEMS[0][1], resamples=50)


def test_a_part_and_a_line_are_scored_like_a_separate_corpus() -> None:
    whole, hypotheses = scorer(), SYSTEMS[0][1]
    part = [3, 5, 8, 13]
    alone = scorer([[REFERENCE[line] for line in part]]).scores([hypotheses[line] for line in part])
    for key, score in alone.items():
        assert whole.part_score(key, hypotheses, part) == pytest.approx(score.score)
    single = scorer([[REFERENCE[3]]]).scores([hypotheses[3]])
    found = whole.scores(hypotheses)
    for key in ("chrf", "ter"):
        assert found[key].segments[3] == pytest.approx(single[key].score)


def test_statistics_of_a_system_are_computed_once_for_scores_and_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    counting_scorer = scorer()
    counted: list[int] = []
    count = counting_scorer.metrics["ter"]._compute_segment_statistics
    monkeypatch.setattr(
        counting_scorer.metrics["ter"],
        "_compute_segment_statistics",
        lambda *arguments: (counted.append(1), count(*arguments))[1],
    )
    for _, hypotheses in SYSTEMS:
        counting_scorer.scores(hypotheses, resamples=10)
    counting_scorer.compare(SYSTEMS, "bs", samples=10)
    counting_scorer.compare(SYSTEMS, "ar", samples=10)
    assert len(counted) == 3 * len(REFERENCE)
