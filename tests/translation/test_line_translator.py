import logging
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.corpus.line_profile import LineProfile
from nmt.decoding.config import SearchConfig
from nmt.decoding.hypothesis import Hypothesis, SearchInput
from nmt.translation.line_translator import LineSettings, LineTranslator, line_settings
from nmt.translation.requests import decode_requests


class Characters:
    """A tokenizer whose subwords are characters; a space and the letter after it are one subword."""

    def __init__(self) -> None:
        self.known: list[str] = ["<pad>", "<unk>", "<s>", "</s>"]

    def encode(self, lines: Sequence[str]) -> list[list[int]]:
        return [[self._id(piece) for word in line.split() for piece in ("▁" + word[0], *word[1:])] for line in lines]

    def decode(self, ids: Sequence[Sequence[int]]) -> list[str]:
        return ["".join(self.pieces(sequence)).replace("▁", " ").removeprefix(" ") for sequence in ids]

    def pieces(self, ids: Sequence[int]) -> list[str]:
        return [self.known[number] for number in ids]

    def source_spans(self, line: str) -> list[tuple[int, int]]:
        places = [place for place, character in enumerate(line) if not character.isspace()]
        return [(place, place + 1) for place in places]

    def target_spans(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        return self.source_spans(self.decode([ids])[0])

    def _id(self, piece: str) -> int:
        if piece not in self.known:
            self.known.append(piece)
        return self.known.index(piece)


class Echo:
    """An engine that translates each source into itself and remembers what it was given."""

    def __init__(self) -> None:
        self.batches: list[list[tuple[int, ...]]] = []

    name = "echo"

    def search(
        self, inputs: Sequence[SearchInput], config: SearchConfig, *, details: bool = False
    ) -> list[list[Hypothesis]]:
        self.batches.append([tuple(sentence.ids) for sentence in inputs])
        return [[Hypothesis(list(sentence.ids), -1.0, -1.0)] for sentence in inputs]


def echo_translator(
    settings: LineSettings | None = None, *, source_prefix: Sequence[int] = (), **changed: Any
) -> tuple[LineTranslator, Echo]:
    engine = Echo()
    settings = replace(settings or LineSettings(max_source_length=20), **changed)
    search = SearchConfig(beam_size=2)
    return LineTranslator(Characters(), engine, settings, search=search, source_prefix=source_prefix), engine


@given(st.lists(st.text()), st.integers(1, 30))
def test_as_many_lines_out_as_in_whatever_they_contain(lines: list[str], longest: int) -> None:
    result = echo_translator(max_source_length=longest)[0].translate(lines)
    assert len(result) == len(lines)
    for line, translation in zip(lines, result, strict=True):
        assert len(f"{translation}.".splitlines()) == 1
        assert bool(translation) == bool(translation.strip())
        if not line.strip():
            assert translation == ""


@given(st.lists(st.text("ab c.", max_size=60)))
def test_every_line_comes_back_at_its_position(lines: list[str]) -> None:
    # Long ones too: nothing is cut. Where a word is split the separator is put in, so spaces do not count.
    result = echo_translator()[0].translate(lines)
    assert [text.replace(" ", "") for text in result] == [line.replace(" ", "") for line in lines]


@given(st.lists(st.binary()))
def test_as_many_lines_out_as_bytes_lines_in(lines: list[bytes]) -> None:
    assert len(echo_translator()[0].translations(decode_requests(lines))) == len(lines)


def test_identical_lines_are_translated_once_and_empty_ones_never() -> None:
    translator, engine = echo_translator()
    assert translator.translate(["b", "", "a b", "b", " \t ", "a b"]) == ["b", "", "a b", "b", "", "a b"]
    assert sum(map(len, engine.batches)) == 2


def test_nothing_in_nothing_out() -> None:
    translator, engine = echo_translator()
    assert translator.translate([]) == []
    assert engine.batches == []


def test_a_single_string_is_not_taken_for_lines_of_a_letter() -> None:
    with pytest.raises(TypeError, match=r"\[line\]"):
        echo_translator()[0].translate("abc")


def test_a_long_line_is_split_at_its_sentence_ends_and_assembled_with_spaces() -> None:
    translator, engine = echo_translator(max_source_length=8)
    assert translator.translate(["One two. Three. Four"]) == ["One two. Three. Four"]
    assert sorted(map(len, engine.batches[0])) == [4, 6, 7]


@pytest.mark.parametrize("separator", ["", " "])
def test_no_space_is_put_into_chinese_whether_its_language_is_known_or_not(separator: str) -> None:
    translator, _ = echo_translator(max_source_length=4, separator=separator)
    assert translator.translate(["我们走。他来了。"]) == ["我们走。他来了。"]


def test_a_very_long_line_is_searched_in_segments() -> None:
    words = random.Random(1)
    line = " ".join("x" * words.randint(1, 9) for _ in range(20_000))
    translator, engine = echo_translator()
    assert translator.translate([line])[0] == line
    assert max(map(len, engine.batches[0])) <= 20


def test_lines_that_are_not_clean_text_are_named(caplog: pytest.LogCaptureFixture) -> None:
    window = [b"bad \xff byte", b"", b"a\x00b", "c\u2028d".encode(), b"cr\rhere", b"good\r"]
    with caplog.at_level(logging.WARNING, logger="nmt"):
        requests = decode_requests(window, name="in.txt", number=2)
    result = [translation.text for translation in echo_translator()[0].translations(requests)]
    assert len(result) == 6
    assert result[1:4] == ["", "a b", "c d"]
    assert result[5] == "good"
    named = [record.getMessage().partition(":")[0] for record in caplog.records]
    assert named == ["in.txt, line 2", "in.txt, line 4", "in.txt, line 5", "in.txt, line 6"]


def test_a_translation_never_contains_a_line_end() -> None:
    class Breaking(Characters):
        def decode(self, ids: Sequence[Sequence[int]]) -> list[str]:
            return ["a\nb\u2028c\x00d\te\r" for _ in ids]

    translator = LineTranslator(Breaking(), Echo(), LineSettings(max_source_length=9), search=SearchConfig())
    assert translator.translate(["x"]) == ["a b c d e"]


def test_lone_surrogates_do_not_stop_a_translation() -> None:
    assert len(echo_translator()[0].translate(["a \ud800 b"])) == 1


def test_the_public_name_comes_without_torch() -> None:
    code = "import sys, nmt; assert 'torch' not in sys.modules; nmt.Translator; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_source_prefix_is_before_every_segment_of_a_line_and_within_the_limit() -> None:
    translator, engine = echo_translator(max_source_length=8, source_prefix=(1,))
    assert translator.translate(["One two. Three. Four", ""])[1] == ""
    segments = sorted(engine.batches[0], key=len)
    assert [len(segment) for segment in segments] == [5, 7, 8]
    assert all(segment[0] == 1 and 1 not in segment[1:] for segment in segments)


@pytest.mark.parametrize(
    ("sentences_per_line", "split", "lengths"),
    [
        (None, None, [6, 6, 6, 6]),  # not known: one by one
        (1, None, [6, 6, 6, 6]),
        (2, None, [12, 12]),
        (3, None, [18, 6]),
        (9, None, [18, 6]),  # as many as fit
        (1, False, [18, 6]),
        (9, True, [6, 6, 6, 6]),
    ],
)
def test_a_line_has_as_many_sentences_at_once_as_the_model_learned_from(
    sentences_per_line: int | None, split: bool | None, lengths: list[int]
) -> None:
    line = "Abc de. Bcd ef.  Cde fg. Def gh."
    settings = line_settings(
        max_source_length=20,
        languages=("en", "en"),
        profile=LineProfile(sentences_per_line=sentences_per_line),
        split_sentences=split,
    )
    translator, engine = echo_translator(settings)
    assert translator.translate([line])[0].split() == line.split()
    assert [len(source) for source in engine.batches[0]] == lengths
    assert [translation.split for translation in translator.translations([line, "Abc de."])] == [True, False]


def test_short_lines_and_ordinals_stay_whole() -> None:
    translator, engine = echo_translator(
        line_settings(max_source_length=50, languages=("de", "en"), profile=LineProfile(sentences_per_line=1))
    )
    lines = ["Im 19. Jahrhundert.", "ASP.NET ist da.", "Am 3. Mai z. B. kam er."]
    assert translator.translate(lines) == lines
    assert len(engine.batches[0]) == 3


def german(**settings: object) -> tuple[LineTranslator, Echo]:
    given = {"max_source_length": 50, "languages": ("de", "en"), "profile": LineProfile(), **settings}
    return echo_translator(line_settings(**given))  # type: ignore[arg-type]


SPECIAL = ["-", "1\t2 ", "  - Ein Hund.", "1. Ein Hund.", "Ein Hund.", "EIN HUND. EINE STRAßE!", "* EIN HUND."]


def test_the_model_sees_no_markers_no_capitals_and_no_line_without_letters() -> None:
    translator, engine = german()
    assert translator.translate(SPECIAL) == [*SPECIAL[:5], "EIN HUND. EINE STRASSE!", "* EIN HUND."]
    # The body is searched once, whatever marker is before it.
    assert translator.tokenizer.decode(engine.batches[0]) == ["Ein Hund.", "Ein hund.", "Eine straße!"]
    assert {translation.score for translation in translator.translations(SPECIAL[:2])} == {0.0}


def test_raw_leaves_markers_and_capitals_to_the_model() -> None:
    translator, engine = german(raw=True)
    assert translator.translate(SPECIAL) == [SPECIAL[0], "1 2", *SPECIAL[2:]]
    assert translator.tokenizer.decode(engine.batches[0])[:4] == ["-", "1 2", "- Ein Hund.", "1. Ein Hund."]


def test_a_model_that_learned_capitals_gets_them() -> None:
    translator, engine = german(profile=LineProfile(all_caps=0.5))
    assert translator.translate(["- EIN HUND."]) == ["- EIN HUND."]
    assert translator.tokenizer.decode(engine.batches[0]) == ["EIN HUND."]


@given(st.lists(st.text("-*1.) aBß\u3000\t\x00", max_size=12) | st.text()))
def test_a_line_of_any_form_gives_the_same_translation_alone_as_together(lines: list[str]) -> None:
    translator, _ = german()
    together = translator.translations(lines)
    assert [translation.text for translation in together] == [translator.translate([line])[0] for line in lines]
    for line, translation in zip(lines, together, strict=True):
        assert len(f"{translation.text}.".splitlines()) == 1
        assert bool(translation.text) == bool(translation.text.strip())
        assert len(translation.candidates) == 1
        assert line or not translation.text
