from nmt.evaluation.segments import chosen, most_different, worst


def test_the_worst_come_first() -> None:
    assert worst([3.0, 1.0, 2.0, 1.0], 3) == [1, 3, 2]


def test_the_most_different_leave_out_what_is_the_same() -> None:
    first, second = ["a", "b", "c"], ["a", "x", "y"]
    assert most_different(first, second, ([0, 50, 10], [100, 40, 90]), 5) == [2, 1]


def test_few_lines_are_all_chosen() -> None:
    assert chosen(3, 3, [[2]]) == [0, 1, 2]


def test_of_many_the_important_ones_and_an_even_spread_are_chosen() -> None:
    found = chosen(1000, 20, [[999, 998, 3, 4, 5, 6, 7, 8, 9, 10], [500, 501]])
    assert len(found) == len(set(found)) == 20
    assert found == sorted(found)
    assert {999, 998, 500, 501, 3} <= set(found)
    assert sum(line > 400 for line in found) > 5  # the rest is not only from the beginning
