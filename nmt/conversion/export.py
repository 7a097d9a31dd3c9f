"""Exports a model to CTranslate2 and compares it with the original on the same sentences before it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nmt.corpus.pairs import Pair
from nmt.ctranslate2.fast_copy import Copy, make_copy
from nmt.decoding.engines import Engine
from nmt.decoding.engines.batching import BatchingEngine
from nmt.errors import NMTError
from nmt.evaluation.metrics import MetricScore, score_translations
from nmt.files.lines import StrPath
from nmt.model_dir.config_json import ModelInfo
from nmt.model_dir.load import load_model
from nmt.tokenization.tokenizer import Tokenizer
from nmt.translation.line_translator import LineTranslator, line_settings
from nmt.translation.loading import choose_threads, load_copy

MOST_SENTENCES = 200
# The largest difference in BLEU on MOST_SENTENCES; on fewer sentences proportionally more is allowed. For a sound
# model int8 changes 0.1 to 0.4 on 200 sentences of Multi30k.
MOST_DIFFERENCE = 1.0


@dataclass(frozen=True, kw_only=True)
class CopyComparison:
    """The same sentences translated by CTranslate2 and by torch."""

    sentences: int
    identical: int
    fast: MetricScore  # BLEU by CTranslate2
    original: MetricScore  # BLEU by torch

    @property
    def most_difference(self) -> float:
        """The largest allowed difference of the two scores."""
        return MOST_DIFFERENCE * max(1.0, MOST_SENTENCES / self.sentences)

    @property
    def too_different(self) -> bool:
        """Whether the scores differ by more than that."""
        return abs(self.fast.score - self.original.score) > self.most_difference

    def __str__(self) -> str:
        return (
            f"{self.identical:,} of {self.sentences:,} sentences are translated the same "
            f"({self.identical / self.sentences:.1%}); BLEU {self.fast.score:.2f}, by torch {self.original.score:.2f}  "
            f"{self.fast.signature}"
        )


@dataclass(frozen=True)
class Export:
    """The path of the exported model, and its comparison; None if there were no sentences to compare."""

    path: Path
    comparison: CopyComparison | None


def export(
    model_dir: StrPath,
    pairs: Sequence[Pair],
    *,
    quantization: str = "int8",
    output: StrPath | None = None,
    device: str = "auto",
    threads: int | None = None,
) -> Export:
    """Write the model in ``model_dir`` in the format of CTranslate2 to ``output``, None: to its ``ctranslate2``.

    Up to MOST_SENTENCES of ``pairs``, spread evenly, are translated by CTranslate2 on the processor and by torch on
    ``device``. Raises NMTError, and changes nothing, if their BLEU differs by more than MOST_DIFFERENCE.
    """
    chosen = spread(pairs, MOST_SENTENCES)
    comparison: list[CopyComparison] = []

    def check(copy: Copy) -> None:
        comparison.append(compare(model_dir, copy, chosen, device=device, threads=threads))
        if comparison[0].too_different:
            raise NMTError(
                f"the {copy.manifest.quantization} model translates differently from the original, so it is not kept: "
                f"{comparison[0]}; at most {comparison[0].most_difference:.1f} BLEU apart is allowed; "
                "try another --quantization"
            )

    path = make_copy(model_dir, quantization=quantization, output=output, check=check if chosen else None)
    return Export(path, comparison[0] if comparison else None)


def spread(pairs: Sequence[Pair], most: int) -> Sequence[Pair]:
    """Up to ``most`` of ``pairs``, spread evenly."""
    return pairs[:: -(-len(pairs) // most)] if pairs else []


def compare(
    model_dir: StrPath, copy: Copy, pairs: Sequence[Pair], *, device: str = "auto", threads: int | None = None
) -> CopyComparison:
    """Translate ``pairs`` by ``copy`` on the processor and by torch on ``device``; NMTError for a damaged model."""
    from nmt.decoding.engines.torch import TorchEngine
    from nmt.runtime.device import choose_device
    from nmt.runtime.threads import set_threads

    fast = load_copy(copy, threads=choose_threads(threads))
    set_threads(threads)
    torch_device = choose_device(device)
    model, tokenizer, info = load_model(model_dir, device=torch_device)
    ours = _translate(BatchingEngine(TorchEngine(model, torch_device)), tokenizer, info, pairs)
    theirs = _translate(fast, tokenizer, info, pairs)
    references = [tokenizer.normalize([pair.target for pair in pairs])]
    scores = [
        score_translations(lines, references, metrics=("bleu",), target_language=info.target_language)[0]
        for lines in (theirs, ours)
    ]
    identical = sum(one == other for one, other in zip(ours, theirs, strict=True))
    return CopyComparison(sentences=len(pairs), identical=identical, fast=scores[0], original=scores[1])


def _translate(engine: Engine, tokenizer: Tokenizer, info: ModelInfo, pairs: Sequence[Pair]) -> list[str]:
    translator = LineTranslator(
        tokenizer,
        engine,
        line_settings(
            max_source_length=info.max_source_length,
            languages=(info.source_language, info.target_language),
            profile=info.profile(),
        ),
        search=info.search,
    )
    return translator.translate([pair.source for pair in pairs])
