"""Writing corpora: line-aligned files or tables, which get their names together once all of them are complete."""

import logging
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from nmt.corpus.block_text import BlockText
from nmt.corpus.blocks import Block, ParallelFiles
from nmt.errors import NMTError
from nmt.files.atomic import atomic_writers, check_writable, is_overwritten
from nmt.files.compression import without_compression
from nmt.files.lines import StrPath, display_name

logger = logging.getLogger(__name__)


def output_paths(
    corpora: Sequence[ParallelFiles], directory: StrPath, *, protected: Iterable[StrPath] = ()
) -> list[ParallelFiles]:
    """The files in ``directory``, which is created, for ``corpora``: each keeps its name, but CSV becomes TSV.

    Raises NMTError if two files would have the same name, or one would overwrite an input or one of ``protected``.
    """
    inputs = [path for files in corpora for path in (files.source, files.target) if path is not None]
    tables = {files.source for files in corpora if files.target is None}
    outputs = [Path(directory) / (_name_of_table(path) if path in tables else Path(path).name) for path in inputs]
    protected = [*protected]
    for path, output in zip(inputs, outputs, strict=True):
        if path == "-" or not Path(path).is_file():
            raise NMTError(
                f"{path} is not a regular file, so the output would have no name; give the names of regular files"
            )
        if outputs.count(output) > 1:
            raise NMTError(f"two of the files are called {output.name}; rename one, or give them in separate commands")
        if is_overwritten(output, protected):
            raise NMTError(
                f"the output {output} would overwrite another file of this command; choose another directory with -o"
            )
        if is_overwritten(output, inputs):
            raise NMTError(f"the output {output} would overwrite an input; choose another directory with -o")
    names = iter(map(str, outputs))
    paths = [ParallelFiles(next(names), next(names) if files.target is not None else None) for files in corpora]
    make_directory(directory, paths)
    return paths


def _name_of_table(path: str) -> str:
    """The name of the tab-separated file that is written for the table ``path``."""
    name = Path(path).name
    plain = without_compression(name)
    is_csv = Path(plain).suffix.lower() == ".csv"
    return Path(plain).with_suffix(".tsv").name + name.removeprefix(plain) if is_csv else name


def check_name(name: str) -> None:
    """NMTError if ``name`` cannot be the name of a file in a directory."""
    if Path(name).name != name or not name.strip("."):
        raise NMTError(f"{name!r} is not a file name; to choose a directory, use -o")


def make_directory(directory: StrPath, outputs: Iterable[ParallelFiles] = ()) -> None:
    """Create ``directory`` if needed; NMTError if that fails, or if one of ``outputs`` cannot be written."""
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NMTError(f"the directory {directory} cannot be created: {(error.strerror or '').lower()}") from error
    for files in outputs:
        for path in filter(None, (files.source, files.target)):
            check_writable(path)


def warn_about_extra_columns(block: Block) -> None:
    """Warn, at the first block of a table, that columns after the second are not written."""
    if block.files.target is None and block.first == 1 and len(BlockText(block).rows_of_more_columns()):
        logger.warning("%s has more than two columns; only the first two are written", display_name(block.files.source))


class CorpusWriter:
    """Writes pairs to the files of one or more corpora; a context manager."""

    def __init__(self, paths: Sequence[ParallelFiles]) -> None:
        self._paths = paths
        self._stack = ExitStack()
        self._streams: list[tuple[BinaryIO, BinaryIO | None]] = []

    def __enter__(self) -> Self:
        names = [name for files in self._paths for name in (files.source, files.target) if name is not None]
        opened = iter(self._stack.enter_context(atomic_writers(names)))
        self._streams = [(next(opened), next(opened) if files.target is not None else None) for files in self._paths]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def write(self, corpus: int, sources: Iterable[bytes], targets: Iterable[bytes]) -> None:
        """Write pairs of lines, given without line ends, to the corpus with this index."""
        source, target = self._streams[corpus]
        if target is None:
            source.write(b"".join(b"%b\t%b\n" % pair for pair in zip(sources, targets, strict=True)))
            return
        for stream, lines in ((source, sources), (target, targets)):
            stream.write(b"".join([line + b"\n" for line in lines]))
