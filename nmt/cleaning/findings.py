"""What can be wrong with a corpus: names, words for people, and what to do about each."""

from dataclasses import dataclass

STOP, WARNING, NOTE = "stop", "warning", "note"
CHECK_ONLY = ""


@dataclass(frozen=True)
class FindingType:
    """One sort of finding."""

    name: str
    title: str  # what was found, before a number
    advice: str
    mended_by: str = CHECK_ONLY  # the mend or filter of nmt clean that takes it away
    # Share of the lines or pairs (held-out pairs for overlaps) above which nobody should train on the text as it is.
    stop_above: float | None = None
    note: bool = False  # of interest, and mostly no fault


def _kinds() -> tuple[FindingType, ...]:
    return (
        FindingType(
            "unequal-counts",
            "lines without a partner on the other side",
            "find the place named, add or remove the line there, and check again",
            stop_above=0.0,
        ),
        FindingType(
            "shifted",
            "pairs in stretches where the lengths fit better some lines further on",
            "a line was lost or doubled near the first line named, and the opposite near the last",
            stop_above=0.0,
        ),
        FindingType(
            "unrelated",
            "pairs looked at whose words do not translate each other, as far as this text shows",
            "look at the examples: many may be put together by mistake",
            "unrelated",
            stop_above=0.3,
        ),
        FindingType(
            "unrelated-stretch",
            "pairs in stretches where the lengths of the two sides have nothing to do with each other",
            "look at the lines named: the two sides may be of different texts there",
            stop_above=0.2,
        ),
        FindingType(
            "invalid-utf8",
            "lines that are not UTF-8",
            "convert the file, such as by iconv -f WINDOWS-1252 -t UTF-8",
            "invalid-utf8",
            stop_above=0.0,
        ),
        FindingType(
            "one-column",
            "rows of a table without a tab",
            "each must be a source sentence, a tab and its translation, and nmt train takes no others",
            "empty",
            stop_above=0.0,
        ),
        FindingType(
            "mojibake",
            "lines that were once decoded wrongly (Ã¤ where ä should stand)",
            "a model learns to write them",
            "mojibake",
            stop_above=0.005,
        ),
        FindingType(
            "identical",
            "pairs with the same text on both sides",
            "a few copies are enough to teach a model to copy",
            "identical",
            stop_above=0.05,
        ),
        FindingType("empty", "pairs with an empty side", "nothing can be learnt from them", "empty", stop_above=0.5),
        FindingType(
            "source-script",
            "source lines in another script than the rest",
            "most are of another language",
            "script",
            stop_above=0.1,
        ),
        FindingType(
            "target-script",
            "target lines in another script than the rest",
            "most are of another language",
            "script",
            stop_above=0.1,
        ),
        FindingType(
            "source-language",
            "source lines looked at that are of another language",
            "look at the examples, for short lines are easily mistaken",
            "language",
            stop_above=0.1,
        ),
        FindingType(
            "target-language",
            "target lines looked at that are of another language",
            "look at the examples, for short lines are easily mistaken",
            "language",
            stop_above=0.1,
        ),
        *_overlaps("test", "scores on it would be too good", 0.01),
        *_overlaps("validation", "the best model is chosen by it", None),
        FindingType("too-long", "pairs with a side longer than is trained on", "they are documents", "too-long"),
        FindingType(
            "length-ratio",
            "pairs with one side many times as long as the other",
            "they are hardly translations",
            "length-ratio",
            stop_above=0.1,
        ),
        FindingType(
            "unusual-ratio",
            "pairs with a length ratio far from what is usual here",
            "many are no translations",
            "unusual-ratio",
        ),
        FindingType(
            "incomplete",
            "pairs with a side that is short for the other and has fewer sentences, or no end",
            "look at the examples: most were cut off, or have something put behind",
            "incomplete",
        ),
        FindingType(
            "duplicate",
            "pairs that stood there before",
            "the copies count twice; nmt train leaves them out, too",
            "duplicate",
        ),
        FindingType(
            "near-duplicate",
            "pairs that differ from one before in case, spacing and punctuation only",
            "they teach little",
            "near-duplicate",
            note=True,
        ),
        FindingType(
            "more-columns",
            "rows of a table with more than two columns",
            "the first two are read as source and target; if these are others, name them to nmt corpus import",
        ),
        FindingType(
            "byte-order-mark", "lines with a byte order mark", "it is invisible and no part of the text", "controls"
        ),
        FindingType("nul", "lines with NUL", "no reader sees them", "controls"),
        FindingType(
            "carriage-return",
            "lines with a carriage return",
            "nmt train takes it for part of the line end",
            "controls",
            note=True,
        ),
        FindingType(
            "line-separator",
            "lines with U+2028, U+2029 or U+0085, where other programs end a line",
            "no reader sees them",
            "controls",
        ),
        FindingType("control", "lines with other control characters", "no reader sees them", "controls"),
        FindingType(
            "replacement", "lines with U+FFFD, where something was lost", "it cannot be brought back", "replacement"
        ),
        FindingType(
            "not-nfc",
            "lines with characters written in pieces (not Unicode NFC)",
            "nmt train composes them, and other programs may not",
            "nfc",
        ),
        FindingType("entity", "lines with HTML entities", "a model learns to write them", "entities"),
        FindingType(
            "tag",
            "lines with HTML or XML tags",
            "leave them if the text to translate has them, too",
            "tags",
        ),
        FindingType(
            "numbers",
            "pairs with numbers on one side only",
            "look at the examples; 3 pm may be 15 Uhr",
            "numbers",
            note=True,
        ),
        FindingType("urls", "pairs with a URL or address on one side only", "look at the examples", "urls"),
        FindingType(
            "placeholders", "pairs with a placeholder on one side only", "look at the examples", "placeholders"
        ),
        FindingType(
            "wordless",
            "pairs with a side without any letter or digit",
            "harmless if they are few",
            "wordless",
            note=True,
        ),
        FindingType(
            "tokenised-source",
            "source lines with their punctuation set apart",
            "use the text as people write it: nmt has a tokenizer of its own (sacremoses detokenises)",
        ),
        FindingType(
            "tokenised-target",
            "target lines with their punctuation set apart",
            "use the text as people write it: nmt has a tokenizer of its own (sacremoses detokenises)",
        ),
        FindingType(
            "lowercased-source",
            "source lines, none of which has a capital letter",
            "use the text as people write it, or translate lower-cased text only",
        ),
        FindingType(
            "lowercased-target",
            "target lines, none of which has a capital letter",
            "a model trained on it writes lower case only",
        ),
    )


def _overlaps(part: str, why: str, stop_above: float | None) -> tuple[FindingType, ...]:
    return (
        FindingType(
            f"{part}-overlap",
            f"pairs of the {part} text that are also in the training text",
            why,
            "overlap",
            stop_above=stop_above,
        ),
        FindingType(
            f"{part}-near-overlap",
            f"pairs of the {part} text that are there but for case, spacing and punctuation",
            why,
            "overlap",
            stop_above=stop_above,
        ),
        FindingType(
            f"{part}-half-overlap",
            f"pairs of the {part} text of which one side is in the training text",
            "short sentences often do",
            "overlap",
            note=True,
        ),
    )


FINDING_TYPES = {kind.name: kind for kind in _kinds()}


def severity(kind: FindingType, share: float) -> str:
    """How grave it is that a finding concerns such a ``share``."""
    if kind.stop_above is not None and share > kind.stop_above:
        return STOP
    return NOTE if kind.note else WARNING
