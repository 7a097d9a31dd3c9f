"""The statistics of heads equal those computed by hand, and a head that matters costs BLEU."""

import pytest
import torch

from nmt.errors import NMTError
from nmt.explain.head_ablation import GreedyTranslator, ablate_heads
from nmt.explain.head_report import head_document, read_analysis_text
from nmt.explain.head_statistics import head_statistics
from nmt.explain.trace import ExplainedModel, trace_sentence
from nmt.translation.translator import Translator
from tests.conftest import Reversal


def test_the_shares_of_one_sentence_are_sums_of_its_weights(explained: ExplainedModel) -> None:
    text = "a b c d"
    found = trace_sentence(explained, text)
    [head] = [
        head
        for head in head_statistics(explained, [text], [found.target.text])
        if (head.which, head.layer, head.head) == ("encoder", 2, 3)
    ]
    weights = found.attention("encoder", 1)[2]
    assert head.shares["itself"] == pytest.approx(float(weights.diagonal().mean() * 1), abs=1e-5)
    assert head.shares["left"] == pytest.approx(float(weights.tril(-1).sum() / len(weights)), abs=1e-5)
    assert head.shares["previous"] == pytest.approx(float(weights.diagonal(-1).sum() / len(weights)), abs=1e-5)
    assert head.shares["boundary"] == pytest.approx(float(weights[:, -1].mean()), abs=1e-5)
    entropy = -(weights * weights.log2()).sum(1).mean()
    assert head.entropy == pytest.approx(float(entropy), abs=1e-4)


def test_shares_do_not_depend_on_other_sentences_in_a_batch(explained: ExplainedModel, reversal: Reversal) -> None:
    sources = reversal.unseen[:20]
    targets = [source[::-1] for source in sources]
    together = head_statistics(explained, sources, targets)
    rows = [len(source.split()) + 1 for source in sources]
    alone = [head_statistics(explained, [source], [target]) for source, target in zip(sources, targets, strict=True)]
    for index, head in enumerate(together):
        mean = sum(found[index].shares["boundary"] * count for found, count in zip(alone, rows, strict=True)) / sum(
            rows
        )
        assert head.shares["boundary"] == pytest.approx(mean, abs=1e-4)


def test_shares_of_left_itself_and_right_sum_to_one(explained: ExplainedModel, reversal: Reversal) -> None:
    heads = head_statistics(explained, reversal.unseen[:30], [line[::-1] for line in reversal.unseen[:30]])
    assert len(heads) == 3 * 2 * 4
    for head in heads:
        if head.which == "cross":
            continue
        assert head.shares["left"] + head.shares["itself"] + head.shares["right"] == pytest.approx(1, abs=1e-4)
        if head.which == "decoder":
            assert head.shares["right"] == 0
    assert any(head.role == "aligned" for head in heads if head.which == "cross")


def test_ablating_heads_costs_bleu_and_does_not_change_the_model(explained: ExplainedModel, reversal: Reversal) -> None:
    sources = reversal.unseen[:40]
    before = Translator(reversal.model_dir, engine="torch", beam_size=1).translate(sources)
    steps: list[tuple[int, int]] = []
    references = [[source[::-1] for source in sources]]
    ablation = ablate_heads(explained, sources, references, progress=lambda *step: steps.append(step))
    assert len(ablation.costs) == 24
    assert steps[-1] == (25, 25)
    assert ablation.whole.score > 90
    assert (
        max(ablation.costs.values()) > 0
    )  # heads of this model can replace each other, but not all of them completely
    assert GreedyTranslator(explained)(sources) == before


def test_files_are_read_together_and_bounded(explained: ExplainedModel, tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "s").write_text("a b\n\nc d\ne f\n")
    (tmp_path / "r").write_text("b a\nx\nd c\nf e\n")
    text = read_analysis_text(str(tmp_path / "s"), None, [str(tmp_path / "r")], lines=3).prepared(explained, "")
    assert text.sources == ["a b", "c d"]
    assert text.targets == ["b a", "d c"] == text.references[0]
    without_reference = read_analysis_text(str(tmp_path / "s"), None, [], lines=3).prepared(explained, "")
    assert without_reference.targets == ["b a", "d c"]
    (tmp_path / "r").write_text("b a\n")
    with pytest.raises(NMTError, match="line counts differ"):
        read_analysis_text(str(tmp_path / "s"), None, [str(tmp_path / "r")], lines=3)
    (tmp_path / "s").write_text("\n")
    with pytest.raises(NMTError, match="no line is left"):
        read_analysis_text(str(tmp_path / "s"), None, [], lines=3).prepared(explained, "")


def test_the_document_holds_every_head_in_order(explained: ExplainedModel, tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "s").write_text("a b c\n")
    text = read_analysis_text(str(tmp_path / "s"), None, [], lines=1).prepared(explained, "")
    found = head_document(explained, text, head_statistics(explained, text.sources, text.targets), None)
    names = [(head["which"], head["layer"], head["head"]) for head in found["heads"]]
    assert names == [
        (which, layer, head) for which in ("encoder", "decoder", "cross") for layer in (1, 2) for head in (1, 2, 3, 4)
    ]
    assert found["bleu"] is None
    assert torch.tensor([head["entropy"] for head in found["heads"]]).min() >= 0
