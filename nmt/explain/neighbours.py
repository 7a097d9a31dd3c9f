"""Which subwords lie near each other in the space of embeddings, and a flat map of that space."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from nmt.errors import NMTError
from nmt.explain.walk import ExplainedModel
from nmt.special_ids import EOS
from nmt.text.controls import clean_text
from nmt.tokenization.pieces import SPACE_MARK, byte_of
from nmt.tokenization.tokenizer import Tokenizer

_ON_MAP = 6  # neighbours of each word that a map shows


@dataclass(frozen=True)
class Neighbour:
    """A subword and the cosine of the angle between its embedding and another."""

    id: int
    piece: str
    cosine: float


@dataclass(frozen=True)
class Neighbourhood:
    """A subword of a word that somebody asked for, and what lies nearest to it."""

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
    asked: bool  # whether it is of a word that was asked for, and not a neighbour


@dataclass(frozen=True)
class Map:
    """The plane through the points that keeps most of what differs between them (principal component analysis)."""

    points: tuple[Point, ...]
    shares: tuple[float, float]  # of the variance, along x and y


def find_neighbours(opened: ExplainedModel, words: Sequence[str], *, count: int) -> list[Neighbourhood]:
    """The nearest subwords of each of ``words``; of a word that is no single subword, those of each of its subwords."""
    found = []
    for word in words:
        for number in _ids_of(opened.tokenizer, word):
            [near] = nearest_subwords(opened, opened.model.embedding.weight[number : number + 1], count + 1)
            others = [
                Neighbour(other, opened.tokenizer.pieces([other])[0], cosine)
                for other, cosine in near
                if other != number
            ]
            found.append(
                Neighbourhood(clean_text(word), number, opened.tokenizer.pieces([number])[0], tuple(others[:count]))
            )
    return found


def nearest_subwords(opened: ExplainedModel, vectors: Tensor, count: int) -> list[list[tuple[int, float]]]:
    """For each of ``vectors`` (N, D) the ``count`` subwords at the smallest angles, and the cosines of these.

    Special ids and bytes, which stand for no text, are left out.
    """
    with torch.inference_mode():
        table = F.normalize(opened.model.embedding.weight.float(), dim=1)
        cosines = F.normalize(vectors.float(), dim=1) @ table.T
        cosines[:, _without_text(opened.tokenizer)] = -math.inf
        best = cosines.topk(min(count, cosines.size(1)), dim=1)
    return [
        [(number, cosine) for number, cosine in zip(numbers, values, strict=True) if cosine > -math.inf]
        for numbers, values in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    ]


def has_map(found: Sequence[Neighbourhood]) -> bool:
    """Whether there are enough different subwords for a plane."""
    return len(_ids_on_map(found)) >= 3


def _ids_on_map(found: Sequence[Neighbourhood]) -> list[int]:
    near = (other.id for each in found for other in each.neighbours[:_ON_MAP])
    return list(dict.fromkeys([*(each.id for each in found), *near]))


def draw_map(opened: ExplainedModel, found: Sequence[Neighbourhood]) -> Map:
    """The subwords asked for and some neighbours of each on a plane; NMTError for fewer than three different ones."""
    asked = {each.id for each in found}
    ids = _ids_on_map(found)
    if not has_map(found):
        raise NMTError("a map needs at least three different subwords; repeat --neighbours with other words")
    with torch.inference_mode():
        vectors = F.normalize(opened.model.embedding.weight[ids].cpu().double(), dim=1)
        centred = vectors - vectors.mean(0)
        left, sizes, _ = torch.linalg.svd(centred, full_matrices=False)
        places = left[:, :2] * sizes[:2]
        places = places * places.sum(0).sign().where(places.sum(0) != 0, torch.ones(2, dtype=places.dtype))
        variances = sizes.square()
    shares = (variances[:2] / variances.sum().clamp(min=1e-30)).tolist()
    points = tuple(
        Point(number, piece, x, y, number in asked)
        for number, piece, (x, y) in zip(ids, opened.tokenizer.pieces(ids), places.tolist(), strict=True)
    )
    return Map(points, (shares[0], shares[1]))


def _ids_of(tokenizer: Tokenizer, word: str) -> list[int]:
    """The subwords of ``word`` at the beginning of a word, without a blank by itself; NMTError if there are none."""
    [ids] = tokenizer.encode([clean_text(word).strip()])
    kept = [number for number, piece in zip(ids, tokenizer.pieces(ids), strict=True) if piece != SPACE_MARK]
    if not kept:
        raise NMTError(f"{word!r} is no word: give --neighbours some text")
    return kept


def _without_text(tokenizer: Tokenizer) -> list[int]:
    pieces = tokenizer.pieces(range(tokenizer.vocabulary_size))
    return [
        number
        for number, piece in enumerate(pieces)
        if number <= EOS or piece == SPACE_MARK or byte_of(piece) is not None
    ]
