"""Numbers that the user types into a form."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tui.state.number_field import NumberField

FIELD = NumberField(
    name="requests", label="Requests", default="1M", low="0.5", high="1000000000", about="a month"
)
WHOLE = NumberField(
    name="tasks", label="Tasks", default="1", low="1", high="100", about="", is_whole=True
)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("1", "1"),
        (" 2.5 ", "2.5"),
        (".5", "0.5"),
        ("3.", "3"),
        ("1,000,000", "1000000"),
        ("1e6", "1000000"),
        ("2.5E+3", "2500"),
        ("1M", "1000000"),
        ("2.5 k", "2500"),
        ("1b", "1000000000"),
    ],
)
def test_numbers_can_have_separators_exponents_and_suffixes(words, number):
    assert FIELD.read(words) == Decimal(number)


@pytest.mark.parametrize(
    ("field", "words", "reason"),
    [
        (FIELD, "", "not a number, such as 1M"),
        (FIELD, "many", "not a number, such as 1M"),
        (FIELD, "-1", "not a number, such as 1M"),
        (FIELD, "nan", "not a number, such as 1M"),
        (FIELD, "٣", "not a number, such as 1M"),
        (FIELD, "1e999999", "not a number, such as 1M"),
        (FIELD, "0", "at least 0.5"),
        (FIELD, "1e99", "at most 1,000,000,000"),
        (WHOLE, "1.5", "a whole number"),
    ],
)
def test_a_number_that_is_not_valid_has_a_reason(field, words, reason):
    with pytest.raises(ValueError, match=f"^{reason}$"):
        field.read(words)
