"""The sizes of the backends and the notes, as the outputs of a stack have them."""

import math

import pytest

from tests.lab.cloudwatch.outputs import OUTPUTS
from tui.settings.comparability import Comparability
from tui.settings.values import BackendName


def test_sizes_and_notes_are_read_from_the_outputs():
    found = Comparability.of(OUTPUTS)

    assert found.size(BackendName.FUNCTIONS) == "0.25 vCPU, 442 MB"
    assert found.size(BackendName.CONTAINERS) == "0.25 vCPU, 512 MB"
    assert found.subjects == "TLS, Zones"
    assert found.lines == [
        "functions: 0.25 vCPU, 442 MB; containers: 0.25 vCPU, 512 MB",
        "backends differ in TLS: only the functions use HTTPS.",
        "backends differ in Zones: functions run in several, a task in one.",
    ]
    assert found.document == {
        "functions": {"memory_mb": 442, "vcpus": 0.25},
        "containers": {"memory_mb": 512, "vcpus": 0.25},
        "notes": OUTPUTS["ComparisonNotes"],
    }


@pytest.mark.parametrize("value", [None, "442", True, [], 0, -1, 10**400, math.nan, math.inf])
def test_outputs_of_another_type_count_as_unknown(value):
    found = Comparability.of({**OUTPUTS, "FunctionVCPU": value, "ComparisonNotes": value})

    assert found.size(BackendName.FUNCTIONS) == "-"
    assert found.document["functions"] is None
    assert found.document["notes"] == []


def test_without_outputs_nothing_is_known():
    assert Comparability.of({}).lines == []
