"""``nmt corpus``: parallel text divided, joined, counted, imported and fetched."""

import json
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .console.signals import ending_on_sigterm
from .options import (
    PATH,
    Command,
    examples,
    format_option,
    output_option,
    source_option,
    target_option,
    verbosity_options,
)

if TYPE_CHECKING:
    from nmt.corpus.blocks import ParallelFiles

logger = logging.getLogger("nmt.corpus")


def corpus_options(command: Command) -> Command:
    """``-s``, ``-t`` and ``--tsv``: the text to work on."""
    tsv_help = "Source, a tab and target on each line."
    command = click.option("--tsv", metavar="FILE", type=PATH, multiple=True, help=tsv_help)(command)
    command = target_option(multiple=True, help="Target text, line-aligned. Repeat -t likewise.")(command)
    return source_option(
        multiple=True, help="Source text, plain or compressed (.gz .xz .bz2 .zst); repeat -s for several files."
    )(command)


def directory_option(command: Command) -> Command:
    """``-o``: where the files go."""
    return output_option(metavar="DIR", required=True, show_default=False, help="Directory for the files.")(command)


def seed_option(command: Command) -> Command:
    """``--seed``: which of many equally good choices is made."""
    return click.option("--seed", metavar="N", type=int, default=1, help="Another seed, another choice.")(command)


@click.group()
@click.pass_context
def corpus(ctx: click.Context) -> None:
    """Split, sample, dedupe, merge and count parallel text, import it from other formats, and fetch public corpora."""
    if ctx.invoked_subcommand != "get":  # which would wait for the program that fetches
        ctx.with_resource(ending_on_sigterm())


@corpus.command(
    short_help="Divide into training, validation and test text.",
    epilog=examples("nmt corpus split -s all.de -t all.en -o data --valid 1000 --test 1000"),
)
@corpus_options
@directory_option
@click.option("--valid", metavar="N", type=click.IntRange(min=0), default=1000, help="Pairs for validation.")
@click.option("--test", metavar="N", type=click.IntRange(min=0), default=1000, help="Pairs for the test.")
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
    """Write DIR/train, DIR/valid and DIR/test, none of which holds a sentence of another.

    A pair is held out for what it holds, not for its place, so the same text gives the same parts in any order. Copies
    of pairs, and pairs that share a sentence with held-out ones, are left out.
    """
    from nmt.corpus.operations import split_corpus

    report = split_corpus(_files(source, target, tsv), output, valid=valid, test=test, seed=seed)
    logger.info("%s", report.summary())
    logger.info(
        "%s: %s pairs for training, %s for validation, %s for the test",
        output,
        f"{report.kept - valid - test:,}",
        f"{valid:,}",
        f"{test:,}",
    )


@corpus.command(
    short_help="Draw some pairs.", epilog=examples("nmt corpus sample -s all.de -t all.en -n 10000 -o small")
)
@corpus_options
@directory_option
@click.option("-n", "--size", metavar="N", type=click.IntRange(min=1), required=True, help="Pairs to draw.")
@seed_option
@verbosity_options
def sample(
    source: tuple[str, ...], target: tuple[str, ...], tsv: tuple[str, ...], output: str, size: int, seed: int
) -> None:
    """Write N pairs, drawn at random from all parts of the text and left in their order, under the files' names."""
    from nmt.corpus.operations import sample_corpus

    logger.info("%s", sample_corpus(_files(source, target, tsv), output, size=size, seed=seed).summary())


@corpus.command(
    short_help="Leave out copies.", epilog=examples("nmt corpus dedupe -s all.de -t all.en --by source -o single")
)
@corpus_options
@directory_option
@click.option(
    "--by",
    type=click.Choice(["pair", "near", "source", "target"]),
    default="pair",
    help="What must be equal; near: the pair but for case, spacing and punctuation.",
)
@verbosity_options
def dedupe(source: tuple[str, ...], target: tuple[str, ...], tsv: tuple[str, ...], output: str, by: str) -> None:
    """Write the first of equal pairs, under the files' names."""
    from nmt.corpus.operations import dedupe_corpus

    logger.info("%s", dedupe_corpus(_files(source, target, tsv), output, by=by).summary())


