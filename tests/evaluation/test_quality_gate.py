import pytest

from nmt.errors import NMTError
from nmt.evaluation.quality_gate import Gate, parse_gate


@pytest.mark.parametrize(
    ("text", "gate"),
    [("bleu=35", Gate("bleu", 35)), (" BLEU = 35.5", Gate("bleu", 35.5)), ("ter=1e1", Gate("ter", 10))],
)
def test_a_gate_is_a_metric_and_a_number(text: str, gate: Gate) -> None:
    assert parse_gate(text) == gate


@pytest.mark.parametrize("text", ["", "35", "bleu", "bleu=", "bleu=x", "bleu=inf", "meteor=3", "bleu>=3"])
def test_anything_else_is_an_error(text: str) -> None:
    with pytest.raises(NMTError):
        parse_gate(text)


@pytest.mark.parametrize(("gate", "passing", "failing"), [("bleu=35", 35.0, 34.999), ("ter=50", 50.0, 50.001)])
def test_ter_is_good_when_it_is_low(gate: str, passing: float, failing: float) -> None:
    assert parse_gate(gate).passes(passing)
    assert not parse_gate(gate).passes(failing)


def test_names_of_chosen_metrics_mean_the_same_in_a_gate() -> None:
    names = {"chrf": "chrf2", "chrf++": "chrf"}
    assert parse_gate("chrf=50", names) == Gate("chrf2", 50.0)
    assert parse_gate("chrf++=50", names) == parse_gate("chrf++=50") == parse_gate("chrf=50") == Gate("chrf", 50.0)
