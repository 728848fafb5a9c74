import dataclasses
import json
import os

import pytest

from localcloud.runtimes.balancer import TargetGroup
from tests.localcloud.tasks.conftest import Load


def is_gone(pid):
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture(params=["plain", "gunicorn"])
def any_spec(request, spec, gunicorn_spec):
    return {"plain": spec, "gunicorn": gunicorn_spec}[request.param]


def version(text):
    return json.loads(text)["VERSION"] if text.startswith("{") else text


async def test_a_rolling_update_under_load_loses_no_request(any_spec, make_service, balancer):
    service = make_service(dataclasses.replace(any_spec, desired_count=2))
    await service.start()
    former, pids = service.tasks, service.pids
    new = {"VERSION": "two"}

    async with Load(balancer.url) as load:
        await service.update(dataclasses.replace(service.spec, environment=new))
        begin = len(load.answers)
        await load.more(20)

    assert load.failures() == []
    assert {version(text) for _, text in load.answers} == {"one", "two"}
    assert {version(text) for _, text in load.answers[begin:]} == {"two"}
    assert not set(former) & set(service.tasks)
    assert len(service.tasks) == 2
    assert all(is_gone(pid) for pid in pids)


async def test_scaling_under_load_loses_no_request(gunicorn_spec, make_service, balancer, group):
    service = make_service(gunicorn_spec)
    await service.start()
    (first,) = service.tasks

    async with Load(balancer.url) as load:
        await service.update(dataclasses.replace(service.spec, desired_count=3))
        assert len(group.registered) == 3
        assert first in service.tasks
        await load.more(20)
        await service.update(dataclasses.replace(service.spec, desired_count=1))
        await load.more(20)

    assert load.failures() == []
    assert service.tasks == (first,) == group.registered


async def test_a_stop_under_load_loses_no_request(any_spec, make_service, balancer, group):
    service = make_service(dataclasses.replace(any_spec, desired_count=2))
    await service.start()
    pids = service.pids

    async with Load(balancer.url) as load:
        await service.stop()
        await load.more(8)

    assert {status for status, _ in load.answers} == {200, 503}
    assert group.registered == ()
    assert all(is_gone(pid) for pid in pids)


async def test_a_changed_health_check_keeps_the_tasks(spec, make_service):
    service = make_service(spec)
    await service.start()
    former = service.tasks

    health = dataclasses.replace(spec.health, path="/other")
    await service.update(dataclasses.replace(spec, health=health, stop_timeout_s=1))

    assert service.tasks == former


async def test_another_target_group_gets_new_tasks(spec, make_service, group):
    service, other = make_service(spec), TargetGroup("other", deregistration_delay_s=0)
    await service.start()
    before = service.tasks
    await service.begin(spec, other)

    assert service.tasks != before
    assert other.registered == service.tasks
    assert group.registered == ()


async def test_a_failed_update_leaves_the_old_tasks_running(spec, make_service, ask, group):
    service = make_service(spec)
    await service.start()
    former = service.tasks
    broken = dataclasses.replace(spec, command=("/bin/sh", "-c", "echo no more >&2; exit 7"))

    with pytest.raises(Exception, match="no more"):
        await service.update(broken)

    assert service.tasks == former == group.registered
    assert service.spec == spec
    assert (await ask())[0] == 200


async def test_sigkill_follows_the_stop_timeout(spec, make_service):
    stubborn = {"IGNORE_SIGTERM": "1"}
    service = make_service(dataclasses.replace(spec, environment=stubborn, stop_timeout_s=0.3))
    await service.start()
    (pid,) = service.pids

    await service.stop()

    assert is_gone(pid)