@corpus.command(
    short_help="Join corpora into one.",
    epilog=examples("nmt corpus merge -s news.de -t news.en -s talks.de -t talks.en -o all"),
)
@corpus_options
@directory_option
@click.option("--name", metavar="NAME", default="train", help="Name of the files, which end in the languages.")
@verbosity_options
def merge(source: tuple[str, ...], target: tuple[str, ...], tsv: tuple[str, ...], output: str, name: str) -> None:
    """Write all pairs, one corpus after the other, as one pair of files."""
    from nmt.corpus.operations import merge_corpora

    logger.info("%s", merge_corpora(_files(source, target, tsv), output, name=name).summary())


@corpus.command(short_help="Count what there is.", epilog=examples("nmt corpus stats -s train.de -t train.en"))
@corpus_options
@format_option()
@verbosity_options
def stats(source: tuple[str, ...], target: tuple[str, ...], tsv: tuple[str, ...], output_format: str) -> None:
    """Show pairs, words, distinct words, lengths, characters and scripts of both sides."""
    from nmt.cleaning.check import check_corpus
    from nmt.cleaning.report import as_mapping, statistics_text
    from nmt.corpus.tolerant_reader import helpers_for

    corpora = _files(source, target, tsv)
    found = check_corpus(corpora, helpers=helpers_for(corpora, None))
    for finding in found.findings:
        if finding.kind.name == "unequal-counts":
            logger.warning("%s; lines without a partner are not counted, and nmt check says where", finding.places[0])
    if output_format == "json":
        keys = ("pairs", "files", "length_correlation", "source", "target")
        click.echo(json.dumps({key: as_mapping(found)[key] for key in keys}, ensure_ascii=False, indent=2))
    else:
        click.echo(statistics_text(found))


@corpus.command(
    "import",
    short_help="Get pairs out of TMX, XLIFF, PO, TSV, CSV or JSONL.",
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
    "kind",
    type=click.Choice(["tmx", "xliff", "po", "tsv", "csv", "jsonl"]),
    show_default="by the file's name",
    help="Form of FILE.",
)
@click.option("--source-language", metavar="CODE", show_default="as the file says", help="Such as de.")
@click.option("--target-language", metavar="CODE", show_default="as the file says", help="Such as zh.")
@click.option(
    "--source-field", metavar="NAME", help="TSV, CSV: number or heading of the column; JSONL: field, such as a.b."
)
@click.option("--target-field", metavar="NAME", help="The same for the target.")
@click.option(
    "--quoting",
    type=click.Choice(["auto", "excel", "none"]),
    default="auto",
    help="TSV, CSV: whether cells stand in quotation marks, as Excel writes them; none: marks are a part of the text.",
)
@click.option("--name", metavar="NAME", show_default="as FILE", help="Name of the files, which end in the languages.")
@verbosity_options
def import_command(
    file: str,
    output: str,
    kind: str | None,
    source_language: str | None,
    target_language: str | None,
    source_field: str | None,
    target_field: str | None,
    quoting: str,
    name: str | None,
) -> None:
    """Write the translated units of FILE as two line-aligned files into DIR; line ends in a unit become blanks.

    Files of any size are read in little memory (PO at once). Entities that a file declares are refused, and what it
    refers to is not fetched.
    """
    from nmt.formats.reader import import_file

    files, report = import_file(
        file,
        output,
        kind=kind,
        languages=(source_language, target_language),
        fields=(source_field, target_field),
        quoting=quoting,
        name=name,
    )
    logger.info("%s", report.summary().replace("pair", "unit"))
    logger.info("%s and %s", files.source, files.target)


@corpus.command(
    short_help="Fetch a public corpus.",
    epilog=examples(
        "nmt corpus get wmt20/en-de -o data",
        "nmt corpus get Statmt-news_commentary-16-deu-eng -o data",
    ),
)
@click.argument("identifier", metavar="ID")
@directory_option
@verbosity_options
def get(identifier: str, output: str) -> None:
    """Fetch the corpus ID from the internet into DIR.

    sacrebleu --list shows the test sets, mtdata list -l deu-eng the corpora; these need pip install 'nmt[download]'.
    Look at a corpus's licence before you use it.
    """
    from nmt.corpus.download import fetch_corpus

    files, report = fetch_corpus(identifier, output)
    logger.info("%s", report.summary())
    logger.info("%s and %s", files.source, files.target)


def _files(source: Sequence[str], target: Sequence[str], tsv: Sequence[str]) -> list["ParallelFiles"]:
    from nmt.corpus.tolerant_reader import parallel_files

    return parallel_files(source, target, tsv)
