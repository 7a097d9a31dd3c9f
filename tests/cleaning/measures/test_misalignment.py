"""The line at which two files become misaligned is found to within a few lines."""

from pathlib import Path

import pytest

from nmt.cleaning.measures.misalignment import find_misalignments
from nmt_corpora import phrasebook_file
from tests.conftest import Writer, translations


def sides(count: int) -> tuple[list[str], list[str]]:
    source, target = zip(*translations(count), strict=True)
    return list(source), list(target)


def bundled(count: int) -> tuple[list[str], list[str]]:
    """German and English of the bundled phrasebook."""
    source, target = (phrasebook_file("train", code).read_text("utf-8").split("\n")[:count] for code in ("de", "en"))
    return source, target


def find(tmp_path: Path, source: list[str], target: list[str]) -> list[tuple[int, int, int, int, int]]:
    for name, lines in (("a", source), ("b", target)):
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return [tuple(slip) for slip in find_misalignments(str(tmp_path / "a"), str(tmp_path / "b"))]  # type: ignore[misc]


@pytest.mark.parametrize("make", [sides, bundled])
@pytest.mark.parametrize("row", [40, 777, 1900])
@pytest.mark.parametrize("side", [0, 1])
def test_a_lost_line_is_found(tmp_path: Path, make: object, row: int, side: int) -> None:
    lines = make(2000)  # type: ignore[operator]
    del lines[side][row]
    [(source_line, target_line, count, earliest, latest)] = find(tmp_path, *lines)
    assert count == (1 if side == 0 else -1)
    assert abs(source_line - (row + 1)) <= 6
    assert source_line == target_line
    assert earliest - 3 <= row + 1 <= latest + 3
    assert latest - earliest < 40


def test_several_misalignments_are_found(tmp_path: Path) -> None:
    source, target = sides(3000)
    del source[2500]
    del target[1500:1503]
    del source[300]
    found = find(tmp_path, source, target)
    assert [slip[2] for slip in found] == [1, -3, 1]
    for slip, row in zip(found, (300, 1499, 2499), strict=True):
        assert abs(slip[0] - (row + 1)) <= 6


def test_a_missing_block_longer_than_the_tried_offsets_is_found(tmp_path: Path) -> None:
    source, target = sides(3000)
    del target[1000:1400]
    [slip] = find(tmp_path, source, target)
    assert slip[2] == -400
    assert abs(slip[0] - 1001) <= 6


def test_inserted_lines_are_found(tmp_path: Path) -> None:
    source, target = sides(1500)
    target[600:600] = ["What does this do here?", "Nobody knows."]
    [slip] = find(tmp_path, source, target)
    assert slip[2] == 2
    assert abs(slip[1] - 601) <= 6


def test_aligned_files_and_short_files_have_no_misalignment(tmp_path: Path, write: Writer) -> None:
    source, target = sides(1000)
    assert find(tmp_path, source, target) == []
    assert find(tmp_path, source[:20], target[:19]) == []
    assert find(tmp_path, [], target) == []
