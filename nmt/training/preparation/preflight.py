"""What a run is refused for, or warned of, when it begins.

One that goes on may have been begun by an earlier release, and is to come to its end.
"""

import logging

from nmt.errors import NMTError
from nmt.training.preparation.corpus_files import CorpusFiles
from nmt.training.preparation.fine_tuning import Parent

logger = logging.getLogger(__name__)


def preflight(files: CorpusFiles, parent: Parent | None) -> None:
    """NMTError for what would make a model that is not what the user wants, or is chosen by a wrong measure."""
    if parent is not None and parent.differing == 2:
        raise NMTError(
            f"{parent.directions(files)}; exchange -s and -t if they are the wrong way round, train without --from, or "
            "name the languages of the text with --source-language and --target-language if its files' names mislead"
        )
    tags = list(dict.fromkeys(files.corpus_tags()))
    if files.validation_sources and files.valid_tag is None and len(tags) > 1 and "" not in tags:
        raise NMTError(
            f"every corpus has a tag, and they differ ({', '.join(tags)}), so validation text needs one too: name it "
            "with --valid-tag, or give no validation files, as pairs that are held out keep the tag of their corpus"
        )


def warn_of_languages(files: CorpusFiles, parent: Parent | None) -> None:
    """A warning where the text is in other languages than a model can be expected to tell apart.

    One new language can be learned from a model of another (Zoph et al. 2016), but no longer beside that other one.
    """
    if parent is not None and parent.differing:
        logger.warning(
            "%s: the model is to learn the new language with the subwords it has, and forgets the old one, so none of "
            "its old text is mixed in",
            parent.directions(files),
        )
    for tag, languages in files.target_languages().items():
        if len(languages) > 1:
            logger.warning(
                "the targets are in several languages (%s), and nothing tells the model which one is wanted; "
                "give each a tag, with --tag once for each corpus%s",
                ", ".join(languages),
                f" (these all have {tag})" if tag else "",
            )
