import asyncio
import contextlib
import dataclasses
import os
import re
import signal

import pytest

from localcloud.contracts import HealthCheck
from localcloud.runtimes.tasks import ServiceFailed
from localcloud.runtimes.tasks.health import matches
from tests.localcloud.tasks.test_rolling import is_gone


async def test_a_task_has_the_declared_environment_and_nothing_of_the_user(
    spec, make_service, ask, monkeypatch
):
    monkeypatch.setenv("AWS_PROFILE", "nope")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("SECRET_OF_THE_USER", "x")
    spec = dataclasses.replace(spec, traces_url="http://127.0.0.1:9/v1/traces")
    service = make_service(spec)
    await service.start()

    status, environment = await ask()

    (task,) = service.tasks
    assert status == 200
    assert environment["VERSION"] == "one"
    assert environment["HOST"] == "127.0.0.1"
    assert environment["PORT"] != "8080"
    assert environment["PYTHONUNBUFFERED"] == "1"
    assert environment["AWS_ENDPOINT_URL_DYNAMODB"] == spec.endpoint
    assert environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] == spec.traces_url
    assert not {"AWS_PROFILE", "HTTP_PROXY", "SECRET_OF_THE_USER"} & environment.keys()
    assert re.fullmatch(
        rf"http://127\.0\.0\.1:1/v4/{task}-[0-9]{{10}}",
        environment["ECS_CONTAINER_METADATA_URI_V4"],
    )
    assert re.fullmatch("[0-9a-f]{32}", task)
    assert [log.name for log in spec.logs.iterdir()] == [f"{task}.log"]


async def test_all_declared_tasks_are_healthy_after_the_start(spec, make_service, group):
    service = make_service(dataclasses.replace(spec, desired_count=3))

    await service.start()

    assert len(set(service.tasks)) == 3
    assert sorted(group.registered) == sorted(service.tasks)


async def changed(service, former):
    while service.tasks == former or not service.tasks:
        await asyncio.sleep(0.02)
    return service.tasks


async def test_a_killed_task_is_replaced_and_the_log_says_so(
    spec, make_service, ask, group, caplog
):
    service = make_service(spec)
    await service.start()
    former = service.tasks

    os.kill(service.pids[0], signal.SIGKILL)
    new = await changed(service, former)

    assert group.registered == new
    assert (await ask())[0] == 200
    assert f"task {former[0][:8]} was killed by signal 9; replacing it" in caplog.text


async def test_an_unhealthy_task_is_replaced_and_ended(spec, make_service, ask, caplog):
    service = make_service(spec)
    await service.start()
    former, (pid,) = service.tasks, service.pids

    await ask("/sick/1000")
    await changed(service, former)

    assert (await ask())[1]["pid"] == service.pids[0]
    assert "is unhealthy: /health returns 500 instead of 200" in caplog.text
    while not is_gone(pid):
        await asyncio.sleep(0.02)


async def test_a_failed_check_below_the_threshold_changes_nothing(spec, make_service, ask):
    health = dataclasses.replace(spec.health, interval_s=0.1, unhealthy_threshold=3)
    service = make_service(dataclasses.replace(spec, health=health))
    await service.start()
    former = service.tasks

    await ask("/sick/2")
    await asyncio.sleep(1)  # time for ten checks, of which two fail

    assert service.tasks == former


async def test_silent_connections_do_not_make_a_task_unhealthy(spec, make_service, ask):
    service = make_service(spec)
    await service.start()
    former = service.tasks
    port = int((await ask())[1]["PORT"])
    silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
    trickling = await asyncio.open_connection("127.0.0.1", port)
    trickling[1].write(b"GET / HT")

    assert (await ask())[0] == 200

    await asyncio.sleep(0.8)  # twice as many checks as may fail
    assert service.tasks == former
    for _, writer in [*silent, trickling]:
        writer.close()


async def test_a_failed_deployment_shows_the_last_lines_of_the_log(spec, make_service, group):
    script = "for n in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $n; done; exit 3"
    service = make_service(dataclasses.replace(spec, command=("/bin/sh", "-c", script)))

    with pytest.raises(ServiceFailed) as caught:
        await service.start()

    text = str(caught.value)
    assert "service blog: stopped trying after 3 failed starts" in text
    assert "ended with status 3" in text
    assert str(spec.logs) in text
    assert text.splitlines()[-10:] == [f"    line {n}" for n in range(3, 13)]
    assert len(list(spec.logs.iterdir())) == 3
    assert (service.tasks, group.registered) == ((), ())


async def test_the_error_for_a_missing_command_names_it(spec, make_service):
    command = ("no-such-command", "--flag")
    service = make_service(dataclasses.replace(spec, command=command, failed_starts=1))

    with pytest.raises(ServiceFailed, match="no-such-command"):
        await service.start()


async def test_the_error_for_a_task_that_does_not_listen_names_the_port(spec, make_service):
    health = HealthCheck(interval_s=0.1, timeout_s=0.2, unhealthy_threshold=2)
    silent = dataclasses.replace(
        spec, command=("/bin/sleep", "60"), health=health, grace_s=0, failed_starts=1
    )
    service = make_service(silent)

    with pytest.raises(ServiceFailed, match=r"not healthy within 0\.4 s.*port in PORT.*8080"):
        await service.start()


async def test_a_port_taken_during_the_start_is_not_a_failed_start(spec, make_service, tmp_path):
    (tmp_path / "taken").touch()
    environment = {"TAKEN_ONCE": str(tmp_path / "taken")}
    service = make_service(dataclasses.replace(spec, environment=environment, failed_starts=1))

    await service.start()

    assert len(service.tasks) == 1
    assert len(list(spec.logs.iterdir())) == 2


async def test_a_stop_during_the_start_leaves_nothing(spec, make_service, processes, group):
    service = make_service(dataclasses.replace(spec, command=("/bin/sleep", "60")))
    starting = asyncio.create_task(service.start())
    while not processes._running:  # noqa: SLF001 - the first task's process is not the service's yet
        await asyncio.sleep(0.01)
    pids = [process.pid for process in processes._running]  # noqa: SLF001 - as above

    await service.stop()

    with pytest.raises(ServiceFailed, match="was stopped"):
        await starting
    while not all(map(is_gone, pids)):
        await asyncio.sleep(0.01)
    assert group.registered == ()


async def test_a_cancelled_start_leaves_nothing(spec, make_service, processes):
    service = make_service(dataclasses.replace(spec, command=("/bin/sleep", "60")))
    starting = asyncio.create_task(service.start())
    while not processes._running:  # noqa: SLF001 - the first task's process is not the service's yet
        await asyncio.sleep(0.01)
    pids = [process.pid for process in processes._running]  # noqa: SLF001 - as above

    starting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await starting

    while not all(map(is_gone, pids)):
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("matcher", "good", "bad"),
    [("200", [200], [201, 204, 500]), ("200,204", [200, 204], [201]), ("200-299", [299], [300])],
)
def test_a_matcher_is_a_status_a_list_or_a_range(matcher, good, bad):
    assert all(matches(status, matcher) for status in good)
    assert not any(matches(status, matcher) for status in bad)
