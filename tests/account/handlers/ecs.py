"""ECS, ECR and Application Auto Scaling."""

import json

from localcloud.engine.provider import ProviderError
from tests.account.account import Result
from tests.account.handlers.base import ResourceHandler, chosen, found, ignoring, pascal

_STOPPED = "INACTIVE"


class Cluster(ResourceHandler):
    def create(self, account, name, given):
        made = account.client("ecs").create_cluster(
            clusterName=name, tags=_tags(account), **chosen(given, settings="settings")
        )
        arn = made["cluster"]["clusterArn"]
        return Result(arn, {"arn": arn, "name": name})

    def update(self, account, identity, given, outputs):
        account.client("ecs").update_cluster(cluster=identity, settings=given.plain("settings"))
        return {"arn": identity, "name": outputs["name"]}

    def delete(self, account, identity, outputs):
        account.client("ecs").delete_cluster(cluster=identity)

    def exists(self, account, identity, outputs):
        listed = account.client("ecs").describe_clusters(clusters=[identity])["clusters"]
        return any(cluster["status"] != _STOPPED for cluster in listed)


class ClusterCapacityProviders(ResourceHandler):
    def create(self, account, name, given):
        account.client("ecs").put_cluster_capacity_providers(
            cluster=given["clusterName"],
            capacityProviders=given.plain("capacityProviders"),
            defaultCapacityProviderStrategy=[],
        )
        return Result(given["clusterName"], {})

    def delete(self, account, identity, outputs):
        account.client("ecs").put_cluster_capacity_providers(
            cluster=identity, capacityProviders=[], defaultCapacityProviderStrategy=[]
        )

    def exists(self, account, identity, outputs):
        (cluster,) = account.client("ecs").describe_clusters(clusters=[identity])["clusters"]
        return bool(cluster.get("capacityProviders"))


def _tags(account):
    return account.tag_list("key", "value")


class TaskDefinition(ResourceHandler):
    def create(self, account, name, given):
        made = account.client("ecs").register_task_definition(
            family=given["family"],
            containerDefinitions=json.loads(given["containerDefinitions"]),
            tags=_tags(account),
            **{
                member: given.plain(member)
                for member in (
                    *("cpu", "memory", "networkMode", "requiresCompatibilities"),
                    *("executionRoleArn", "taskRoleArn", "runtimePlatform", "volumes"),
                )
            },
        )["taskDefinition"]
        outputs = {"arn": made["taskDefinitionArn"], "revision": made["revision"]}
        return Result(made["taskDefinitionArn"], outputs)

    def update(self, account, identity, given, outputs):
        """Register a new revision: task definitions cannot change."""
        made = self.create(account, "", given)
        self.delete(account, identity, outputs)
        return made

    def delete(self, account, identity, outputs):
        account.client("ecs").deregister_task_definition(taskDefinition=identity)

    def exists(self, account, identity, outputs):
        ecs = account.client("ecs")
        return found(
            lambda: (
                ecs.describe_task_definition(taskDefinition=identity)["taskDefinition"]["status"]
                != _STOPPED
            ),
            "ClientException",
        )


class Service(ResourceHandler):
    def create(self, account, name, given):
        given.get("forceNewDeployment", None)  # only an update uses it
        made = account.client("ecs").create_service(
            serviceName=name,
            loadBalancers=given.plain("loadBalancers"),
            tags=_tags(account),
            **chosen(given, deploymentController="deploymentController", launchType="launchType"),
            **_service(given),
        )["service"]
        return Result(made["serviceArn"], {"name": name, "arn": made["serviceArn"]})

    def update(self, account, identity, given, outputs):
        for member in ("launchType", "loadBalancers", "deploymentController"):
            if given.plain(member) != outputs.get(member, given.plain(member)):
                raise ProviderError(f"{member} does not change in place")
        account.client("ecs").update_service(
            service=identity,
            **chosen(given, forceNewDeployment="forceNewDeployment"),
            **_service(given),
        )
        return {"name": outputs["name"], "arn": identity}

    def delete(self, account, identity, outputs):
        account.client("ecs").delete_service(
            cluster=outputs["cluster"], service=identity, force=True
        )

    def exists(self, account, identity, outputs):
        ecs = account.client("ecs")

        def active():
            listed = ecs.describe_services(cluster=outputs["cluster"], services=[identity])
            return any(one["status"] != _STOPPED for one in listed["services"])

        return found(active, "ClusterNotFoundException")


def _service(given):
    network = given["networkConfiguration"]
    return {
        **chosen(
            given,
            cluster="cluster",
            taskDefinition="taskDefinition",
            desiredCount="desiredCount",
            healthCheckGracePeriodSeconds="healthCheckGracePeriodSeconds",
            propagateTags="propagateTags",
            capacityProviderStrategy="capacityProviderStrategies",
        ),
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": given.plain("deploymentCircuitBreaker")
        },
        "networkConfiguration": {
            "awsvpcConfiguration": {
                "subnets": network["subnets"],
                "securityGroups": network["securityGroups"],
                "assignPublicIp": "ENABLED" if network["assignPublicIp"] else "DISABLED",
            }
        },
    }


