"""The three uses of ``nmt explain``, from a model directory to the bytes of the output."""

import dataclasses
import json
import logging
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nmt import NMTError

from .attention_text import attention_text, heads_text, neighbours_text
from .progress import counting

if TYPE_CHECKING:
    from nmt.explain.trace import ExplainedModel, Trace

WIDTH = 100  # of output that does not go to a terminal
JSON_DIGITS = 6

logger = logging.getLogger("nmt")


def explain_sentence(path: Path, output_format: str, given: Mapping[str, Any]) -> bytes:
    """The trace of a sentence through the model in ``path``."""
    from nmt.explain.trace import open_for_explaining, trace_sentence

    explained = open_for_explaining(path, device=given["device"], threads=given["threads"])
    _check_layer(explained, given)
    trace = trace_sentence(
        explained, given["sentence"], target=given["target"], beam_size=given["beam_size"], tag=given["tag"] or ""
    )
    if output_format == "text":
        return _alignment_text(trace).encode()
    if output_format in ("png", "svg"):
        return _attention_picture(trace, output_format, given)

    from nmt.explain.page import DIGITS, sentence_page
    from nmt.explain.trace_json import document

    if output_format == "html":
        return sentence_page(document(trace, digits=DIGITS), language=given["language"]).encode()
    return _json(document(trace, digits=JSON_DIGITS))


def explain_words(path: Path, output_format: str, given: Mapping[str, Any]) -> bytes:
    """The nearest subwords of some words, and a map of them."""
    from nmt.explain.neighbours import draw_map, find_neighbours, has_map
    from nmt.explain.trace import open_for_explaining

    explained = open_for_explaining(path, device=given["device"], threads=given["threads"])
    neighbourhoods = find_neighbours(explained, given["neighbours"], count=given["count"] or 10)
    if output_format == "text":
        return neighbours_text(neighbourhoods).encode()
    if output_format == "json":
        flat_map = dataclasses.asdict(draw_map(explained, neighbourhoods)) if has_map(neighbourhoods) else None
        return _json({"words": [dataclasses.asdict(each) for each in neighbourhoods], "map": flat_map})

    from nmt.explain.pictures import map_picture

    words = ", ".join(dict.fromkeys(given["neighbours"]))
    return map_picture(
        draw_map(explained, neighbourhoods),
        title=f"{explained.name}: {words} and their neighbours",
        image_format=output_format,
    )


def explain_heads(path: Path, output_format: str, given: Mapping[str, Any]) -> bytes:
    """What each head does on a text and, with references, the BLEU lost without it."""
    from nmt.explain.head_ablation import ablate_heads
    from nmt.explain.head_report import head_document, read_analysis_text
    from nmt.explain.head_statistics import head_statistics
    from nmt.explain.trace import open_for_explaining

    files = (given["source"], given["target"], given["reference"])
    text = read_analysis_text(*files, lines=given["lines"] or 200)
    explained = open_for_explaining(path, device=given["device"], threads=given["threads"])
    text = text.prepared(explained, given["tag"] or "")
    logger.info("analysing %s lines", f"{len(text.sources):,}")
    with counting("analysing lines") as progress:
        heads = head_statistics(
            explained, text.sources, text.targets, source_prefix=text.source_prefix, progress=progress
        )
    ablation = None
    if text.references:
        with counting("translating without each head") as progress:
            ablation = ablate_heads(
                explained, text.sources, text.references, source_prefix=text.source_prefix, progress=progress
            )
    result = head_document(explained, text, heads, ablation)
    if output_format == "json":
        return _json(result)
    if output_format == "html":
        from nmt.explain.page import heads_page

        return heads_page(result, language=given["language"]).encode()
    return heads_text(result).encode()


def _json(value: Any) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, allow_nan=False)}\n".encode("utf-8", "backslashreplace")


def _check_layer(explained: "ExplainedModel", given: Mapping[str, Any]) -> None:
    """NMTErrors for a layer or head that the model does not have."""
    config = explained.info.model
    which = "encoder" if given["which"] == "encoder" else "decoder"
    layers = config.encoder_layers if which == "encoder" else config.decoder_layers
    if given["layer"] is not None and not 1 <= given["layer"] <= layers:
        raise NMTError(f"there is no layer {given['layer']}: the {which} of this model has layers 1 to {layers}")
    if given["head"] is not None and not 1 <= given["head"] <= config.heads:
        raise NMTError(f"there is no head {given['head']}: the layers of this model have heads 1 to {config.heads}")


def _alignment_text(trace: "Trace") -> str:
    """The translation and what each of its words attends to, by the heads that align words."""
    from nmt.translation.alignment import word_attention

    rows, columns = trace.target.subwords_of_words(), trace.source.subwords_of_words()
    weights = word_attention(trace.alignment().tolist(), rows, columns)
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else WIDTH
    heads = ", ".join(f"{layer + 1}.{head + 1}" for layer, head in trace.explained.alignment_heads)
    logger.info(
        "rows: the translation; columns: the source; shades: the mean cross-attention of the heads %s (layer.head)",
        heads,
    )
    text = attention_text(weights, trace.target.words, trace.source.words, width=width, colour=terminal)
    return f"{trace.source.text}\n{trace.target.text}\n\n{text}"


def _attention_picture(trace: "Trace", image_format: str, given: Mapping[str, Any]) -> bytes:
    from nmt.explain.pictures import attention_picture

    which = given["which"] or "cross"
    attending = {"encoder": trace.source, "decoder": trace.decoder_input, "cross": trace.target}[which]
    attended = trace.decoder_input if which == "decoder" else trace.source
    weights, name = _chosen_weights(trace, which, given["layer"], given["head"])
    title = f"{'cross-attention' if which == 'cross' else f'{which} self-attention'}, {name}"
    labels: list[Sequence[str]] = [[each.piece for each in sentence.subwords] for sentence in (attending, attended)]
    return attention_picture(weights, *labels, title=title, image_format=image_format)


def _chosen_weights(trace: "Trace", which: str, layer: int | None, head: int | None) -> tuple[list[list[float]], str]:
    """The chosen weights (T, S), and their name."""
    config = trace.explained.info.model
    if layer is None and which == "cross":
        return trace.alignment().tolist(), "mean of the heads that align words"
    number = layer or (config.encoder_layers if which == "encoder" else config.decoder_layers)
    weights = trace.attention(which, number - 1)
    if head is None:
        return weights.mean(0).tolist(), f"layer {number}, mean of its heads"
    return weights[head - 1].tolist(), f"layer {number}, head {head}"
