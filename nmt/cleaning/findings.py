"""What can be wrong with a corpus: names, words for people, and what to do about each."""

from dataclasses import dataclass

STOP, WARNING, NOTE = "stop", "warning", "note"
CHECK_ONLY = ""


@dataclass(frozen=True)
class Kind:
    """One sort of finding."""

    name: str
    title: str  # what was found, before a number
    advice: str
    mended_by: str = CHECK_ONLY  # the mend or filter of nmt clean that takes it away
    # Share of the lines or pairs (held-out pairs for overlaps) above which nobody should train on the text as it is.
    stop_above: float | None = None
    note: bool = False  # of interest, and mostly no fault


def _kinds() -> tuple[Kind, ...]:
    return (
        Kind(
            "unequal-counts",
            "lines without a partner on the other side",
            "find the place named, add or remove the line there, and check again",
            stop_above=0.0,
        ),
        Kind(
            "shifted",
            "pairs in stretches where the lengths fit better some lines further on",
            "a line was lost or doubled near the first line named, and the opposite near the last",
            stop_above=0.0,
        ),
        Kind(
            "unrelated",
            "pairs looked at whose words do not translate each other, as far as this text shows",
            "look at the examples: many may be put together by mistake",
            "unrelated",
            stop_above=0.3,
        ),
        Kind(
            "unrelated-stretch",
            "pairs in stretches where the lengths of the two sides have nothing to do with each other",
            "look at the lines named: the two sides may be of different texts there",
            stop_above=0.2,
        ),
        Kind(
            "invalid-utf8",
            "lines that are not UTF-8",
            "convert the file, such as by iconv -f WINDOWS-1252 -t UTF-8",
            "invalid-utf8",
            stop_above=0.0,
        ),
        Kind(
            "one-column",
            "rows of a table without a tab",
            "each must be a source sentence, a tab and its translation, and nmt train takes no others",
            "empty",
            stop_above=0.0,
        ),
        Kind(
            "mojibake",
            "lines that were once decoded wrongly (Ã¤ where ä should stand)",
            "a model learns to write them",
            "mojibake",
            stop_above=0.005,
        ),
        Kind(
            "identical",
            "pairs with the same text on both sides",
            "a few copies are enough to teach a model to copy",
            "identical",
            stop_above=0.05,
        ),
        Kind("empty", "pairs with an empty side", "nothing can be learnt from them", "empty", stop_above=0.5),
        Kind(
            "source-script",
            "source lines in another script than the rest",
            "most are of another language",
            "script",
            stop_above=0.1,
        ),
        Kind(
            "target-script",
            "target lines in another script than the rest",
            "most are of another language",
            "script",
            stop_above=0.1,
        ),
        Kind(
            "source-language",
            "source lines looked at that are of another language",
            "look at the examples, for short lines are easily mistaken",
            "language",
            stop_above=0.1,
        ),
        Kind(
            "target-language",
            "target lines looked at that are of another language",
            "look at the examples, for short lines are easily mistaken",
            "language",
            stop_above=0.1,
        ),
        *_overlaps("test", "scores on it would be too good", 0.01),
        *_overlaps("validation", "the best model is chosen by it", None),
        Kind("too-long", "pairs with a side longer than is trained on", "they are documents", "too-long"),
        Kind(
            "length-ratio",
            "pairs with one side many times as long as the other",
            "they are hardly translations",
            "length-ratio",
            stop_above=0.1,
        ),
        Kind(
            "unusual-ratio",
            "pairs with a length ratio far from what is usual here",
            "many are no translations",
            "unusual-ratio",
        ),
        Kind(
            "incomplete",
            "pairs with a side that is short for the other and has fewer sentences, or no end",
            "look at the examples: most were cut off, or have something put behind",
            "incomplete",
        ),
        Kind(
            "duplicate",
            "pairs that stood there before",
            "the copies count twice; nmt train leaves them out, too",
            "duplicate",
        ),
        Kind(
            "near-duplicate",
            "pairs that differ from one before in case, spacing and punctuation only",
            "they teach little",
            "near-duplicate",
            note=True,
        ),
        Kind(
            "more-columns",
            "rows of a table with more than two columns",
            "the first two are read as source and target; if these are others, name them to nmt corpus import",
        ),
        Kind("byte-order-mark", "lines with a byte order mark", "it is invisible and no part of the text", "controls"),
        Kind("nul", "lines with NUL", "no reader sees them", "controls"),
        Kind(
            "carriage-return",
            "lines with a carriage return",
            "nmt train takes it for part of the line end",
            "controls",
            note=True,
        ),
        Kind(
            "line-separator",
            "lines with U+2028, U+2029 or U+0085, where other programs end a line",
            "no reader sees them",
            "controls",
        ),
        Kind("control", "lines with other control characters", "no reader sees them", "controls"),
        Kind("replacement", "lines with U+FFFD, where something was lost", "it cannot be brought back", "replacement"),
        Kind(
            "not-nfc",
            "lines with characters written in pieces (not Unicode NFC)",
            "nmt train composes them, and other programs may not",
            "nfc",
        ),
        Kind("entity", "lines with HTML entities", "a model learns to write them", "entities"),
        Kind(
            "tag",
            "lines with HTML or XML tags",
            "leave them if the text to translate has them, too",
            "tags",
        ),
        Kind(
            "numbers",
            "pairs with numbers on one side only",
            "look at the examples; 3 pm may be 15 Uhr",
            "numbers",
            note=True,
        ),
        Kind("urls", "pairs with a URL or address on one side only", "look at the examples", "urls"),
        Kind("placeholders", "pairs with a placeholder on one side only", "look at the examples", "placeholders"),
        Kind(
            "wordless",
            "pairs with a side without any letter or digit",
            "harmless if they are few",
            "wordless",
            note=True,
        ),
        Kind(
            "tokenised-source",
            "source lines with their punctuation set apart",
            "use the text as people write it: nmt has a tokenizer of its own (sacremoses detokenises)",
        ),
        Kind(
            "tokenised-target",
            "target lines with their punctuation set apart",
            "use the text as people write it: nmt has a tokenizer of its own (sacremoses detokenises)",
        ),
        Kind(
            "lowercased-source",
            "source lines, none of which has a capital letter",
            "use the text as people write it, or translate lower-cased text only",
        ),
        Kind(
            "lowercased-target",
            "target lines, none of which has a capital letter",
            "a model trained on it writes lower case only",
        ),
    )


def _overlaps(part: str, why: str, stop_above: float | None) -> tuple[Kind, ...]:
    return (
        Kind(
            f"{part}-overlap",
            f"pairs of the {part} text that are also in the training text",
            why,
            "overlap",
            stop_above=stop_above,
        ),
        Kind(
            f"{part}-near-overlap",
            f"pairs of the {part} text that are there but for case, spacing and punctuation",
            why,
            "overlap",
            stop_above=stop_above,
        ),
        Kind(
            f"{part}-half-overlap",
            f"pairs of the {part} text of which one side is in the training text",
            "short sentences often do",
            "overlap",
            note=True,
        ),
    )


KINDS = {kind.name: kind for kind in _kinds()}


def severity(kind: Kind, share: float) -> str:
    """How grave it is that a finding concerns such a ``share``."""
    if kind.stop_above is not None and share > kind.stop_above:
        return STOP
    return NOTE if kind.note else WARNING
