"""Training with an existing tokenizer: a file, or the one of the model that a run starts from."""

import shlex

from nmt.errors import NMTError
from nmt.files.lines import StrPath
from nmt.special_ids import UNK
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.tags import tag_ids, tag_symbol, tag_symbols
from nmt.tokenization.tokenizer import Tokenizer
from nmt.training.preparation.run_input import RunInput


def has_tokenizer(run: RunInput) -> bool:
    """Whether the tokenizer exists already, so that none is learned from the text."""
    return run.parent is not None or run.data.tokenizer is not None


def check_tokenizer_settings(run: RunInput) -> None:
    """NMTError if the existing tokenizer does not fit the run, or if there are settings for a new one as well."""
    recipe, path = run.recipe, run.data.tokenizer
    if path is not None and run.parent is not None:
        raise NMTError("with --from, the tokenizer is the one of that model; leave --tokenizer out")
    if path is not None and recipe.tokenizer != TokenizerConfig():
        raise NMTError(
            f"{path} is a whole tokenizer, so there is nothing to set for a new one; leave --tokenizer out, or leave "
            "out --vocabulary-size, --model-type and the table [tokenizer]"
        )
    for tag in filter(None, run.data.tags):
        if (symbol := tag_symbol(tag)) in recipe.tokenizer.symbols:
            raise NMTError(
                f"{symbol} cannot be both the symbol of the tag {tag}, which never matches text, and one of the "
                "symbols of [tokenizer], which do; rename the tag, or leave the symbol out"
            )
    if has_tokenizer(run):
        tokenizer, origin = given_tokenizer(run)
        if recipe.training.subword_sampling and not tokenizer.can_sample:
            raise NMTError(f"the tokenizer of {origin} segments a text in one way only; leave subword_sampling out")


def given_tokenizer(run: RunInput) -> tuple[Tokenizer, StrPath]:
    """The tokenizer of the parent, or else the one in the file of the data, and where it comes from.

    NMTError if the file is not a tokenizer, or has no subword for a tag of the corpora.
    """
    if run.parent is not None:
        return run.parent.tokenizer, run.parent.directory
    path = run.data.tokenizer
    if path is None:
        raise AssertionError("there is no tokenizer yet")
    tokenizer = Tokenizer.load(path, control_symbols=tag_symbols(run.data.tags))
    for tag in filter(None, run.data.tags):
        if tag_ids(tokenizer, tag) == (UNK,):
            symbol = shlex.quote(tag_symbol(tag))
            raise NMTError(
                f"{path} has no subword for the tag {tag}; nmt tokenizer train --symbol {symbol} creates one"
            )
    return tokenizer, path
