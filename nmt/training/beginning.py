"""What a run is refused for when it begins; one that goes on was begun, maybe by an earlier release, and may end."""

from nmt.errors import NMTError
from nmt.training.corpus_files import CorpusFiles


def check_beginning(files: CorpusFiles) -> None:
    """NMTError for what would make a model that is not what the user wants, or is chosen by a wrong measure."""
    tags = list(dict.fromkeys(files.corpus_tags()))
    if files.validation_sources and files.valid_tag is None and len(tags) > 1 and "" not in tags:
        raise NMTError(
            f"every corpus has a tag, and they differ ({', '.join(tags)}), so validation text needs one too: name it "
            "with --valid-tag, or give no validation files, as pairs that are held out keep the tag of their corpus"
        )
