"""The explanations are those of docs/parity.md, and none explains too much."""

from __future__ import annotations

import re

import pytest

from blog import schema
from lab.parity import case, cases
from lab.parity.explained import EXPLANATIONS, Observed, explanation_of
from tests.running import ROOT

NAMES = [one.name for one in EXPLANATIONS]


def test_table_in_the_docs_has_the_same_names_reasons_and_certainties():
    text = (ROOT / "docs" / "parity.md").read_text("utf-8")
    rows = [re.split(r" \| ", row) for row in re.findall(r"^\| `.+ \|$", text, re.MULTILINE)]

    assert [row[0] for row in rows] == [f"| `{name}`" for name in NAMES]
    for row, one in zip(rows, EXPLANATIONS, strict=True):
        assert row[3].startswith(one.reason)
        assert row[4].startswith(f"{one.certainty}.")


def test_cases_name_only_explanations_that_can_apply():
    used = {name for each in cases.CASES for name in each.exceptions}

    assert used <= {one.name for one in EXPLANATIONS if one.statuses}


def test_limits_are_those_of_the_schema():
    assert case.ID_PATTERN == schema.ID_PATTERN
    assert case.MAX_ID_CHARACTERS == schema.MAX_ID_CHARACTERS
    assert case.MAX_BODY_BYTES == schema.MAX_BODY_BYTES


@pytest.mark.parametrize(
    ("part", "statuses", "named", "expected"),
    [
        ("content-type", {204}, (), "type-of-nothing"),
        ("content-type", {200}, (), None),
        ("content-type", {204}, ("preflight",), "type-of-nothing"),
        ("status", {201, 400}, ("replaced-bytes",), "replaced-bytes"),
        ("status", {201, 400}, (), None),
        ("status", {500, 400}, ("replaced-bytes",), None),
        ("status", {None, 400}, ("odd-request-lines",), None),
        ("server-timing", {413}, ("large-body",), "large-body"),
        ("status", {429, 200}, ("throttled",), None),
    ],
)
def test_an_explanation_holds_only_for_its_headers_statuses_and_cases(
    part, statuses, named, expected
):
    found = explanation_of(part, Observed({part}, statuses, named))

    assert (found and found.name) == expected


def test_header_is_renamed_only_if_it_arrives_under_the_other_name():
    name, other = "www-authenticate", "x-amzn-remapped-www-authenticate"

    assert explanation_of(name, Observed({name}, {401})) is None
    assert explanation_of(name, Observed({name, other}, {401})).name == "renamed-headers"
