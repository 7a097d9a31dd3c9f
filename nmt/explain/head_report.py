"""The text in which heads are looked at, and what was found as one plain value that JSON can hold."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nmt.corpus.pairs import check_aligned
from nmt.errors import NMTError
from nmt.explain.document import Json, model_facts
from nmt.explain.head_ablation import Ablation, GreedyTranslator
from nmt.explain.head_statistics import Head
from nmt.explain.walk import ExplainedModel
from nmt.files.lines import check_readable, read_lines
from nmt.text.controls import clean_text
from nmt.tokenization.tags import check_known, tag_ids

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Text:
    """Lines, the translations that the decoder writes meanwhile, and references, if BLEU is wanted."""

    sources: list[str]
    targets: list[str]  # empty: the model's own are to be taken
    references: list[list[str]]
    source_prefix: tuple[int, ...] = ()

    def prepared(self, opened: ExplainedModel, tag: str) -> "Text":
        """Without what the model has not learnt to take whole, and with targets; NMTError if nothing is left."""
        check_known(tag, opened.info.tags)
        source_prefix = tag_ids(opened.tokenizer, tag)
        targets = self.targets or GreedyTranslator(opened, source_prefix)(self.sources)
        longest = opened.info.max_source_length - len(source_prefix)
        lengths = [[len(ids) for ids in opened.tokenizer.encode(lines)] for lines in (self.sources, targets)]
        kept = [
            place
            for place, (source, target) in enumerate(zip(*lengths, strict=True))
            if 0 < source <= longest and 0 < target <= 2 * longest
        ]
        if not kept:
            raise NMTError(f"no line is left to look at: all are empty or have more than {longest} subwords")
        if len(kept) < len(self.sources):
            logger.info("%d lines are empty or too long and left out", len(self.sources) - len(kept))
        return replace(
            self,
            sources=[self.sources[place] for place in kept],
            targets=[targets[place] for place in kept],
            references=[[lines[place] for place in kept] for lines in self.references],
            source_prefix=source_prefix,
        )


def read_text(source: str, target: str | None, references: Sequence[str], *, lines: int) -> Text:
    """The first ``lines`` of the files; where no ``target`` is named, the first reference is it.

    NMTErrors for files that cannot be read, have no lines or other numbers of lines.
    """
    named = [source, *([] if target is None else [target]), *references]
    if named.count("-") > 1:
        raise NMTError("only one file can be standard input (-)")
    for path in named:
        check_readable(path)
    texts = {path: [clean_text(line) for line in read_lines(path)] for path in dict.fromkeys(named)}
    check_aligned({path: len(text) for path, text in texts.items()})
    kept = {path: text[:lines] for path, text in texts.items()}
    translations = target or next(iter(references), None)
    return Text(
        sources=kept[source],
        targets=[] if translations is None else kept[translations],
        references=[kept[path] for path in references],
    )


def head_document(opened: ExplainedModel, text: Text, heads: Sequence[Head], removal: Ablation | None) -> Json:
    """What was found, by head, in the model's order."""
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
        if removal is not None:
            row["cost"] = round(removal.costs[head.which, head.layer, head.head], 4)
        rows.append(row)
    whole = None if removal is None else {"score": removal.whole.score, "signature": removal.whole.signature}
    order = ("encoder", "decoder", "cross")
    rows.sort(key=lambda row: (order.index(row["which"]), row["layer"], row["head"]))
    return {"model": model_facts(opened), "lines": len(text.sources), "bleu": whole, "heads": rows}
