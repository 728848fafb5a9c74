"""Plans: equal for equal settings, and without a request that must fail."""

import itertools
import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog import schema
from lab.backends import Backend
from lab.plan import ID_PATTERN, WARM_UP_SLOT, Arrivals, Operation, Order, PlanSettings
from lab.plan_maker import make_plan

MIX = {
    Operation.READ: 70.0,
    Operation.LIST: 20.0,
    Operation.POST: 4.0,
    Operation.EDIT: 3.0,
    Operation.DELETE: 3.0,
}
SETTINGS = PlanSettings(run_id="r1", seed=7, rate=40, duration_s=20, mix=MIX)

mixes = st.dictionaries(st.sampled_from(Operation), st.floats(0.5, 100), min_size=1)
any_settings = st.builds(
    PlanSettings,
    run_id=st.just("r1"),
    seed=st.integers(0, 99),
    rate=st.sampled_from([1.0, 3.3, 40.0]),
    duration_s=st.sampled_from([0.5, 8.0, 30.0]),
    mix=mixes,
    order=st.sampled_from(Order),
    arrivals=st.sampled_from(Arrivals),
    slot_s=st.sampled_from([0.5, 2.0, 2.5]),
    warm_up_s=st.sampled_from([0.0, 3.0, 7.3]),
    ramp=st.sampled_from([(2.0,), (5.0, 20.0)]),
    burst=st.sampled_from([1, 25]),
)


def in_slots(plan):
    return [each for each in plan.requests if each.slot != WARM_UP_SLOT]


@settings(max_examples=60, deadline=None)
@given(any_settings)
def test_every_blog_exists_long_before_its_use_and_is_deleted_long_after_it(asked):
    plan = make_plan(asked)
    by_number = {each.number: each for each in plan.requests}
    deleted = {
        each.id: each.planned_s for each in plan.requests if each.operation is Operation.DELETE
    }

    assert [each.number for each in plan.requests] == list(range(len(plan.requests)))
    assert len(deleted) == sum(each.operation is Operation.DELETE for each in plan.requests)
    for one, following in itertools.pairwise(plan.requests):
        assert one.planned_s <= following.planned_s
    for one in plan.requests:
        if one.operation in {Operation.READ, Operation.EDIT, Operation.DELETE}:
            post = by_number[one.after]
            assert (post.operation, post.id, post.backend) == ("post", one.id, one.backend)
            assert one.planned_s - post.planned_s > 1.9999
        else:
            assert one.after is None
        if one.operation is not Operation.DELETE and one.id in deleted:
            assert deleted[one.id] - one.planned_s > 1.9999


@settings(max_examples=30, deadline=None)
@given(any_settings)
def test_requests_of_a_slot_are_within_it_and_go_to_its_backends(asked):
    plan = make_plan(asked)
    slots = {slot.number: slot for slot in plan.slots}

    for one in in_slots(plan):
        slot = slots[one.slot]
        assert one.backend in slot.backends
        assert slot.start_s <= one.planned_s < slot.end_s
    start = plan.slots[0].start_s
    assert start >= asked.warm_up_s
    assert all(0 <= one.planned_s < start for one in plan.requests if one.slot == WARM_UP_SLOT)


@given(any_settings)
@settings(max_examples=20, deadline=None)
def test_equal_settings_make_equal_plans(asked):
    reordered = replace(asked, mix=dict(reversed(asked.mix.items())))

    assert make_plan(asked).requests == make_plan(reordered).requests


def test_another_seed_makes_another_plan():
    assert make_plan(SETTINGS).requests != make_plan(replace(SETTINGS, seed=8)).requests


def test_abba_has_whole_cycles_and_the_same_time_for_both():
    plan = make_plan(replace(SETTINGS, duration_s=24))

    letters = "".join(slot.backends[0][0] for slot in plan.slots)
    assert letters == "fccf" * 2
    assert plan.end_s - plan.slots[0].start_s == pytest.approx(20)


def test_a_duration_below_one_cycle_makes_one_cycle():
    assert len(make_plan(replace(SETTINGS, duration_s=0.1)).slots) == 4


def test_parallel_backends_have_the_whole_time():
    plan = make_plan(replace(SETTINGS, order=Order.PARALLEL))

    (slot,) = plan.slots
    assert slot.backends == tuple(Backend)
    assert slot.end_s - slot.start_s == pytest.approx(20)
    assert {one.backend for one in in_slots(plan)} == set(Backend)


def test_a_ramp_takes_one_backend_after_the_other_through_all_rates():
    asked = replace(SETTINGS, order=Order.RAMP, ramp=(10.0, 20.0, 40.0), slot_s=5.0)
    plan = make_plan(replace(asked, arrivals=Arrivals.CONSTANT))

    counts = Counter(one.slot for one in in_slots(plan))
    assert [slot.rate for slot in plan.slots] == [10, 20, 40] * 2
    assert [slot.backends[0] for slot in plan.slots] == ["functions"] * 3 + ["containers"] * 3
    assert [counts[slot.number] for slot in plan.slots] == [50, 100, 200] * 2


