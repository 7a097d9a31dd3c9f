"""What a new run is refused for, or warned about, before anything slow starts.

A run that resumes is not checked: an earlier release may have started it, and it should finish.
"""

import logging

from nmt.errors import NMTError
from nmt.training.preparation.run_input import RunInput

logger = logging.getLogger(__name__)


def preflight(run: RunInput) -> None:
    """NMTError for what would give a model that the user does not want, or one selected by the wrong text."""
    data, parent = run.data, run.parent
    if parent is not None and parent.differing == 2:
        raise NMTError(
            f"{parent.directions(data)}; exchange -s and -t if they are the wrong way round, train without --from, or "
            "name the languages of the text with --source-language and --target-language if its files' names mislead"
        )
    tags = list(dict.fromkeys(data.tags))
    if data.validation and not data.validation_tag_is_set and len(tags) > 1 and "" not in tags:
        raise NMTError(
            f"every corpus has a tag, and they differ ({', '.join(tags)}), so validation text needs one too: name it "
            "with --valid-tag, or give no validation files: pairs that are held out keep the tag of their corpus"
        )


def warn_about_languages(run: RunInput) -> None:
    """Warn if a model cannot be expected to tell the languages of the text apart.

    A model of one language can learn a new one (Zoph et al. 2016), but does not keep the old one.
    """
    data, parent = run.data, run.parent
    if parent is not None and parent.differing:
        logger.warning(
            "%s: the model will learn the new language with the subwords it has and forget the old one, so none of "
            "its old text is mixed in",
            parent.directions(data),
        )
    for tag, languages in data.target_languages().items():
        if len(languages) > 1:
            logger.warning(
                "the targets are in several languages (%s), and nothing tells the model which one is wanted; "
                "give each a tag, with --tag once for each corpus%s",
                ", ".join(languages),
                f" (these all have {tag})" if tag else "",
            )
