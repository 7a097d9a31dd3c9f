import pytest
import torch
import torch.nn.functional as F

from nmt.errors import NMTError
from nmt.explain.neighbours import draw_map, find_neighbours, has_map
from nmt.explain.trace import ExplainedModel


def test_neighbours_are_the_subwords_with_the_largest_cosines(explained: ExplainedModel) -> None:
    [nearest] = find_neighbours(explained, ["a"], count=4)
    table = F.normalize(explained.model.embedding.weight.detach(), dim=1)
    cosines = table @ table[nearest.id]
    assert explained.tokenizer.pieces([nearest.id]) == [nearest.piece]
    assert [other.cosine for other in nearest.neighbours] == sorted(
        (o.cosine for o in nearest.neighbours), reverse=True
    )
    for other in nearest.neighbours:
        assert other.cosine == pytest.approx(float(cosines[other.id]), abs=1e-5)
        assert other.id != nearest.id
    letters = [other.piece.strip("\u2581") for other in nearest.neighbours]
    assert set(letters) <= set("bcdefgh")


def test_a_word_of_several_subwords_is_explained_by_each_of_them(talkative: ExplainedModel) -> None:
    neighbourhoods = find_neighbours(talkative, ["catdogs"], count=3)
    assert len(neighbourhoods) > 1
    assert "".join(each.piece for each in neighbourhoods).replace("\u2581", "") == "catdogs"
    assert {each.word for each in neighbourhoods} == {"catdogs"}


def test_an_empty_word_is_an_error(explained: ExplainedModel) -> None:
    with pytest.raises(NMTError, match="is not a word"):
        find_neighbours(explained, ["  "], count=3)


def test_the_map_keeps_as_much_variance_as_two_dimensions_can(explained: ExplainedModel) -> None:
    neighbourhoods = find_neighbours(explained, ["a", "b", "c"], count=6)
    flat = draw_map(explained, neighbourhoods)
    assert sum(point.asked for point in flat.points) == 3
    vectors = F.normalize(
        explained.model.embedding.weight.detach()[[point.id for point in flat.points]].double(), dim=1
    )
    centred = vectors - vectors.mean(0)
    points = torch.tensor([[point.x, point.y] for point in flat.points], dtype=torch.double)
    # The plane of the two largest singular values keeps the most variance (Eckart and Young).
    sizes = torch.linalg.svdvals(centred).square()
    assert float(points.square().sum()) == pytest.approx(float(sizes[:2].sum()))
    assert flat.shares == pytest.approx((sizes[:2] / sizes.sum()).tolist())


def test_a_map_of_too_few_subwords_is_refused(explained: ExplainedModel) -> None:
    neighbourhoods = find_neighbours(explained, ["a"], count=1)
    assert not has_map(neighbourhoods)
    with pytest.raises(NMTError, match="at least three"):
        draw_map(explained, neighbourhoods)
