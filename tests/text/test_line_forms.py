import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.text.line_forms import LineForm, LineForms, is_capitals, sentence_case

GERMAN = LineForms(source="de", target="en")
MARKERS = [
    "- ",
    "* ",
    "• ",
    "•",
    "– ",
    "+ ",
    "1. ",
    "12. ",
    "1) ",
    "(3) ",
    "a) ",
    "(b) ",
    "iv) ",
    "① ",
    "# ",
    "### ",
    "> ",
]


@pytest.mark.parametrize("marker", [*MARKERS, "  - ", "\t* ", "- [ ] ", "- [x] ", "> - 1. ", "    ", "1.\u00a0"])
def test_markers_and_indentation_are_removed(marker: str) -> None:
    assert GERMAN.of(f"{marker}Ein Hund läuft.") == LineForm(marker, "Ein Hund läuft.")


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("de", "3. Oktober ist ein Feiertag."),
        ("de", "3. OKTOBER IST EIN FEIERTAG"),
        ("de", "2. Weltkrieg"),
        ("de", "1. und 2. Klasse"),
        ("da", "3. oktober"),
        ("cs", "19. století"),
        ("cs", "19. STOLETÍ"),
        ("en", "-5 degrees"),
        ("en", "3.5 million people"),
        ("en", "2024. A year"),
        ("en", "1,000. Dogs"),
        ("en", "A. Smith ran"),
        ("en", "#hashtag"),
        ("en", "*emphasis* here"),
        ("en", "1.A"),
        ("ru", "— Привет"),
    ],
)
def test_what_only_looks_like_a_marker_stays(language: str, line: str) -> None:
    assert LineForms(source=language).of(line).before == ""


@pytest.mark.parametrize(("language", "line"), [("de", "1. Hunde"), ("cs", "1. Pes běží."), (None, "3. October")])
def test_numbers_of_lists_are_markers_where_ordinals_are_not_likely(language: str | None, line: str) -> None:
    assert LineForms(source=language).of(line).before == line[:3]


@pytest.mark.parametrize("line", ["-", "...", " 1\t2 ", "2024", "3.14 €", "😀 ❤️", "1️⃣", "1. 2.", "- - -", "½", "•"])
def test_a_line_without_letters_is_copied(line: str) -> None:
    assert GERMAN.of(line) == LineForm(line, "")


@pytest.mark.parametrize("line", ["", " ", "\t"])
def test_a_line_of_spaces_is_not_text(line: str) -> None:
    assert GERMAN.of(line) == LineForm("", line)


@pytest.mark.parametrize(
    ("language", "line", "body"),
    [
        ("de", "EIN HUND LÄUFT. KOMM!", "Ein hund läuft. Komm!"),
        ("de", "ACHTUNG!", "Achtung!"),
        ("de", "GROßE STRAẞE", "Große straße"),
        ("en", "„AND I SAID", "„And I said"),
        ("tr", "İYİ IŞIK", "İyi ışık"),
        ("lt", "İYİ IŞIK", "İyİ işik"),  # a small İ would be two characters
        ("el", "ΟΔΟΣ ΜΑΣ", "Οδος μας"),
        ("ru", "СОБАКА БЕЖИТ.", "Собака бежит."),
        ("ka", "ᲙᲐᲠᲒᲘ ᲫᲐᲦᲚᲘ", "კარგი ძაღლი"),
    ],
)
def test_capitals_become_sentence_case(language: str, line: str, body: str) -> None:
    assert LineForms(source=language).of(line) == LineForm("", body, capitals=True)
    assert LineForms(source=language).of(line, capitals=False) == LineForm("", line)
    assert LineForms(source=language, capitals=False).of(line) == LineForm("", line)


@pytest.mark.parametrize(
    "line", ["NATO", "CD-ROM", "I", "USB 3.0", "A B", "Ein HUND", "中文 NASA ABC", "狗跑", "ein hund"]
)
def test_acronyms_and_scripts_without_case_stay(line: str) -> None:
    assert not is_capitals(line)


@pytest.mark.parametrize(
    ("language", "text", "capitals"),
    [
        ("de", "Straße.", "STRASSE."),
        ("tr", "ışık iyi", "IŞIK İYİ"),
        ("el", "Ο σκύλος τρέχει", "Ο ΣΚΥΛΟΣ ΤΡΕΧΕΙ"),
        ("ka", "ძაღლი", "ძაღლი"),
        ("zh", "狗。", "狗。"),
        (None, "dog", "DOG"),
    ],
)
def test_capitals_of_the_target(language: str | None, text: str, capitals: str) -> None:
    characters = LineForms(target=language).capitalized(text)
    assert len(characters) == len(text)
    assert "".join(characters) == capitals


@given(
    st.text(st.sampled_from("-*•1.) \t(aBİßΣ😀狗>#")) | st.text(),
    st.sampled_from([None, "de", "en", "tr", "cs", "zh"]),
)
def test_a_form_has_every_character_of_its_line(line: str, language: str | None) -> None:
    form = LineForms(source=language).of(line)
    assert len(form.before) + len(form.body) == len(line)
    assert line.startswith(form.before)
    assert form.capitals or form.before + form.body == line
    assert any(map(str.isalpha, form.body)) or not form.body.strip()
    assert any(map(str.isalpha, line)) or not form.body.strip()


@given(st.text(min_size=1), st.sampled_from(["de", "en", "tr", "el"]))
def test_sentence_case_is_as_long_as_the_text(text: str, language: str) -> None:
    assert len(sentence_case(text, language)) == len(text)


@given(st.sampled_from(MARKERS), st.sampled_from(["Ein Hund.", "die Straße", "Übung 1. Ja", "ZWEI HUNDE"]))
def test_a_marker_does_not_change_the_text_after_it(marker: str, body: str) -> None:
    if marker.endswith(". ") and body[0].islower():
        return  # an ordinal in German
    alone = GERMAN.of(body)
    assert GERMAN.of(marker + body) == alone._replace(before=marker)
