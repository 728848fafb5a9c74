"""The emulated account for the real engine."""

import contextlib
import hashlib
import os

from pulumi.runtime.proto import provider_pb2

from localcloud.engine.property_values import Decoder, encode
from localcloud.engine.provider import Outcome, ProviderError
from localcloud.engine.replacements import Replacements
from localcloud.engine.servicer import Servicer
from localcloud.provider.replacements import REPLACE_ON_CHANGES
from tests.account.provider import MotoProvider
from tests.engine.tool import Stack, provided

_IMAGE = "docker-build:index:Image"
_PROVIDER = "pulumi:providers:aws"
_SERVICE = "aws:ecs/service:Service"
_SENT = (
    "blog/*.py",
    "container_src/*.py",
    "container_src/Dockerfile",
    "requirements/container.txt",
)
_PACKAGES = ("aws", "random", "docker-build")


class FailingProvider:
    """Passes requests to *provider*; can fail a creation, or the deployment of a service."""

    def __init__(self, provider):
        self._provider = provider
        self.refuses_after = None  # the number of creations that succeed
        self.rolls_back = False

    async def create(self, urn, type_, name, inputs):
        if self.refuses_after is not None:
            self.refuses_after -= 1
            if self.refuses_after < 0:
                raise ProviderError("the account refuses this one")
        return await self._provider.create(urn, type_, name, inputs)

    async def update(self, urn, type_, old, olds, news):
        """Update; a service that rolls back keeps its task definition, which the provider reads."""
        if not (self.rolls_back and type_ == _SERVICE):
            return await self._provider.update(urn, type_, old, olds, news)
        kept = {"taskDefinition": old.outputs["taskDefinition"]}
        outcome = await self._provider.update(urn, type_, old, olds, {**news, **kept})
        return Outcome(outcome.id, {**outcome.outputs, **kept}, outcome.secrets)

    def __getattr__(self, name):
        return getattr(self._provider, name)


class AccountServicer(Servicer):
    """Adds what the real providers do: default tags (`aws`), a hash (`docker-build`)."""

    def __init__(self, provider, project):
        super().__init__(
            provider, Replacements(REPLACE_ON_CHANGES), renewed={_IMAGE: ("digest", "ref")}
        )
        self._project = project

    async def Configure(self, request, context):  # noqa: N802  # the protocol's name
        given = Decoder().decode(request.args)
        if "defaultTags" in given:  # else it is the provider of another package
            given.pop("version", None)
            await self._provider.create("", _PROVIDER, "aws", given)
        return await super().Configure(request, context)

    async def Check(self, request, context):  # noqa: N802  # the same
        if request.type != _IMAGE:
            return await super().Check(request, context)
        inputs = provider_pb2.CheckResponse(inputs=request.news)
        inputs.inputs.MergeFrom(encode({"contextHash": context_hash(self._project)}))
        return inputs


def context_hash(project):
    """Return a hash of the build context."""
    digest = hashlib.sha256()
    for pattern in _SENT:
        for path in sorted(project.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def deployable(tool, project, name, endpoint, **settings):
    """Yield a stack of *project* for the account at *endpoint*, and its provider."""
    provider = FailingProvider(MotoProvider(endpoint))
    with provided(AccountServicer(provider, project), *_PACKAGES) as variables:
        docker = project.parent / "bin" / "docker"
        docker.parent.mkdir(exist_ok=True)
        docker.write_text("#!/bin/sh\nexit 0\n")
        docker.chmod(0o755)
        stack = Stack(tool, project, name, project.parent / "backend", variables)
        stack.environment["PATH"] = os.pathsep.join([str(docker.parent), stack.environment["PATH"]])
        yield stack.init(**settings), provider
