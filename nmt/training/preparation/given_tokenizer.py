"""Training with a tokenizer that is there already: a file, or that of the model that a run goes on from."""

import shlex

from nmt.errors import NMTError
from nmt.files.lines import StrPath
from nmt.special_ids import UNK
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.tags import tag_ids, tag_symbol, tag_symbols
from nmt.tokenization.tokenizer import Tokenizer
from nmt.training.preparation.corpus_files import CorpusFiles
from nmt.training.preparation.fine_tuning import Parent
from nmt.training.recipe import Recipe


def check_tokenizer_settings(files: CorpusFiles, recipe: Recipe, parent: Parent | None) -> None:
    """NMTError if a tokenizer is given that does not do, or something else is said of it, too."""
    if len(files.tokenizers) > 1:
        raise NMTError("both languages share one tokenizer; name one file")
    if files.tokenizers and parent is not None:
        raise NMTError("with --from the tokenizer is that of the model begun with; leave --tokenizer out")
    if files.tokenizers and recipe.tokenizer != TokenizerConfig():
        raise NMTError(
            f"{files.tokenizers[0]} is a whole tokenizer, so nothing can be said of how to make one; leave --tokenizer "
            "out, or --vocabulary-size, --model-type and the table [tokenizer]"
        )
    for tag in filter(None, files.corpus_tags()):
        if (symbol := tag_symbol(tag)) in recipe.tokenizer.symbols:
            raise NMTError(
                f"{symbol} cannot be both the symbol of the tag {tag}, which no text is given, and one of the symbols "
                "of [tokenizer], which text is; rename the tag, or leave the symbol out"
            )
    if files.tokenizers or parent is not None:
        tokenizer, place = given_tokenizer(files, parent)
        if recipe.training.subword_sampling and not tokenizer.can_sample:
            raise NMTError(f"the tokenizer of {place} knows one way to divide a text; leave subword_sampling out")


def given_tokenizer(files: CorpusFiles, parent: Parent | None) -> tuple[Tokenizer, StrPath]:
    """The tokenizer of the parent, or else that in the file given, and where it comes from.

    NMTError for a file that is none, and where a tag of the corpora has no subword.
    """
    if parent is not None:
        return parent.tokenizer, parent.directory
    [path] = files.tokenizers
    tokenizer = Tokenizer.load(path, control_symbols=tag_symbols(files.corpus_tags()))
    for tag in filter(None, files.corpus_tags()):
        if tag_ids(tokenizer, tag) == (UNK,):
            symbol = tag_symbol(tag)
            raise NMTError(
                f"{path} has no subword for the tag {tag}; nmt tokenizer train --symbol {shlex.quote(symbol)} makes one"
            )
    return tokenizer, path
