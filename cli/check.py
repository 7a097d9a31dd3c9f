"""``nmt check``: what is wrong with parallel text, before anybody trains on it."""

import json
import logging
from typing import TYPE_CHECKING

import click

from .options import PATH, examples, format_option, held_out_options, source_option, target_option, verbosity_options

if TYPE_CHECKING:
    from nmt.cleaning.measures.languages import LanguageSample

logger = logging.getLogger("nmt.check")


@click.command(
    epilog=examples(
        "nmt check -s train.de -t train.en",
        "nmt check -s train.de -t train.en --test-source test.de --test-target test.en --report check.html",
        "nmt check --tsv pairs.tsv.gz --format json",
    )
)
@source_option(
    multiple=True, help="Source text, one sentence a line, plain or compressed; repeat -s for several files."
)
@target_option(multiple=True, help="Target text: line N translates line N of the source. Repeat -t likewise.")
@click.option("--tsv", metavar="FILE", type=PATH, multiple=True, help="Source, a tab and target on each line.")
@held_out_options(test="Test text that training must not see.", valid="Validation text, likewise.")
@click.option("--source-language", metavar="CODE", show_default="as file names end", help="Such as de.")
@click.option("--target-language", metavar="CODE", show_default="as file names end", help="Such as zh.")
@click.option("--report", metavar="FILE", type=PATH, help="Write the report as an HTML page, too.")
@format_option()
@click.option(
    "--processes",
    metavar="N",
    type=click.IntRange(min=1),
    show_default="all processors",
    help="Processes that look through large text side by side.",
)
@verbosity_options
@click.pass_context
def check(
    ctx: click.Context,
    source: tuple[str, ...],
    target: tuple[str, ...],
    tsv: tuple[str, ...],
    test_source: tuple[str, ...],
    test_target: tuple[str, ...],
    valid_source: tuple[str, ...],
    valid_target: tuple[str, ...],
    source_language: str | None,
    target_language: str | None,
    report: str | None,
    output_format: str,
    processes: int | None,
) -> None:
    """Look through parallel text in one pass and say what is wrong with it, where, and what to do.

    The exit status is 1 where something must be mended before training: unequal counts of lines and stretches where
    the sides have slipped apart, lines that are not UTF-8, and too many pairs that are copies, mojibake, empty, in the
    wrong language or script, of impossible lengths, or known from the test text. Everything else is a warning or a
    note. Languages are told by py3langid where it is installed: pip install 'nmt[langid]'.
    """
    from nmt.cleaning.check import check_corpus
    from nmt.cleaning.report import as_mapping, as_text
    from nmt.corpus.held_out import read_held_out
    from nmt.corpus.tolerant_reader import helpers_for, parallel_files

    from .console.output import check_output
    from .unused_options import reject_given

    if report == "-":
        reject_given(ctx, ["output_format"], "has no place for its result beside --report -; name a file for the page.")
    corpora = parallel_files(source, target, tsv, (source_language, target_language))
    if report is not None:
        check_output(report, [*source, *target, *tsv, *test_source, *test_target, *valid_source, *valid_target])
    held_out = read_held_out(test=(test_source, test_target), validation=(valid_source, valid_target))
    found = check_corpus(
        corpora,
        held_out=held_out,
        languages=_language_sample(source, target, source_language, target_language),
        helpers=helpers_for(corpora, processes),
    )
    if report is not None:
        from nmt.cleaning.report_page import as_page
        from nmt.files.atomic import atomic_writer

        with atomic_writer(report) as stream:
            stream.write(as_page(found).encode("utf-8"))
        logger.info("the report is in %s", report)
    if report != "-":
        click.echo(
            json.dumps(as_mapping(found), ensure_ascii=False, indent=2) if output_format == "json" else as_text(found)
        )
    if found.stops or not found.pairs:
        ctx.exit(1)


def _language_sample(
    source: tuple[str, ...], target: tuple[str, ...], source_language: str | None, target_language: str | None
) -> "LanguageSample | None":
    """What is to be looked at for its language: nothing where py3langid is absent and nobody asked for it."""
    from nmt.cleaning.measures.languages import LanguageSample, check_languages, is_available, known_code
    from nmt.text.languages import language_of

    given = source_language, target_language
    if not any(given) and not is_available():
        logger.info("languages are not looked at, only scripts: pip install 'nmt[langid]' for that")
        return None
    source_code, target_code = check_languages(given)
    languages = source_code or known_code(language_of(source)), target_code or known_code(language_of(target))
    return LanguageSample(languages) if any(languages) else None
