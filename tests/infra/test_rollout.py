"""A deployment fails if the service does not run the new task definition."""

import pytest

from localcloud.engine.provider import Outcome
from tests.infra.recording import ProgramError, Recorder

SERVICE = "aws:ecs/service:Service"
EARLIER = "arn:aws:ecs:eu-west-1:000000000000:task-definition/blog-test-containers:1"
# From the first task to the end of the rollback, with one task: pulumi/pulumi-awsx#1848
MINUTES_TO_ROLL_BACK = 20


class RollsBack(Recorder):
    """An account whose service is stable again on an earlier task definition."""

    async def create(self, urn, type_, name, inputs):
        created = await super().create(urn, type_, name, inputs)
        if type_ != SERVICE:
            return created
        return Outcome(created.id, {**created.outputs, "taskDefinition": EARLIER})


def test_program_fails_if_ecs_rolls_the_service_back(stacks):
    with pytest.raises(ProgramError) as failure:
        stacks("local").deploy(RollsBack(), {})

    assert f"runs {EARLIER}, not the declared" in str(failure.value)
    assert "run pulumi up --refresh" in str(failure.value)
    assert "Traceback" not in str(failure.value)


def test_provider_checks_the_result_of_the_deployment(variant):
    # Without the block, AWS does not return it, and the provider waits for a stable service only.
    (service,) = variant.of(SERVICE).values()

    assert service["deploymentController"] == {"type": "ECS"}
    assert service["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert service["waitForSteadyState"] is True


def test_provider_waits_until_ecs_has_rolled_back(variant):
    timeout = variant.called("containers-service").update_timeout

    assert timeout.endswith("m")
    assert int(timeout.removesuffix("m")) > MINUTES_TO_ROLL_BACK
