"""The settings of the stack: typed, validated, and read once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import pulumi

from infra.config_reader import ConfigReader
from infra.provider_options import provider_options
from infra.sizes import FARGATE_SIZES, read_memory_size

Architecture = Literal["arm64", "x86_64"]
Bytecode = Literal["required", "none"]

LOCAL_IMAGE: Final = "local"
# Values that CloudWatch Logs accepts for a retention, in days (PutRetentionPolicy).
RETENTIONS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
_ARCHITECTURES: Final[tuple[Architecture, ...]] = ("arm64", "x86_64")
_BYTECODES: Final[tuple[Bytecode, ...]] = ("required", "none")
_PREFIX_LIMIT: Final = 32  # leaves room for the longest suffix within Lambda's 64 characters
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")

_PREFIX: Final = r"[a-z][a-z0-9-]{0,19}"
_MAIL: Final = r"|[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+"
_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = rf"|(?=.{{1,253}}$)({_LABEL}\.)+([a-z]{{2,63}}|xn--[a-z0-9-]{{1,59}})"
_CERTIFICATE: Final = r"|arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+"
_KEY: Final = r"|arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+"
_KEY_RULE: Final = "must be a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID)"
_REGISTRY: Final = r"([A-Za-z0-9.-]+(:[0-9]{1,5})?/)?"
_TAG: Final = r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?"
_IMAGE: Final = rf"|(?=.{{1,255}}$){_REGISTRY}[a-z0-9]+((\.|__?|-+|/)[a-z0-9]+)*{_TAG}"


@dataclass(frozen=True, kw_only=True)
class AwsSettings:
    """Where the stack is deployed, and the other options of the AWS provider.

    None leaves the region to the AWS configuration.
    """

    region: str | None
    endpoint: str
    options: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """The settings of the functions and their API."""

    stage_name: str
    throttling_rate: int
    throttling_burst: int
    memory_size: int
    timeout: int
    bytecode: Bytecode
    snap_start: bool
    provisioned_concurrency: int
    route_metrics: bool

    @property
    def is_versioned(self) -> bool:
        """True if a version is published, with an alias; SnapStart and concurrency need one."""
        return self.snap_start or self.provisioned_concurrency > 0


@dataclass(frozen=True, kw_only=True)
class ContainerSettings:
    """The settings of the tasks and their load balancer."""

    image: str
    cpu: int
    memory: int
    min_tasks: int
    desired_tasks: int
    max_tasks: int
    cpu_target: int
    request_target: int
    scale_out_cooldown: int
    scale_in_cooldown: int
    container_insights: bool
    spot_percent: int
    balancer_logs: bool
    allowed_cidrs: tuple[str, ...]
    certificate_arn: str
    domain_name: str
    hosted_zone_id: str

    @property
    def is_scaled(self) -> bool:
        return self.max_tasks > self.min_tasks


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of a stack; `Pulumi.yaml` has their descriptions and defaults."""

    prefix: str
    tags: dict[str, str]
    open_writes: bool
    cors_origins: tuple[str, ...]
    deletion_protection: bool
    table_key_arn: str
    log_retention_days: int
    alarm_email: str
    monthly_budget: int
    alarm_latency_ms: int
    tracing: bool
    architecture: Architecture
    aws: AwsSettings
    functions: FunctionSettings
    containers: ContainerSettings

    @classmethod
    def read(cls, config: pulumi.Config, aws: pulumi.Config, stack: str) -> Settings:
        """Read *config*. An invalid setting stops the program with one line that names it."""
        reader = ConfigReader(config)
        rule = "must be 1 to 20 lowercase letters, digits and -, starting with a letter"
        prefix = reader.text("prefix", _PREFIX, rule)
        options = provider_options(aws)
        containers = _containers(reader)
        own_tags = {"project": config.name, "stack": stack}
        default_tags = ConfigReader(aws).default_tags(options.pop("default_tags", None), own_tags)
        settings = cls(
            prefix=physical_prefix(prefix, stack),
            tags=reader.tags("tags", own_tags, default_tags),
            open_writes=reader.boolean("openWrites"),
            cors_origins=reader.origins("corsOrigins"),
            deletion_protection=reader.boolean("deletionProtection"),
            table_key_arn=reader.text("tableKeyArn", _KEY, _KEY_RULE),
            log_retention_days=reader.one_of("logRetentionDays", RETENTIONS),
            alarm_email=reader.text("alarmEmail", _MAIL, "must be an email address"),
            monthly_budget=reader.integer("monthlyBudget", 0, 100_000),
            alarm_latency_ms=reader.integer("alarmLatencyMs", 0, 30_000),
            tracing=reader.boolean("tracing"),
            architecture=reader.one_of("architecture", _ARCHITECTURES),
            aws=_aws(reader, options),
            functions=_functions(reader, containers),
            containers=containers,
        )
        _check_combinations(reader, settings)
        reader.reject_unknown()
        return settings


def physical_prefix(prefix: str, stack: str) -> str:
    """Return the start of all physical names: short, valid, and different for each stack."""
    wanted = f"{prefix}-{stack}"
    valid = re.sub(r"[^a-z0-9-]", "-", wanted.lower())
    if valid == wanted and len(valid) <= _PREFIX_LIMIT:
        return valid
    return f"{valid[: _PREFIX_LIMIT - 8].rstrip('-')}-{sha256(wanted.encode()).hexdigest()[:7]}"


