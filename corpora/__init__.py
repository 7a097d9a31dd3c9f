"""The bundled corpus: a three-way phrasebook of everyday English, German and Chinese."""

from pathlib import Path

from nmt.errors import NMTError

SPLITS = ("train", "valid", "test")
LANGUAGES = ("en", "de", "zh")


def phrasebook_file(split: str, language: str) -> Path:
    """The file of one split in one language; line N is the same sentence in every language.

    Raises NMTError for an unknown split or language.
    """
    if split not in SPLITS:
        raise NMTError(f"the phrasebook has no split {split!r}; choose one of {', '.join(SPLITS)}")
    if language not in LANGUAGES:
        raise NMTError(f"the phrasebook has no language {language!r}; choose one of {', '.join(LANGUAGES)}")
    return Path(__file__).parent / "phrasebook" / f"{split}.{language}"
