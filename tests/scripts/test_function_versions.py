"""Which versions of a function can be deleted."""

import pytest

from tests.scripts.programs import program

versions = program("function_versions")
PUBLISHED = ["$LATEST", "1", "2", "3", "9", "10"]


def alias(version, *weighted):
    routing = {"RoutingConfig": {"AdditionalVersionWeights": dict.fromkeys(weighted, 0.1)}}
    return {"FunctionVersion": version, **(routing if weighted else {})}


@pytest.mark.parametrize(
    ("aliases", "keep", "expected"),
    [
        ([alias("10")], 2, ["1", "2", "3"]),
        ([alias("10")], 1, ["1", "2", "3", "9"]),
        ([alias("2")], 2, ["1", "3"]),  # after a rollback, the alias uses an old version
        ([alias("10", "1")], 2, ["2", "3"]),
        ([], 5, []),
        ([], 9, []),
    ],
)
def test_newest_versions_and_those_of_aliases_are_kept(aliases, keep, expected):
    assert versions.obsolete(PUBLISHED, aliases, keep) == expected


def test_function_without_versions_has_nothing_to_delete():
    assert versions.obsolete(["$LATEST"], [], 2) == []


@pytest.mark.parametrize("text", ["0", "-1", "two", "²"])
def test_keeping_no_version_is_refused(text):
    with pytest.raises(Exception, match="a whole number of at least 1"):
        versions.at_least_one(text)
