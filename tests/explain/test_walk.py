"""The walk of a sentence is the model's own: its logits, its search, its alignment."""

import itertools
import math

import pytest
import torch

from nmt.errors import NMTError
from nmt.explain.document import CANDIDATES, document
from nmt.explain.walk import MOST_SUBWORDS, ExplainedModel, Walk, walk
from nmt.special_ids import BOS, EOS
from nmt.translation.translator import Translator
from tests.conftest import Reversal
from tests.explain.conftest import SENTENCE


def test_the_translation_is_the_one_that_nmt_translate_finds(walked: Walk, reversal: Reversal) -> None:
    [found] = Translator(reversal.model_dir, engine="torch").translations([SENTENCE])
    assert walked.target.text == found.text == SENTENCE[::-1]
    best = walked.beams.nodes[walked.beams.best]
    assert best.rank == pytest.approx(found.candidates[0].log_probability, abs=1e-4)
    assert best.score == pytest.approx(found.score, abs=1e-4)


def test_the_logits_are_those_of_forward(walked: Walk) -> None:
    with torch.inference_mode():
        logits = walked.opened.model(torch.tensor([walked.source.ids]), torch.tensor([walked.decoder_input.ids]))
    torch.testing.assert_close(walked.logits, logits[0])
    assert walked.source.ids[-1] == walked.target.ids[-1] == EOS
    assert walked.decoder_input.ids == [BOS, *walked.target.ids[:-1]]


def test_embeddings_and_positions_add_up_to_what_enters_the_first_layer(walked: Walk) -> None:
    source, target = walked.embeddings
    for states, layer in ((source, "encoder"), (target, "decoder")):
        entering = walked.recording.residual[f"{layer}.0.attention_residual"].before[0]
        torch.testing.assert_close(states + walked.positions[: len(states)], entering)


def test_a_given_target_is_followed(opened: ExplainedModel) -> None:
    forced = walk(opened, SENTENCE, target="a b c")
    assert forced.forced
    assert forced.target.text == "a b c"
    assert forced.logits.size(0) == 4
    assert document(forced, digits=4)["translation"] == SENTENCE[::-1]


def test_every_node_of_the_beam_continues_its_parent(walked: Walk) -> None:
    tree = walked.beams
    steps = [node.step for node in tree.nodes]
    assert steps == sorted(steps)
    for node in tree.nodes:
        parent = None if node.parent is None else tree.nodes[node.parent]
        assert node.step == (1 if parent is None else parent.step + 1)
        assert node.rank <= (0 if parent is None else parent.rank) + 1e-5
    for (_, ended), group in itertools.groupby(
        sorted(tree.nodes, key=lambda node: (node.step, node.id == EOS, node.place)),
        key=lambda node: (node.step, node.id == EOS),
    ):
        ranks = [node.rank for node in group]
        assert ranks == sorted(ranks, reverse=True), ended
        assert len(ranks) <= tree.config.beam_size
    path = [tree.nodes[number].id for number in tree.path(tree.best)]
    assert path == walked.target.ids


def test_ranks_of_the_beam_are_sums_of_the_models_log_probabilities(walked: Walk) -> None:
    tree = walked.beams
    logs = walked.logits.log_softmax(1)
    expected = torch.stack([logs[step, number] for step, number in enumerate(walked.target.ids)]).cumsum(0)
    ranks = [tree.nodes[number].rank for number in tree.path(tree.best)]
    assert ranks == pytest.approx(expected.tolist(), abs=1e-4)


def test_the_document_holds_all_weights_and_its_rows_sum_to_one(walked: Walk) -> None:
    found = document(walked, digits=6)
    shapes = set()
    for which, layers in (("encoder", found["encoder"]), ("decoder", found["decoder"])):
        for number, layer in enumerate(layers):
            for name in ("attention", "cross_attention"):
                if name in layer:
                    weights = torch.tensor(layer[name]["weights"])
                    recorded = walked.recording.attention[f"{which}.{number}.{name}"].weights[0]
                    torch.testing.assert_close(weights, recorded, atol=1e-6, rtol=0)
                    torch.testing.assert_close(weights.sum(2), torch.ones(weights.shape[:2]), atol=1e-4, rtol=0)
                    shapes.add((which, name, weights.shape))
    assert len(shapes) == 3


def test_the_arithmetic_of_a_page_gives_its_weights(walked: Walk) -> None:
    layer = document(walked, digits=4)["decoder"][1]["cross_attention"]
    queries, keys = torch.tensor(layer["queries"]), torch.tensor(layer["keys"])
    weights = (queries @ keys.mT / math.sqrt(queries.size(2))).softmax(2)
    torch.testing.assert_close(weights, torch.tensor(layer["weights"]), atol=2e-3, rtol=0)


def test_candidates_and_the_rest_give_the_exact_probabilities_at_every_temperature(walked: Walk) -> None:
    found = document(walked, digits=6)
    compared = 0
    for step, logits in zip(found["steps"], walked.logits, strict=True):
        known = torch.tensor([candidate[2] for candidate in step["candidates"]])
        for temperature, rest in zip(found["temperatures"], step["rest"], strict=True):
            expected = (logits / temperature).softmax(0).sort(descending=True).values[: len(known)]
            every = torch.cat((known / temperature, torch.tensor([-math.inf if rest is None else rest])))
            torch.testing.assert_close(every.softmax(0)[:-1], expected, atol=1e-4, rtol=1e-3)
            compared += 1
    assert compared >= 20 * len(walked.target.ids)
    assert len(found["steps"][0]["candidates"]) <= CANDIDATES


def test_subwords_of_one_word_are_known_as_such(talkative: ExplainedModel) -> None:
    found = walk(talkative, "a catdog")
    words = [word for word in found.source.words if not word.startswith("<")]
    assert "".join(words) == "acatdog"
    assert len(found.source.words) < len(found.source.subwords)
    assert found.source.words[-1] == "</s>"
    places = [place for own in found.source.subwords_of_words() for place in own]
    assert places == list(range(len(found.source.subwords)))


@pytest.mark.parametrize("text", ["", "   ", "\x00"])
def test_an_empty_sentence_is_told(opened: ExplainedModel, text: str) -> None:
    with pytest.raises(NMTError, match="the sentence is empty"):
        walk(opened, text)


def test_an_empty_target_and_an_unknown_tag_are_told(opened: ExplainedModel) -> None:
    with pytest.raises(NMTError, match="the target is empty"):
        walk(opened, "a", target=" ")
    with pytest.raises(NMTError, match="has no tag 'law'"):
        walk(opened, "a", tag="law")


def test_what_is_too_long_is_told_with_the_limit(opened: ExplainedModel, talkative: ExplainedModel) -> None:
    with pytest.raises(NMTError, match=r"has 60 subwords, .* give one of at most"):
        walk(opened, " ".join("a" * 60))
    with pytest.raises(NMTError, match="more than the model has seen in training; give one of at most 12"):
        walk(talkative, "the a cat sees 1 2 3 4 5 6 7 8 9 birds")
    with pytest.raises(NMTError, match=f"the target has 60 subwords, more than a page can show.* {MOST_SUBWORDS}"):
        walk(opened, "a", target=" ".join("a" * 60))


def test_a_models_sampling_does_not_reach_the_search(opened: ExplainedModel) -> None:
    from dataclasses import replace

    search = replace(opened.info.search, sample=True, top_k=3, temperature=0.7, n_best=9)
    sampling = replace(opened, info=replace(opened.info, search=search))
    assert walk(sampling, SENTENCE).target.text == SENTENCE[::-1]
