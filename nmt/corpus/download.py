"""Downloading public corpora: test sets with sacreBLEU, all others with mtdata.

mtdata runs in a process of its own, because importing it loads a pickled index and configures logging.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from nmt.corpus.blocks import ParallelFiles, read_pairs
from nmt.corpus.pairs import CorpusReport, Pair, unit_of
from nmt.corpus.writer import CorpusWriter, make_directory
from nmt.errors import NMTError
from nmt.files.lines import StrPath

_MTDATA = re.compile(r"[\w.]+-[\w.]+-[\w.]+-(?P<source>[A-Za-z0-9_]+)-(?P<target>[A-Za-z0-9_]+)")
_SACREBLEU = re.compile(r"(?P<set>[\w.-]+(?:/[\w.-]+)*)/(?P<source>[A-Za-z]+)-(?P<target>[A-Za-z_]+)")
_NETWORK_ERRORS = (
    "urlopen",
    "resolve",
    "resolution",
    "refused",
    "unreachable",
    "timed out",
    "max retries",
    "connection",
)


def fetch_corpus(identifier: str, directory: StrPath) -> tuple[ParallelFiles, CorpusReport]:
    """Download the corpus ``identifier`` into ``directory``; returns the files, and counts of pairs.

    ``wmt20/en-de`` is a test set of sacreBLEU, ``Statmt-news_commentary-16-deu-eng`` a corpus of mtdata. Raises
    NMTError for unknown identifiers, if the extra ``download`` is not installed, and without a network connection.
    """
    if test_set := _SACREBLEU.fullmatch(identifier):
        pairs = _test_set(test_set["set"], f"{test_set['source']}-{test_set['target']}")
        name, languages = test_set["set"].replace("/", "_"), (test_set["source"], test_set["target"])
    elif corpus := _MTDATA.fullmatch(identifier):
        pairs = _from_mtdata(identifier)
        name, languages = identifier.rpartition("-")[0].rpartition("-")[0], (corpus["source"], corpus["target"])
    else:
        raise NMTError(
            f"{identifier!r} is neither a test set such as wmt20/en-de nor a corpus such as "
            "Statmt-news_commentary-16-deu-eng; mtdata list -l deu-eng lists corpora"
        )
    files = ParallelFiles(*(str(Path(directory) / f"{name}.{language}") for language in languages))
    make_directory(directory, [files])
    report = CorpusReport()
    with CorpusWriter([files]) as outputs:
        for pair in pairs:
            report.read += 1
            unit = unit_of(*pair)
            if unit.skipped:
                report.drop(unit.skipped)
                continue
            report.kept += 1
            outputs.write(0, [unit.source.encode("utf-8")], [unit.target.encode("utf-8")])
        if not report.kept:
            raise NMTError(f"{identifier} has no usable pairs; {report.summary()}")
    return files, report


def _test_set(name: str, languages: str) -> Iterator[Pair]:
    from sacrebleu.dataset import DATASETS

    sets: Any = DATASETS
    if name not in sets or languages not in sets[name].langpairs:
        details = (
            "no such test set"
            if name not in sets
            else f"its language pairs are {', '.join(list(sets[name].langpairs)[:20])}"
        )
        raise NMTError(
            f"sacreBLEU does not know the test set {name}/{languages}: {details}; sacrebleu --list shows all"
        )
    try:
        source = sets[name].get_source_file(languages)
        [reference, *_] = sets[name].get_reference_files(languages)
    except (OSError, SystemExit) as error:
        raise _download_error(f"{name}/{languages}", str(error)) from error
    yield from read_pairs([source], [reference])


def _from_mtdata(identifier: str) -> Iterator[Pair]:
    if find_spec("mtdata") is None:
        raise NMTError(f"{identifier} needs mtdata, which is not installed: pip install 'nmt[download]'")
    with tempfile.TemporaryFile() as stderr:
        command = [sys.executable, "-m", "mtdata", "echo", identifier]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr) as process:  # noqa: S603
            if process.stdout is None:
                raise AssertionError("Popen was asked for a pipe")
            for line in process.stdout:
                source, _, target = line.decode("utf-8", "replace").rstrip("\n").partition("\t")
                yield Pair(source, target.partition("\t")[0])
        if process.returncode:
            raise _download_error(identifier, _last_line(stderr))


def _last_line(stderr: IO[bytes]) -> str:
    stderr.seek(0)
    lines = stderr.read().decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "no reason given")


def _download_error(identifier: str, reason: str) -> NMTError:
    """The error for a failed download; the usual cause is a missing network connection."""
    if reason.startswith("AssertionError"):  # from mtdata, for an unknown corpus
        return NMTError(f"mtdata does not know the corpus {identifier}; mtdata list shows all")
    reason_text = reason if len(reason) <= 200 else f"{reason[:200]}…"
    if any(word in reason.lower() for word in _NETWORK_ERRORS):
        return NMTError(f"{identifier} cannot be downloaded: no network connection ({reason_text})")
    return NMTError(f"{identifier} cannot be downloaded: {reason_text}")
