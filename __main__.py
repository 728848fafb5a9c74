"""The Pulumi program: deploys the same blog API twice, over one table.

It declares:

* a DynamoDB table, and a random write token unless the setting openWrites is on
* the functions backend: an HTTP API in front of one Lambda function per operation
* the containers backend: a Fargate service behind an Application Load Balancer, in a VPC with two
  public subnets, and the image in ECR unless the setting dockerImage names one
* a CloudWatch dashboard and alarms over both backends, and a budget if the setting monthlyBudget
  is above 0
"""

import pulumi

from blog.schema import FEED_INDEX
from infra.backend import BackendSettings
from infra.budget import monthly_budget
from infra.comparison import comparison_notes, tls_note
from infra.containers import Containers, ContainersArgs
from infra.functions import Functions, FunctionsArgs
from infra.image import Image, check_docker, configured_image
from infra.monitoring import Monitoring, MonitoringArgs
from infra.network import Network
from infra.packaging import build_package
from infra.provider import aws_provider, check_endpoint
from infra.settings import Settings
from infra.sizes import function_vcpus, task_vcpus
from infra.table import blogs_table
from infra.token import write_token

settings = Settings.read(pulumi.Config(), pulumi.Config("aws"), pulumi.get_stack())
check_endpoint(settings)
check_docker(settings)
for note in tls_note(settings):
    pulumi.warn(f"{note} Requests to the containers are not encrypted.")
package = build_package(settings)

provider = aws_provider(settings)
options = pulumi.ResourceOptions(providers=[provider])
table = blogs_table("blogs", settings, pulumi.ResourceOptions(provider=provider))
token = None if settings.open_writes else write_token("write-token")
backend = BackendSettings(table=table, write_token_sha256=token.sha256 if token else None)

functions = Functions(
    "functions", FunctionsArgs(settings=settings, backend=backend, package=package), options
)
network = Network("network", options)
containers = Containers(
    "containers",
    ContainersArgs(
        settings=settings,
        backend=backend,
        network=network,
        image=configured_image(settings) or Image("image", settings, options).ref,
    ),
    options,
)
monitoring = Monitoring(
    "monitoring",
    MonitoringArgs(settings=settings, table=table, functions=functions, containers=containers),
    options,
)
if settings.monthly_budget:
    monthly_budget("budget", settings, pulumi.ResourceOptions(provider=provider))

outputs = {
    "FunctionsURL": functions.url,
    "ContainersURL": containers.url,
    "TableName": table.name,
    "TableIndex": FEED_INDEX,
    "AccountId": backend.account,
    "Region": monitoring.region,
    "DashboardURL": monitoring.dashboard_url,
    "MetricsNamespace": settings.prefix,
    "FunctionNames": functions.names,
    "ApiId": functions.api_id,
    "ApiStage": settings.functions.stage_name,
    "ClusterName": containers.cluster_name,
    "ServiceName": containers.service_name,
    "LoadBalancerHost": containers.balancer_host,
    "LoadBalancerDimension": containers.balancer_dimension,
    "TargetGroupDimension": containers.targets_dimension,
    "FunctionMemory": settings.functions.memory_size,
    "TaskCpu": settings.containers.cpu,
    "TaskMemory": settings.containers.memory,
    "FunctionVCPU": function_vcpus(settings.functions.memory_size),
    "TaskVCPU": task_vcpus(settings.containers.cpu),
    "ComparisonNotes": comparison_notes(settings),
    "Architecture": settings.architecture,
}
if token:
    outputs["WriteToken"] = token.value
for name, value in outputs.items():
    pulumi.export(name, value)
