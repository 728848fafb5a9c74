"""Runs of the program under the resource monitor, and everything that they register."""

import asyncio
import copy
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import json_format

from localcloud.engine.deployment import Deployment
from localcloud.engine.engine import served
from localcloud.engine.monitor import Monitor
from localcloud.engine.project import load_project
from localcloud.engine.provider import Outcome
from localcloud.environment import ACCOUNT_ID, PARTITION, REGION, clean_environment
from localcloud.provider.invokes import invoke

STACK = "pulumi:pulumi:Stack"
ROOT = Path(__file__).parents[2]
_RUNS = Path(__file__).with_name("runs.py")
_MADE_UP = (
    *("arnSuffix", "dnsName", "executionArn", "invokeArn", "invokeUrl", "name", "ref"),
    *("registryId", "repositoryUrl", "result", "zoneId"),
)


class ProgramError(Exception):
    """The program failed; the text is its error."""


class Recorder:
    """A provider that makes up the outputs of AWS in a region and its partition."""

    def __init__(self, region=REGION, partition=PARTITION):
        self._region, self._partition = region, partition

    async def create(self, urn, type_, name, inputs):
        made = {key: f"{key}:{name}" for key in _MADE_UP}
        secrets = frozenset({"result"} if type_.startswith("random:") else ())
        made |= {"arn": self._arn(type_, name), "version": "1"}
        return Outcome(f"{name}-id", {**made, **inputs}, secrets)

    async def invoke(self, token, arguments):
        if token == "aws:ecr/getAuthorizationToken:getAuthorizationToken":
            return {"userName": "AWS", "password": "a registry's password"}
        return _relocated(invoke(token, arguments), self._region, self._partition)

    def _arn(self, type_, name):
        service, _, resource = type_.split(":")[1].partition("/")
        region = "" if service == "iam" else self._region
        return f"arn:{self._partition}:{service}:{region}:{ACCOUNT_ID}:{resource}/{name}"


def _relocated(value, region, partition):
    """Return a result of the local cloud's provider with another region and partition."""
    if isinstance(value, dict):
        return {key: _relocated(member, region, partition) for key, member in value.items()}
    if isinstance(value, list):
        return [_relocated(member, region, partition) for member in value]
    moved = value.replace(REGION, region)
    return partition if moved == PARTITION else moved


@dataclass(frozen=True)
class Invoke:
    """One invoke of the program."""

    token: str
    provider: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Declared:
    """One registered resource.

    Secrets are marked in *wire*, the inputs on the wire, and hidden in *outputs*.
    """

    urn: str
    type_: str
    name: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    wire: Mapping[str, Any]
    custom: bool
    parent: str
    provider: str
    dependencies: frozenset[str]
    ignored: tuple[str, ...]
    protected: bool
    aliases: tuple[str, ...]
    create_timeout: str
    update_timeout: str

    @classmethod
    def of(cls, request, resource, inputs):
        made = resource.outcome
        return cls(
            urn=resource.declared.urn,
            type_=request.type,
            name=request.name,
            inputs=inputs,
            outputs=made.outputs | dict.fromkeys(made.secrets, "a secret"),
            wire=json_format.MessageToDict(request.object),
            custom=request.custom,
            parent=request.parent,
            provider=request.provider,
            dependencies=frozenset(request.dependencies),
            ignored=tuple(request.ignoreChanges),
            protected=request.protect,
            aliases=tuple(one.spec.name for one in request.aliases),
            create_timeout=request.customTimeouts.create,
            update_timeout=request.customTimeouts.update,
        )


class RecordingMonitor(Monitor):
    """A monitor that records its requests."""

    def __init__(self, names, provider, known):
        super().__init__(names, Deployment(provider, known=known), print)
        self.substitute = ("", "")
        self.declared = []
        self.invokes = []
        self.wire_outputs = {}
        self.registered = {}

    async def RegisterResource(self, request, context):  # noqa: N802  # the protocol's name
        response = await super().RegisterResource(request, context)
        resource = self.run.resources[response.urn]
        inputs = resource.inputs
        if request.type == "pulumi:providers:aws":
            inputs = {key: value.replace(*self.substitute) for key, value in inputs.items()}
        self.declared.append(Declared.of(request, resource, inputs))
        return response

    async def RegisterResourceOutputs(self, request, context):  # noqa: N802  # likewise
        if request.urn == self._root:
            self.wire_outputs = json_format.MessageToDict(request.outputs)
        self.registered[request.urn] = self._decoder.decode(request.outputs)
        return await super().RegisterResourceOutputs(request, context)

    async def Invoke(self, request, context):  # noqa: N802  # likewise
        arguments = json_format.MessageToDict(request.args)
        self.invokes.append(Invoke(request.tok, request.provider, arguments))
        return await super().Invoke(request, context)


