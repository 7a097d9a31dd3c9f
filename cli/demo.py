"""``nmt demo``: from the bundled corpus to translations, showing every command as it runs."""

import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

import click

from nmt.text.printable import printable

from .options import examples, output_option, verbosity_options

LANGUAGES = ("en", "de", "zh")
PAIRS = [f"{source}-{target}" for source in LANGUAGES for target in LANGUAGES if source != target]
SPLITS = ("train", "valid", "test")
SAMPLES = 8  # held-out sentences that are shown at the end
# Enough for a useful model of the phrasebook: all updates on a fast machine, half of them on a slow one. Evaluation and
# translation take some ten seconds more, so that the whole stays under three minutes on any two processor cores.
TRAINING = (
    *("--preset", "tiny", "--max-steps", "1200", "--budget", "150s"),
    *("--learning-rate", "0.003", "--batch-tokens", "1024"),
)


@click.command(epilog=examples("nmt demo", "nmt demo --pair zh-en -o /tmp/demo"))
@click.option("--pair", type=click.Choice(PAIRS), default="en-de", help="Source and target language.", metavar="PAIR")
@output_option(metavar="DIR", default="demo", show_default=True, help="Directory for text and model.")
@verbosity_options
def demo(pair: str, output: str) -> None:
    """Train a small translator on the bundled phrasebook, score it and try it out, in a few minutes.

    PAIR is en-de, en-zh, de-en, de-zh, zh-en or zh-de. Every command is shown as it runs; with your own files instead
    of these, the same commands train your own translator.
    """
    source, target = pair.split("-")
    directory = Path(output) / pair
    click.echo(
        f"The phrasebook, original text in the public domain, is copied to {printable(str(directory))}.", err=True
    )
    files = _copy_corpus(directory, (source, target))
    model = str(directory / "model")
    validation = ("--valid-source", files["valid", source], "--valid-target", files["valid", target])
    _run("train", "-s", files["train", source], "-t", files["train", target], *validation, "-o", model, *TRAINING)
    _run("evaluate", "-m", model, "-s", files["test", source], "-r", files["test", target])
    samples = _write_samples(directory, files, (source, target))
    _run("tokenizer", "encode", "-m", model, samples[source])
    translations = str(directory / f"samples.translated.{target}")
    _run("translate", "-m", model, samples[source], "-o", translations)
    _show(samples[source], samples[target], translations)
    _suggest(model, source, target)


def _copy_corpus(directory: Path, languages: Sequence[str]) -> dict[tuple[str, str], str]:
    """Copy the bundled text to where the user can read it; the files by split and language."""
    from nmt.errors import NMTError
    from nmt_corpora import phrasebook_file

    files = {}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for split in SPLITS:
            for language in languages:
                goal = directory / f"{split}.{language}"
                shutil.copyfile(phrasebook_file(split, language), goal)
                files[split, language] = str(goal)
    except OSError as error:
        raise NMTError(f"{error.filename or directory} cannot be written: {error.strerror}") from error
    return files


def _write_samples(directory: Path, files: dict[tuple[str, str], str], languages: Sequence[str]) -> dict[str, str]:
    """A few lines spread over the test text, the same ones in both languages."""
    from nmt.files.atomic import write_lines
    from nmt.files.lines import read_lines

    samples = {}
    for language in languages:
        lines = list(read_lines(files["test", language]))
        samples[language] = str(directory / f"samples.{language}")
        write_lines(samples[language], lines[:: len(lines) // SAMPLES][:SAMPLES])
    return samples


def _run(*arguments: str) -> None:
    """Show an nmt command and run it; if it fails, the demo fails with the same status."""
    from .main import nmt

    click.secho(f"\n$ nmt {printable(shlex.join(arguments))}", bold=True, err=True)
    status = nmt.main(list(arguments), prog_name="nmt", standalone_mode=False)
    if status:
        click.get_current_context().exit(status)


def _show(source: str, reference: str, translation: str) -> None:
    from nmt.files.lines import read_lines

    click.echo("\nHeld-out sentences, their translations, and the translations in the phrasebook:", err=True)
    for sentence, translated, expected in zip(*map(read_lines, (source, translation, reference)), strict=True):
        verdict = "the same" if translated == expected else expected
        click.echo(f"\n  {sentence}\n  → {translated}\n  = {verdict}")


def _suggest(model: str, source: str, target: str) -> None:
    tests = [printable(shlex.quote(str(Path(model).with_name(f"test.{language}")))) for language in (source, target)]
    model = printable(shlex.quote(model))
    click.echo(
        f"\nNow try it yourself:\n"
        f"  nmt translate -m {model}                     (type {source}, get {target})\n"
        f"  nmt info {model}\n"
        f"  nmt evaluate -m {model} -s {tests[0]} -r {tests[1]} --report report.html\n"
        f"  nmt train -s your.{source} -t your.{target} -o model",
        err=True,
    )
