"""What each head of a model does on a text: where its attention goes, and how widely it is spread."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nmt.decoding.attention import mean_of_heads, shifted
from nmt.decoding.scoring import pad_rows
from nmt.explain.recorder import recording
from nmt.explain.sentence import Sentence, source_sentence, target_sentence
from nmt.explain.trace import ExplainedModel, attention_name
from nmt.special_ids import BOS, EOS, PAD
from nmt.tokenization.pieces import SPACE_MARK
from nmt.translation.alignment import link_words

# Shares of the attention. They need not sum to 1, because a position can be in several categories. In self-attention
# left and right are relative to the attending position, in cross-attention to the words that it translates.
SHARES = ("left", "previous", "itself", "next", "right", "aligned", "punctuation", "boundary")
_OF_SELF = ("left", "previous", "itself", "next", "right", "punctuation", "boundary")
_OF_CROSS = ("left", "aligned", "right", "punctuation", "boundary")
_ROLE = 0.4  # the share from which on a head has a role
_SIDE = 0.7  # the same for "left" and "right", which contain many positions
_BATCH_SENTENCES = 16

Progress = Callable[[int, int], None]
Pair = tuple[Sentence, Sentence]


@dataclass(frozen=True, kw_only=True)
class Head:
    """One head of one attention, and what it does."""

    which: str  # encoder, decoder (both self-attention) or cross
    layer: int  # from 1
    head: int  # from 1
    shares: dict[str, float]  # by the names in SHARES that apply to this kind of attention
    entropy: float  # in bits, the mean over rows
    role: str  # the largest of its shares, if large enough; else "mixed"


def head_statistics(
    explained: ExplainedModel,
    sources: Sequence[str],
    targets: Sequence[str],
    *,
    source_prefix: Sequence[int] = (),
    progress: Progress | None = None,
) -> list[Head]:
    """What each head does while the decoder writes ``targets`` as translations of ``sources``; none may be empty.

    The model's own alignment heads decide which words translate each other, as in ``nmt translate --align``, so these
    heads look better aligned than another aligner would find them.
    """
    tokenizer = explained.tokenizer
    pairs = [
        (source_sentence(tokenizer, source, source_prefix), target_sentence(tokenizer, ids))
        for source, ids in zip(sources, tokenizer.encode(targets), strict=True)
    ]
    sums: dict[tuple[str, int], _Sums] = {}
    done = 0
    for batch in _batches(pairs):
        _count_batch(explained, batch, len(source_prefix), sums)
        done += len(batch)
        if progress is not None:
            progress(done, len(pairs))
    return [head for (which, layer), layer_sums in sums.items() for head in layer_sums.heads(which, layer)]


class _Sums:
    """The attention of one layer by category, summed over all rows of all sentences."""

    def __init__(self) -> None:
        self.rows: dict[str, Tensor] = {}  # by category, the number of rows to which it applies
        self.weights: dict[str, Tensor] = {}  # (H,)

    def add(self, weights: Tensor, rows: Tensor, categories: dict[str, Tensor]) -> None:
        """Add ``weights`` (H, T, S) by ``categories``, bool (T, S), for the ``rows``, bool (T,)."""
        logs = weights.clamp(min=1e-12).log2()
        self._add("entropy", -(weights * logs).sum(2), rows)
        for name, category in categories.items():
            # Rows without an aligned word have no left and right.
            relative = "aligned" in categories and name in _OF_CROSS[:3]
            self._add(name, (weights * category).sum(2), rows & categories["aligned"].any(1) if relative else rows)

    def _add(self, name: str, values: Tensor, rows: Tensor) -> None:
        self.weights[name] = self.weights.get(name, torch.zeros(values.size(0))) + values[:, rows].sum(1).cpu()
        self.rows[name] = self.rows.get(name, torch.zeros(())) + rows.sum().cpu()

    def heads(self, which: str, layer: int) -> Iterator[Head]:
        names = _OF_CROSS if which == "cross" else _OF_SELF
        means = {name: (self.weights[name] / self.rows[name].clamp(min=1)).tolist() for name in ("entropy", *names)}
        for head, entropy in enumerate(means["entropy"]):
            shares = {name: means[name][head] for name in names}
            yield Head(
                which=which,
                layer=layer + 1,
                head=head + 1,
                shares=shares,
                entropy=entropy,
                role=_role(which, shares),
            )


def _role(which: str, shares: dict[str, float]) -> str:
    """The category that gets most of the attention; left does not count in the decoder, where everything is left."""
    large = [(share, name) for name, share in shares.items() if share >= _ROLE and name not in ("left", "right")]
    if large:
        return max(large)[1]
    sides = [(shares[name], name) for name in ("left", "right") if shares[name] >= _SIDE and which != "decoder"]
    return max(sides)[1] if sides else "mixed"


def _batches(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    order = sorted(pairs, key=lambda pair: -len(pair[0].subwords))
    for start in range(0, len(order), _BATCH_SENTENCES):
        yield order[start : start + _BATCH_SENTENCES]


def _count_batch(
    explained: ExplainedModel, batch: Sequence[Pair], first: int, sums: dict[tuple[str, int], "_Sums"]
) -> None:
    model, config = explained.model, explained.info.model
    device = model.device
    source = pad_rows([pair[0].ids[:-1] for pair in batch]).to(device)
    target = pad_rows([pair[1].ids[:-1] for pair in batch]).to(device)
    read = shifted(target)
    with torch.inference_mode(), recording(model) as records:
        model.decode_states(read, model.encode(source))
        cross = [records.attention[attention_name("cross", layer)].weights for layer in range(config.decoder_layers)]
        aligning = mean_of_heads(torch.stack(cross), explained.alignment_heads)
        marks = torch.tensor(_punctuation(explained), device=device)
        for row, pair in enumerate(batch):
            attending = {"encoder": source[row] != PAD, "decoder": target[row] != PAD, "cross": target[row] != PAD}
            aligned = _aligned(pair, aligning[row], first).to(device)
            categories = {
                "encoder": _self_categories(source[row], marks, EOS),
                "decoder": _self_categories(read[row], marks, BOS),
                "cross": _cross_categories(source[row], marks, aligned, target.size(1)),
            }
            for which, layers in (
                ("encoder", config.encoder_layers),
                ("decoder", config.decoder_layers),
                ("cross", config.decoder_layers),
            ):
                for layer in range(layers):
                    weights = records.attention[attention_name(which, layer)].weights[row]
                    sums.setdefault((which, layer), _Sums()).add(weights, attending[which], categories[which])


def _self_categories(ids: Tensor, marks: Tensor, boundary: int) -> dict[str, Tensor]:
    length = ids.size(0)
    distance = torch.arange(length, device=ids.device) - torch.arange(length, device=ids.device).unsqueeze(1)
    return {
        "left": distance < 0,
        "previous": distance == -1,
        "itself": distance == 0,
        "next": distance == 1,
        "right": distance > 0,
        **_id_categories(ids, marks, boundary, length),
    }


def _cross_categories(ids: Tensor, marks: Tensor, aligned: Tensor, rows: int) -> dict[str, Tensor]:
    from_first, to_last = aligned.cumsum(1) > 0, aligned.flip(1).cumsum(1).flip(1) > 0
    return {
        "left": ~from_first,
        "aligned": aligned,
        "right": ~to_last & (ids != EOS),
        **_id_categories(ids, marks, EOS, rows),
    }


def _id_categories(ids: Tensor, marks: Tensor, boundary: int, rows: int) -> dict[str, Tensor]:
    return {
        "punctuation": torch.isin(ids, marks).expand(rows, -1),
        "boundary": (ids == boundary).expand(rows, -1),
    }


def _aligned(pair: Pair, attention: Tensor, first: int) -> Tensor:
    """Which subwords of the source (S) translate which of the target (T), bool (T, S), by the alignment heads."""
    source, target = pair
    spans = [(each.start, each.end) for each in source.subwords[first:-1]]
    target_spans = [(each.start, each.end) for each in target.subwords[:-1]]
    weights = attention[: len(target_spans), first : len(source.subwords)].tolist()
    aligned = torch.zeros(attention.shape, dtype=torch.bool)
    for link in link_words(source.text, spans, target.text, target_spans, weights):
        rows = [row for row, span in enumerate(target_spans) if _overlap(span, link.target)]
        columns = [column + first for column, span in enumerate(spans) if _overlap(span, link.source)]
        for row in rows:
            aligned[row, columns] = True
    return aligned


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _punctuation(explained: ExplainedModel) -> list[int]:
    """The ids of subwords that consist of punctuation and symbols only."""
    pieces = explained.tokenizer.pieces(range(explained.tokenizer.vocabulary_size))
    return [
        number
        for number, piece in enumerate(pieces)
        if number > EOS and (text := piece.strip(SPACE_MARK)) and all(unicodedata.category(c)[0] in "PS" for c in text)
    ]
