"""The text on which heads are analysed, and the results as one JSON value."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nmt.corpus.pairs import check_aligned
from nmt.errors import NMTError
from nmt.explain.head_ablation import Ablation, GreedyTranslator
from nmt.explain.head_statistics import Head
from nmt.explain.trace import ExplainedModel
from nmt.explain.trace_json import Json, model_facts
from nmt.files.lines import check_readable, read_lines
from nmt.text.controls import clean_text
from nmt.tokenization.tags import check_known, tag_ids

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class AnalysisText:
    """Sources, the translations that the decoder reads, and references if BLEU is measured."""

    sources: list[str]
    targets: list[str]  # empty: the model translates
    references: list[list[str]]
    source_prefix: tuple[int, ...] = ()

    def prepared(self, explained: ExplainedModel, tag: str) -> "AnalysisText":
        """The same with targets and without empty and too long lines; NMTError if no line is left."""
        check_known(tag, explained.info.tags)
        source_prefix = tag_ids(explained.tokenizer, tag)
        targets = self.targets or GreedyTranslator(explained, source_prefix)(self.sources)
        longest = explained.info.max_source_length - len(source_prefix)
        lengths = [[len(ids) for ids in explained.tokenizer.encode(lines)] for lines in (self.sources, targets)]
        kept = [
            line
            for line, (source, target) in enumerate(zip(*lengths, strict=True))
            if 0 < source <= longest and 0 < target <= 2 * longest
        ]
        if not kept:
            raise NMTError(f"no line is left to analyse: all are empty or have more than {longest} subwords")
        if len(kept) < len(self.sources):
            logger.info("%d lines are empty or too long; they are left out", len(self.sources) - len(kept))
        return replace(
            self,
            sources=[self.sources[line] for line in kept],
            targets=[targets[line] for line in kept],
            references=[[lines[line] for line in kept] for lines in self.references],
            source_prefix=source_prefix,
        )


def read_analysis_text(source: str, target: str | None, references: Sequence[str], *, lines: int) -> AnalysisText:
    """The first ``lines`` of the files; the default ``target`` is the first reference.

    NMTErrors for files that cannot be read, have no lines or differ in their number of lines.
    """
    paths = [source, *([] if target is None else [target]), *references]
    if paths.count("-") > 1:
        raise NMTError("only one file can be standard input (-)")
    for path in paths:
        check_readable(path)
    texts = {path: [clean_text(line) for line in read_lines(path)] for path in dict.fromkeys(paths)}
    check_aligned({path: len(text) for path, text in texts.items()})
    kept = {path: text[:lines] for path, text in texts.items()}
    translations = target or next(iter(references), None)
    return AnalysisText(
        sources=kept[source],
        targets=[] if translations is None else kept[translations],
        references=[kept[path] for path in references],
    )


def head_document(
    explained: ExplainedModel, text: AnalysisText, heads: Sequence[Head], ablation: Ablation | None
) -> Json:
    """The results by head, in the model's order."""
    rows = []
    for head in heads:
        row: Json = {
            "which": head.which,
            "layer": head.layer,
            "head": head.head,
            "role": head.role,
            "entropy": round(head.entropy, 4),
            "shares": {name: round(share, 4) for name, share in head.shares.items()},
        }
        if ablation is not None:
            row["cost"] = round(ablation.costs[head.which, head.layer, head.head], 4)
        rows.append(row)
    whole = None if ablation is None else {"score": ablation.whole.score, "signature": ablation.whole.signature}
    order = ("encoder", "decoder", "cross")
    rows.sort(key=lambda row: (order.index(row["which"]), row["layer"], row["head"]))
    return {"model": model_facts(explained), "lines": len(text.sources), "bleu": whole, "heads": rows}
