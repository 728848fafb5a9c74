"""The program: settings, components, exports; nothing else."""

import hashlib

import pulumi
import pulumi_random as random

from infra.backend import BackendSettings
from infra.containers import Containers, ContainersArgs
from infra.functions import Functions, FunctionsArgs
from infra.network import Network
from infra.packaging import build_package
from infra.settings import Settings
from infra.table import blogs_table

settings = Settings.read(pulumi.Config(), pulumi.get_stack())
table = blogs_table("blogs")

token = None
if not settings.open_writes:
    token = random.RandomPassword("write-token", length=40, special=False).result
digest = token and pulumi.Output.unsecret(
    token.apply(lambda text: hashlib.sha256(text.encode()).hexdigest())
)
backend = BackendSettings(table=table, write_token_sha256=digest)

functions = Functions(
    "functions",
    FunctionsArgs(settings=settings, backend=backend, package=build_package(settings)),
)
network = Network("network")
containers = Containers(
    "containers", ContainersArgs(settings=settings, backend=backend, network=network)
)

pulumi.export("FunctionsURL", functions.url)
pulumi.export("ContainersURL", containers.url)
if token:
    pulumi.export("WriteToken", pulumi.Output.secret(token))
