"""A deployment fails if the service does not run the new task definition."""

import pytest

from localcloud.engine.provider import Outcome
from tests.infra.recording import ProgramError, Recorder

SERVICE = "aws:ecs/service:Service"
EARLIER = "arn:aws:ecs:eu-west-1:000000000000:task-definition/blog-test-containers:1"
# From the first task to the end of the rollback, with one task: pulumi/pulumi-awsx#1848
MINUTES_TO_ROLL_BACK = 20
SECONDS_TO_NOTICE = 60


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
    service = variant.called("containers-service")

    for timeout in (service.create_timeout, service.update_timeout):
        assert timeout.endswith("m")
        assert int(timeout.removesuffix("m")) > MINUTES_TO_ROLL_BACK


def test_new_task_is_not_replaced_before_its_health_checks_can_succeed(variant):
    service = variant.called("containers-service").inputs
    check = variant.called("containers-lb-targets").inputs["healthCheck"]

    assert service["healthCheckGracePeriodSeconds"] >= (
        check["interval"] * check["unhealthyThreshold"]
    )


def test_old_tasks_run_until_the_new_ones_are_healthy(variant):
    # 100 and 200 are the defaults of ECS for a rolling update.
    service = variant.called("containers-service").inputs

    assert service.get("deploymentMinimumHealthyPercent", 100) >= 100
    assert service.get("deploymentMaximumPercent", 200) >= 200


def test_broken_task_is_out_of_the_rotation_within_a_minute(variant):
    check = variant.called("containers-lb-targets").inputs["healthCheck"]

    assert check["interval"] * check["unhealthyThreshold"] <= SECONDS_TO_NOTICE
    assert check["timeout"] < check["interval"]
    assert check["healthyThreshold"] >= 2
    assert check["matcher"] == "200"
