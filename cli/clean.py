"""``nmt clean``: repair and filter parallel text."""

import logging
from typing import Any

import click

from .console.signals import ending_on_sigterm
from .options import (
    PATH,
    config_option,
    corpus_options,
    examples,
    held_out_options,
    output_option,
    processes_option,
    read_toml,
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
@corpus_options
@output_option(metavar="DIR", show_default=False, help="Directory for the clean files; each keeps its name.")
@click.option(
    "--rejected",
    metavar="FILE",
    type=PATH,
    help="Write the dropped pairs to this table: reason, file:line of source and target, both texts.",
)
@click.option("--filter", "filters", metavar="NAME", multiple=True, help="Also apply this filter; repeatable.")
@click.option("--fix", "repairs", metavar="NAME", multiple=True, help="Also apply this repair; repeatable.")
@click.option("--without", metavar="NAME", multiple=True, help="Do not apply this filter or repair; repeatable.")
@held_out_options(
    test="Test text: drop pairs that share a sentence with it.",
    valid="Validation text: drop pairs that share a sentence with it.",
)
@click.option("--source-language", metavar="CODE", show_default="from the file name", help="For --filter language.")
@click.option("--target-language", metavar="CODE", show_default="from the file name", help="For --filter language.")
@config_option()
@click.option("--show-config", is_flag=True, help="Print the settings as a TOML file and exit.")
@processes_option(help="Processes that clean large text in parallel; the result is the same for any number.")
@verbosity_options
@click.pass_context
def clean(context: click.Context, /, **options: Any) -> None:
    """Repair parallel text, drop pairs that cannot be translations, and keep the rest aligned and in order.

    The default filters keep every pair that may be a translation. --show-config lists all filters and repairs, and
    which of them are on.
    """
    from nmt.cleaning.config import CleaningConfig, config_as_toml, config_from

    config = CleaningConfig()
    if options["config"] is not None:
        config = config_from(read_toml(options["config"]), where=options["config"])
    config = config.changed(filters=options["filters"], repairs=options["repairs"], without=options["without"])
    if options["show_config"]:
        click.echo(config_as_toml(config), nl=False)
        return
    if "language" not in config.filters:
        reject_given(
            context,
            ["source_language", "target_language"],
            "needs --filter language; add that, or leave this option out.",
        )
    both = next((name for name in (*options["filters"], *options["repairs"]) if name in options["without"]), None)
    if both is not None:
        raise click.UsageError(f"{both} is both added and removed (--without {both}); remove one of the two options.")
    if options["output"] is None:
        raise click.UsageError("give a directory for the clean files with -o.")

    from nmt.cleaning.clean import CleaningOptions, clean_corpus
    from nmt.corpus.held_out import read_held_out
    from nmt.corpus.tolerant_reader import helpers_for, parallel_files
    from nmt.corpus.writer import make_directory
    from nmt.files.atomic import real_path

    from .console.output import check_output

    languages = options["source_language"], options["target_language"]
    corpora = parallel_files(options["source"], options["target"], options["tsv"], languages)
    held_out_paths = [path for name in HELD_OUT for path in options[name]]
    if options["rejected"] is not None:
        if real_path(options["rejected"]).parent == real_path(options["output"]):
            make_directory(options["output"])
        check_output(options["rejected"], [*options["source"], *options["target"], *options["tsv"], *held_out_paths])
    held_out = read_held_out(
        test=(options["test_source"], options["test_target"]),
        validation=(options["valid_source"], options["valid_target"]),
    )
    with ending_on_sigterm():
        report = clean_corpus(
            corpora,
            options["output"],
            config,
            CleaningOptions(
                languages=_languages(options) if "language" in config.filters else (None, None),
                held_out=held_out,
                rejected=options["rejected"],
                protected=held_out_paths,
                helpers=helpers_for(corpora, options["processes"]),
            ),
        )
    logger.info("%s", report.summary())
    if report.fixed:
        logger.info("lines fixed: %s", ", ".join(f"{count:,} {name}" for name, count in report.fixed.items()))
    if report.read and not report.kept:
        logger.warning(
            "no pairs are left: the files in %s are empty; use --rejected FILE to see why", options["output"]
        )
        return
    logger.info("the clean text is in %s", options["output"])


def _languages(options: dict[str, Any]) -> tuple[str | None, str | None]:
    """The language identifier's codes for both sides; NMTError if neither language is known."""
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
        raise NMTError("the filter language needs the languages: give --source-language and --target-language")
    return languages
