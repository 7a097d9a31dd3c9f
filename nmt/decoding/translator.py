"""A model directory that translates: what ``from nmt import Translator`` gives."""

import os
from collections.abc import Sequence

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines.batches import BATCH_SENTENCES
from nmt.decoding.ensemble_loading import open_ensemble
from nmt.decoding.line_translator import LineTranslator, line_settings
from nmt.settings import from_mapping, to_mapping
from nmt.text.lines import StrPath
from nmt.text.tags import check_known, tag_ids


class Translator(LineTranslator):
    """Translates lines with the model of a directory."""

    def __init__(
        self,
        model_dir: StrPath | Sequence[StrPath],
        *,
        device: str = "auto",
        threads: int | None = None,
        engine: str = "auto",
        batch_sentences: int = BATCH_SENTENCES,
        tag: str = "",
        split_sentences: bool | None = None,
        **search: int | float,
    ) -> None:
        """Several directories translate together, as ``open_ensemble`` says; ``engine`` is as open_model takes it.

        ``search`` overrides the model's own search settings by name.

        ``tag`` is one of those that the model was trained with; without one it translates as it learned from untagged
        text, and if there was none of that, as best it can. ``split_sentences``: True translates the sentences of a
        line one by one and puts them together with the spaces that were between them, False translates as many of them
        at once as fit, and None as many as the lines have that the model learned from.
        """
        paths = [model_dir] if isinstance(model_dir, (str, os.PathLike)) else list(model_dir)
        opened = open_ensemble(paths, device=device, threads=threads, engine=engine, batch_sentences=batch_sentences)
        check_known(tag, opened.info.tags)
        settings = from_mapping(SearchConfig, {**to_mapping(opened.info.search), **search}, where="search settings")
        settings.check_given(search)
        super().__init__(
            opened.tokenizer,
            opened.engine,
            search=settings,
            first_ids=tag_ids(opened.tokenizer, tag),
            **line_settings(
                max_source_length=opened.info.max_source_length,
                languages=(opened.info.source_language, opened.info.target_language),
                sentences_per_line=opened.info.sentences_per_line,
                split_sentences=split_sentences,
            ),
        )
