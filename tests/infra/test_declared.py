"""The summary of what is declared is the one that was reviewed."""

from tests.infra.declared import GOLDEN, golden


def test_declarations_match_the_reviewed_golden_file(variants):
    # After a change that is meant: `make golden`, and read the difference.
    assert golden(variants).splitlines() == GOLDEN.read_text("utf-8").splitlines()
