"""Parts of a plan, for several processes or machines."""

import itertools

from lab.backends import Backend
from lab.plan import Arrivals, Order
from lab.plan_parts import parts
from tests.lab.load.loads import ALL, planned

PLAN = planned(mix=ALL, rate=300, duration_s=4, slot_s=1, order=Order.PARALLEL)


def test_the_parts_have_each_request_once_and_in_order():
    split = parts(PLAN, 3)

    numbers = [[one.number for one in part.requests] for part in split]
    assert sorted(itertools.chain(*numbers)) == [one.number for one in PLAN.requests]
    assert all(part == sorted(part) for part in numbers)
    assert all((part.settings, part.slots) == (PLAN.settings, PLAN.slots) for part in split)


def test_all_requests_for_a_blog_are_in_one_part():
    for part in parts(PLAN, 3):
        numbers = {one.number for one in part.requests}
        assert all(one.after in numbers for one in part.requests if one.after is not None)


def test_each_part_has_the_same_share_of_both_backends():
    constant = planned(rate=200, arrivals=Arrivals.CONSTANT, order=Order.PARALLEL)
    for plan in (PLAN, constant):
        for backend in Backend:
            counts = [
                sum(one.backend is backend for one in part.requests) for part in parts(plan, 2)
            ]
            assert max(counts) < 1.2 * min(counts)


def test_one_part_is_the_plan():
    assert parts(PLAN, 1)[0].requests == PLAN.requests
