"""Feed damaged, cut and invented bytes to all that reads corpora: importers, check, cleaning, rearranging, settings.

    python -m tests.benchmarks.fuzz_corpora [--minutes 10] [--target NAME]... [--seed 1] [--keep DIRECTORY]

As fuzz_parsers, whose other half this is: only NMTError may come out. What is read must also fit: as many lines on one
side as on the other, none of them with a line end in it, and no file left behind by what was refused.
"""

import gzip
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks.fuzz_parsers import Target, main
from tests.conftest import translations
from tests.formats.test_reader import PO, TMX, XLIFF_1, XLIFF_2
from tests.formats.test_xliff import SDL

Languages = tuple[str | None, str | None]
TSV = 'id\tde\ten\n1\tEin Hund\tA dog\n\n2\t"Zwei"\tTwo\n3\tdrei\t\n'
OBJECTS: tuple[dict[str, object], ...] = (
    {"source": "Ein Hund", "target": "A dog"},
    {"translation": {"de": "schön\u2028so", "en": "pretty"}, "id": 7},
    {"translation": {"de": None, "en": "no text"}},
)
SETTINGS = b"""mends = ["entities", "spaces"]
filters = ["empty", "duplicate", "numbers"]
max_characters = 300
max_ratio = 6.0
"""
NASTY = (
    ("Gut &amp; sch\u00c3\u00b6n, 50 % von {name}", "Good &#10; <b>pretty</b>, 50 % of {nom}"),
    ("\ufeffwww.a.de/?x=1&section=2 \u2028 \u0000", "www.a.de \ufffd"),
    (
        "\u12a0\u121b\u122d\u129b \u07d2\u07de\u07cf \u0935\u0939 \u0932\u0921\u093c\u0915\u0940",
        "\u4ed6\u662f\uff11\u4e2a",
    ),
    ("", "Alone"),
)


