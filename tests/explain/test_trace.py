"""The trace of a sentence has the model's own logits, search and alignment."""

import itertools
import math

import pytest
import torch

from nmt.errors import NMTError
from nmt.explain.trace import MOST_SUBWORDS, ExplainedModel, Trace, trace_sentence
from nmt.explain.trace_json import CANDIDATES, document
from nmt.special_ids import BOS, EOS
from nmt.translation.translator import Translator
from tests.conftest import Reversal
from tests.explain.conftest import SENTENCE


def test_the_translation_is_that_of_nmt_translate(trace: Trace, reversal: Reversal) -> None:
    [translation] = Translator(reversal.model_dir, engine="torch").translations([SENTENCE])
    assert trace.target.text == translation.text == SENTENCE[::-1]
    best = trace.beams.nodes[trace.beams.best]
    assert best.rank == pytest.approx(translation.candidates[0].log_probability, abs=1e-4)
    assert best.score == pytest.approx(translation.score, abs=1e-4)


def test_the_logits_are_those_of_forward(trace: Trace) -> None:
    with torch.inference_mode():
        logits = trace.explained.model(torch.tensor([trace.source.ids]), torch.tensor([trace.decoder_input.ids]))
    torch.testing.assert_close(trace.logits, logits[0])
    assert trace.source.ids[-1] == trace.target.ids[-1] == EOS
    assert trace.decoder_input.ids == [BOS, *trace.target.ids[:-1]]


def test_embeddings_and_positions_add_up_to_the_input_of_the_first_layer(trace: Trace) -> None:
    source, target = trace.embeddings
    for states, layer in ((source, "encoder"), (target, "decoder")):
        entering = trace.recording.residual[f"{layer}.0.attention_residual"].before[0]
        torch.testing.assert_close(states + trace.positions[: len(states)], entering)


def test_a_given_target_is_traced(explained: ExplainedModel) -> None:
    forced = trace_sentence(explained, SENTENCE, target="a b c")
    assert forced.forced
    assert forced.target.text == "a b c"
    assert forced.logits.size(0) == 4
    assert document(forced, digits=4)["translation"] == SENTENCE[::-1]


def test_every_node_of_the_beam_continues_its_parent(trace: Trace) -> None:
    tree = trace.beams
    steps = [node.step for node in tree.nodes]
    assert steps == sorted(steps)
    for node in tree.nodes:
        parent = None if node.parent is None else tree.nodes[node.parent]
        assert node.step == (1 if parent is None else parent.step + 1)
        assert node.rank <= (0 if parent is None else parent.rank) + 1e-5
    for (_, ended), group in itertools.groupby(
        sorted(tree.nodes, key=lambda node: (node.step, node.id == EOS, node.position)),
        key=lambda node: (node.step, node.id == EOS),
    ):
        ranks = [node.rank for node in group]
        assert ranks == sorted(ranks, reverse=True), ended
        assert len(ranks) <= tree.config.beam_size
    path = [tree.nodes[number].id for number in tree.path(tree.best)]
    assert path == trace.target.ids


def test_ranks_of_the_beam_are_sums_of_the_models_log_probabilities(trace: Trace) -> None:
    tree = trace.beams
    logs = trace.logits.log_softmax(1)
    expected = torch.stack([logs[step, number] for step, number in enumerate(trace.target.ids)]).cumsum(0)
    ranks = [tree.nodes[number].rank for number in tree.path(tree.best)]
    assert ranks == pytest.approx(expected.tolist(), abs=1e-4)


def test_the_document_holds_all_weights_and_its_rows_sum_to_one(trace: Trace) -> None:
    page = document(trace, digits=6)
    shapes = set()
    for which, layers in (("encoder", page["encoder"]), ("decoder", page["decoder"])):
        for number, layer in enumerate(layers):
            for name in ("attention", "cross_attention"):
                if name in layer:
                    weights = torch.tensor(layer[name]["weights"])
                    recorded = trace.recording.attention[f"{which}.{number}.{name}"].weights[0]
                    torch.testing.assert_close(weights, recorded, atol=1e-6, rtol=0)
                    torch.testing.assert_close(weights.sum(2), torch.ones(weights.shape[:2]), atol=1e-4, rtol=0)
                    shapes.add((which, name, weights.shape))
    assert len(shapes) == 3


