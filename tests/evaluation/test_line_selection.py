from nmt.evaluation.line_selection import most_different_lines, select_lines, worst_lines


def test_the_worst_come_first() -> None:
    assert worst_lines([3.0, 1.0, 2.0, 1.0], 3) == [1, 3, 2]


def test_the_most_different_lines_leave_out_equal_translations() -> None:
    first, second = ["a", "b", "c"], ["a", "x", "y"]
    assert most_different_lines(first, second, ([0, 50, 10], [100, 40, 90]), 5) == [2, 1]


def test_a_few_lines_are_all_selected() -> None:
    assert select_lines(3, 3, [[2]]) == [0, 1, 2]


def test_of_many_lines_the_important_ones_and_an_even_spread_are_selected() -> None:
    found = select_lines(1000, 20, [[999, 998, 3, 4, 5, 6, 7, 8, 9, 10], [500, 501]])
    assert len(found) == len(set(found)) == 20
    assert found == sorted(found)
    assert {999, 998, 500, 501, 3} <= set(found)
    assert sum(line > 400 for line in found) > 5  # the spread is not only from the beginning
