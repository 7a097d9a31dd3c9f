"""A beam search, step by step: every hypothesis in the beam, and those that ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from nmt.decoding.config import SearchConfig
from nmt.decoding.constraints import NEVER
from nmt.decoding.hypothesis import SearchInput
from nmt.decoding.search import Expansion, search
from nmt.models.base import EncoderDecoder
from nmt.models.config import Heads
from nmt.special_ids import EOS

Ids = tuple[int, ...]


@dataclass(frozen=True)
class Node:
    """A hypothesis of one step."""

    step: int  # the number of its subwords, including EOS
    position: int  # among the ended, or the continued, hypotheses of its step, the best first
    parent: int | None  # the number of the node that it continues; None: the empty hypothesis
    id: int  # its newest subword; EOS if it has ended
    rank: float  # what the search compares: the log-probability, unless a repetition penalty is set
    score: float  # its score if it ended here, without a coverage penalty


@dataclass
class BeamTree:
    """The nodes of a search in the order of its steps, and the node of its result."""

    config: SearchConfig
    nodes: list[Node] = field(default_factory=list)
    best: int = 0  # the number of the last node of the best hypothesis
    ids: list[int] = field(default_factory=list)  # the best hypothesis, without EOS

    def path(self, number: int) -> list[int]:
        """The numbers of the nodes that lead to ``number``, which is the last."""
        backwards: list[int] = []
        current: int | None = number
        while current is not None:
            backwards.append(current)
            current = self.nodes[current].parent
        return backwards[::-1]


def beam_tree(model: EncoderDecoder, source: Sequence[int], config: SearchConfig, heads: Heads | None) -> BeamTree:
    """The search for a translation of the ids ``source`` (without EOS), the same as that of ``nmt translate``."""
    tree = BeamTree(config)
    numbers: dict[Ids, int] = {}

    def add(ids: Ids, position: int, rank: float) -> None:
        numbers[ids] = len(tree.nodes)
        score = rank / len(ids) ** config.length_penalty
        tree.nodes.append(Node(len(ids), position, numbers.get(ids[:-1]), ids[-1], rank, score))

    def watch(step: Expansion) -> None:
        prefixes, endings = ([*map(tuple, step.ids[0].tolist())], step.endings[0].tolist())
        order = sorted(range(len(prefixes)), key=lambda row: -endings[row])
        for position, row in enumerate(order[: int(step.ended[0])]):
            add((*prefixes[row], EOS), position, endings[row])
        continued = zip(map(tuple, step.continued[0].tolist()), step.ranks[0].tolist(), strict=True)
        for position, (ids, rank) in enumerate(continued):
            if rank > NEVER:
                add(ids, position, rank)

    with torch.inference_mode():
        [result] = search(model, [SearchInput(source)], config, heads=heads, watch=watch)
    tree.ids = result.hypotheses[0].ids
    tree.best = numbers[(*tree.ids, EOS)]
    return tree
