"""``nmt tokenizer``: subwords on their own, without a translation model."""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nmt import NMTError

from .console.output import check_output
from .options import PATH, examples, model_option, output_option, verbosity_options

if TYPE_CHECKING:
    from nmt.tokenization.tokenizer import Tokenizer

logger = logging.getLogger("nmt.tokenizer")

# Lines are encoded and written in windows of this many.
WINDOW_LINES = 4096
WINDOW_BYTES = 1 << 20

MODEL_HELP = "Tokenizer file or directory of a translation model."


@click.group()
def tokenizer() -> None:
    """Train a subword tokenizer, turn text into subwords, and subwords into text.

    nmt train creates a tokenizer for each model; these commands are for inspecting it, or for other uses.
    """


@tokenizer.command(
    short_help="Learn subwords from text.",
    epilog=examples(
        "nmt tokenizer train train.de train.en -o tokenizer.model",
        "nmt tokenizer train corpus.*.gz --vocabulary-size 16000 --symbol '<2de>' --symbol '<2fr>'",
    ),
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=PATH)
@output_option(default="tokenizer.model", show_default=True)
@click.option(
    "--vocabulary-size",
    metavar="N",
    type=int,
    show_default="by the amount of text",
    help="Number of ids, including bytes.",
)
@click.option(
    "--model-type",
    type=click.Choice(["unigram", "bpe", "char", "word"]),
    default="unigram",
    help="Type of subwords; unigram suits small corpora.",
)
@click.option(
    "--normalization",
    type=click.Choice(["nfkc", "none"]),
    default="nfkc",
    help="nfkc: one code for what looks the same, single spaces; none: decoding gives exactly the same text.",
)
@click.option(
    "--byte-fallback/--no-byte-fallback",
    default=True,
    help="Spell rare characters in bytes, so that nothing is unknown.",
)
@click.option(
    "--character-coverage",
    metavar="X",
    type=float,
    show_default="by script and vocabulary size",
    help="Share of the text's characters that become subwords.",
)
@click.option(
    "--symbol",
    "symbols",
    metavar="TEXT",
    multiple=True,
    help="Text that always stays one subword; repeat it for several.",
)
@click.option(
    "--sample-size",
    metavar="N",
    type=int,
    show_default="500000",
    help="Lines to learn from; of a longer text, a random sample.",
)
@verbosity_options
def train(files: tuple[str, ...], output: str, sample_size: int | None, **settings: Any) -> None:
    """Learn subwords from all FILEs together, such as both sides of a parallel corpus ("-" is standard input)."""
    from nmt.files.lines import check_readable, read_lines
    from nmt.tokenization.config import TokenizerConfig
    from nmt.tokenization.training import train_tokenizer

    if sample_size is not None:
        settings["sample_size"] = sample_size
    config = TokenizerConfig(**settings)
    if files.count("-") > 1:
        raise click.UsageError("standard input (-) can be read only once.")
    for path in files:
        check_readable(path)
    check_output(output, files)
    trained = train_tokenizer((line for path in files for line in read_lines(path)), config)
    trained.save(output)
    logger.info("%s: %s ids", output, f"{trained.vocabulary_size:,}")


@tokenizer.command(
    short_help="Turn lines of text into subwords.",
    epilog=examples(
        "nmt tokenizer encode -m tokenizer.model news.de",
        "nmt tokenizer encode -m model --ids < news.de > news.ids",
    ),
)
@click.argument("file", metavar="[FILE]", default="-", type=PATH, required=False)
@model_option(metavar="MODEL", help=MODEL_HELP)
@output_option()
@click.option("--ids", is_flag=True, help="Write the ids of the subwords.")
@verbosity_options
def encode(file: str, model: str | None, output: str | None, ids: bool) -> None:
    """Write the subwords of each line of FILE, or of standard input, separated by spaces.

    Spaces in the text become the character U+2581.
    """
    from nmt.files.lines import decode_strictly

    subwords = _load(model)

    def encode_window(lines: Sequence[bytes], first: int) -> list[str]:
        texts = [
            decode_strictly(line.removesuffix(b"\r"), file, number) for number, line in enumerate(lines, start=first)
        ]
        sequences = subwords.encode(texts)
        return [" ".join(map(str, sequence) if ids else subwords.pieces(sequence)) for sequence in sequences]

    _convert(file, output, encode_window)


