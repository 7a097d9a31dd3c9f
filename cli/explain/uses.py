"""The three uses of ``nmt explain``, from a model directory to the bytes of an answer."""

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
    from nmt.explain.walk import ExplainedModel, Walk

WIDTH = 100  # of what is not shown in a terminal
JSON_DIGITS = 6

logger = logging.getLogger("nmt")


def explain_sentence(path: Path, output_format: str, given: Mapping[str, Any]) -> bytes:
    """The walk of a sentence through the model in ``path``."""
    from nmt.explain.walk import open_for_explaining, walk

    opened = open_for_explaining(path, device=given["device"], threads=given["threads"])
    _check_layer(opened, given)
    found = walk(
        opened, given["sentence"], target=given["target"], beam_size=given["beam_size"], tag=given["tag"] or ""
    )
    if output_format == "text":
        return _alignment_text(found).encode()
    if output_format in ("png", "svg"):
        return _attention_picture(found, output_format, given)

    from nmt.explain.document import document
    from nmt.explain.page import DIGITS, walk_page

    if output_format == "html":
        return walk_page(document(found, digits=DIGITS), language=given["language"]).encode()
    return _json(document(found, digits=JSON_DIGITS))


def explain_words(path: Path, output_format: str, given: Mapping[str, Any]) -> bytes:
    """The nearest subwords of some words, and a map of them."""
    from nmt.explain.neighbours import draw_map, find_neighbours, has_map
    from nmt.explain.walk import open_for_explaining

    opened = open_for_explaining(path, device=given["device"], threads=given["threads"])
    found = find_neighbours(opened, given["neighbours"], count=given["count"] or 10)
    if output_format == "text":
        return neighbours_text(found).encode()
    if output_format == "json":
        flat = dataclasses.asdict(draw_map(opened, found)) if has_map(found) else None
        return _json({"words": [dataclasses.asdict(each) for each in found], "map": flat})

    from nmt.explain.pictures import map_picture

    words = ", ".join(dict.fromkeys(given["neighbours"]))
    return map_picture(
        draw_map(opened, found), title=f"{opened.name}: {words} and their neighbours", kind=output_format
    )


def explain_heads(path: Path, output_format: str, given: Mapping[str, Any]) -> bytes:
    """What each head does in a text and, with references, what it is worth."""
    from nmt.explain.head_ablation import remove_heads
    from nmt.explain.head_report import head_document, read_text
    from nmt.explain.head_statistics import head_statistics
    from nmt.explain.walk import open_for_explaining

    files = (given["source"], given["target"], given["reference"])
    text = read_text(*files, lines=given["lines"] or 200)
    opened = open_for_explaining(path, device=given["device"], threads=given["threads"])
    text = text.prepared(opened, given["tag"] or "")
    logger.info("looking at %s lines", f"{len(text.sources):,}")
    with counting("looking at lines") as progress:
        heads = head_statistics(opened, text.sources, text.targets, source_prefix=text.source_prefix, progress=progress)
    removal = None
    if text.references:
        with counting("translating without each head") as progress:
            removal = remove_heads(
                opened, text.sources, text.references, source_prefix=text.source_prefix, progress=progress
            )
    result = head_document(opened, text, heads, removal)
    if output_format == "json":
        return _json(result)
    if output_format == "html":
        from nmt.explain.page import heads_page

        return heads_page(result, language=given["language"]).encode()
    return heads_text(result).encode()


def _json(value: Any) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, allow_nan=False)}\n".encode("utf-8", "backslashreplace")


def _check_layer(opened: "ExplainedModel", given: Mapping[str, Any]) -> None:
    """NMTErrors for a layer or head that the model does not have."""
    config = opened.info.model
    which = "encoder" if given["which"] == "encoder" else "decoder"
    layers = config.encoder_layers if which == "encoder" else config.decoder_layers
    if given["layer"] is not None and not 1 <= given["layer"] <= layers:
        raise NMTError(f"there is no layer {given['layer']}: the {which} of this model has layers 1 to {layers}")
    if given["head"] is not None and not 1 <= given["head"] <= config.heads:
        raise NMTError(f"there is no head {given['head']}: the layers of this model have heads 1 to {config.heads}")


def _alignment_text(found: "Walk") -> str:
    """The translation and what each of its words looks at, by the heads that align words."""
    from nmt.translation.alignment import word_attention

    rows, columns = found.target.subwords_of_words(), found.source.subwords_of_words()
    weights = word_attention(found.alignment().tolist(), rows, columns)
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else WIDTH
    heads = ", ".join(f"{layer + 1}.{head + 1}" for layer, head in found.opened.alignment_heads)
    logger.info(
        "rows: the translation; columns: what it looks at, by the heads %s (layer.head) of cross-attention", heads
    )
    text = attention_text(weights, found.target.words, found.source.words, width=width, colour=terminal)
    return f"{found.source.text}\n{found.target.text}\n\n{text}"


def _attention_picture(found: "Walk", kind: str, given: Mapping[str, Any]) -> bytes:
    from nmt.explain.pictures import attention_picture

    which = given["which"] or "cross"
    looking = {"encoder": found.source, "decoder": found.decoder_input, "cross": found.target}[which]
    looked = found.decoder_input if which == "decoder" else found.source
    weights, name = _chosen_weights(found, which, given["layer"], given["head"])
    title = f"{'cross-attention' if which == 'cross' else f'{which} self-attention'}, {name}"
    labels: list[Sequence[str]] = [[each.piece for each in sentence.subwords] for sentence in (looking, looked)]
    return attention_picture(weights, *labels, title=title, kind=kind)


def _chosen_weights(found: "Walk", which: str, layer: int | None, head: int | None) -> tuple[list[list[float]], str]:
    """The weights (T, S) that were chosen, and what they are."""
    config = found.opened.info.model
    if layer is None and which == "cross":
        return found.alignment().tolist(), "mean of the heads that align words"
    place = (layer or (config.encoder_layers if which == "encoder" else config.decoder_layers)) - 1
    weights = found.attention(which, place)
    if head is None:
        return weights.mean(0).tolist(), f"layer {place + 1}, mean of its heads"
    return weights[head - 1].tolist(), f"layer {place + 1}, head {head}"
