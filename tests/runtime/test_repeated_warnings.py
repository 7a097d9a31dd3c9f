import logging

import pytest

from nmt.runtime.repeated_warnings import RepeatedWarnings


@pytest.mark.parametrize(("count", "logged"), [(0, 0), (5, 5), (6, 7), (100_000, 7)])
def test_the_first_few_are_logged_and_all_are_counted(
    count: int, logged: int, caplog: pytest.LogCaptureFixture
) -> None:
    warnings = RepeatedWarnings(logging.getLogger("nmt.test"), "broken lines")
    for number in range(count):
        warnings.add("line %d", number)
    warnings.close()
    messages = [record.message for record in caplog.records]
    assert len(messages) == logged
    assert messages[:5] == [f"line {number}" for number in range(min(5, count))]
    assert messages[6:] == [f"{count:,} in total: broken lines"] * (count > 5)
