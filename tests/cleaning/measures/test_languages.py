"""Lines in another language are recognised if the identifier is installed; short lines never are."""

import pytest

from nmt.cleaning.check import check_corpus
from nmt.cleaning.clean import CleaningOptions, clean_corpus
from nmt.cleaning.config import CleaningConfig
from nmt.cleaning.measures import languages
from nmt.cleaning.measures.languages import LanguageSample, check_languages, find_other_language, known_code
from nmt.corpus.tolerant_reader import parallel_files
from nmt.errors import NMTError
from tests.conftest import Writer

pytest.importorskip("py3langid", reason="the extra langid is not installed")

GERMAN = "Ein Mann in einem blauen Hemd steht auf einer Leiter und putzt ein Fenster."
ENGLISH = "A man in a blue shirt is standing on a ladder cleaning a window."
FRENCH = "Un homme en chemise bleue est debout sur une échelle et nettoie une fenêtre."


def test_a_line_in_another_language_is_recognised() -> None:
    assert find_other_language(GERMAN, "de") is None
    found = find_other_language(ENGLISH, "de")
    assert found is not None
    assert found.language == "en"
    assert find_other_language("OK.", "de") is None
    assert find_other_language("这只狗在外面跑来跑去。", "zh") is None


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("deu", "de"),
        ("de-AT", "de"),
        ("pt_BR", "pt"),
        ("zho_Hans", "zh"),
        ("nob", "no"),
        ("fil", "tl"),
        ("iw", "he"),
        ("xx", None),
        (None, None),
    ],
)
def test_language_codes_in_several_notations_are_known(given: str | None, known: str | None) -> None:
    assert known_code(given) == known


def test_an_unknown_language_is_an_error_only_if_it_is_given() -> None:
    assert check_languages(("ger", None)) == ("de", None)
    with pytest.raises(NMTError, match="'xx' is not a language code"):
        check_languages(("xx", "de"))
    with pytest.raises(NMTError, match="does not know the language 'chr'"):
        check_languages(("chr", "de"))
    assert check_languages(("German", "zho_Hans")) == ("de", "zh")


def test_the_check_counts_lines_in_another_language_and_the_filter_drops_them(write: Writer, tmp_path: object) -> None:
    pairs = [(f"{GERMAN} {number}", f"{ENGLISH} {number}") for number in range(60)]
    pairs[7] = (pairs[7][0], f"{FRENCH} 7")
    files = write(pairs)
    corpora = parallel_files([files[0]], [files[1]])
    report = check_corpus(corpora, languages=LanguageSample(("de", "en")))
    [finding] = [finding for finding in report.findings if finding.type.name == "target-language"]
    assert (finding.count, finding.examples[0].line) == (1, 8)
    assert finding.locations == ("of 60 lines checked for en: 1 fr",)
    config = CleaningConfig().changed(filters=["language"], repairs=[], without=["unusual-ratio"])
    assert clean_corpus(corpora, f"{tmp_path}/out", config, CleaningOptions(languages=("de", "en"))).dropped == {
        "language": 1
    }


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "py3langid.langid", None)
    languages._identifier.cache_clear()
    try:
        with pytest.raises(NMTError, match=r"pip install 'nmt\[langid\]'"):
            find_other_language(GERMAN, "de")
    finally:
        languages._identifier.cache_clear()
