"""A model directory that translates: ``from nmt import Translator``."""

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
    """The arguments a translator was created with."""

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

    It can be pickled, copied, and used in forked processes: copies and forked processes open the model again when they
    first need it. Only if torch runs the model on the processor do forked processes share its weights instead.
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
        """Verify and load the model; several directories are an ensemble. NMTError for anything wrong with a model.

        ``device``, ``engine`` ("auto", "torch" or "ctranslate2") and ``threads`` say what it runs on. ``search``
        overrides the model's search settings by name. ``tag`` is one that the model was trained with; without a tag it
        translates as it learned from untagged text. ``split_sentences``: True translates the sentences of a line one by
        one and keeps the spaces between them, False translates as many at once as fit, and None as many as the lines
        had that the model learned from. ``raw`` gives the model whole lines; otherwise it sees no list markers, no
        lines without letters, and no lines in capitals.
        """
        paths = [model_dir] if isinstance(model_dir, (str, os.PathLike)) else model_dir
        arguments = _Arguments(
            [Path(path) for path in paths], device, threads, engine, batch_sentences, tag, split_sentences, raw, search
        )
        self._open(arguments)
        # A copy finds them from another working directory, too.
        self._arguments = arguments._replace(paths=[path.absolute() for path in arguments.paths])

    def _open(self, arguments: _Arguments) -> None:
        opened = open_ensemble(
            arguments.paths,
            device=arguments.device,
            threads=arguments.threads,
            engine=arguments.engine,
            batch_sentences=arguments.batch_sentences,
        )
        info = opened.info
        check_known(arguments.tag, info.tags)
        search = from_mapping(SearchConfig, {**to_mapping(info.search), **arguments.search}, where="search settings")
        search.check_given(arguments.search)
        super().__init__(
            opened.tokenizer,
            opened.engine,
            line_settings(
                max_source_length=info.max_source_length,
                languages=(info.source_language, info.target_language),
                profile=info.profile(),
                split_sentences=arguments.split_sentences,
                raw=arguments.raw,
            ),
            search=search,
            source_prefix=tag_ids(opened.tokenizer, arguments.tag),
        )

    def __getstate__(self) -> _Arguments:
        """The arguments it was created with: a copy opens the model again."""
        self._check_open()
        return self._arguments

    def __setstate__(self, arguments: _Arguments) -> None:
        # Opened at its first use: a process pool would wait forever for a task that cannot be unpickled.
        self.__dict__.clear()
        self._arguments = arguments
        self._reopening = threading.RLock()
        watch(self)

    def __getattr__(self, name: str) -> Any:
        """An attribute that does not exist until a copy or a forked process opens the model."""
        if name.startswith("__") or "_reopening" not in self.__dict__:
            raise AttributeError(f"a Translator has no attribute {name!r}")
        with self._reopening:
            if "_turn" not in self.__dict__:
                self._open(self._arguments)
        return super().__getattribute__(name)

    def after_fork(self) -> None:
        """See nmt.runtime.processes: an engine with threads is opened again at its next use."""
        if "_turn" not in self.__dict__ or self._background is not None:
            self.__setstate__(self._arguments)
        else:
            super().after_fork()
