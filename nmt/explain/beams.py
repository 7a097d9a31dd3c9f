"""A beam search as it went: every hypothesis that lived in a step, and those that ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from nmt.decoding.config import SearchConfig
from nmt.decoding.constraints import NEVER
from nmt.decoding.hypothesis import SearchInput
from nmt.decoding.search import Expansion, search
from nmt.models.base import Heads
from nmt.models.transformer import Transformer
from nmt.special_ids import EOS

Ids = tuple[int, ...]


@dataclass(frozen=True)
class Node:
    """A hypothesis of one step."""

    step: int  # how many subwords it has, the end included
    place: int  # among those of its step and kind, the best first
    parent: int | None  # the number of the node that it continues; None: the empty beginning
    id: int  # its newest subword; EOS if it has ended
    rank: float  # what the search compares: the log-probability so far, unless a repetition penalty is set
    score: float  # what it would be ranked by if it were finished, without a coverage penalty


@dataclass
class BeamTree:
    """The nodes of a search in the order of its steps, and where its result ended."""

    config: SearchConfig
    nodes: list[Node] = field(default_factory=list)
    best: int = 0  # the number of the node in which the best hypothesis ended
    ids: list[int] = field(default_factory=list)  # the best hypothesis, without EOS

    def path(self, number: int) -> list[int]:
        """The numbers of the nodes that lead to ``number``, which is the last."""
        found: list[int] = []
        at: int | None = number
        while at is not None:
            found.append(at)
            at = self.nodes[at].parent
        return found[::-1]


def beam_tree(model: Transformer, source: Sequence[int], config: SearchConfig, heads: Heads | None) -> BeamTree:
    """The search for a translation of the ids ``source``, which have no EOS; the same that ``nmt translate`` makes."""
    tree = BeamTree(config)
    numbers: dict[Ids, int] = {}

    def add(ids: Ids, place: int, rank: float) -> None:
        numbers[ids] = len(tree.nodes)
        score = rank / len(ids) ** config.length_penalty
        tree.nodes.append(Node(len(ids), place, numbers.get(ids[:-1]), ids[-1], rank, score))

    def watch(step: Expansion) -> None:
        prefixes, endings = ([*map(tuple, step.ids[0].tolist())], step.endings[0].tolist())
        order = sorted(range(len(prefixes)), key=lambda row: -endings[row])
        for place, row in enumerate(order[: int(step.ended[0])]):
            add((*prefixes[row], EOS), place, endings[row])
        continued = zip(map(tuple, step.continued[0].tolist()), step.ranks[0].tolist(), strict=True)
        for place, (ids, rank) in enumerate(continued):
            if rank > NEVER:
                add(ids, place, rank)

    with torch.inference_mode():
        [found] = search(model, [SearchInput(source)], config, heads=heads, watch=watch)
    tree.ids = found.hypotheses[0].ids
    tree.best = numbers[(*tree.ids, EOS)]
    return tree