@tokenizer.command(
    short_help="Turn lines of subwords into text.",
    epilog=examples(
        "nmt tokenizer decode -m tokenizer.model news.subwords -o news.de",
        "nmt tokenizer decode -m model --ids < news.ids",
    ),
)
@click.argument("file", metavar="[FILE]", default="-", type=PATH, required=False)
@model_option(metavar="MODEL", help=MODEL_HELP)
@output_option()
@click.option("--ids", is_flag=True, help="Read the ids of subwords.")
@verbosity_options
def decode(file: str, model: str | None, output: str | None, ids: bool) -> None:
    """Write the text of each line of subwords in FILE, or standard input, in the format of encode."""
    from nmt.files.lines import decode_strictly, display_name

    subwords = _load(model)
    parse = _parse_ids if ids else _parse_pieces

    def decode_window(lines: Sequence[bytes], first: int) -> list[str]:
        sequences = []
        for number, line in enumerate(lines, start=first):
            words = [word for word in decode_strictly(line.removesuffix(b"\r"), file, number).split(" ") if word]
            sequences.append(parse(words, subwords, f"{display_name(file)}:{number}"))
        return subwords.decode(sequences)

    _convert(file, output, decode_window)


def _load(model: str | None) -> "Tokenizer":
    """The tokenizer in a file or in a model directory; there it must be the one the model was trained with."""
    from nmt.model_dir.config_json import load_info
    from nmt.model_dir.layout import resolve_model_path
    from nmt.model_dir.load import load_tokenizer
    from nmt.tokenization.tokenizer import Tokenizer

    if model is not None and not Path(model).is_dir():
        return Tokenizer.load(model)
    directory = resolve_model_path(model)
    return load_tokenizer(directory, load_info(directory))


def _convert(file: str, output: str | None, convert: Callable[[Sequence[bytes], int], list[str]]) -> None:
    """Apply ``convert`` to each window of lines and the number of its first line, and write the result at once."""
    from nmt.files.atomic import atomic_writer

    check_output(output or "-", [file])
    with atomic_writer(output or "-") as stream:
        for first, window in _numbered_windows(file):
            stream.write("".join(f"{line}\n" for line in convert(window, first)).encode("utf-8"))
            stream.flush()


def _numbered_windows(file: str) -> Iterator[tuple[int, list[bytes]]]:
    from nmt.files.lines import check_readable, open_binary, read_windows

    check_readable(file)
    first = 1
    with open_binary(file) as stream:
        for window in read_windows(stream, max_lines=WINDOW_LINES, max_bytes=WINDOW_BYTES):
            yield first, window
            first += len(window)


def _parse_ids(words: Sequence[str], subwords: "Tokenizer", where: str) -> list[int]:
    size = subwords.vocabulary_size
    for word in words:
        if not (word.isascii() and word.isdigit() and len(word) < 10 and int(word) < size):
            raise NMTError(f"{where}: {word!r} is not an id of this tokenizer; ids are 0 to {size - 1}")
    return [int(word) for word in words]


def _parse_pieces(words: Sequence[str], subwords: "Tokenizer", where: str) -> list[int]:
    from nmt.special_ids import UNK

    ids = subwords.ids(words)
    unknown = subwords.pieces([UNK])[0]
    for word, number in zip(words, ids, strict=True):
        if number == UNK and word != unknown:
            raise NMTError(
                f"{where}: {word!r} is not a subword of this tokenizer; was the file encoded with another one?"
            )
    return ids
