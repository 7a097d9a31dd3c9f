"""``nmt corpus``: split, sample, deduplicate, merge, count, import and download parallel text."""

import json
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .console.signals import ending_on_sigterm
from .options import (
    PATH,
    Command,
    corpus_options,
    examples,
    format_option,
    output_option,
    verbosity_options,
)

if TYPE_CHECKING:
    from nmt.corpus.blocks import ParallelFiles

logger = logging.getLogger("nmt.corpus")


def directory_option(command: Command) -> Command:
    """``-o``: the directory of the new files."""
    return output_option(metavar="DIR", required=True, show_default=False, help="Directory for the files.")(command)


def seed_option(command: Command) -> Command:
    """``--seed``: the seed of a random choice."""
    return click.option("--seed", metavar="N", type=int, default=1, help="Seed of the random choice.")(command)


@click.group()
@click.pass_context
def corpus(ctx: click.Context) -> None:
    """Split, sample, dedupe, merge and count parallel text, import other formats, and download public corpora."""
    if ctx.invoked_subcommand != "get":  # get would wait for the download program to end
        ctx.with_resource(ending_on_sigterm())


@corpus.command(
    short_help="Split into training, validation and test text.",
    epilog=examples("nmt corpus split -s all.de -t all.en -o data --valid 1000 --test 1000"),
)
@corpus_options
@directory_option
@click.option("--valid", metavar="N", type=click.IntRange(min=0), default=1000, help="Number of validation pairs.")
@click.option("--test", metavar="N", type=click.IntRange(min=0), default=1000, help="Number of test pairs.")
@seed_option
@verbosity_options
def split(
    source: tuple[str, ...],
    target: tuple[str, ...],
    tsv: tuple[str, ...],
    output: str,
    valid: int,
    test: int,
    seed: int,
) -> None:
    """Write DIR/train, DIR/valid and DIR/test, so that no two of them share a sentence.

    Which pairs are held out depends on their text and not on their position, so the same text in another order gives
    the same split. Copies of pairs, and pairs that share a sentence with a held-out pair, are dropped.
    """
    from nmt.corpus.operations import split_corpus

    report = split_corpus(_files(source, target, tsv), output, valid=valid, test=test, seed=seed)
    logger.info("%s", report.summary())
    logger.info(
        "%s: %s pairs for training, %s for validation, %s for testing",
        output,
        f"{report.kept - valid - test:,}",
        f"{valid:,}",
        f"{test:,}",
    )


@corpus.command(
    short_help="Draw a random sample of pairs.",
    epilog=examples("nmt corpus sample -s all.de -t all.en -n 10000 -o small"),
)
@corpus_options
@directory_option
@click.option("-n", "--size", metavar="N", type=click.IntRange(min=1), required=True, help="Number of pairs to draw.")
@seed_option
@verbosity_options
def sample(
    source: tuple[str, ...], target: tuple[str, ...], tsv: tuple[str, ...], output: str, size: int, seed: int
) -> None:
    """Write a random sample of N pairs, spread over the whole text and in its order, to files of the same names."""
    from nmt.corpus.operations import sample_corpus

    logger.info("%s", sample_corpus(_files(source, target, tsv), output, size=size, seed=seed).summary())


@corpus.command(
    short_help="Drop copies of pairs.", epilog=examples("nmt corpus dedupe -s all.de -t all.en --by source -o single")
)
@corpus_options
@directory_option
@click.option(
    "--by",
    type=click.Choice(["pair", "near", "source", "target"]),
    default="pair",
    help="What must be equal; near: the pair, ignoring case, spacing and punctuation.",
)
@verbosity_options
def dedupe(source: tuple[str, ...], target: tuple[str, ...], tsv: tuple[str, ...], output: str, by: str) -> None:
    """Write the first of each set of equal pairs, to files of the same names."""
    from nmt.corpus.operations import dedupe_corpus

    logger.info("%s", dedupe_corpus(_files(source, target, tsv), output, by=by).summary())


@corpus.command(
    short_help="Merge corpora into one.",
    epilog=examples("nmt corpus merge -s news.de -t news.en -s talks.de -t talks.en -o all"),
)
@corpus_options
@directory_option
@click.option("--name", metavar="NAME", default="train", help="Name of the files, before the language codes.")
@verbosity_options
def merge(source: tuple[str, ...], target: tuple[str, ...], tsv: tuple[str, ...], output: str, name: str) -> None:
    """Write all corpora, one after the other, to one pair of files."""
    from nmt.corpus.operations import merge_corpora

    logger.info("%s", merge_corpora(_files(source, target, tsv), output, name=name).summary())


