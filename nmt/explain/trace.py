"""The trace of one sentence through a trained model: everything that the model computes for it."""

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from nmt.decoding.attention import mean_of_heads
from nmt.decoding.config import SearchConfig
from nmt.decoding.scoring import pad_rows
from nmt.errors import NMTError
from nmt.explain.beams import BeamTree, beam_tree
from nmt.explain.recorder import Recording, recording
from nmt.explain.sentence import Sentence, decoder_input, source_sentence, target_sentence
from nmt.files.lines import StrPath
from nmt.model_dir.config_json import ModelInfo
from nmt.model_dir.load import load_model
from nmt.models.config import Heads
from nmt.models.transformer import Transformer
from nmt.runtime.threads import set_threads
from nmt.settings import from_mapping, to_mapping
from nmt.text.controls import clean_text
from nmt.tokenization.tags import check_known, tag_ids
from nmt.tokenization.tokenizer import Tokenizer

# A page holds all queries, keys and values; larger maps would not be readable either.
MOST_SUBWORDS = 50


@dataclass(frozen=True)
class ExplainedModel:
    """A loaded model with its tokenizer, its description and its name."""

    model: Transformer
    tokenizer: Tokenizer
    info: ModelInfo
    name: str

    @property
    def alignment_heads(self) -> Heads:
        """The cross-attention heads, (layer, head) from 0, that align words: those of the model, else the default."""
        return self.info.alignment_heads or self.model.default_alignment_heads()


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One sentence, its translation and what the model computed; B = 1."""

    explained: ExplainedModel
    source: Sentence  # with EOS
    decoder_input: Sentence  # begins with BOS
    target: Sentence  # with EOS
    forced: bool  # whether the target was given instead of found by the search
    beams: BeamTree
    recording: Recording
    embeddings: tuple[Tensor, Tensor]  # (S, D) and (T, D), times √D
    positions: Tensor  # (max(S, T), D)
    logits: Tensor  # (T, V)

    def attention(self, which: str, layer: int) -> Tensor:
        """The weights (H, T, S) of ``which``: encoder, decoder or cross; ``layer`` from 0."""
        return self.recording.attention[attention_name(which, layer)].weights[0]

    def alignment(self) -> Tensor:
        """The mean attention (T, S) of the heads that align words."""
        layers = range(self.explained.info.model.decoder_layers)
        weights = torch.stack([self.attention("cross", layer) for layer in layers])
        return mean_of_heads(weights.unsqueeze(1), self.explained.alignment_heads)[0]


def attention_name(which: str, layer: int) -> str:
    """The name of the attention ``which`` (encoder, decoder, cross) of ``layer`` (from 0) in the model."""
    return {
        "encoder": f"encoder.{layer}.attention",
        "decoder": f"decoder.{layer}.attention",
        "cross": f"decoder.{layer}.cross_attention",
    }[which]


def open_for_explaining(directory: StrPath, *, device: str = "cpu", threads: int | None = None) -> ExplainedModel:
    """The model in ``directory``, verified; NMTError for what is wrong with it."""
    set_threads(threads)
    model, tokenizer, info = load_model(directory, device=device)
    if not isinstance(model, Transformer):
        raise NMTError(f"{directory} is not a Transformer, and only Transformers can be explained")
    return ExplainedModel(model, tokenizer, info, Path(directory).resolve().name)


def trace_sentence(
    explained: ExplainedModel,
    text: str,
    *,
    target: str | None = None,
    beam_size: int | None = None,
    tag: str = "",
) -> Trace:
    """The trace of ``text`` through the model to ``target``, or to the translation that the model's own search finds.

    NMTErrors for a sentence without text, one that is too long to show, and a tag that the model does not know.
    """
    check_known(tag, explained.info.tags)
    source = source_sentence(explained.tokenizer, clean_text(text).strip(), tag_ids(explained.tokenizer, tag))
    _check_length(source, "sentence", explained.info.max_source_length)
    search = _beam_search(explained.info.search, beam_size)
    model = explained.model
    beams = beam_tree(model, source.ids[:-1], search, explained.alignment_heads)
    translated = target_sentence(explained.tokenizer, beams.ids)
    if target is not None:
        [ids] = explained.tokenizer.encode([clean_text(target).strip()])
        translated = target_sentence(explained.tokenizer, ids)
        _check_length(translated, "target", None)
    decoder_in = decoder_input(explained.tokenizer, translated)
    device = model.device
    with torch.inference_mode(), recording(model) as recorded:
        logits = model(pad_rows([source.ids[:-1]]).to(device), torch.tensor([decoder_in.ids], device=device))[0]
        embeddings = [model.embedding(torch.tensor(ids, device=device)) for ids in (source.ids, decoder_in.ids)]
    scale = math.sqrt(explained.info.model.dimension)
    return Trace(
        explained=explained,
        source=source,
        decoder_input=decoder_in,
        target=translated,
        forced=target is not None,
        beams=beams,
        recording=recorded,
        embeddings=(embeddings[0] * scale, embeddings[1] * scale),
        positions=model.positions[: max(len(source.ids), len(decoder_in.ids))],
        logits=logits,
    )


def _beam_search(search: SearchConfig, beam_size: int | None) -> SearchConfig:
    """The model's own settings for one translation by beam search, even if it samples by default."""
    plain = {"sample": False, "alternatives": 0, "temperature": 1.0, "top_k": 0, "top_p": 1.0, "epsilon": 0.0}
    settings = {**to_mapping(search), **plain, "n_best": 1, "beam_size": beam_size or search.beam_size}
    return from_mapping(SearchConfig, settings, where="search settings")


def _check_length(sentence: Sentence, name: str, trained: int | None) -> None:
    """NMTError if ``sentence`` is empty, or longer than a page can show or than the ``trained`` length."""
    length = len(sentence.subwords) - 1
    if not sentence.text or not length:
        raise NMTError(f"the {name} is empty; give some words to explain")
    most = MOST_SUBWORDS if trained is None else min(MOST_SUBWORDS, trained)
    if length > most:
        reason = "more than the model has seen in training" if most == trained else "more than a page can show"
        raise NMTError(f"the {name} has {length} subwords, {reason}; give one of at most {most}")