def test_a_burst_is_due_at_the_start_of_each_slot():
    plan = make_plan(replace(SETTINGS, order=Order.BURST, burst=25))

    for slot in plan.slots:
        times = [one.planned_s for one in in_slots(plan) if one.slot == slot.number]
        assert times == [slot.start_s] * 25


def test_constant_arrivals_are_equally_spaced_and_backends_take_turns():
    asked = replace(SETTINGS, arrivals=Arrivals.CONSTANT, order=Order.PARALLEL)
    requests = in_slots(make_plan(asked))

    gaps = [b.planned_s - a.planned_s for a, b in itertools.pairwise(requests)]
    assert len(requests) == 2 * 40 * 20
    assert gaps == pytest.approx([1 / 80] * len(gaps), abs=1e-5)
    assert len({one.backend for one in requests[::2]}) == 1


def test_poisson_arrivals_have_the_asked_rate_and_vary_like_poisson():
    asked = replace(SETTINGS, rate=100, duration_s=200)
    counts = Counter(one.slot for one in in_slots(make_plan(asked)))

    mean = sum(counts.values()) / 80
    variance = sum((count - mean) ** 2 for count in counts.values()) / 79
    assert mean == pytest.approx(250, rel=0.03)
    assert 0.5 < variance / mean < 2


def test_the_mix_has_the_asked_shares():
    requests = in_slots(make_plan(replace(SETTINGS, rate=200, duration_s=100)))

    counts = Counter(one.operation for one in requests)
    for operation, weight in MIX.items():
        assert counts[operation] / len(requests) == pytest.approx(weight / 100, abs=0.01)


def test_requests_without_a_blog_need_no_posts():
    plan = make_plan(replace(SETTINGS, mix={Operation.LIST: 1.0}))

    assert {one.operation for one in plan.requests} == {Operation.LIST}
    assert not any(one.id for one in plan.requests)


def test_the_warm_up_creates_what_a_mix_without_posts_deletes():
    plan = make_plan(replace(SETTINGS, mix={Operation.DELETE: 1.0}))

    posts = [one for one in plan.requests if one.operation is Operation.POST]
    assert len(posts) * 2 == len(plan.requests)
    assert {one.slot for one in posts} == {WARM_UP_SLOT}
    assert plan.slots[0].start_s > SETTINGS.warm_up_s


def test_without_a_warm_up_only_the_needed_blogs_are_created_before_the_first_slot():
    plan = make_plan(replace(SETTINGS, warm_up_s=0))

    before = [one for one in plan.requests if one.slot == WARM_UP_SLOT]
    assert {one.operation for one in before} == {Operation.POST}
    assert make_plan(replace(SETTINGS, warm_up_s=0, mix={Operation.LIST: 1})).slots[0].start_s == 0


def test_the_warm_up_sends_every_operation_of_the_mix_to_both_backends():
    plan = make_plan(SETTINGS)

    before = {(one.backend, one.operation) for one in plan.requests if one.slot == WARM_UP_SLOT}
    assert before == set(itertools.product(Backend, MIX))


def test_ids_name_the_run_and_match_the_contract():
    plan = make_plan(replace(SETTINGS, run_id="a" * 64))

    ids = {one.id for one in plan.requests if one.id}
    assert all(re.fullmatch(schema.ID_PATTERN, each) for each in ids)
    assert all(re.fullmatch(rf"lab-{'a' * 64}-\d+", each) for each in ids)
    assert ID_PATTERN == schema.ID_PATTERN


def test_only_posts_and_edits_have_contents():
    for one in make_plan(SETTINGS).requests:
        assert one.body_bytes == (1000 if one.operation in {"post", "edit"} else 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"run_id": "a/b"}, "The run id must match"),
        ({"run_id": ""}, "The run id must match"),
        ({"rate": 0}, r"The rate must be above 0, not 0\."),
        ({"rate": float("nan")}, "The rate must be above 0"),
        ({"rate": float("inf")}, "The rate must be above 0"),
        ({"duration_s": 0}, "The duration must be above 0"),
        ({"slot_s": -1}, "The slot must be above 0"),
        ({"warm_up_s": -1}, "The warm-up must have 0 seconds or more"),
        ({"body_bytes": 300_000}, "The contents can have 0 to 262,144 bytes"),
        ({"mix": {}}, "The mix is empty"),
        ({"mix": {Operation.READ: 0}}, "The mix is empty"),
        ({"mix": {Operation.READ: -1, Operation.LIST: 2}}, "The weight of read must be 0 or more"),
        ({"order": Order.BURST}, "A burst needs at least one request"),
        ({"order": Order.RAMP}, "A ramp needs at least one rate"),
        ({"order": Order.RAMP, "ramp": (5, 0)}, "Each rate of a ramp must be above 0"),
    ],
)
def test_settings_without_a_plan_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        make_plan(replace(SETTINGS, **change))