def _aws(reader: ConfigReader, options: dict[str, Any]) -> AwsSettings:
    rule = "must be a URL of this machine (http://127.0.0.1:PORT)"
    endpoint = reader.text("awsEndpoint", r"|https?://\S+", rule)
    if endpoint and not _is_loopback(endpoint):
        raise reader.error("awsEndpoint", rule)
    return AwsSettings(region=options.pop("region", None), endpoint=endpoint, options=options)


def _is_loopback(endpoint: str) -> bool:
    try:
        host, port = urlsplit(endpoint).hostname, urlsplit(endpoint).port
    except ValueError:  # an invalid port or address
        return False
    return host in _LOOPBACK and port != 0


def _functions(reader: ConfigReader, containers: ContainerSettings) -> FunctionSettings:
    rule = "must be 1 to 128 letters, digits, - and _"
    return FunctionSettings(
        stage_name=reader.text("stageName", r"[A-Za-z0-9_-]{1,128}", rule),
        throttling_rate=reader.integer("throttlingRate", 1, 10_000),
        throttling_burst=reader.integer("throttlingBurst", 1, 5_000),
        memory_size=read_memory_size(reader, containers.cpu, containers.memory),
        timeout=reader.integer("functionTimeout", 1, 28),
        bytecode=reader.one_of("bytecode", _BYTECODES),
        snap_start=reader.boolean("snapStart"),
        provisioned_concurrency=reader.integer("provisionedConcurrency", 0, 1_000),
        route_metrics=reader.boolean("routeMetrics"),
    )


def _containers(reader: ConfigReader) -> ContainerSettings:
    cpu = reader.one_of("taskCpu", tuple(FARGATE_SIZES))
    arn = "must be an ACM certificate (arn:aws:acm:REGION:ACCOUNT:certificate/ID)"
    zone = "must be a zone id such as Z0123456789ABC"
    return ContainerSettings(
        image=reader.text("dockerImage", _IMAGE, "must be an image such as repository:tag"),
        cpu=cpu,
        memory=reader.one_of("taskMemory", FARGATE_SIZES[cpu], f" with taskCpu {cpu}"),
        min_tasks=reader.integer("minTasks", 1, 1_000),
        desired_tasks=reader.integer("desiredTasks", 1, 1_000),
        max_tasks=reader.integer("maxTasks", 1, 1_000),
        cpu_target=reader.integer("autoscalingCpuTarget", 10, 90),
        request_target=reader.integer("autoscalingRequestTarget", 0, 100_000),
        scale_out_cooldown=reader.integer("scaleOutCooldown", 0, 3_600),
        scale_in_cooldown=reader.integer("scaleInCooldown", 0, 3_600),
        container_insights=reader.boolean("containerInsights"),
        spot_percent=reader.integer("spotPercent", 0, 100),
        balancer_logs=reader.boolean("balancerLogs"),
        allowed_cidrs=reader.networks("allowedCidrs"),
        certificate_arn=reader.text("certificateArn", _CERTIFICATE, arn),
        domain_name=reader.text("domainName", _DOMAIN, "must be a lowercase domain name"),
        hosted_zone_id=reader.text("hostedZoneId", r"|Z[A-Z0-9]{1,31}", zone),
    )


def _check_combinations(reader: ConfigReader, settings: Settings) -> None:
    """Raise an error for settings that are not valid together."""
    functions, containers = settings.functions, settings.containers
    if functions.snap_start and functions.provisioned_concurrency:
        raise reader.error("snapStart", "must be false with provisionedConcurrency: choose one")
    _check_counts(reader, containers)
    if settings.monthly_budget and not settings.alarm_email:
        raise reader.error("monthlyBudget", "must be set together with alarmEmail")
    if bool(containers.certificate_arn) != bool(containers.domain_name):
        raise reader.error("certificateArn", "must be set together with domainName")
    if containers.hosted_zone_id and not containers.domain_name:
        raise reader.error("hostedZoneId", "must be set together with domainName")
    _check_region(reader, settings, "certificateArn", containers.certificate_arn)
    _check_region(reader, settings, "tableKeyArn", settings.table_key_arn)
    if containers.image == LOCAL_IMAGE and not settings.aws.endpoint:
        raise reader.error("dockerImage", "must be a real image unless awsEndpoint is set")


def _check_region(reader: ConfigReader, settings: Settings, key: str, arn: str) -> None:
    region = settings.aws.region
    if region and arn and arn.split(":")[3] != region:
        raise reader.error(key, f"must be in the region of the stack, {region}")


def _check_counts(reader: ConfigReader, containers: ContainerSettings) -> None:
    if containers.min_tasks > containers.max_tasks:
        raise reader.error("minTasks", f"must not exceed maxTasks ({containers.max_tasks})")
    if not containers.min_tasks <= containers.desired_tasks <= containers.max_tasks:
        rule = f"must be from minTasks ({containers.min_tasks}) to maxTasks"
        raise reader.error("desiredTasks", f"{rule} ({containers.max_tasks})")
