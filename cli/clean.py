"""``nmt clean``: parallel text mended and filtered."""

import logging
from typing import Any

import click

from .console.signals import ending_on_sigterm
from .options import (
    PATH,
    config_option,
    examples,
    held_out_options,
    output_option,
    read_toml,
    source_option,
    target_option,
    verbosity_options,
)
from .unused_options import reject_given

logger = logging.getLogger("nmt.clean")

HELD_OUT = ("test_source", "test_target", "valid_source", "valid_target")


@click.command(
    epilog=examples(
        "nmt clean -s train.de -t train.en -o clean",
        "nmt clean -s train.de -t train.en -o clean --rejected dropped.tsv --filter language --without script",
        "nmt clean -s train.de -t train.en -o clean --test-source test.de --test-target test.en",
        "nmt clean --show-config > clean.toml",
        "nmt clean -s train.de -t train.en -o clean -c clean.toml",
    )
)
@source_option(
    multiple=True, help="Source text, one sentence a line, plain or compressed; repeat -s for several files."
)
@target_option(multiple=True, help="Target text: line N translates line N of the source. Repeat -t likewise.")
@click.option("--tsv", metavar="FILE", type=PATH, multiple=True, help="Source, a tab and target on each line.")
@output_option(metavar="DIR", show_default=False, help="Directory for the clean files; each keeps its name.")
@click.option(
    "--rejected", metavar="FILE", type=PATH, help="Table of what was dropped: reason, file:line twice, texts."
)
@click.option("--filter", "filters", metavar="NAME", multiple=True, help="Apply this filter, too; repeatable.")
@click.option("--mend", "mends", metavar="NAME", multiple=True, help="Make this mend, too; repeatable.")
@click.option("--without", metavar="NAME", multiple=True, help="Leave out this filter or mend; repeatable.")
@held_out_options(test="Text to keep out of the result.", valid="More text to keep out.")
@click.option("--source-language", metavar="CODE", show_default="as file names end", help="For the filter language.")
@click.option("--target-language", metavar="CODE", show_default="as file names end", help="For the filter language.")
@config_option()
@click.option("--show-config", is_flag=True, help="Print the settings as a TOML file to keep, and do nothing else.")
@click.option(
    "--processes",
    metavar="N",
    type=click.IntRange(min=1),
    show_default="all processors",
    help="Processes that clean large text side by side; the result is the same for any number.",
)
@verbosity_options
@click.pass_context
def clean(context: click.Context, /, **options: Any) -> None:
    """Mend what can be mended of parallel text, drop what cannot be a translation, and keep the pairs aligned.

    The text is read once and written in its order. What is done by default keeps all that might be a translation; the
    filters and mends there are, and which of them are on, is what --show-config prints.
    """
    from nmt.cleaning.config import CleaningConfig, config_as_toml, config_from

    config = CleaningConfig()
    if options["config"] is not None:
        config = config_from(read_toml(options["config"]), where=options["config"])
    config = config.changed(filters=options["filters"], mends=options["mends"], without=options["without"])
    if options["show_config"]:
        click.echo(config_as_toml(config), nl=False)
        return
    if "language" not in config.filters:
        reject_given(
            context,
            ["source_language", "target_language"],
            "is for the filter language: add --filter language, or leave it out.",
        )
    both = next((name for name in (*options["filters"], *options["mends"]) if name in options["without"]), None)
    if both is not None:
        raise click.UsageError(f"{both} is asked for, and left out with --without {both}: leave one of the two out.")
    if options["output"] is None:
        raise click.UsageError("name a directory for the clean files with -o.")

    from nmt.cleaning.clean import clean_corpus
    from nmt.corpus.held_out import read_held_out
    from nmt.corpus.tolerant_reader import helpers_for, parallel_files
    from nmt.corpus.writer import make_directory
    from nmt.files.atomic import real_path

    from .console.output import check_output

    languages = options["source_language"], options["target_language"]
    corpora = parallel_files(options["source"], options["target"], options["tsv"], languages)
    beside = [path for name in HELD_OUT for path in options[name]]
    if options["rejected"] is not None:
        if real_path(options["rejected"]).parent == real_path(options["output"]):
            make_directory(options["output"])
        check_output(options["rejected"], [*options["source"], *options["target"], *options["tsv"], *beside])
    held_out = read_held_out(
        test=(options["test_source"], options["test_target"]),
        validation=(options["valid_source"], options["valid_target"]),
    )
    with ending_on_sigterm():
        report = clean_corpus(
            corpora,
            options["output"],
            config,
            languages=_languages(options) if "language" in config.filters else (None, None),
            held_out=held_out,
            rejected=options["rejected"],
            others=beside,
            helpers=helpers_for(corpora, options["processes"]),
        )
    logger.info("%s", report.summary())
    if report.mended:
        logger.info("lines mended: %s", ", ".join(f"{count:,} {name}" for name, count in report.mended.items()))
    if report.read and not report.kept:
        logger.warning(
            "no pair is left, so the files in %s are empty; --rejected FILE tells why of each", options["output"]
        )
        return
    logger.info("the clean text is in %s", options["output"])


def _languages(options: dict[str, Any]) -> tuple[str | None, str | None]:
    """The identifier's codes of both sides; an error where neither side has one, for then nothing could be told."""
    from nmt.cleaning.measures.languages import check_languages
    from nmt.errors import NMTError
    from nmt.text.languages import language_of

    languages = check_languages(
        (
            options["source_language"] or language_of(options["source"]),
            options["target_language"] or language_of(options["target"]),
        )
    )
    if not any(languages):
        raise NMTError("the filter language needs to know the languages: --source-language and --target-language")
    return languages
