"""What nmt check can find in a corpus: the table of all findings, with the advice for each."""

from dataclasses import dataclass

ERROR, WARNING, NOTE = "error", "warning", "note"


@dataclass(frozen=True)
class FindingType:
    """One kind of finding."""

    name: str
    title: str  # what was counted; a count follows it
    advice: str
    fixed_by: str = ""  # the repair or filter of nmt clean that removes it; empty if there is none
    # The finding is an error above this share of the lines or pairs (of held-out pairs for overlaps).
    error_above: float | None = None
    is_note: bool = False  # often not a problem


_FINDINGS = (
    FindingType(
        "unequal-counts",
        "lines without a counterpart in the other file",
        "add or delete lines at the line shown, and check again",
        error_above=0.0,
    ),
    FindingType(
        "shifted",
        "pairs in passages where the lengths fit better if one side is shifted by some lines",
        "a line is missing or doubled near the first line shown, and the reverse near the last",
        error_above=0.0,
    ),
    FindingType(
        "unrelated",
        "sampled pairs whose words do not translate each other, judging by the rest of this text",
        "look at the examples: many of these pairs may be misaligned",
        "unrelated",
        error_above=0.3,
    ),
    FindingType(
        "unrelated-stretch",
        "pairs in passages where the lengths of the two sides are unrelated",
        "look at the lines shown: the two sides may come from different texts",
        error_above=0.2,
    ),
    FindingType(
        "invalid-utf8",
        "lines that are not UTF-8",
        "convert the file, for example with iconv -f WINDOWS-1252 -t UTF-8",
        "invalid-utf8",
        error_above=0.0,
    ),
    FindingType(
        "one-column",
        "rows of a table without a tab",
        "each row must be a source sentence, a tab and its translation; nmt train stops at any other row",
        "empty",
        error_above=0.0,
    ),
    FindingType(
        "mojibake",
        "lines that were decoded with the wrong encoding (Ã¤ instead of ä)",
        "a model learns to write such characters",
        "mojibake",
        error_above=0.005,
    ),
    FindingType(
        "identical",
        "pairs with the same text on both sides",
        "even a few of them teach a model to copy",
        "identical",
        error_above=0.05,
    ),
    FindingType("empty", "pairs with an empty side", "a model learns nothing from them", "empty", error_above=0.5),
    FindingType(
        "source-script",
        "source lines in a different script from the rest",
        "most of them are in another language",
        "script",
        error_above=0.1,
    ),
    FindingType(
        "target-script",
        "target lines in a different script from the rest",
        "most of them are in another language",
        "script",
        error_above=0.1,
    ),
    FindingType(
        "source-language",
        "sampled source lines in another language",
        "look at the examples: the language of a short line is often misidentified",
        "language",
        error_above=0.1,
    ),
    FindingType(
        "target-language",
        "sampled target lines in another language",
        "look at the examples: the language of a short line is often misidentified",
        "language",
        error_above=0.1,
    ),
    FindingType(
        "test-overlap",
        "pairs of the test text that are also in the training text",
        "test scores would be too high",
        "overlap",
        error_above=0.01,
    ),
    FindingType(
        "test-near-overlap",
        "pairs of the test text that are in the training text with different case, spacing or punctuation",
        "test scores would be too high",
        "overlap",
        error_above=0.01,
    ),
    FindingType(
        "test-half-overlap",
        "pairs of the test text with one side in the training text",
        "this is common for short sentences",
        "overlap",
        is_note=True,
    ),
    FindingType(
        "validation-overlap",
        "pairs of the validation text that are also in the training text",
        "validation scores, which select the best model, would be too high",
        "overlap",
    ),
    FindingType(
        "validation-near-overlap",
        "pairs of the validation text that are in the training text with different case, spacing or punctuation",
        "validation scores, which select the best model, would be too high",
        "overlap",
    ),
    FindingType(
        "validation-half-overlap",
        "pairs of the validation text with one side in the training text",
        "this is common for short sentences",
        "overlap",
        is_note=True,
    ),
    FindingType(
        "too-long",
        "pairs with a side longer than nmt train accepts",
        "these lines are whole documents, or several lines run together",
        "too-long",
    ),
    FindingType(
        "length-ratio",
        "pairs with one side many times as long as the other",
        "these are unlikely to be translations",
        "length-ratio",
        error_above=0.1,
    ),
    FindingType(
        "unusual-ratio",
        "pairs with a length ratio that is unusual for this corpus",
        "many of these are not translations",
        "unusual-ratio",
    ),
    FindingType(
        "incomplete",
        "pairs with a side that is short for the other and has fewer sentences or no final punctuation",
        "look at the examples: most were cut off, or have text added on the other side",
        "incomplete",
    ),
    FindingType(
        "duplicate",
        "pairs that are copies of an earlier pair",
        "nmt train ignores copies",
        "duplicate",
    ),
    FindingType(
        "near-duplicate",
        "pairs that differ from an earlier pair only in case, spacing or punctuation",
        "a model learns little from them",
        "near-duplicate",
        is_note=True,
    ),
    FindingType(
        "more-columns",
        "rows of a table with more than two columns",
        "the first two columns are source and target; to choose other columns, use nmt corpus import",
    ),
    FindingType(
        "byte-order-mark",
        "lines with a byte order mark",
        "it is invisible and not part of the text",
        "controls",
    ),
    FindingType("nul", "lines with a NUL character", "it is invisible and not part of the text", "controls"),
    FindingType(
        "carriage-return",
        "lines with a carriage return",
        "nmt train treats it as part of the line end",
        "controls",
        is_note=True,
    ),
    FindingType(
        "line-separator",
        "lines with U+2028, U+2029 or U+0085, where other programs end the line",
        "these characters are invisible and not part of the text",
        "controls",
    ),
    FindingType(
        "control",
        "lines with other control characters",
        "these characters are invisible and not part of the text",
        "controls",
    ),
    FindingType(
        "replacement",
        "lines with U+FFFD, which marks a character that was lost",
        "the character cannot be recovered",
        "replacement",
    ),
    FindingType(
        "not-nfc",
        "lines with decomposed characters (not Unicode NFC)",
        "nmt train composes them, but other programs may not",
        "nfc",
    ),
    FindingType("entity", "lines with HTML entities", "a model learns to write them", "entities"),
    FindingType(
        "tag",
        "lines with HTML or XML tags",
        "keep them if the text you translate also has tags",
        "tags",
    ),
    FindingType(
        "numbers",
        "pairs with different numbers on the two sides",
        "look at the examples: 3 pm may be 15 Uhr",
        "numbers",
        is_note=True,
    ),
    FindingType("urls", "pairs with a URL or e-mail address on one side only", "look at the examples", "urls"),
    FindingType("placeholders", "pairs with a placeholder on one side only", "look at the examples", "placeholders"),
    FindingType(
        "wordless",
        "pairs with a side that has no letters or digits",
        "harmless if there are few of them",
        "wordless",
        is_note=True,
    ),
    FindingType(
        "tokenised-source",
        "source lines that look tokenised (spaces before punctuation, or subword marks)",
        "use text as people write it: nmt has its own tokenizer (sacremoses can detokenise)",
    ),
    FindingType(
        "tokenised-target",
        "target lines that look tokenised (spaces before punctuation, or subword marks)",
        "use text as people write it: nmt has its own tokenizer (sacremoses can detokenise)",
    ),
    FindingType(
        "lowercased-source",
        "source lines, all in lower case",
        "use text as people write it, or translate lower-case text only",
    ),
    FindingType(
        "lowercased-target",
        "target lines, all in lower case",
        "a model trained on this text writes lower case only",
    ),
)

FINDING_TYPES = {finding.name: finding for finding in _FINDINGS}


def severity(finding: FindingType, share: float) -> str:
    """ERROR, WARNING or NOTE for a finding in this ``share`` of the lines or pairs."""
    if finding.error_above is not None and share > finding.error_above:
        return ERROR
    return NOTE if finding.is_note else WARNING
