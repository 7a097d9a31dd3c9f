import logging
import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmt.decoding.config import SearchConfig
from nmt.decoding.hypothesis import Hypothesis, LexicalConstraint, SearchInput
from nmt.errors import NMTError
from nmt.runtime.repeated_warnings import RepeatedWarnings
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.tokenizer import Tokenizer
from nmt.tokenization.training import train_tokenizer
from nmt.translation.lexical_constraints import ExcludedWordsEngine, constraint_from_text, spellings_in

WORDS = "the hound sees a greyhound and the Hounds see US soldiers with us guinea pigs übung".split()  # noqa: SIM905
LINES = [f"{one} {other}." for one in WORDS for other in WORDS]


@pytest.fixture(scope="module", params=["unigram", "bpe", "char"])
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    size = 300 if request.param == "char" else 340
    return train_tokenizer(LINES, TokenizerConfig(vocabulary_size=size, model_type=request.param))


def warnings() -> RepeatedWarnings:
    return RepeatedWarnings(logging.getLogger("nmt.test"), "lines without a translation")


class Reciting:
    """An engine that knows a list of translations, the best first, and gives the first that meets the constraint."""

    name = "reciting"

    def __init__(self, known: list[list[int]]) -> None:
        self.known = known
        self.searches = 0

    def search(
        self, inputs: Sequence[SearchInput], config: SearchConfig, *, details: bool = False
    ) -> list[list[Hypothesis]]:
        self.searches += 1
        return [
            [next(each for each in self._hypotheses() if not self._holds(each, sentence.constraint))]
            for sentence in inputs
        ]

    def _hypotheses(self) -> list[Hypothesis]:
        return [Hypothesis(ids, -float(rank), -float(rank)) for rank, ids in enumerate(self.known)]

    def _holds(self, hypothesis: Hypothesis, constraint: LexicalConstraint) -> bool:
        ids = tuple(hypothesis.ids)
        return any(
            ids[start : start + len(sequence)] == sequence
            for sequence in constraint.forbidden
            for start in range(len(ids))
        )


def test_a_prefix_is_the_subwords_of_its_text(tokenizer: Tokenizer) -> None:
    constraint = constraint_from_text(tokenizer, prefix="the hound")
    assert tokenizer.decode([list(constraint.prefix)]) == ["the hound"]
    assert constraint_from_text(tokenizer) == LexicalConstraint()


@pytest.mark.parametrize(
    ("text", "forbid", "found"),
    [
        ("the hound sees", "hound", True),
        ("The Hound", "hound", True),
        ("THE HOUND", "hound", True),
        ("a greyhound", "hound", False),
        ("hounds", "hound", False),
        ('"hound", he said', "hound", True),
        ("hound", "hound", True),
        ("US soldiers", "US", True),
        ("us soldiers", "US", False),
        ("two guinea pigs", "guinea pigs", True),
        ("guinea-pigs", "guinea pigs", False),
        ("die Übung", "übung", True),
        ("我们走了", "们走", True),
        ("ཀཁག", "ཁ", True),
    ],
)
def test_where_a_word_counts(tokenizer: Tokenizer, text: str, forbid: str, found: bool) -> None:
    [ids] = tokenizer.encode([text])
    spellings = spellings_in(tokenizer, ids, (forbid,))
    assert bool(spellings) == found
    for spelling in spellings:
        assert forbid.lower() in tokenizer.decode([list(spelling)])[0].lower()
        assert any(tuple(ids[start : start + len(spelling)]) == spelling for start in range(len(ids)))


def test_all_spellings_at_the_beginning_of_a_word_are_forbidden_at_once(tokenizer: Tokenizer) -> None:
    forbidden = constraint_from_text(tokenizer, forbid=["us"]).forbidden
    assert len(set(forbidden)) == len(forbidden)
    assert {text.strip().lower() for text in tokenizer.decode([list(sequence) for sequence in forbidden])} == {"us"}
    letters = tuple(tokenizer.ids(["▁", "u", "s"]))
    assert letters in forbidden


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_a_forbidden_word_is_in_no_translation_of_any_engine(tokenizer: Tokenizer, data: st.DataObject) -> None:
    # Any subwords in any order, so words are spelled in many ways, with punctuation before them and in bytes.
    ids = st.lists(st.integers(4, tokenizer.vocabulary_size - 1), max_size=6)
    texts = st.lists(st.sampled_from([*WORDS, '"hound"', "HOUND", "(us)", "hound"]), max_size=4).map(" ".join)
    known = [
        *data.draw(st.lists(ids, max_size=5)),
        *tokenizer.encode(data.draw(st.lists(texts, max_size=5))),
        tokenizer.encode(["pigs"])[0],
    ]
    engine = ExcludedWordsEngine(Reciting(known), tokenizer, ["hound", "us"], warnings())
    [[best]] = engine.search([SearchInput([5])], SearchConfig())
    [text] = tokenizer.decode([best.ids])
    assert not re.search(r"(?<!\w)(hound|us)(?!\w)", text, re.IGNORECASE)


def test_sources_without_forbidden_words_are_searched_once(tokenizer: Tokenizer) -> None:
    inner = Reciting(tokenizer.encode(["the greyhound sees us"]))
    engine = ExcludedWordsEngine(inner, tokenizer, ["hound"], warnings())
    assert [
        found[0].ids for found in engine.search([SearchInput([5]), SearchInput([6])], SearchConfig())
    ] == inner.known * 2
    assert (inner.searches, engine.name) == (1, "reciting")


def test_an_engine_that_ignores_constraints_gives_an_empty_line(
    tokenizer: Tokenizer, caplog: pytest.LogCaptureFixture
) -> None:
    class Deaf(Reciting):
        def _holds(self, hypothesis: Hypothesis, constraint: LexicalConstraint) -> bool:
            return False

    counted = warnings()
    engine = ExcludedWordsEngine(Deaf(tokenizer.encode(["the hound"])), tokenizer, ["hound"], counted)
    [ids] = tokenizer.encode(["the greyhound sees us"])
    for _ in range(4):
        assert [found[0].ids for found in engine.search([SearchInput(ids)] * 2, SearchConfig())] == [[], []]
    messages = [record.getMessage() for record in caplog.records]
    assert counted.count == 8
    assert len(messages) == 6  # the first five, and one that the others are only counted
    assert messages[0].startswith("'the greyhound sees us' has no translation without the forbidden words")


def test_constraints_that_cannot_be_met_are_errors(tokenizer: Tokenizer) -> None:
    with pytest.raises(NMTError, match="forbidden word"):
        constraint_from_text(tokenizer, prefix="the hound", forbid=["hound"])
    with pytest.raises(NMTError, match="empty"):
        constraint_from_text(tokenizer, forbid=[" "])


def test_forbidden_words_and_prefixes_hold_in_any_unicode_form(tokenizer: Tokenizer) -> None:
    assert constraint_from_text(tokenizer, "u\u0308bung", ("mu\u0308de",)) == constraint_from_text(
        tokenizer, "übung", ("müde",)
    )
    [ids] = tokenizer.encode(["the u\u0308bung sees"])
    assert spellings_in(tokenizer, ids, ("übung",)) == spellings_in(tokenizer, ids, ("u\u0308bung",)) != ()
