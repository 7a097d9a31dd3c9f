"""Decides which of sentencex's sentence ends are not: after ordinals and abbreviations, and dots inside words."""

import re

from nmt.text.languages import capitalizes_nouns, writes_ordinals_with_stop
from nmt.text.scripts import is_unsegmented_character
from nmt.text.words import Span

OPENERS = "\"'([{«»‹›„“”‚‘’「『（【¿¡-–— "
CLOSERS = frozenset("\"')]»›’”“」』）】")  # may follow the mark that ends a sentence

# These end a sentence anywhere; a full stop only before a space, because it is also in 3.14 and e.g.
ENDS = frozenset("!?…。｡！？।॥؟۔።፧။។៕߹᱾꯫")
STOPS = frozenset(".։")
MARKS = ENDS | STOPS
_SPACED = frozenset("!?….։")  # inside a word, as in ASP.NET or Yahoo!, these do not end a sentence


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that begin a German sentence after a number more often than they follow an ordinal.
_STARTERS = _words(
    """
    aber ab alle alles allerdings als also am an auch auf aus außerdem bei beide bis bitte da dabei daher damit
    danach dann darum das dazu dem den denn dennoch der deren des deshalb dessen deswegen die dies diese dieser
    dieses doch dort drei du durch ein eine einem einen einer eines einige er erst es etwa euch euer falls
    früher für gegen gestern hat heute hier ich ihm ihn ihnen ihr ihre ihren im in insgesamt ist ja jede jeder
    jedes jedoch jetzt kein keine kommt man manche mehr mein meine mit morgen nach nachdem nein nicht noch nun
    nur ob obwohl oder ohne schließlich sehr sein seine seit seitdem sie sind so sobald sogar somit sondern
    später statt trotz trotzdem über um und uns unser unsere unter viele vielleicht vom von vor während wann war
    waren warum was weil weitere welche wenn wer wie wir wird wo zu zudem zuerst zum zur zwar zwei zwischen
    """
)
# Abbreviations that end no sentence and that sentencex does not know.
_ABBREVIATIONS = {
    code: _words(words)
    for code, words in {
        "de": "dipl exkl fa fam frl inkl ing jh jhd mwst sog südl nördl östl westl tägl wöchentl zzgl",
        "en": "approx messrs vs",
        "es": "ud uds vd vds",
        "fr": "me mgr mlle mlles mm mme mmes",
        "hi": "डॉ प्रो श्री",
        "hu": "kb ún",
        "it": "sigg",
        "nl": "mevr mw",
        "pl": "tzn tzw ul",
        "pt": "av ex",
        "ru": "ул им см ср обл просп",
        "tr": "vb",
        "uk": "вул ім див",
    }.items()
}
# In all languages no sentence ends between these and a number.
_BEFORE_NUMBERS = _words(
    """
    abb abs anm approx art bd ca cap cca ch chap circa ed eq fig figs kap lit nr num núm no nos op pag pág págs
    par pp ref rn rys sec sect str tab tel vol vols č čís гл рис ст стр табл тел
    """
)
_ROMAN = re.compile(r"(?=[IVXLC])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\Z")
_VOWELS = re.compile("[aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýąęěůőűıаеёиоуыэюяіїєαεηιουωάέήίόύώ]", re.IGNORECASE)
_CONTEXT = 64  # characters before and after a mark
_LONGEST_ORDINAL = 3  # digits before a capital: an ordinal such as 19., while 1990. ends a sentence


def is_end(text: str, before: Span, after: Span, language: str, *, case: str = "") -> bool:
    """Whether a sentence ends between two spans of ``text``; ``language`` is a bare code such as de.

    ``case`` is "upper" or "lower" if the whole text is.

    >>> is_end("im 19. Jahrhundert", (0, 6), (7, 18), "de"), is_end("Ich bin 19. Und du?", (0, 11), (12, 19), "de")
    (False, True)
    """
    start, end = _mark(text, before)
    if before[1] == after[0]:
        return _ends_without_space(text, start, end, after[0])
    following = text[after[0] : after[0] + _CONTEXT].lstrip(OPENERS)
    if following[:1].islower() and case != "lower":
        quoted, ellipsis = end < before[1], text[end - 1] == "…" or text[start:end] in ("..", "...", "....")
        if quoted or ellipsis:
            return False  # "Go!" she said ... and went
    if text[start:end] != ".":
        return True
    words = text[max(before[0], start - _CONTEXT) : start].split()
    return not words or not _continues(words[-1].lstrip(OPENERS), following, language, capitals=case == "upper")


def _continues(word: str, following: str, language: str, *, capitals: bool) -> bool:
    """Whether a sentence continues after ``word`` and a full stop; ``capitals``: the whole line is in capitals."""
    first = following[:1]
    if word.isdecimal() or _ROMAN.match(word):
        return writes_ordinals_with_stop(language) and _is_ordinal(word, following, language, capitals=capitals)
    folded = word.casefold()
    if folded in _ABBREVIATIONS.get(language, ()) or (first.isdecimal() and folded in _BEFORE_NUMBERS):
        return True
    if len(word) == 1:
        # An initial, or the French "M."; a small letter only if another one follows, as in "т. е. в".
        return not word.islower() or first.islower()
    return first.islower() and ("." in word or not _VOWELS.search(word))


def _is_ordinal(word: str, following: str, language: str, *, capitals: bool) -> bool:
    first = following[:1]
    if first.islower() or first.isdecimal():
        return True
    if word.isdecimal() and len(word) > _LONGEST_ORDINAL:
        return False
    if capitals and not capitalizes_nouns(language):
        return True
    next_word = re.match(r"\w*", following)
    return capitalizes_nouns(language) and next_word is not None and next_word[0].casefold() not in _STARTERS


def _ends_without_space(text: str, start: int, end: int, after: int) -> bool:
    """Whether a sentence ends after the mark ``text[start:end]`` though no space follows it."""
    if text.startswith(("と", "って"), after) and end < after:
        return False  # 「行け。」と言った。
    if text[end - 1] not in _SPACED:
        return True
    return (
        text[end - 1] in ".!?"
        and start > 0
        and is_unsegmented_character(text[after])
        and is_unsegmented_character(text[start - 1])
    )


def _mark(text: str, sentence: Span) -> Span:
    """The span of the marks that end ``sentence``, without closing quotation marks and brackets after them."""
    first = max(sentence[0], sentence[1] - _CONTEXT)
    end = sentence[1]
    while end > first + 1 and (text[end - 1] in CLOSERS or text[end - 1].isspace()):
        end -= 1
    start = end - 1
    while start > first and text[start - 1] in MARKS:
        start -= 1
    return start, end