class Corpora:
    """A directory to write in, and the targets that read corpora."""

    def __init__(self, directory: Path) -> None:
        self.scratch = directory / f"scratch-{os.getpid()}"
        directory.mkdir(exist_ok=True)

    def targets(self) -> dict[str, tuple[Callable[[], Target], list[bytes]]]:
        pairs = [*translations(60), *NASTY]
        sides = ["".join(f"{line}\n" for line in lines).encode() for lines in zip(*pairs, strict=True)]
        table = "".join(f"{source}\t{target}\n" for source, target in pairs).encode()
        tmx, tmx_16 = (TMX.format(encoding=name).encode(name) for name in ("utf-8", "utf-16"))
        objects = [json.dumps(found).encode() + b"\n" for found in OBJECTS]
        parallel = [b"\0".join(sides), b"\0".join(side.replace(b"\n", b"\r\n") for side in sides)]
        return {
            "tmx": (lambda: self.importer("tmx", [(None, None), ("de", "en")]), [tmx, tmx_16]),
            "xliff": (
                lambda: self.importer("xliff", [(None, None)]),
                [XLIFF_1.encode(), XLIFF_2.encode(), SDL.encode()],
            ),
            "po": (lambda: self.importer("po", [(None, None)]), [PO.encode()]),
            "tsv": (
                lambda: self.importer("tsv", [(None, None)], [(None, None), ("de", "en"), ("3", "2")]),
                [TSV.encode(), TSV.replace("\n", "\r\n").encode()],
            ),
            "csv": (
                lambda: self.importer("csv", [(None, None), ("de", "en")], called="x.csv"),
                [b'de;en\n"Ein ""Hund""; ja";A dog\n"zwei\nZeilen";b\n', 'sep=,\na,"b"\n'.encode("utf-16")],
            ),
            "jsonl": (
                lambda: self.importer("jsonl", [("de", "en")], [(None, None), ("translation.de", "translation.en")]),
                [*objects, b"".join(objects)],
            ),
            "gzip-import": (lambda: self.importer("tmx", [(None, None)], called="x.tmx.gz"), [gzip.compress(tmx)]),
            "check": (self.check, parallel),
            "clean": (self.clean, parallel),
            "table": (self.table, [table]),
            "rearrange": (self.rearrange, parallel),
            "clean-toml": (self.settings, [SETTINGS, self.all_settings()]),
        }

    @staticmethod
    def all_settings() -> bytes:
        from nmt.cleaning.config import CleaningConfig, config_as_toml

        return config_as_toml(CleaningConfig()).encode()

    def importer(
        self,
        kind: str,
        languages: Sequence[Languages],
        fields: Sequence[Languages] = ((None, None),),
        called: str = "x",
    ) -> Target:
        """``nmt corpus import`` with each of these languages and fields in turn."""
        from nmt.errors import NMTError
        from nmt.formats.reader import ImportOptions, import_file

        path, out = self.fresh() / called, self.scratch / "out"

        def read(data: bytes) -> None:
            path.write_bytes(data)
            refused: NMTError | None = None
            were_read = 0
            for given in languages:
                for columns in fields:
                    shutil.rmtree(out, ignore_errors=True)
                    try:
                        files, report = import_file(
                            path, out, ImportOptions(format=kind, languages=given, fields=columns)
                        )
                    except NMTError as error:
                        refused = error
                        _assert_one_sentence(error)
                        assert not out.exists() or not list(out.iterdir())
                        continue
                    assert files.target is not None
                    were_read += 1
                    _assert_aligned(Path(files.source), Path(files.target), report.kept)
                    assert report.read == report.kept + sum(report.dropped.values())
            if refused is not None and not were_read:
                raise refused

        return read

    def check(self) -> Target:
        from nmt.cleaning.check import check_corpus
        from nmt.cleaning.measures.languages import LanguageSample, check_languages
        from nmt.cleaning.report import as_mapping, as_text
        from nmt.cleaning.report_page import as_page
        from nmt.corpus.held_out import read_held_out
        from nmt.corpus.tolerant_reader import parallel_files

        paths = self.two_files()
        for path, lines in zip(self.held_out(), zip(*translations(20), strict=True), strict=True):
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        known = check_languages(("de", "en"))  # loads what tells languages, which no input is to blame for
        test = tuple([str(path)] for path in self.held_out())

        def read(data: bytes) -> None:
            _divide(data, paths)
            corpora = parallel_files([str(paths[0])], [str(paths[1])])
            found = check_corpus(
                corpora, held_out=read_held_out(test=(test[0], test[1])), languages=LanguageSample(known)
            )
            as_text(found).encode("utf-8")
            as_page(found).encode("utf-8")
            json.dumps(as_mapping(found), allow_nan=False).encode("utf-8")
            assert found.pairs == min(found.lines[0])
            read_held_out(test=([str(paths[0])], [str(paths[1])]))

        return read

    def clean(self) -> Target:
        from nmt.cleaning.clean import CleaningOptions, clean_corpus
        from nmt.cleaning.config import FILTERS, REPAIRS, CleaningConfig
        from nmt.cleaning.measures.languages import check_languages
        from nmt.corpus.tolerant_reader import parallel_files

        known = check_languages(("de", "en"))
        paths, out = self.two_files(), self.scratch / "out"
        rejected = self.scratch / "rejected.tsv"
        quick = tuple(name for name in FILTERS if name not in ("unrelated", "language"))
        configs = [CleaningConfig(filters=quick, repairs=tuple(REPAIRS))]
        configs += [CleaningConfig(filters=("empty",), repairs=(name,)) for name in REPAIRS]
        everything = CleaningConfig(filters=tuple(FILTERS), repairs=tuple(REPAIRS))

        def read(data: bytes) -> None:
            _divide(data, paths)
            corpora = parallel_files([str(paths[0])], [str(paths[1])])
            chosen = everything if len(data) % 16 == 0 else configs[len(data) % len(configs)]
            for config in (CleaningConfig(), chosen):
                report = clean_corpus(corpora, out, config, CleaningOptions(languages=known, rejected=rejected))
                _assert_aligned(out / paths[0].name, out / paths[1].name, report.kept)
                assert report.read == report.kept + sum(report.dropped.values())
                assert rejected.read_bytes().count(b"\n") == report.read - report.kept

        return read

    def table(self) -> Target:
        """The check and cleaning of one file of columns."""
        from nmt.cleaning.check import check_corpus
        from nmt.cleaning.clean import clean_corpus
        from nmt.cleaning.config import CleaningConfig
        from nmt.cleaning.report import as_text
        from nmt.corpus.tolerant_reader import parallel_files

        path, out = self.fresh() / "x.tsv", self.scratch / "out"

        def read(data: bytes) -> None:
            path.write_bytes(data)
            corpora = parallel_files([], [], [str(path)])
            as_text(check_corpus(corpora)).encode("utf-8")
            report = clean_corpus(corpora, out, CleaningConfig())
            rows = (out / "x.tsv").read_bytes().split(b"\n")[:-1]
            assert len(rows) == report.kept
            assert all(row.count(b"\t") == 1 for row in rows)

        return read

    def rearrange(self) -> Target:
        """``nmt corpus dedupe``, ``merge``, ``sample`` and ``split``."""
        from nmt.corpus.operations import dedupe_corpus, merge_corpora, sample_corpus, split_corpus
        from nmt.corpus.tolerant_reader import parallel_files

        paths, out = self.two_files(), self.scratch / "out"

        def read(data: bytes) -> None:
            _divide(data, paths)
            corpora = parallel_files([str(paths[0])], [str(paths[1])])
            for by in ("pair", "near", "source", "target"):
                report = dedupe_corpus(corpora, out, by=by)
                _assert_aligned(out / paths[0].name, out / paths[1].name, report.kept)
            merge_corpora(corpora, out, name="all")
            sample_corpus(corpora, out, size=1, seed=1)
            split_corpus(corpora, out, valid=1, test=2, seed=1)

        return read

    def settings(self) -> Target:
        """The TOML of ``nmt clean -c``."""
        from nmt.cleaning.config import config_as_toml, config_from
        from nmt_cli.options import read_toml

        path = self.fresh() / "clean.toml"

        def read(data: bytes) -> None:
            path.write_bytes(data)
            config = config_from(read_toml(str(path)), where="clean.toml")
            path.write_text(config_as_toml(config), encoding="utf-8")
            assert set(config_from(read_toml(str(path)), where="again").filters) == set(config.filters)

        return read

    def fresh(self) -> Path:
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        return self.scratch

    def two_files(self) -> tuple[Path, Path]:
        folder = self.fresh()
        return folder / "x.de", folder / "x.en"

    def held_out(self) -> tuple[Path, Path]:
        return self.scratch / "test.de", self.scratch / "test.en"


def _divide(data: bytes, paths: tuple[Path, Path]) -> None:
    """The bytes before and after the first NUL that stands at the beginning of a line."""
    source, _, target = data.partition(b"\n\0")
    paths[0].write_bytes(source + b"\n")
    paths[1].write_bytes(target)


def _assert_aligned(source: Path, target: Path, kept: int) -> None:
    assert [path.read_bytes().count(b"\n") for path in (source, target)] == [kept, kept]


def _assert_one_sentence(error: Exception) -> None:
    assert "\n" not in str(error)
    assert len(str(error)) < 1000


if __name__ == "__main__":
    sys.exit(main(Corpora))
