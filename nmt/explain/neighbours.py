"""The nearest neighbours of subwords in the space of embeddings, and a flat map of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from nmt.errors import NMTError
from nmt.explain.trace import ExplainedModel
from nmt.special_ids import EOS
from nmt.text.controls import clean_text
from nmt.tokenization.pieces import SPACE_MARK, byte_of
from nmt.tokenization.tokenizer import Tokenizer

_NEIGHBOURS_ON_MAP = 6  # of each word


@dataclass(frozen=True)
class Neighbour:
    """A subword and the cosine of the angle between its embedding and that of another subword."""

    id: int
    piece: str
    cosine: float


@dataclass(frozen=True)
class Neighbourhood:
    """A subword of a requested word, and its nearest neighbours."""

    word: str
    id: int
    piece: str
    neighbours: tuple[Neighbour, ...]  # the nearest first


@dataclass(frozen=True)
class Point:
    """A subword on the map."""

    id: int
    piece: str
    x: float
    y: float
    asked: bool  # whether it belongs to a requested word; else it is a neighbour


@dataclass(frozen=True)
class Map:
    """The plane through the points that keeps most of their variance (principal component analysis)."""

    points: tuple[Point, ...]
    shares: tuple[float, float]  # of the variance, along x and y


def find_neighbours(explained: ExplainedModel, words: Sequence[str], *, count: int) -> list[Neighbourhood]:
    """The nearest subwords of each of ``words``; for a word of several subwords, those of each subword."""
    neighbourhoods = []
    for word in words:
        for number in _ids_of(explained.tokenizer, word):
            [near] = nearest_subwords(explained, explained.model.embedding.weight[number : number + 1], count + 1)
            others = [
                Neighbour(other, explained.tokenizer.pieces([other])[0], cosine)
                for other, cosine in near
                if other != number
            ]
            neighbourhoods.append(
                Neighbourhood(clean_text(word), number, explained.tokenizer.pieces([number])[0], tuple(others[:count]))
            )
    return neighbourhoods


def nearest_subwords(explained: ExplainedModel, vectors: Tensor, count: int) -> list[list[tuple[int, float]]]:
    """For each of ``vectors`` (N, D) the ``count`` subwords with the smallest angles, and their cosines.

    Special ids and bytes, which are not text, are left out.
    """
    with torch.inference_mode():
        table = F.normalize(explained.model.embedding.weight.float(), dim=1)
        cosines = F.normalize(vectors.float(), dim=1) @ table.T
        cosines[:, _without_text(explained.tokenizer)] = -math.inf
        best = cosines.topk(min(count, cosines.size(1)), dim=1)
    return [
        [(number, cosine) for number, cosine in zip(numbers, values, strict=True) if cosine > -math.inf]
        for numbers, values in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    ]


def has_map(neighbourhoods: Sequence[Neighbourhood]) -> bool:
    """Whether there are enough different subwords for a plane."""
    return len(_ids_on_map(neighbourhoods)) >= 3


def _ids_on_map(neighbourhoods: Sequence[Neighbourhood]) -> list[int]:
    near = (other.id for each in neighbourhoods for other in each.neighbours[:_NEIGHBOURS_ON_MAP])
    return list(dict.fromkeys([*(each.id for each in neighbourhoods), *near]))


def draw_map(explained: ExplainedModel, neighbourhoods: Sequence[Neighbourhood]) -> Map:
    """The requested subwords and some neighbours of each on a plane; NMTError for fewer than three different ones."""
    asked = {each.id for each in neighbourhoods}
    ids = _ids_on_map(neighbourhoods)
    if not has_map(neighbourhoods):
        raise NMTError("a map needs at least three different subwords; repeat --neighbours with other words")
    with torch.inference_mode():
        vectors = F.normalize(explained.model.embedding.weight[ids].cpu().double(), dim=1)
        centred = vectors - vectors.mean(0)
        left, sizes, _ = torch.linalg.svd(centred, full_matrices=False)
        points = left[:, :2] * sizes[:2]
        points = points * points.sum(0).sign().where(points.sum(0) != 0, torch.ones(2, dtype=points.dtype))
        variances = sizes.square()
    shares = (variances[:2] / variances.sum().clamp(min=1e-30)).tolist()
    named_points = tuple(
        Point(number, piece, x, y, number in asked)
        for number, piece, (x, y) in zip(ids, explained.tokenizer.pieces(ids), points.tolist(), strict=True)
    )
    return Map(named_points, (shares[0], shares[1]))


def _ids_of(tokenizer: Tokenizer, word: str) -> list[int]:
    """The subwords of ``word`` at the beginning of a word, without a separate space; NMTError if there are none."""
    [ids] = tokenizer.encode([clean_text(word).strip()])
    kept = [number for number, piece in zip(ids, tokenizer.pieces(ids), strict=True) if piece != SPACE_MARK]
    if not kept:
        raise NMTError(f"{word!r} is not a word: give --neighbours some text")
    return kept


def _without_text(tokenizer: Tokenizer) -> list[int]:
    pieces = tokenizer.pieces(range(tokenizer.vocabulary_size))
    return [
        number
        for number, piece in enumerate(pieces)
        if number <= EOS or piece == SPACE_MARK or byte_of(piece) is not None
    ]
