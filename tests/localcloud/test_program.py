"""How the program waits for its outputs."""

import asyncio

import pytest
from pulumi import Output
from pulumi.runtime.settings import SETTINGS

from localcloud.engine.program import outputs_known


@pytest.fixture(autouse=True)
def no_other_outputs():
    SETTINGS.outputs.clear()
    yield
    SETTINGS.outputs.clear()


def output_of(future):
    known = asyncio.get_running_loop().create_future()
    known.set_result(True)
    return Output(set(), future, known)


async def test_outputs_created_during_the_wait_are_awaited_too():
    first, second, seen = asyncio.Future(), asyncio.Future(), []

    def use(_):
        output_of(second).apply(seen.append)  # no part of the result

    used = output_of(first).apply(use)
    waiting = asyncio.create_task(outputs_known())
    await asyncio.sleep(0)  # it waits
    first.set_result(1)
    await used.future()
    second.set_result(2)
    await waiting

    assert seen == [2]
    assert not SETTINGS.outputs


async def test_a_failed_output_ends_the_wait_and_is_left_to_the_sdk():
    failed, never = asyncio.Future(), asyncio.Future()
    one, other = output_of(failed), output_of(never)
    failed.set_exception(ValueError("refused"))
    async with asyncio.timeout(60):
        await outputs_known()

    left = set(SETTINGS.outputs)
    assert {str(output.exception()) for output in left if output.done()} == {"refused"}
    assert len(left) == 2
    never.cancel()
    del one, other