@corpus.command(short_help="Show statistics.", epilog=examples("nmt corpus stats -s train.de -t train.en"))
@corpus_options
@format_option()
@verbosity_options
def stats(source: tuple[str, ...], target: tuple[str, ...], tsv: tuple[str, ...], output_format: str) -> None:
    """Show the numbers of pairs, words and distinct words, and the lengths, characters and scripts of both sides."""
    from nmt.cleaning.check import check_corpus
    from nmt.cleaning.report import as_mapping, statistics_text
    from nmt.corpus.tolerant_reader import helpers_for

    corpora = _files(source, target, tsv)
    report = check_corpus(corpora, helpers=helpers_for(corpora, None))
    for finding in report.findings:
        if finding.type.name == "unequal-counts":
            logger.warning(
                "%s; lines without a counterpart are not counted; nmt check shows where they are", finding.locations[0]
            )
    if output_format == "json":
        keys = ("pairs", "files", "length_correlation", "source", "target")
        click.echo(json.dumps({key: as_mapping(report)[key] for key in keys}, ensure_ascii=False, indent=2))
    else:
        click.echo(statistics_text(report))


@corpus.command(
    "import",
    short_help="Import pairs from TMX, XLIFF, PO, TSV, CSV or JSONL.",
    epilog=examples(
        "nmt corpus import memory.tmx -o data --source-language de --target-language en",
        "nmt corpus import de.po -o data",
        "nmt corpus import pairs.jsonl.gz -o data --source-field translation.de --target-field translation.en",
    ),
)
@click.argument("file", metavar="FILE", type=PATH)
@directory_option
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["tmx", "xliff", "po", "tsv", "csv", "jsonl"]),
    show_default="from the file name",
    help="Format of FILE.",
)
@click.option("--source-language", metavar="CODE", show_default="from the file", help="For example de.")
@click.option("--target-language", metavar="CODE", show_default="from the file", help="For example zh.")
@click.option(
    "--source-field", metavar="NAME", help="TSV, CSV: number or title of the column; JSONL: field, for example a.b."
)
@click.option("--target-field", metavar="NAME", help="The same for the target.")
@click.option(
    "--quoting",
    type=click.Choice(["auto", "excel", "none"]),
    default="auto",
    help="TSV, CSV: whether cells are quoted as Excel does; none: quotation marks are part of the text.",
)
@click.option(
    "--name", metavar="NAME", show_default="the name of FILE", help="Name of the files, before the language codes."
)
@verbosity_options
def import_command(
    file: str,
    output: str,
    file_format: str | None,
    source_language: str | None,
    target_language: str | None,
    source_field: str | None,
    target_field: str | None,
    quoting: str,
    name: str | None,
) -> None:
    """Write the translated units of FILE to two line-aligned files in DIR; line ends in a unit become spaces.

    Memory does not grow with the file, except for PO, which is read whole. For safety, XML files that declare
    entities are refused, and external references are not loaded.
    """
    from nmt.formats.reader import ImportOptions, import_file

    files, report = import_file(
        file,
        output,
        ImportOptions(
            format=file_format,
            languages=(source_language, target_language),
            fields=(source_field, target_field),
            quoting=quoting,
            name=name,
        ),
    )
    logger.info("%s", report.summary().replace("pair", "unit"))
    logger.info("%s and %s", files.source, files.target)


@corpus.command(
    short_help="Download a public corpus.",
    epilog=examples(
        "nmt corpus get wmt20/en-de -o data",
        "nmt corpus get Statmt-news_commentary-16-deu-eng -o data",
    ),
)
@click.argument("identifier", metavar="ID")
@directory_option
@verbosity_options
def get(identifier: str, output: str) -> None:
    """Download the corpus ID into DIR.

    sacrebleu --list shows the test sets. mtdata list -l deu-eng shows the corpora, which need
    pip install 'nmt[download]'. Check the licence of a corpus before you use it.
    """
    from nmt.corpus.download import fetch_corpus

    files, report = fetch_corpus(identifier, output)
    logger.info("%s", report.summary())
    logger.info("%s and %s", files.source, files.target)


def _files(source: Sequence[str], target: Sequence[str], tsv: Sequence[str]) -> list["ParallelFiles"]:
    from nmt.corpus.tolerant_reader import parallel_files

    return parallel_files(source, target, tsv)
