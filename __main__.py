"""The program: settings, components, exports; nothing else."""

import hashlib

import pulumi
import pulumi_random as random

from infra.backend import BackendSettings
from infra.containers import Containers, ContainersArgs
from infra.functions import Functions, FunctionsArgs
from infra.image import Image, check_docker, given_image
from infra.monitoring import Monitoring, MonitoringArgs
from infra.network import Network
from infra.packaging import build_package
from infra.provider import aws_provider, check_endpoint
from infra.settings import Settings
from infra.table import blogs_table

settings = Settings.read(pulumi.Config(), pulumi.Config("aws"), pulumi.get_stack())
check_endpoint(settings)
check_docker(settings)
package = build_package(settings)

provider = aws_provider(settings)
through = pulumi.ResourceOptions(providers=[provider])
table = blogs_table("blogs", settings, pulumi.ResourceOptions(provider=provider))

token = None
if not settings.open_writes:
    token = random.RandomPassword("write-token", length=40, special=False).result
digest = token and pulumi.Output.unsecret(
    token.apply(lambda text: hashlib.sha256(text.encode()).hexdigest())
)
backend = BackendSettings(table=table, write_token_sha256=digest)

functions = Functions(
    "functions", FunctionsArgs(settings=settings, backend=backend, package=package), through
)
network = Network("network", through)
containers = Containers(
    "containers",
    ContainersArgs(
        settings=settings,
        backend=backend,
        network=network,
        image=given_image(settings) or Image("image", settings, through).ref,
    ),
    through,
)
monitoring = Monitoring(
    "monitoring",
    MonitoringArgs(settings=settings, table=table, functions=functions, containers=containers),
    through,
)

pulumi.export("FunctionsURL", functions.url)
pulumi.export("ContainersURL", containers.url)
if token:
    pulumi.export("WriteToken", pulumi.Output.secret(token))
pulumi.export("TableName", table.name)
pulumi.export("AccountId", table.arn.apply(lambda arn: arn.split(":")[4]))
pulumi.export("Region", monitoring.region)
pulumi.export("DashboardURL", monitoring.dashboard_url)
pulumi.export("FunctionNames", functions.names)
pulumi.export("ApiId", functions.api_id)
pulumi.export("ApiStage", settings.functions.stage_name)
pulumi.export("ClusterName", containers.cluster_name)
pulumi.export("ServiceName", containers.service_name)
pulumi.export("LoadBalancerHost", containers.balancer_host)
pulumi.export("LoadBalancerDimension", containers.balancer_dimension)
pulumi.export("TargetGroupDimension", containers.targets_dimension)
pulumi.export("FunctionMemory", settings.functions.memory_size)
pulumi.export("TaskCpu", settings.containers.cpu)
pulumi.export("TaskMemory", settings.containers.memory)
pulumi.export("Architecture", settings.architecture)