class Program:
    """What one run of the program registered, sorted by name."""

    def __init__(self, monitor):
        self.all = sorted(monitor.declared, key=lambda one: (one.name, one.type_))
        self.resources = [one for one in self.all if one.custom]
        self.outputs = monitor.run.outputs
        self.wire_outputs = monitor.wire_outputs
        self.registered = monitor.registered  # the outputs of components and the stack, by URN
        self.invokes = monitor.invokes
        self.by_urn = {one.urn: one for one in self.all}

    def of(self, type_):
        """Return the inputs of all resources of a type by logical name."""
        return {one.name: one.inputs for one in self.resources if one.type_ == type_}

    def called(self, name, type_=""):
        """Return the only resource of this name whose type ends with *type_*."""
        (found,) = [one for one in self.all if one.name == name and one.type_.endswith(type_)]
        return found

    def name_of(self, urn):
        return "" if self.by_urn[urn].type_ == STACK else self.by_urn[urn].name

    def needs(self, one):
        """Return all direct and indirect dependencies of *one*: they are deleted after it."""
        found, waiting = {}, [one]
        while waiting:
            current = waiting.pop()
            for urn in (
                *current.dependencies,
                current.parent,
                current.provider.rpartition("::")[0],
            ):
                if urn and urn not in found:
                    found[urn] = self.by_urn[urn]
                    waiting.append(found[urn])
        return set(found.values())


class Programs:
    """Runs the program of a stack, one run after the other, in one process."""

    def __init__(self, root, stack, folder, programs=None, **variables):
        """Log into *folder*; the folder *programs* comes first on PATH."""
        self._root, self.stack = root, stack
        self._name = load_project(root, stack, {}).name
        self._log = (folder / "program.log").open("ab")
        self._child = subprocess.Popen(
            [sys.executable, str(_RUNS), self._name, str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=_environment(folder, programs) | variables,
        )

    def of(self, stack):
        """Return the programs of another stack, in the same process: most of a run is imports."""
        other = copy.copy(self)
        other.stack = stack
        return other

    def run(self, secrets=(), **overrides):
        """Run the program with changed settings; those named in *secrets* are secret."""
        return self.deploy(Recorder(), {}, secrets, **overrides)

    def deploy(self, provider, known, secrets=(), **overrides):
        """Run the program with *provider*, which has created the resources in *known*."""
        monitor = RecordingMonitor((self._name, self.stack), provider, known)
        return asyncio.run(self._run(monitor, secrets, overrides))

    async def _run(self, monitor, secrets, overrides):
        config = dict(load_project(self._root, self.stack, overrides).config)
        async with served(monitor) as address:
            endpoint = f"{self._name}:awsEndpoint"
            if config.get(endpoint):  # a server must listen there
                monitor.substitute = (f"http://{address}", config[endpoint])
                config[endpoint] = f"http://{address}"
            order = {"monitor": address, "stack": self.stack, "config": config}
            order["secrets"] = list(secrets)
            self._child.stdin.write(json.dumps(order).encode() + b"\n")
            self._child.stdin.flush()
            error = json.loads(await asyncio.to_thread(self._child.stdout.readline))
        if error:
            raise ProgramError("\n".join(monitor.run.rejections) or error)
        return Program(monitor)

    def close(self):
        self._child.stdin.close()
        self._child.wait()
        self._child.stdout.close()
        self._log.close()


def _environment(folder, programs):
    """Return the environment of the local cloud for its programs, with a fake Docker."""
    made = clean_environment("http://127.0.0.1:1")
    path = (programs, make_docker(folder), made["PATH"], os.environ.get("PATH", ""))
    return made | {"PATH": os.pathsep.join(str(part) for part in path if part)}


def make_docker(folder):
    """Create a Docker CLI that does nothing; return its folder, for PATH."""
    docker = folder / "bin" / "docker"
    docker.parent.mkdir(exist_ok=True)
    docker.write_text("#!/bin/sh\nexit 0\n")
    docker.chmod(0o755)
    return docker.parent