def test_the_arithmetic_of_a_page_gives_its_weights(trace: Trace) -> None:
    layer = document(trace, digits=4)["decoder"][1]["cross_attention"]
    queries, keys = torch.tensor(layer["queries"]), torch.tensor(layer["keys"])
    weights = (queries @ keys.mT / math.sqrt(queries.size(2))).softmax(2)
    torch.testing.assert_close(weights, torch.tensor(layer["weights"]), atol=2e-3, rtol=0)


def test_candidates_and_others_give_the_exact_probabilities_at_every_temperature(trace: Trace) -> None:
    page = document(trace, digits=6)
    compared = 0
    for step, logits in zip(page["steps"], trace.logits, strict=True):
        known = torch.tensor([candidate[2] for candidate in step["candidates"]])
        for temperature, rest in zip(page["temperatures"], step["rest"], strict=True):
            expected = (logits / temperature).softmax(0).sort(descending=True).values[: len(known)]
            every = torch.cat((known / temperature, torch.tensor([-math.inf if rest is None else rest])))
            torch.testing.assert_close(every.softmax(0)[:-1], expected, atol=1e-4, rtol=1e-3)
            compared += 1
    assert compared >= 20 * len(trace.target.ids)
    assert len(page["steps"][0]["candidates"]) <= CANDIDATES


def test_subwords_are_grouped_into_words(talkative: ExplainedModel) -> None:
    catdog = trace_sentence(talkative, "a catdog")
    words = [word for word in catdog.source.words if not word.startswith("<")]
    assert "".join(words) == "acatdog"
    assert len(catdog.source.words) < len(catdog.source.subwords)
    assert catdog.source.words[-1] == "</s>"
    positions = [position for word in catdog.source.subwords_of_words() for position in word]
    assert positions == list(range(len(catdog.source.subwords)))


@pytest.mark.parametrize("text", ["", "   ", "\x00"])
def test_an_empty_sentence_is_an_error(explained: ExplainedModel, text: str) -> None:
    with pytest.raises(NMTError, match="the sentence is empty"):
        trace_sentence(explained, text)


def test_an_empty_target_and_an_unknown_tag_are_errors(explained: ExplainedModel) -> None:
    with pytest.raises(NMTError, match="the target is empty"):
        trace_sentence(explained, "a", target=" ")
    with pytest.raises(NMTError, match="has no tag 'law'"):
        trace_sentence(explained, "a", tag="law")


def test_a_text_that_is_too_long_is_an_error_with_the_limit(
    explained: ExplainedModel, talkative: ExplainedModel
) -> None:
    with pytest.raises(NMTError, match=r"has 60 subwords, .* give one of at most"):
        trace_sentence(explained, " ".join("a" * 60))
    with pytest.raises(NMTError, match="more than the model has seen in training; give one of at most 12"):
        trace_sentence(talkative, "the a cat sees 1 2 3 4 5 6 7 8 9 birds")
    with pytest.raises(NMTError, match=f"the target has 60 subwords, more than a page can show.* {MOST_SUBWORDS}"):
        trace_sentence(explained, "a", target=" ".join("a" * 60))


def test_sampling_settings_of_a_model_do_not_change_the_search(explained: ExplainedModel) -> None:
    from dataclasses import replace

    search = replace(explained.info.search, sample=True, top_k=3, temperature=0.7, n_best=9)
    sampling = replace(explained, info=replace(explained.info, search=search))
    assert trace_sentence(sampling, SENTENCE).target.text == SENTENCE[::-1]
