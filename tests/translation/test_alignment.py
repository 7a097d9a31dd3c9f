import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.translation.alignment import link_words, word_attention, word_pairs
from nmt.translation.results import Link


def spans(text: str, *pieces: str) -> list[tuple[int, int]]:
    found, end = [], 0
    for piece in pieces:
        start = text.index(piece, end)
        found.append((start, end := start + len(piece)))
    return found


def linked(source: str, target: str, links: tuple[Link, ...]) -> list[tuple[str, str]]:
    return [(source[slice(*link.source)], target[slice(*link.target)]) for link in links]


SOURCE, TARGET = "Der Verkehrspolizist winkt.", "The traffic cop waves."
SOURCE_SPANS = spans(SOURCE, "Der", "Verkehrs", "polizist", "winkt", ".")
TARGET_SPANS = spans(TARGET, "The", "traffic", "cop", "wav", "es", ".")
ATTENTION = [
    # Der  Verkehrs polizist winkt  .   end
    [0.70, 0.10, 0.10, 0.05, 0.00, 0.05],
    [0.30, 0.30, 0.25, 0.05, 0.05, 0.05],
    [0.30, 0.05, 0.55, 0.05, 0.00, 0.05],
    [0.30, 0.00, 0.05, 0.60, 0.00, 0.05],
    [0.40, 0.05, 0.05, 0.30, 0.00, 0.20],
    [0.30, 0.00, 0.00, 0.00, 0.60, 0.10],
]


def test_word_attention_is_the_mean_over_rows_and_the_sum_over_columns() -> None:
    weights = [[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]
    assert word_attention(weights, [[0, 1]], [[0, 1], [2]]) == [[pytest.approx(0.5), pytest.approx(0.5)]]
    assert word_attention(weights, [[0], [1]], [[0], [1, 2]])[0] == pytest.approx([0.5, 0.5])
    assert word_attention(weights, [[], [1]], [[0], []]) == [[0.0, 0.0], [0.1, 0.0]]


def test_subwords_are_summed_over_words_and_attention_from_all_words_counts_less() -> None:
    assert linked(SOURCE, TARGET, link_words(SOURCE, SOURCE_SPANS, TARGET, TARGET_SPANS, ATTENTION)) == [
        ("Der", "The"),
        ("Verkehrspolizist", "traffic"),
        ("Verkehrspolizist", "cop"),
        ("winkt", "waves"),
        (".", "."),
    ]


def test_a_word_that_attends_to_the_end_mark_has_no_link() -> None:
    attention = [[0.1] * 5 + [0.5], *ATTENTION[1:]]
    links = linked(SOURCE, TARGET, link_words(SOURCE, SOURCE_SPANS, TARGET, TARGET_SPANS, attention))
    assert not [target for _, target in links if target == "The"]


def test_one_word_may_translate_two_of_the_source() -> None:
    source, target = "traffic cop", "Verkehrspolizist"
    links = link_words(source, spans(source, "traffic", "cop"), target, [(0, 16)], [[0.55, 0.4, 0.05]])
    assert linked(source, target, links) == [("traffic", target), ("cop", target)]


def test_pairs_are_of_space_separated_words_as_other_tools_count_them() -> None:
    links = link_words(SOURCE, SOURCE_SPANS, TARGET, TARGET_SPANS, ATTENTION)
    assert word_pairs(SOURCE, TARGET, links) == [(0, 0), (1, 1), (1, 2), (2, 3)]
    # Without spaces, each character is a word.
    assert word_pairs("我 们走", "we go", [Link((0, 1), (0, 2)), Link((3, 4), (3, 5))]) == [(0, 0), (2, 1)]


@given(st.text(), st.text(), st.data())
def test_links_are_words_of_both_sides_for_any_attention(source: str, target: str, data: st.DataObject) -> None:
    source_spans, target_spans = ([(index, index + 1) for index in range(len(text))] for text in (source, target))
    weight = st.floats(0, 1)
    rows = [[data.draw(weight) for _ in range(len(source) + 1)] for _ in target[:4]]
    attention = [rows[index % 4] for index in range(len(target))]
    links = link_words(source, source_spans, target, target_spans, attention)
    for link in links:
        assert source[slice(*link.source)].strip()
        assert target[slice(*link.target)].strip()
    for first, second in word_pairs(source, target, links):
        assert 0 <= first < max(1, len(source))
        assert 0 <= second < max(1, len(target))
