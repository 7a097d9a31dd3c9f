"""A walk as one plain value that JSON can hold: what the page shows and ``--format json`` gives.

Layers and heads are lists in the model's order; rows of weights are the positions that look, columns those looked at.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from nmt.explain.neighbours import nearest_subwords
from nmt.explain.recorder import AttentionRecord
from nmt.explain.sentence import Sentence
from nmt.explain.walk import ExplainedModel, Walk, attention_name

CANDIDATES = 40  # of each step, with their logits; of the rest only what they have together
TEMPERATURES = tuple(round(0.1 * step, 1) for step in range(1, 21))
_NEURONS = 8
_LENS = 3
_NEIGHBOURS = 5

Json = dict[str, Any]


def document(walk: Walk, *, digits: int) -> Json:
    """All of ``walk``, numbers rounded to so many significant digits, weights and probabilities after the point."""
    model = walk.opened.info.model
    writer = _Writer(walk, digits)
    with torch.inference_mode():
        return {
            "model": model_facts(walk.opened),
            "source": _sentence(walk.source),
            "decoder_input": _sentence(walk.decoder_input),
            "target": _sentence(walk.target),
            "forced": walk.forced,
            "translation": walk.opened.tokenizer.decode([walk.beams.ids])[0],
            "embedding": writer.embedding(),
            "encoder": [writer.encoder_layer(layer) for layer in range(model.encoder_layers)],
            "decoder": [writer.decoder_layer(layer) for layer in range(model.decoder_layers)],
            "lens": writer.lens(),
            "temperatures": TEMPERATURES,
            "steps": writer.steps(),
            "log_probability": writer.log_probability(),
            "beams": writer.beams(),
        }


def model_facts(opened: ExplainedModel) -> Json:
    """What a page says of a model."""
    info = opened.info
    return {
        "name": opened.name,
        "source_language": info.source_language,
        "target_language": info.target_language,
        "parameters": sum(parameter.numel() for parameter in opened.model.parameters()),
        "vocabulary": info.model.vocabulary_size,
        "encoder_layers": info.model.encoder_layers,
        "decoder_layers": info.model.decoder_layers,
        "heads": info.model.heads,
        "dimension": info.model.dimension,
        "feed_forward": info.model.feed_forward,
        "norm": info.model.norm,
        "alignment_heads": [list(head) for head in opened.alignment_heads],
    }


def _sentence(sentence: Sentence) -> Json:
    return {
        "text": sentence.text,
        "subwords": [[each.id, each.piece, each.start, each.end, each.word] for each in sentence.subwords],
        "words": list(sentence.words),
    }


class _Writer:
    """Writes down the parts of one walk."""

    def __init__(self, walk: Walk, digits: int) -> None:
        self.walk = walk
        self.digits = digits

    def embedding(self) -> Json:
        source, target = self.walk.embeddings
        subwords = self.walk.source.subwords
        near = nearest_subwords(self.walk.opened, source, _NEIGHBOURS + 1)
        return {
            "source": self._vectors(source),
            "target": self._vectors(target),
            "positions": self._vectors(self.walk.positions),
            "neighbours": [
                [[self._piece(number), self._share(cosine)] for number, cosine in found if number != own.id][
                    :_NEIGHBOURS
                ]
                for own, found in zip(subwords, near, strict=True)
            ],
        }

    def encoder_layer(self, layer: int) -> Json:
        return {
            "attention": self._attention("encoder", layer),
            "residual": self._residual(f"encoder.{layer}", ("attention", "feed_forward")),
            "neurons": self._neurons(f"encoder.{layer}.feed_forward"),
        }

    def decoder_layer(self, layer: int) -> Json:
        sublayers = ("attention", "cross_attention", "feed_forward")
        return {
            "attention": self._attention("decoder", layer),
            "cross_attention": self._attention("cross", layer),
            "residual": self._residual(f"decoder.{layer}", sublayers),
            "neurons": self._neurons(f"decoder.{layer}.feed_forward"),
        }

    def lens(self) -> list[Any]:
        """What each position would say if the decoder ended after so many layers: by layer, position, candidate."""
        model, residual = self.walk.opened.model, self.walk.recording.residual
        layers = self.walk.opened.info.model.decoder_layers
        states = [residual[f"decoder.{layer}.feed_forward_residual"].after[0] for layer in range(layers)]
        states = [residual["decoder.0.attention_residual"].before[0], *states]
        found = []
        for of_layer in states:
            logits = model.decoder_norm(of_layer) @ model.embedding.weight.T
            best = logits.softmax(-1).topk(_LENS, dim=1)
            found.append(
                [
                    [[self._piece(number), self._share(value)] for number, value in zip(numbers, values, strict=True)]
                    for numbers, values in zip(best.indices.tolist(), best.values.tolist(), strict=True)
                ]
            )
        return found

    def steps(self) -> list[Json]:
        """Of each step the best candidates, and the others' log-sum-exp at each temperature: exact, and small."""
        logits = self.walk.logits.float()
        count = min(CANDIDATES, logits.size(1))
        order = logits.sort(dim=1, descending=True)
        temperatures = logits.new_tensor(TEMPERATURES).view(-1, 1, 1)
        rest = (order.values[:, count:] / temperatures).logsumexp(2).T  # (T, temperatures)
        total = logits.logsumexp(1)
        found = []
        for step, written in enumerate(self.walk.target.subwords):
            numbers, values = order.indices[step, :count].tolist(), order.values[step, :count].tolist()
            place = int((order.indices[step] == written.id).nonzero()[0, 0])
            found.append(
                {
                    "candidates": [
                        [number, self._piece(number), self._number(value)]
                        for number, value in zip(numbers, values, strict=True)
                    ],
                    "rest": [self._number(value) if math.isfinite(value) else None for value in rest[step].tolist()],
                    "written": {
                        "rank": place,  # from 0
                        "logit": self._number(float(logits[step, written.id])),
                        "log_probability": self._number(float(logits[step, written.id] - total[step])),
                    },
                    "entropy": self._number(_entropy(logits[step])),
                }
            )
        return found

    def log_probability(self) -> float:
        """That of the whole target."""
        logs = self.walk.logits.float().log_softmax(1)
        return self._number(float(sum(logs[step, number] for step, number in enumerate(self.walk.target.ids))))

    def beams(self) -> Json:
        tree = self.walk.beams
        return {
            "beam_size": tree.config.beam_size,
            "length_penalty": tree.config.length_penalty,
            "nodes": [
                [node.step, node.place, node.parent, node.id, self._piece(node.id), *map(self._number, values)]
                for node in tree.nodes
                for values in [(node.rank, node.score)]
            ],
            "best": tree.path(tree.best),
        }

    def _attention(self, which: str, layer: int) -> Json:
        found: AttentionRecord = self.walk.recording.attention[attention_name(which, layer)]
        return {
            "weights": [[[self._share(value) for value in row] for row in head] for head in found.weights[0].tolist()],
            "queries": [self._vectors(head) for head in found.queries[0]],
            "keys": [self._vectors(head) for head in found.keys[0]],
            "values": [self._vectors(head) for head in found.values[0]],
        }

    def _residual(self, layer: str, sublayers: Sequence[str]) -> list[Json]:
        """The lengths of the vectors that each sublayer finds, adds and leaves, by position."""
        found = []
        for sublayer in sublayers:
            added = self.walk.recording.residual[f"{layer}.{sublayer}_residual"]
            parts = {"before": added.before, "output": added.output, "after": added.after}
            found.append(
                {"sublayer": sublayer}
                | {name: self._numbers(part[0].norm(dim=1).tolist()) for name, part in parts.items()}
            )
        return found

    def _neurons(self, name: str) -> list[Json]:
        """Of each position how many neurons are active, and the most active with their values."""
        neurons = self.walk.recording.neurons[name][0]
        best = neurons.topk(min(_NEURONS, neurons.size(1)), dim=1)
        return [
            {"active": active, "strongest": list(map(list, zip(numbers, self._numbers(values), strict=True)))}
            for active, numbers, values in zip(
                (neurons > 0).sum(1).tolist(), best.indices.tolist(), best.values.tolist(), strict=True
            )
        ]

    def _vectors(self, rows: Tensor) -> list[list[float]]:
        return [self._numbers(row) for row in rows.tolist()]

    def _numbers(self, values: Sequence[float]) -> list[float]:
        return [self._number(value) for value in values]

    def _number(self, value: float) -> float:
        return float(f"{value:.{self.digits}g}")

    def _share(self, value: float) -> float:
        return round(value, self.digits + 1)

    def _piece(self, number: int) -> str:
        return self.walk.opened.tokenizer.pieces([number])[0]


def _entropy(logits: Tensor) -> float:
    """In bits."""
    logs = logits.log_softmax(0)
    return float(-(logs.exp() * logs.clamp(min=-1e4)).sum() / math.log(2))
