import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.translation.segments import split_subwords


def segments_of(text: str, longest: int) -> list[str]:
    """``text`` is pieces between bars."""
    pieces = text.split("|")
    ends = split_subwords(pieces, longest)
    result = []
    for length in ends:
        result.append("|".join(pieces[:length]))
        pieces = pieces[length:]
    assert not pieces
    return result


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("▁A|▁b|.", 3, ["▁A|▁b|."]),
        # The last sentence end within reach, not the first.
        ("▁A|.|▁B|.|▁C|▁d|▁e", 6, ["▁A|.|▁B|.", "▁C|▁d|▁e"]),
        # A full stop inside a number or before a letter ends no sentence; a closing mark belongs to what it closes.
        ("▁3|.|14|▁is|▁pi", 4, ["▁3|.|14|▁is", "▁pi"]),
        ('▁A|!|"|▁B|▁c|▁d', 5, ['▁A|!|"', "▁B|▁c|▁d"]),
        ("▁(|A|.)|▁B|▁c|▁d", 5, ["▁(|A|.)", "▁B|▁c|▁d"]),
        # Without spaces: after the full stop of the script.
        ("我|们|走|。|他|们|来", 6, ["我|们|走|。", "他|们|来"]),
        ("“|走|。|”|他|们|来", 6, ["“|走|。|”", "他|们|来"]),
        # No sentence end: at a space; no space: anywhere, but not inside a character that is spelled in bytes.
        ("▁ab|cd|▁ef|gh|ij|▁kl", 4, ["▁ab|cd", "▁ef|gh|ij|▁kl"]),
        ("▁a|b|c|d|e", 2, ["▁a|b", "c|d", "e"]),
        ("▁a|b|<0xE4>|<0xBD>|<0xA0>|c", 4, ["▁a|b", "<0xE4>|<0xBD>|<0xA0>|c"]),
        ("<0xE4>|<0xBD>|<0xA0>", 2, ["<0xE4>|<0xBD>", "<0xA0>"]),
    ],
)
def test_where_lines_are_split(text: str, longest: int, expected: list[str]) -> None:
    assert segments_of(text, longest) == expected


def test_nothing_gives_no_segments() -> None:
    assert split_subwords([], 5) == []


@given(st.lists(st.sampled_from(["▁a", "b", ".", "!", "。", "▁", ")", "<0xE4>", "<0x80>"])), st.integers(1, 8))
def test_segments_are_short_enough_and_complete(pieces: list[str], longest: int) -> None:
    lengths = split_subwords(pieces, longest)
    assert sum(lengths) == len(pieces)
    assert all(1 <= length <= longest for length in lengths)
