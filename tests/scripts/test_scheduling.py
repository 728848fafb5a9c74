"""How the tests are distributed to the workers."""

from itertools import chain
from types import SimpleNamespace

from tests.running import ROOT
from tests.scheduling import LONG, ONE_WORKER, longest_first, scope

LAB = "tests/lab/test_compare_running.py"


def test_every_entry_of_the_lists_exists():
    assert [path for path in (*LONG, *chain(*ONE_WORKER)) if not (ROOT / path).exists()] == []


def test_modules_and_expensive_groups_are_sent_as_one_piece():
    assert scope("tests/blog/test_ids.py::test_a[x::y]") == "tests/blog/test_ids.py"
    assert scope("tests/account/test_a.py::test_b") == scope("tests/account/test_c.py::test_d")
    (users,) = (group for group in ONE_WORKER if LAB in group)
    assert len({scope(f"{module}::test") for module in users}) == 1


def test_long_modules_come_first_and_the_rest_keeps_its_order():
    ids = ["a.py::one", f"{LONG[1]}::two", "b.py::three", f"{LONG[0]}::four", f"{LONG[0]}::five"]
    items = [SimpleNamespace(nodeid=one) for one in ids]

    longest_first(items)

    assert [one.nodeid for one in items] == [ids[3], ids[4], ids[1], ids[0], ids[2]]
