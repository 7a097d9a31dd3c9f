"""A trace as one JSON value, which the page shows and ``--format json`` prints.

Layers and heads are lists in the model's order; rows of weights are the attending positions, columns the positions
that they attend to.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from nmt.explain.neighbours import nearest_subwords
from nmt.explain.recorder import AttentionRecord
from nmt.explain.sentence import Sentence
from nmt.explain.trace import ExplainedModel, Trace, attention_name

CANDIDATES = 40  # of each step, with their logits; the others are summed up
TEMPERATURES = tuple(round(0.1 * step, 1) for step in range(1, 21))
_NEURONS = 8
_LENS = 3
_NEIGHBOURS = 5

Json = dict[str, Any]


def document(trace: Trace, *, digits: int) -> Json:
    """All of ``trace``; ``digits`` are significant digits, for weights and probabilities decimal places."""
    model = trace.explained.info.model
    writer = _Writer(trace, digits)
    with torch.inference_mode():
        return {
            "model": model_facts(trace.explained),
            "source": _sentence(trace.source),
            "decoder_input": _sentence(trace.decoder_input),
            "target": _sentence(trace.target),
            "forced": trace.forced,
            "translation": trace.explained.tokenizer.decode([trace.beams.ids])[0],
            "embedding": writer.embedding(),
            "encoder": [writer.encoder_layer(layer) for layer in range(model.encoder_layers)],
            "decoder": [writer.decoder_layer(layer) for layer in range(model.decoder_layers)],
            "lens": writer.lens(),
            "temperatures": TEMPERATURES,
            "steps": writer.steps(),
            "log_probability": writer.log_probability(),
            "beams": writer.beams(),
        }


def model_facts(explained: ExplainedModel) -> Json:
    """The facts about a model that a page shows."""
    info = explained.info
    return {
        "name": explained.name,
        "source_language": info.source_language,
        "target_language": info.target_language,
        "parameters": sum(parameter.numel() for parameter in explained.model.parameters()),
        "vocabulary": info.model.vocabulary_size,
        "encoder_layers": info.model.encoder_layers,
        "decoder_layers": info.model.decoder_layers,
        "heads": info.model.heads,
        "dimension": info.model.dimension,
        "feed_forward": info.model.feed_forward,
        "norm": info.model.norm,
        "alignment_heads": [list(head) for head in explained.alignment_heads],
    }


def _sentence(sentence: Sentence) -> Json:
    return {
        "text": sentence.text,
        "subwords": [[each.id, each.piece, each.start, each.end, each.word] for each in sentence.subwords],
        "words": list(sentence.words),
    }


class _Writer:
    """Converts the parts of one trace to JSON values."""

    def __init__(self, trace: Trace, digits: int) -> None:
        self.trace = trace
        self.digits = digits

    def embedding(self) -> Json:
        source, target = self.trace.embeddings
        subwords = self.trace.source.subwords
        near = nearest_subwords(self.trace.explained, source, _NEIGHBOURS + 1)
        return {
            "source": self._vectors(source),
            "target": self._vectors(target),
            "positions": self._vectors(self.trace.positions),
            "neighbours": [
                [[self._piece(number), self._share(cosine)] for number, cosine in nearest if number != subword.id][
                    :_NEIGHBOURS
                ]
                for subword, nearest in zip(subwords, near, strict=True)
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
        """The best candidates at each position if the decoder ended after each layer: by layer, position, candidate."""
        model, residual = self.trace.explained.model, self.trace.recording.residual
        layers = self.trace.explained.info.model.decoder_layers
        states = [residual[f"decoder.{layer}.feed_forward_residual"].after[0] for layer in range(layers)]
        states = [residual["decoder.0.attention_residual"].before[0], *states]
        by_layer = []
        for layer_states in states:
            logits = model.decoder_norm(layer_states) @ model.embedding.weight.T
            best = logits.softmax(-1).topk(_LENS, dim=1)
            by_layer.append(
                [
                    [[self._piece(number), self._share(value)] for number, value in zip(numbers, values, strict=True)]
                    for numbers, values in zip(best.indices.tolist(), best.values.tolist(), strict=True)
                ]
            )
        return by_layer

    def steps(self) -> list[Json]:
        """For each step the best candidates, and the log-sum-exp of the others at each temperature: exact and small."""
        logits = self.trace.logits.float()
        count = min(CANDIDATES, logits.size(1))
        order = logits.sort(dim=1, descending=True)
        temperatures = logits.new_tensor(TEMPERATURES).view(-1, 1, 1)
        others = (order.values[:, count:] / temperatures).logsumexp(2).T  # (T, temperatures)
        total = logits.logsumexp(1)
        steps = []
        for step, written in enumerate(self.trace.target.subwords):
            numbers, values = order.indices[step, :count].tolist(), order.values[step, :count].tolist()
            rank = int((order.indices[step] == written.id).nonzero()[0, 0])
            steps.append(
                {
                    "candidates": [
                        [number, self._piece(number), self._number(value)]
                        for number, value in zip(numbers, values, strict=True)
                    ],
                    "rest": [self._number(value) if math.isfinite(value) else None for value in others[step].tolist()],
                    "written": {
                        "rank": rank,  # from 0
                        "logit": self._number(float(logits[step, written.id])),
                        "log_probability": self._number(float(logits[step, written.id] - total[step])),
                    },
                    "entropy": self._number(_entropy(logits[step])),
                }
            )
        return steps

    def log_probability(self) -> float:
        """The log-probability of the whole target."""
        logs = self.trace.logits.float().log_softmax(1)
        return self._number(float(sum(logs[step, number] for step, number in enumerate(self.trace.target.ids))))

    def beams(self) -> Json:
        tree = self.trace.beams
        return {
            "beam_size": tree.config.beam_size,
            "length_penalty": tree.config.length_penalty,
            "nodes": [
                [node.step, node.position, node.parent, node.id, self._piece(node.id), *map(self._number, values)]
                for node in tree.nodes
                for values in [(node.rank, node.score)]
            ],
            "best": tree.path(tree.best),
        }

    def _attention(self, which: str, layer: int) -> Json:
        record: AttentionRecord = self.trace.recording.attention[attention_name(which, layer)]
        return {
            "weights": [[[self._share(value) for value in row] for row in head] for head in record.weights[0].tolist()],
            "queries": [self._vectors(head) for head in record.queries[0]],
            "keys": [self._vectors(head) for head in record.keys[0]],
            "values": [self._vectors(head) for head in record.values[0]],
        }

    def _residual(self, layer: str, sublayers: Sequence[str]) -> list[Json]:
        """The lengths of the vectors before each sublayer, of its output and after it, by position."""
        entries = []
        for sublayer in sublayers:
            record = self.trace.recording.residual[f"{layer}.{sublayer}_residual"]
            parts = {"before": record.before, "output": record.output, "after": record.after}
            entries.append(
                {"sublayer": sublayer}
                | {name: self._numbers(part[0].norm(dim=1).tolist()) for name, part in parts.items()}
            )
        return entries

    def _neurons(self, name: str) -> list[Json]:
        """For each position the number of active neurons, and the most active ones with their values."""
        neurons = self.trace.recording.neurons[name][0]
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
        return self.trace.explained.tokenizer.pieces([number])[0]


def _entropy(logits: Tensor) -> float:
    """The entropy of the distribution, in bits."""
    logs = logits.log_softmax(0)
    return float(-(logs.exp() * logs.clamp(min=-1e4)).sum() / math.log(2))
