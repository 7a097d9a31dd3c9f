import pytest
import torch
import torch.nn.functional as F

from nmt.errors import NMTError
from nmt.explain.neighbours import draw_map, find_neighbours, has_map
from nmt.explain.walk import ExplainedModel


def test_neighbours_are_those_with_the_greatest_cosines(opened: ExplainedModel) -> None:
    [found] = find_neighbours(opened, ["a"], count=4)
    table = F.normalize(opened.model.embedding.weight.detach(), dim=1)
    cosines = table @ table[found.id]
    assert opened.tokenizer.pieces([found.id]) == [found.piece]
    assert [other.cosine for other in found.neighbours] == sorted((o.cosine for o in found.neighbours), reverse=True)
    for other in found.neighbours:
        assert other.cosine == pytest.approx(float(cosines[other.id]), abs=1e-5)
        assert other.id != found.id
    letters = [other.piece.strip("\u2581") for other in found.neighbours]
    assert set(letters) <= set("bcdefgh")


def test_a_word_that_is_no_subword_is_explained_by_its_subwords(talkative: ExplainedModel) -> None:
    found = find_neighbours(talkative, ["catdogs"], count=3)
    assert len(found) > 1
    assert "".join(each.piece for each in found).replace("\u2581", "") == "catdogs"
    assert {each.word for each in found} == {"catdogs"}


def test_what_is_no_word_is_told(opened: ExplainedModel) -> None:
    with pytest.raises(NMTError, match="is no word"):
        find_neighbours(opened, ["  "], count=3)


def test_the_map_keeps_what_two_dimensions_can_keep(opened: ExplainedModel) -> None:
    found = find_neighbours(opened, ["a", "b", "c"], count=6)
    flat = draw_map(opened, found)
    assert sum(point.asked for point in flat.points) == 3
    vectors = F.normalize(opened.model.embedding.weight.detach()[[point.id for point in flat.points]].double(), dim=1)
    centred = vectors - vectors.mean(0)
    places = torch.tensor([[point.x, point.y] for point in flat.points], dtype=torch.double)
    # Of all planes, that of the two greatest singular values keeps most (Eckart and Young).
    sizes = torch.linalg.svdvals(centred).square()
    assert float(places.square().sum()) == pytest.approx(float(sizes[:2].sum()))
    assert flat.shares == pytest.approx((sizes[:2] / sizes.sum()).tolist())


def test_a_map_of_too_few_is_refused(opened: ExplainedModel) -> None:
    found = find_neighbours(opened, ["a"], count=1)
    assert not has_map(found)
    with pytest.raises(NMTError, match="at least three"):
        draw_map(opened, found)