class ScalableTarget(ResourceHandler):
    def create(self, account, name, given):
        self._register(account, given)
        return Result(given["resourceId"], {})

    def update(self, account, identity, given, outputs):
        assert given["resourceId"] == identity
        self._register(account, given)
        return {}

    def _register(self, account, given):
        account.client("application-autoscaling").register_scalable_target(
            Tags=account.tags,
            **chosen(
                given,
                ServiceNamespace="serviceNamespace",
                ResourceId="resourceId",
                ScalableDimension="scalableDimension",
                MinCapacity="minCapacity",
                MaxCapacity="maxCapacity",
            ),
        )

    def delete(self, account, identity, outputs):
        with ignoring("ObjectNotFoundException"):
            account.client("application-autoscaling").deregister_scalable_target(**_scaled(outputs))

    def exists(self, account, identity, outputs):
        listed = account.client("application-autoscaling").describe_scalable_targets(
            ServiceNamespace=outputs["serviceNamespace"], ResourceIds=[identity]
        )
        return bool(listed["ScalableTargets"])


def _scaled(outputs):
    members = ("serviceNamespace", "resourceId", "scalableDimension")
    return pascal({member: outputs[member] for member in members})


class ScalingPolicy(ResourceHandler):
    def create(self, account, name, given):
        arn = self._put(account, name, given)
        return Result(name, {"name": name, "arn": arn})

    def update(self, account, identity, given, outputs):
        return {"name": identity, "arn": self._put(account, identity, given)}

    def _put(self, account, name, given):
        configuration = pascal(given.plain("targetTrackingScalingPolicyConfiguration"))
        configuration["TargetValue"] = float(configuration["TargetValue"])
        return account.client("application-autoscaling").put_scaling_policy(
            PolicyName=name,
            TargetTrackingScalingPolicyConfiguration=configuration,
            **chosen(
                given,
                PolicyType="policyType",
                ServiceNamespace="serviceNamespace",
                ResourceId="resourceId",
                ScalableDimension="scalableDimension",
            ),
        )["PolicyARN"]

    def delete(self, account, identity, outputs):
        with ignoring("ObjectNotFoundException"):
            account.client("application-autoscaling").delete_scaling_policy(
                PolicyName=identity, **_scaled(outputs)
            )

    def exists(self, account, identity, outputs):
        listed = account.client("application-autoscaling").describe_scaling_policies(
            ServiceNamespace=outputs["serviceNamespace"]
        )["ScalingPolicies"]
        return identity in [policy["PolicyName"] for policy in listed]


class Repository(ResourceHandler):
    def create(self, account, name, given):
        made = account.client("ecr").create_repository(
            repositoryName=name,
            imageScanningConfiguration=given.plain("imageScanningConfiguration"),
            tags=account.tag_list(),
        )["repository"]
        return Result(
            name,
            {
                "name": name,
                "arn": made["repositoryArn"],
                "repositoryUrl": made["repositoryUri"],
                "registryId": made["registryId"],
            },
        )

    def delete(self, account, identity, outputs):
        account.client("ecr").delete_repository(
            repositoryName=identity, force=outputs["forceDelete"]
        )

    def exists(self, account, identity, outputs):
        ecr = account.client("ecr")
        return found(
            lambda: ecr.describe_repositories(repositoryNames=[identity]),
            "RepositoryNotFoundException",
        )


class LifecyclePolicy(ResourceHandler):
    def create(self, account, name, given):
        self._put(account, given)
        return Result(given["repository"], {})

    def update(self, account, identity, given, outputs):
        self._put(account, given)
        return {}

    def _put(self, account, given):
        account.client("ecr").put_lifecycle_policy(
            repositoryName=given["repository"], lifecyclePolicyText=given["policy"]
        )

    def delete(self, account, identity, outputs):
        with ignoring("RepositoryNotFoundException", "LifecyclePolicyNotFoundException"):
            account.client("ecr").delete_lifecycle_policy(repositoryName=identity)

    def exists(self, account, identity, outputs):
        ecr = account.client("ecr")
        return found(
            lambda: ecr.get_lifecycle_policy(repositoryName=identity),
            *("RepositoryNotFoundException", "LifecyclePolicyNotFoundException"),
        )


HANDLERS = {
    "aws:appautoscaling/policy:Policy": ScalingPolicy(),
    "aws:appautoscaling/target:Target": ScalableTarget(),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": LifecyclePolicy(),
    "aws:ecr/repository:Repository": Repository(),
    "aws:ecs/cluster:Cluster": Cluster(),
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": ClusterCapacityProviders(),
    "aws:ecs/service:Service": Service(),
    "aws:ecs/taskDefinition:TaskDefinition": TaskDefinition(),
}
