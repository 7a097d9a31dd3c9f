"""Which heads a model needs: the BLEU of its greedy translations with each head ablated in turn.

Michel et al. 2019, "Are Sixteen Heads Really Better than One?", section 3.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines.batching import BatchingEngine
from nmt.decoding.engines.torch import TorchEngine
from nmt.evaluation.metrics import MetricScore, score_translations
from nmt.explain.head_statistics import Progress
from nmt.explain.recorder import without_head
from nmt.explain.trace import ExplainedModel, attention_name
from nmt.models.attention import Attention
from nmt.translation.line_translator import LineTranslator, line_settings

HeadName = tuple[str, int, int]  # encoder, decoder or cross; layer and head, both from 1


@dataclass(frozen=True)
class Ablation:
    """What it costs to ablate each head."""

    whole: MetricScore  # BLEU of the whole model
    costs: dict[HeadName, float]  # BLEU lost without a head; below 0 if BLEU is higher without it


class GreedyTranslator:
    """Greedy translations by one model, whose heads can be ablated meanwhile."""

    def __init__(self, explained: ExplainedModel, source_prefix: Sequence[int] = ()) -> None:
        device = explained.model.device
        limits = explained.info.search
        search = SearchConfig(
            beam_size=1, max_length_ratio=limits.max_length_ratio, max_length_offset=limits.max_length_offset
        )
        self.lines = LineTranslator(
            explained.tokenizer,
            BatchingEngine(TorchEngine(explained.model, device)),
            line_settings(
                max_source_length=explained.info.max_source_length,
                languages=(explained.info.source_language, explained.info.target_language),
                profile=explained.info.profile(),
                raw=True,
            ),
            search=search,
            source_prefix=source_prefix,
        )

    def __call__(self, sources: Sequence[str]) -> list[str]:
        return self.lines.translate(sources)


def ablate_heads(
    explained: ExplainedModel,
    sources: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    source_prefix: Sequence[int] = (),
    progress: Progress | None = None,
) -> Ablation:
    """The BLEU that greedy translations of ``sources`` lose without each head, one at a time."""
    translate = GreedyTranslator(explained, source_prefix)
    references = list(map(explained.tokenizer.normalize, references))
    names = _all_heads(explained)
    scores: list[MetricScore] = []
    language = explained.info.target_language
    for name in (None, *names):
        with nullcontext() if name is None else without_head(_attention(explained, name), name[2] - 1):
            hypotheses = translate(sources)
        scores += score_translations(hypotheses, references, metrics=("bleu",), target_language=language)
        if progress is not None:
            progress(len(scores), len(names) + 1)
    whole, *others = scores
    return Ablation(whole, {name: whole.score - other.score for name, other in zip(names, others, strict=True)})


def _all_heads(explained: ExplainedModel) -> list[HeadName]:
    config = explained.info.model
    layers = {"encoder": config.encoder_layers, "decoder": config.decoder_layers, "cross": config.decoder_layers}
    return [
        (which, layer, head)
        for which, count in layers.items()
        for layer in range(1, count + 1)
        for head in range(1, config.heads + 1)
    ]


def _attention(explained: ExplainedModel, name: HeadName) -> Attention:
    which, layer, _ = name
    module = explained.model.get_submodule(attention_name(which, layer - 1))
    if not isinstance(module, Attention):
        raise TypeError(f"{attention_name(which, layer - 1)} is not an attention")
    return module
