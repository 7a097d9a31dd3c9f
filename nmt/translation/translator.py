"""A model directory that translates: what ``from nmt import Translator`` gives."""

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines.batching import BATCH_SENTENCES
from nmt.files.lines import StrPath
from nmt.runtime.processes import watch
from nmt.settings import from_mapping, to_mapping
from nmt.tokenization.tags import check_known, tag_ids
from nmt.translation.line_translator import LineTranslator, line_settings
from nmt.translation.loading import open_ensemble


class _Arguments(NamedTuple):
    """What a translator was created with."""

    paths: list[Path]
    device: str
    threads: int | None
    engine: str
    batch_sentences: int
    tag: str
    split_sentences: bool | None
    raw: bool
    search: dict[str, int | float]


class Translator(LineTranslator):
    """Translates lines with the model of a directory.

    Copies, pickled or deep, and processes that are forked from the one that created it may use it: they open the model
    again when they first need it, unless torch runs it on the processor, whose weights forked processes share.
    """

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
        raw: bool = False,
        **search: int | float,
    ) -> None:
        """Several directories translate together, as ``open_ensemble`` says; ``engine`` is as open_model takes it.

        ``search`` overrides the model's own search settings by name.

        ``tag`` is one of those that the model was trained with; without one it translates as it learned from untagged
        text, and if there was none of that, as best it can. ``split_sentences``: True translates the sentences of a
        line one by one and puts them together with the spaces that were between them, False translates as many of them
        at once as fit, and None as many as the lines have that the model learned from. ``raw`` gives the model whole
        lines, which otherwise sees no list marker, no line without letters and no line in capitals.
        """
        paths = [model_dir] if isinstance(model_dir, (str, os.PathLike)) else model_dir
        arguments = _Arguments(
            [Path(path) for path in paths], device, threads, engine, batch_sentences, tag, split_sentences, raw, search
        )
        self._open(arguments)
        # They are found where the working directory is another one, too.
        self._arguments = arguments._replace(paths=[path.absolute() for path in arguments.paths])

    def _open(self, given: _Arguments) -> None:
        opened = open_ensemble(
            given.paths,
            device=given.device,
            threads=given.threads,
            engine=given.engine,
            batch_sentences=given.batch_sentences,
        )
        info = opened.info
        check_known(given.tag, info.tags)
        search = from_mapping(SearchConfig, {**to_mapping(info.search), **given.search}, where="search settings")
        search.check_given(given.search)
        super().__init__(
            opened.tokenizer,
            opened.engine,
            search=search,
            source_prefix=tag_ids(opened.tokenizer, given.tag),
            **line_settings(
                max_source_length=info.max_source_length,
                languages=(info.source_language, info.target_language),
                profile=info.profile(),
                split_sentences=given.split_sentences,
                raw=given.raw,
            ),
        )

    def __getstate__(self) -> _Arguments:
        """What it was created with: a copy opens the model again."""
        self._check_open()
        return self._arguments

    def __setstate__(self, arguments: _Arguments) -> None:
        # Opened when it is first used: a process pool would wait forever for a task that cannot be unpickled.
        self.__dict__.clear()
        self._arguments = arguments
        self._reopening = threading.RLock()
        watch(self)

    def __getattr__(self, name: str) -> Any:
        """What is not there until a copy, or a forked process, opens the model."""
        if name.startswith("__") or "_reopening" not in self.__dict__:
            raise AttributeError(f"a Translator has no attribute {name!r}")
        with self._reopening:
            if "_turn" not in self.__dict__:
                self._open(self._arguments)
        return super().__getattribute__(name)

    def after_fork(self) -> None:
        """See nmt.runtime.processes: an engine with threads is opened again when it is needed."""
        if "_turn" not in self.__dict__ or self._background is not None:
            self.__setstate__(self._arguments)
        else:
            super().after_fork()
