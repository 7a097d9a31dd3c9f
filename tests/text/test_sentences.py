import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.text.sentences import count_ends, has_end, sentence_spans


def sentences(text: str, language: str | None) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language)]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", ["Das ist z. B. Dr. Müller, geb. am 3. Mai 1990.", "Er wohnt in der Hauptstr. 5.", "Ja!", "Nein..."]),
        ("en", ["Mr. Smith paid $3.50 on Jan. 5th, i.e. too much!", '"Really?" she asked.', "Yes."]),
        ("fr_FR", ["M. Dupont et J. K. Rowling sont là.", "Où ?", "Ici !"]),
        ("zh-CN", ["我们走。", "他来了！", "好的"]),
        ("hi", ["मैं हूँ।", "तुम हो।"]),
        ("xx", ["One sentence.", "And another."]),
        (None, ["One sentence.", "And another."]),
    ],
)
def test_abbreviations_and_numbers_end_no_sentence(language: str | None, expected: list[str]) -> None:
    assert sentences(("" if language == "zh-CN" else "  ").join(expected), language) == expected


@pytest.mark.parametrize(
    ("language", "divided"),
    [
        # Ordinals, and numbers that end a sentence.
        ("de", "Er lebte im 19. Jahrhundert in Rom.|Am 3. Oktober war es.|Er kam als 2.|Sie auch."),
        ("de", "Am 12. 5. 2024 kam er.|Es war 1990.|Dann ging er zum 100. Geburtstag."),
        ("de", "Im II. Weltkrieg.|IM 19. JAHRHUNDERT.|DANN KAM ER."),
        ("cs", "V XIX. a 20. století.|Dne 12. 5. 2024 přišel.|Má 19.|Pak."),
        ("pl", "W 3. dniu.|Potem."),
        ("hu", "2024. január 5-én jött.|A 3. emelet."),
        ("fi", "Hän tuli 3. tammikuuta.|Sitten."),
        ("da", "Den 3. oktober kom han.|Så."),
        ("tr", "3. yüzyılda geldi.|Sonra."),
        ("sl", "To je 2. del.|In 21. stoletje."),
        # In languages with spaces, text without a space is not split.
        ("en", "I use ASP.NET and %(a)s.%(b)s here.|See http://x.org/?a=b.c!d now.|Yahoo!News."),
        ("ja", "彼は来た。|「行け。」と言った。|ASP.NETです。|Yahoo!です。"),
        ("zh", "然后走了。3.14。|好的!|我们……走。"),
        ("km", "ខ្ញុំទៅ។|គាត់មក។"),
        ("hi", "यह है।|वह है।|डॉ. शर्मा आए।"),
        ("ur", "یہ ہے۔|وہ ہے؟|ہاں۔"),
        ("ar", "د. أحمد جاء.|كيف؟|نعم."),
        ("el", "Τι;|Ναι."),
        # Abbreviations, numbered items, quotations, ellipses.
        ("de", "Die Fa. Meier GmbH ist inkl. MwSt. teurer.|Siehe Nr. 5, z. B. Abb. 3."),
        ("en", "No. 5 vs. No. 7.|The U.S. Army.|Vol. 3.|Sec. 2.|Approx. 5 men."),
        ("fr", "M. Dupont et Mme. Roux.|Où ?"),
        ("ru", "А. С. Пушкин, т. е. в г. Москва."),
        ("en", "1. First item.|2. Second item."),
        ("en", '"Go!" she said.|He said "Go".|Then.'),
        ("de", "„Halt!“, rief er.|„Komm.“|Dann ging er."),
        ("en", "Wait ... what?|Wait... . ."),
        ("en", "a man.|a woman.|two dogs."),
    ],
)
def test_sentences_are_split_only_at_their_ends(language: str, divided: str) -> None:
    expected = divided.split("|")
    separator = "" if language in ("ja", "zh", "km") else " "
    assert sentences(separator.join(expected), language) == expected


@pytest.mark.parametrize("pattern", [".", ". ", "a. ", "1. ", "!) ", "。", "。」", "” ", "A. b! "])
def test_the_time_to_split_text_is_linear(pattern: str) -> None:
    spans = sentence_spans(pattern * 5_000, "de")  # would take minutes if it looked back to the start each time
    assert len(spans) >= 1


@given(st.text(), st.sampled_from([None, "de", "en", "zh", "ja", "sw", "xx", ""]))
def test_only_white_space_is_between_sentences(text: str, language: str | None) -> None:
    spans = sentence_spans(text, language)
    end = 0
    for start, following in spans:
        assert end <= start < following
        assert not text[end:start].strip()
        assert text[start:following] == text[start:following].strip()
        end = following
    assert not text[end:].strip()


@pytest.mark.parametrize(
    ("line", "ends", "marked"),
    [
        ("", 0, True),
        ("Pi is 3.14159 and e", 0, False),
        ("Pi is 3.14159.", 1, True),
        ("Really?! Yes... (No.) ", 3, True),
        ("我们走。他来了！", 2, True),
        ("मैं हूँ। तुम", 1, False),
        ("वह लड़की", 0, False),
        ("እንዴት ነህ፧ ደህና ነኝ።", 2, True),
        ("first of all:", 0, True),
    ],
)
def test_marks_at_the_ends_of_sentences_are_counted(line: str, ends: int, marked: bool) -> None:
    assert (count_ends(line), has_end(line)) == (ends, marked)


@pytest.mark.parametrize("language", ["de", "fr", "ja", "ko", None])
@pytest.mark.parametrize(
    "text",
    [
        "Ångström misst 5 Å. Über alles. Été, café. Là !",
        'São Paulo é. "Né." (é) z. B. Dr. Ö',
        "한국어입니다. 이것은 책입니다. 네.",
        "ガラスが。ギター。パン",
        "Việt Nam. Ấn Độ? Ừ!",
    ],
)
def test_sentences_are_the_same_in_every_normalization_form(text: str, language: str | None) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    assert decomposed != text
    assert [unicodedata.normalize("NFC", each) for each in sentences(decomposed, language)] == sentences(text, language)
    assert "".join("".join(sentences(decomposed, language)).split()) == "".join(decomposed.split())
