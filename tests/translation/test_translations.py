"""All details of the translations of a line, with an engine that translates each source into itself."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt import Translator
from nmt.decoding.config import SearchConfig
from nmt.decoding.hypothesis import Hypothesis, SearchInput
from nmt.text.line_forms import LineForms
from nmt.text.sentences import sentence_spans
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.tokenizer import Tokenizer
from nmt.tokenization.training import train_tokenizer
from nmt.translation.line_translator import LineSettings, LineTranslator
from nmt.translation.requests import Request
from nmt.translation.segments import LineSplitter
from tests.conftest import Reversal

LINES = ["The dog runs fast in 2024.", "Ein Hund läuft schnell.", "我们走了。"] * 10


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer(LINES, TokenizerConfig(symbols=("<tag>",)))


class DetailedEcho:
    """An engine that translates each source into itself, and as second best, into itself without the last subword."""

    name = "echo"

    def __init__(self) -> None:
        self.calls = 0

    def search(
        self, inputs: Sequence[SearchInput], config: SearchConfig, *, details: bool = False
    ) -> list[list[Hypothesis]]:
        self.calls += 1
        return [
            [self._echo(each.ids, details)] + [self._echo(each.ids[:-1], details, worse=1.0)] * (config.n_best - 1)
            for each in inputs
        ]

    def _echo(self, source: Sequence[int], details: bool, worse: float = 0.0) -> Hypothesis:
        length = len(source)
        score = -0.5 - worse
        if not details:
            return Hypothesis(list(source), score * (length + 1), score)
        looks = [
            [float(column == row) for column in range(length + 2 if worse else length + 1)] for row in range(length)
        ]
        return Hypothesis(list(source), score * (length + 1), score, [score] * (length + 1), looks)


def echo_translator(
    tokenizer: Tokenizer, *, n_best: int = 1, longest: int = 30, source_prefix: Sequence[int] = (), **settings: Any
) -> LineTranslator:
    search, line_settings = SearchConfig(n_best=n_best), LineSettings(max_source_length=longest, **settings)
    return LineTranslator(tokenizer, DetailedEcho(), line_settings, search=search, source_prefix=source_prefix)


@given(st.lists(st.text(), max_size=4), st.integers(1, 3), st.sampled_from([2, 30]), st.booleans(), st.booleans())
def test_every_offset_is_inside_its_line(
    tokenizer: Tokenizer, lines: list[str], n_best: int, longest: int, split: bool, tagged: bool
) -> None:
    sentences = (lambda text: sentence_spans(text, "en")) if split else None
    source_prefix = tokenizer.ids(["<tag>"]) if tagged else ()
    translator = echo_translator(
        tokenizer, n_best=n_best, longest=longest + tagged, sentences=sentences, source_prefix=source_prefix
    )
    results = translator.translations(lines)
    assert [result.source for result in results] == lines
    assert [result.text for result in results] == translator.translate(lines)
    for result in results:
        assert len(f"{result.text}.".splitlines()) == 1
        for candidate in result.candidates:
            assert candidate.tokens is not None
            assert candidate.links is not None
            assert all(0 <= token.start <= token.end <= len(candidate.text) for token in candidate.tokens)
            spelled = "".join(candidate.text[token.start : token.end] for token in candidate.tokens)
            assert set("".join(candidate.text.split())) <= set(spelled)
            for link in candidate.links:
                assert result.source[slice(*link.source)].strip()
                assert candidate.text[slice(*link.target)].strip()


def test_offsets_are_those_of_the_raw_line(tokenizer: Tokenizer) -> None:
    line = "\u3000Ｔｈｅ  dog\truns \u0007 fa\u200bst."
    [result] = echo_translator(tokenizer).translations([line])
    assert result.text == "The dog runs fast."
    assert [(line[slice(*link.source)], result.text[slice(*link.target)]) for link in result.links] == [
        ("Ｔｈｅ", "The"),
        ("dog", "dog"),
        ("runs", "runs"),
        ("fa", "fast"),
        ("st", "fast"),
        (".", "."),
    ]
    assert result.cleaned
    assert not result.split


def test_the_score_of_a_split_line_is_the_mean_of_its_segments_and_its_n_best_are_the_best_combinations(
    tokenizer: Tokenizer,
) -> None:
    line = "The dog runs. Ein Hund."
    sentences = [line[:13], line[14:]]
    lengths = [len(ids) + 1 for ids in tokenizer.encode(sentences)]
    translator = echo_translator(tokenizer, n_best=3, sentences=lambda text: sentence_spans(text, "en"))
    [result] = translator.translations([line], details=False)
    assert result.split
    assert result.score == pytest.approx(-0.5)
    assert result.candidates[0].log_probability == pytest.approx(-0.5 * sum(lengths))
    # Second comes the combination that is worse by the shorter of the two segments.
    shorter = sentences[lengths.index(min(lengths))]
    assert result.candidates[1].text == line.replace(shorter, shorter[:-1])
    assert [each.score for each in result.candidates] == sorted(
        (each.score for each in result.candidates), reverse=True
    )
    with pytest.raises(TypeError, match="details"):
        _ = result.tokens


def test_a_line_without_text_has_an_empty_translation(tokenizer: Tokenizer) -> None:
    [result] = echo_translator(tokenizer, n_best=2).translations([" \t "])
    assert (result.text, result.score, result.tokens, result.links) == ("", 0.0, (), ())


def test_half_surrogates_and_line_ends_are_replaced_character_for_character(tokenizer: Tokenizer) -> None:
    results = echo_translator(tokenizer).translations(["a\ud800b", "dog\r", Request("x", cleaned=True)])
    assert [result.cleaned for result in results] == [True, False, True]
    assert results[1].text == "dog"


@pytest.mark.parametrize(("separator", "expected"), [(" ", ["  ", "  ", " "]), ("", ["", "", ""])])
def test_spaces_between_sentences_are_kept_if_the_target_language_uses_spaces(
    tokenizer: Tokenizer, separator: str, expected: list[str]
) -> None:
    splitter = LineSplitter(
        tokenizer=tokenizer, longest=30, separator=separator, sentences=lambda text: sentence_spans(text, "zh")
    )
    [segments, nothing] = splitter.split(["  我们走。  我们。我们走。 ", "  "], spans=True)
    assert [segment.before for segment in segments] == expected
    assert [segment.text for segment in segments] == ["我们走。", "我们。", "我们走。"]
    assert [segment.start for segment in segments] == [2, 8, 11]
    assert nothing == []


def test_two_threads_get_what_one_gets(reversal: Reversal) -> None:
    translator = Translator(reversal.model_dir, device="cpu", threads=1)
    shares = [reversal.unseen[:25], reversal.unseen[15:40]]
    expected = [translator.translations(share) for share in shares]
    found: dict[int, object] = {}

    def work(number: int) -> None:
        found[number] = translator.translations(shares[number])

    threads = [threading.Thread(target=work, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[0], found[1]] == expected


GERMAN = LineForms(source="de", target="de")


def test_spans_are_those_of_the_whole_line_with_its_marker_and_capitals(tokenizer: Tokenizer) -> None:
    line = "  - DIE STRAßE LÄUFT."
    [result] = echo_translator(tokenizer, forms=GERMAN).translations([line])
    assert result.text == "  - DIE STRASSE LÄUFT."
    assert [(line[slice(*link.source)], result.text[slice(*link.target)]) for link in result.links] == [
        ("DIE", "DIE"),
        ("STRAßE", "STRASSE"),
        ("LÄUFT", "LÄUFT"),
        (".", "."),
    ]
    assert next(iter(result.tokens)).start == 4
    indices = {index for token in result.tokens for index in range(token.start, token.end)}
    assert "".join(result.text[index] for index in sorted(indices)) == "DIESTRASSELÄUFT."


def test_a_copied_line_has_neither_tokens_nor_links(tokenizer: Tokenizer) -> None:
    [result] = echo_translator(tokenizer, n_best=2, forms=GERMAN).translations(["- 1 -"])
    assert (result.text, result.score, list(result.tokens), list(result.links)) == ("- 1 -", 0.0, [], [])
    assert len(result.candidates) == 1


def test_every_one_of_several_translations_gets_the_marker(tokenizer: Tokenizer) -> None:
    [result] = echo_translator(tokenizer, n_best=2, forms=GERMAN).translations(["1. Ein Hund läuft."])
    assert len(result.candidates) == 2
    assert all(candidate.text.startswith("1. Ein Hund") for candidate in result.candidates)


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (Request("- EINE STRAßE"), "- EINE STRASSE"),
        (Request("- EINE STRAßE", prefix="Ein"), "- EINE STRAßE"),  # raw: this engine ignores prefixes
        (Request("- EINE STRAßE", forbid=("dog",)), "- EINE STRAßE"),  # its case stays
        (Request("20\t24"), "20\t24"),
        (Request("20\t24", forbid=("24",)), ""),  # not copied, and this engine finds nothing else
    ],
)
def test_constraints_leave_lines_to_the_model(tokenizer: Tokenizer, request_: Request, text: str) -> None:
    [result] = echo_translator(tokenizer, forms=GERMAN).translations([request_], details=False)
    assert result.text == text
