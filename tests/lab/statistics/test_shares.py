import pytest

from lab.statistics import words
from lab.statistics.shares import share


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    # From Brown, Cai and DasGupta (2001), and their formula.
    [(1, 10, 0.0179, 0.4042), (5, 10, 0.2366, 0.7634), (10, 1000, 0.00545, 0.0183)],
)
def test_the_interval_of_a_share_is_that_of_wilson(count, of, low, high):
    found = share(count, of)

    assert found.value == count / of
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_the_limits_of_none_and_all_are_exact():
    assert share(0, 20).low == 0.0
    assert share(20, 20).high == 1.0
    assert share(0, 20).high == pytest.approx(0.1611, abs=5e-5)


def test_a_share_of_nothing_has_no_value():
    found = share(0, 0)

    assert (found.value, found.low, found.high) == (None, None, None)


@pytest.mark.parametrize(
    ("count", "of", "text"),
    [
        (0, 0, "no requests"),
        (0, 1_500, "0 of 1,500 (< 0.2 %)"),
        (0, 2, "0 of 2 (< 100 %)"),
        (10, 1_000, "1 % (0.54 to 1.8)"),
        (300, 300, "100 % (99 to 100)"),
    ],
)
def test_a_share_in_words(count, of, text):
    assert words.share(share(count, of)) == text
