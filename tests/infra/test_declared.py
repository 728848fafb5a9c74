"""The declarations match the reviewed golden file."""

from tests.infra.declared import GOLDEN, golden


def test_declarations_match_the_reviewed_golden_file(variants):
    # After an intended change: run `make golden`, and review the difference.
    assert golden(variants).splitlines() == GOLDEN.read_text("utf-8").splitlines()
