"""Downloads from a local server, and one sentence if there is no network."""

import http.server
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sacrebleu.dataset import DATASETS
from sacrebleu.dataset.plain_text import PlainTextDataset

from nmt.corpus.download import fetch_corpus
from nmt.errors import NMTError

# The relevant part of mtdata: it downloads a file and writes its pairs as a table.
STUB = """
import sys, urllib.request
task, identifier = sys.argv[1:]
assert task == "echo"
assert "unknown" not in identifier
try:
    with urllib.request.urlopen(f"{ADDRESS}/{identifier}.tsv") as answer:
        sys.stdout.buffer.write(answer.read())
except OSError as error:
    sys.exit(f"log line\\nurllib.error.URLError: {error}")
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a local server with two corpora."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "src.de").write_text("Ein Hund\nZwei Hunde\n", encoding="utf-8")
    (folder / "ref.en").write_text("A dog\nTwo dogs\n", encoding="utf-8")
    (folder / "Some-news-1-deu-eng.tsv").write_text("Ein Hund\tA dog\nOhne\t\nZwei\tTwo\t{}\n", encoding="utf-8")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, *arguments: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_address[1]}"
        finally:
            running.shutdown()
            thread.join()


def add_test_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str) -> None:
    """Add a test set that sacreBLEU downloads from ``address``."""

    class Untarred(PlainTextDataset):
        def maybe_download(self) -> None:
            from sacrebleu.utils import download_file

            for url in self.data:
                download_file(url, str(Path(self._rawdir) / Path(url).name))

    made = Untarred(
        "news99", data=[f"{address}/src.de", f"{address}/ref.en"], langpairs={"de-en": ["src.de", "ref.en"]}
    )
    made._outdir, made._rawdir = str(tmp_path / "cache"), str(tmp_path / "cache" / "raw")
    monkeypatch.setitem(DATASETS, "news99", made)


def add_mtdata(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str) -> None:
    """Add a replacement for mtdata that downloads from ``address``."""
    package = tmp_path / "path" / "mtdata"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text(f"ADDRESS = {address!r}\n{STUB}")
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    monkeypatch.syspath_prepend(package.parent)
    sys.modules.pop("mtdata", None)


def read(directory: Path) -> dict[str, list[str]]:
    return {path.name: path.read_text("utf-8").split("\n")[:-1] for path in sorted(directory.iterdir())}


def test_a_test_set_is_downloaded_with_sacrebleu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: str) -> None:
    add_test_set(monkeypatch, tmp_path, server)
    _, report = fetch_corpus("news99/de-en", tmp_path / "out")
    assert report.kept == 2
    assert read(tmp_path / "out") == {"news99.de": ["Ein Hund", "Zwei Hunde"], "news99.en": ["A dog", "Two dogs"]}


def test_a_corpus_is_downloaded_with_mtdata(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: str) -> None:
    add_mtdata(monkeypatch, tmp_path, server)
    _, report = fetch_corpus("Some-news-1-deu-eng", tmp_path / "out")
    assert (report.kept, report.dropped) == (2, {"untranslated": 1})
    assert read(tmp_path / "out") == {"Some-news-1.deu": ["Ein Hund", "Zwei"], "Some-news-1.eng": ["A dog", "Two"]}


def test_without_a_network_one_sentence_says_so_and_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    add_mtdata(monkeypatch, tmp_path, "http://127.0.0.1:9")
    add_test_set(monkeypatch, tmp_path, "http://127.0.0.1:9")
    for identifier in ("Some-news-1-deu-eng", "news99/de-en"):
        with pytest.raises(NMTError, match=f"{identifier} cannot be downloaded: no network connection"):
            fetch_corpus(identifier, tmp_path / "out")
    assert read(tmp_path / "out") == {}


def test_a_corpus_that_mtdata_does_not_know_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: str
) -> None:
    add_mtdata(monkeypatch, tmp_path, server)
    with pytest.raises(NMTError, match="mtdata does not know the corpus Some-unknown-1-deu-eng"):
        fetch_corpus("Some-unknown-1-deu-eng", tmp_path / "out")


def test_unknown_identifiers_are_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "mtdata", None)
    for identifier, message in (
        ("nonsense", "is neither a test set such as wmt20/en-de nor a corpus"),
        ("wmt99/en-de", "does not know the test set wmt99/en-de: no such test set"),
        ("wmt20/en-xx", "does not know the test set wmt20/en-xx: its language pairs are cs-en, de-en"),
        ("../../etc-passwd-1-en-de", "is neither"),
    ):
        with pytest.raises(NMTError, match=message):
            fetch_corpus(identifier, tmp_path / "out")


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("nmt.corpus.download.find_spec", lambda name: None)
    with pytest.raises(NMTError, match=r"pip install 'nmt\[download\]'"):
        fetch_corpus("Some-news-1-deu-eng", tmp_path / "out")
