"""The stack's settings, read once into one typed and validated object."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal, TypeVar, cast

import pulumi
from pulumi.runtime.config import is_config_secret

Architecture = Literal["arm64", "x86_64"]
Bytecode = Literal["required", "none"]

# Fargate's sizes: CPU units, and for each the memory in MB that it may have.
# Source: Amazon ECS developer guide, "Task CPU and memory".
FARGATE_SIZES: Final[dict[int, Sequence[int]]] = {
    256: [512, 1024, 2048],
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
# Values that CloudWatch Logs accepts for a retention, in days (PutRetentionPolicy).
RETENTIONS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

_T = TypeVar("_T")
_PREFIX_LIMIT: Final = 32  # leaves room for the longest suffix within Lambda's 64 characters


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a stack may choose; `Pulumi.yaml` describes each setting and holds its default."""

    prefix: str
    stage_name: str
    cors_origins: tuple[str, ...]
    open_writes: bool
    memory_size: int
    function_timeout: int
    architecture: Architecture
    bytecode: Bytecode
    log_retention_days: int
    docker_image: str
    task_cpu: int
    task_memory: int
    desired_tasks: int

    @classmethod
    def read(cls, config: pulumi.Config, stack: str) -> Settings:
        """Read *config*; a wrong setting ends the program with one line that names it."""
        reader = _Reader(config)
        cpu = reader.one_of("taskCpu", int, tuple(FARGATE_SIZES))
        return cls(
            prefix=physical_prefix(reader.text("prefix", r"[a-z][a-z0-9-]{0,19}"), stack),
            stage_name=reader.text("stageName", r"[A-Za-z0-9_-]{1,128}"),
            cors_origins=reader.origins("corsOrigins"),
            open_writes=reader.boolean("openWrites"),
            memory_size=reader.integer("memorySize", 128, 10240),
            function_timeout=reader.integer("functionTimeout", 1, 28),
            architecture=cast(
                "Architecture", reader.one_of("architecture", str, ("arm64", "x86_64"))
            ),
            bytecode=cast("Bytecode", reader.one_of("bytecode", str, ("required", "none"))),
            log_retention_days=reader.one_of("logRetentionDays", int, RETENTIONS),
            docker_image=reader.text("dockerImage", r"\S+"),
            task_cpu=cpu,
            task_memory=reader.one_of("taskMemory", int, FARGATE_SIZES[cpu]),
            desired_tasks=reader.integer("desiredTasks", 0, 1000),
        )


def physical_prefix(prefix: str, stack: str) -> str:
    """Make the first part of physical names: short, legal, and different for each stack."""
    wanted = f"{prefix}-{stack}"
    legal = re.sub(r"[^a-z0-9-]", "-", wanted.lower())
    if legal == wanted and len(legal) <= _PREFIX_LIMIT:
        return legal
    return f"{legal[: _PREFIX_LIMIT - 8].rstrip('-')}-{sha256(wanted.encode()).hexdigest()[:7]}"


class _Reader:
    """Reads settings strictly: what is not understood is an error, never a default."""

    def __init__(self, config: pulumi.Config) -> None:
        self._config = config

    def text(self, key: str, pattern: str) -> str:
        value = self._required(key)
        if not re.fullmatch(pattern, value):
            raise self._error(key, value, f"must match {pattern}")
        return value

    def boolean(self, key: str) -> bool:
        value = self._required(key)
        if value.lower() not in ("true", "false"):
            raise self._error(key, value, "must be true or false")
        return value.lower() == "true"

    def integer(self, key: str, least: int, most: int) -> int:
        value = self._required(key)
        if not re.fullmatch(r"[0-9]{1,6}", value) or not least <= int(value) <= most:
            raise self._error(key, value, f"must be a whole number from {least} to {most}")
        return int(value)

    def one_of(self, key: str, kind: Callable[[str], _T], allowed: Sequence[_T]) -> _T:
        value = self._required(key)
        for choice in allowed:
            if value == str(choice):
                return kind(value)
        raise self._error(key, value, f"must be one of {', '.join(map(str, allowed))}")

    def origins(self, key: str) -> tuple[str, ...]:
        value = self._config.get_object(key)
        if not isinstance(value, list) or not value:
            raise self._error(key, value, 'must be a list such as ["*"] or ["https://example.com"]')
        for origin in value:
            if origin != "*" and not re.fullmatch(r"https?://[^/\s,]+", str(origin)):
                raise self._error(key, origin, "must be * or like https://example.com")
        if "*" in value and len(value) > 1:
            raise self._error(key, value, "must be * alone or a list of origins")
        return tuple(value)

    def _required(self, key: str) -> str:
        value = self._config.get(key)
        if value is None:
            raise pulumi.RunError(
                f"{self._config.full_key(key)} is not set: pulumi config set {key} VALUE"
            )
        return value

    def _error(self, key: str, value: object, rule: str) -> pulumi.RunError:
        full_key = self._config.full_key(key)
        shown = "a secret" if is_config_secret(full_key) else repr(value)
        return pulumi.RunError(f"{full_key} is {shown}, but {rule}")
