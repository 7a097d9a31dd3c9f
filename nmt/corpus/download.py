"""Public corpora by their identifiers: test sets through sacreBLEU, everything else through mtdata.

mtdata runs as a program of its own, for it keeps a pickled index and configures logging when it is imported.
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
from nmt.corpus.pairs import CorpusReport, Pair
from nmt.corpus.units import unit_of
from nmt.corpus.writer import CorpusWriter, make_directory
from nmt.errors import NMTError
from nmt.files.lines import StrPath

_MTDATA = re.compile(r"[\w.]+-[\w.]+-[\w.]+-(?P<source>[A-Za-z0-9_]+)-(?P<target>[A-Za-z0-9_]+)")
_SACREBLEU = re.compile(r"(?P<set>[\w.-]+(?:/[\w.-]+)*)/(?P<source>[A-Za-z]+)-(?P<target>[A-Za-z_]+)")
_NETWORK = ("urlopen", "resolve", "resolution", "refused", "unreachable", "timed out", "max retries", "connection")


def fetch_corpus(identifier: str, directory: StrPath) -> tuple[ParallelFiles, CorpusReport]:
    """Write the corpus ``identifier`` into ``directory``; the files, and how many pairs they have.

    ``wmt20/en-de`` is a test set known to sacreBLEU, ``Statmt-news_commentary-16-deu-eng`` a corpus known to mtdata.
    Raises NMTError for one that neither knows, without the extra, and without a network.
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
            "Statmt-news_commentary-16-deu-eng; mtdata list -l deu-eng shows the latter"
        )
    goal = ParallelFiles(*(str(Path(directory) / f"{name}.{language}") for language in languages))
    make_directory(directory, [goal])
    report = CorpusReport()
    with CorpusWriter([goal]) as outputs:
        for pair in pairs:
            report.read += 1
            unit = unit_of(*pair)
            if unit.skipped:
                report.drop(unit.skipped)
                continue
            report.kept += 1
            outputs.write(0, [unit.source.encode("utf-8")], [unit.target.encode("utf-8")])
        if not report.kept:
            raise NMTError(f"{identifier}: nothing came; {report.summary()}")
    return goal, report


def _test_set(name: str, languages: str) -> Iterator[Pair]:
    from sacrebleu.dataset import DATASETS

    sets: Any = DATASETS
    if name not in sets or languages not in sets[name].langpairs:
        known = "no such set" if name not in sets else f"it has {', '.join(list(sets[name].langpairs)[:20])}"
        raise NMTError(f"sacreBLEU does not know the test set {name}/{languages}: {known}; sacrebleu --list shows all")
    try:
        source = sets[name].get_source_file(languages)
        [reference, *_] = sets[name].get_reference_files(languages)
    except (OSError, SystemExit) as error:
        raise _no_network(f"{name}/{languages}", str(error)) from error
    yield from read_pairs([source], [reference])


def _from_mtdata(identifier: str) -> Iterator[Pair]:
    if find_spec("mtdata") is None:
        raise NMTError(f"{identifier} comes through mtdata, which is not installed: pip install 'nmt[download]'")
    with tempfile.TemporaryFile() as complaints:
        command = [sys.executable, "-m", "mtdata", "echo", identifier]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints) as process:  # noqa: S603
            if process.stdout is None:
                raise AssertionError("Popen was asked for a pipe")
            for line in process.stdout:
                source, _, target = line.decode("utf-8", "replace").rstrip("\n").partition("\t")
                yield Pair(source, target.partition("\t")[0])
        if process.returncode:
            raise _no_network(identifier, _last_line(complaints))


def _last_line(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read().decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "no reason given")


def _no_network(identifier: str, reason: str) -> NMTError:
    """The error for a corpus that did not come, which for most is the want of a network."""
    if reason.startswith("AssertionError"):  # that is how mtdata says it
        return NMTError(f"mtdata knows no corpus {identifier}; mtdata list shows those it knows")
    short = reason if len(reason) <= 200 else f"{reason[:200]}…"
    if any(sign in reason.lower() for sign in _NETWORK):
        return NMTError(f"{identifier} cannot be fetched, for the network cannot be reached from here ({short})")
    return NMTError(f"{identifier} cannot be fetched: {short}")
