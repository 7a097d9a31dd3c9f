"""``nmt check``: find problems in parallel text before training."""

import json
import logging
from typing import TYPE_CHECKING

import click

from .options import (
    PATH,
    corpus_options,
    examples,
    format_option,
    held_out_options,
    processes_option,
    verbosity_options,
)

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
@corpus_options
@held_out_options(
    test="Test text, which the training text must not contain.",
    valid="Validation text, which the training text must not contain.",
)
@click.option("--source-language", metavar="CODE", show_default="from the file name", help="For example de.")
@click.option("--target-language", metavar="CODE", show_default="from the file name", help="For example zh.")
@click.option("--report", metavar="FILE", type=PATH, help="Also write the report as an HTML page.")
@format_option()
@processes_option(help="Processes that check large text in parallel.")
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
    """Find problems in parallel text: what they are, where, and how to fix them.

    The exit status is 1 if there are errors, which must be fixed before training: unequal line counts, misaligned
    passages, lines that are not UTF-8, and too many pairs that are identical, mojibake, empty, in the wrong language
    or script, very different in length, or also in the test text. All other findings are warnings or notes. To check
    the language of lines, install py3langid: pip install 'nmt[langid]'.
    """
    from nmt.cleaning.check import check_corpus
    from nmt.cleaning.report import as_mapping, as_text
    from nmt.corpus.held_out import read_held_out
    from nmt.corpus.tolerant_reader import helpers_for, parallel_files

    from .console.output import check_output
    from .unused_options import reject_given

    if report == "-":
        reject_given(
            ctx,
            ["output_format"],
            "cannot be used with --report -, which writes the page to standard output; give a file name to --report.",
        )
    corpora = parallel_files(source, target, tsv, (source_language, target_language))
    if report is not None:
        check_output(report, [*source, *target, *tsv, *test_source, *test_target, *valid_source, *valid_target])
    held_out = read_held_out(test=(test_source, test_target), validation=(valid_source, valid_target))
    result = check_corpus(
        corpora,
        held_out=held_out,
        languages=_language_sample(source, target, source_language, target_language),
        helpers=helpers_for(corpora, processes),
    )
    if report is not None:
        from nmt.cleaning.report_page import as_page
        from nmt.files.atomic import atomic_writer

        with atomic_writer(report) as stream:
            stream.write(as_page(result).encode("utf-8"))
        logger.info("the report is in %s", report)
    if report != "-":
        is_json = output_format == "json"
        click.echo(json.dumps(as_mapping(result), ensure_ascii=False, indent=2) if is_json else as_text(result))
    if result.errors or not result.pairs:
        ctx.exit(1)


def _language_sample(
    source: tuple[str, ...], target: tuple[str, ...], source_language: str | None, target_language: str | None
) -> "LanguageSample | None":
    """The language check, or None: if no language is known, or py3langid is missing and no language was given."""
    from nmt.cleaning.measures.languages import LanguageSample, check_languages, is_available, known_code
    from nmt.text.languages import language_of

    given = source_language, target_language
    if not any(given) and not is_available():
        logger.info("checking scripts but not languages; to check languages, pip install 'nmt[langid]'")
        return None
    source_code, target_code = check_languages(given)
    languages = source_code or known_code(language_of(source)), target_code or known_code(language_of(target))
    return LanguageSample(languages) if any(languages) else None
