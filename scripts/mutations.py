"""Typical mistakes, each planted by replacing text that stands in one place.

Kept apart from `mutants.py`, which plants them and looks who notices.
"""

from __future__ import annotations

from dataclasses import dataclass

BALANCER = "infra/balancer.py"
CONTAINERS = "infra/containers.py"
FUNCTION = "infra/function.py"
FUNCTIONS = "infra/functions.py"
IMAGE = "infra/image.py"
MAIN = "__main__.py"
MONITORING = "infra/monitoring.py"
NETWORK = "infra/network.py"
PROVIDER = "infra/provider.py"
SETTINGS = "infra/settings.py"
TABLE = "infra/table.py"

DEPLOYMENT = "account/test_account.py"
LIMITS = "infra/test_limits.py"
MONITORS = "infra/test_monitoring.py"
PACKAGE = "infra/test_running_package.py"
POLICIES = "infra/test_policies.py"
PRIVILEGES = "account/test_least_privilege.py"
PROGRAM = "infra/test_program.py"
READING = "infra/test_settings.py"
REGISTRATION = "infra/test_registration.py"
SECRETS = "infra/test_secrets.py"
EFFECTS = "infra/test_settings_effects.py"
TYPES = "infra/test_input_types.py"
WIRING = "infra/test_wiring.py"

_NOTHING = "(lambda *_, **__: None)("  # declares what it is called with: nothing


@dataclass(frozen=True)
class Mutation:
    """A mistake: texts to replace in *file*, and the tests that are asked before all others."""

    name: str
    file: str
    edits: tuple[tuple[str, str], ...]
    suspect: str


def _one(name: str, file: str, suspect: str, before: str, after: str) -> Mutation:
    return Mutation(name, file, ((before, after),), suspect)


MUTATIONS = (
    _one("handler mistyped", FUNCTIONS, WIRING, 'handlers.get_blog"', 'handlers.get_blogg"'),
    _one(
        "handler of another function", FUNCTIONS, WIRING, "handlers.put_blog", "handlers.post_blog"
    ),
    _one("TABLE_NAME missing", "infra/backend.py", PROGRAM, '"TABLE_NAME": self.table.name,', ""),
    _one(
        "CORS_ORIGINS missing in the task",
        CONTAINERS,
        WIRING,
        '"CORS_ORIGINS": ",".join(self._args.settings.cors_origins),',
        "",
    ),
    Mutation(
        "route to the wrong function",
        FUNCTIONS,
        (
            ('("GET /blog/{id}", "HEAD /blog/{id}")', '("GET /blog/{id}",)'),
            ('("POST /blog",)', '("POST /blog", "HEAD /blog/{id}")'),
        ),
        PROGRAM,
    ),
    _one("gateway may not call", FUNCTIONS, WIRING, "aws.lambda_.Permission(", _NOTHING),
    _one(
        "permission for another caller",
        FUNCTIONS,
        WIRING,
        'principal="apigateway.amazonaws.com"',
        'principal="events.amazonaws.com"',
    ),
    _one("permission not for the alias", FUNCTIONS, WIRING, "qualifier=function.qualifier,", ""),
    _one("payload of the wrong version", FUNCTIONS, WIRING, '="2.0"', '="1.0"'),
    _one("stage without deployments", FUNCTIONS, WIRING, "auto_deploy=True", "auto_deploy=False"),
    _one(
        "wrong throttle of the stage",
        FUNCTIONS,
        EFFECTS,
        '"throttling_rate_limit": settings.functions.throttling_rate',
        '"throttling_rate_limit": settings.functions.throttling_burst',
    ),
    _one(
        "CORS header missing",
        FUNCTIONS,
        PROGRAM,
        "list(schema.CORS_HEADERS)",
        "list(schema.CORS_HEADERS[1:])",
    ),
    _one(
        "listener on the wrong port", BALANCER, WIRING, "_HTTP: Final = 80", "_HTTP: Final = 8080"
    ),
    _one("health path mistyped", BALANCER, WIRING, '"path": "/"', '"path": "/helth"'),
    _one("nested name mistyped", BALANCER, TYPES, '"interval": 10', '"intervals": 10'),
    _one("number where a text belongs", BALANCER, TYPES, '"matcher": "200"', '"matcher": 200'),
    _one(
        "target group with a fixed name",
        BALANCER,
        POLICIES,
        'target_type="ip"',
        'name="blog", target_type="ip"',
    ),
    _one(
        "HTTP served beside HTTPS",
        BALANCER,
        POLICIES,
        '_listener("http", balancer, group, _HTTP, redirect)',
        '_listener("http", balancer, group, _HTTP, forward)',
    ),
    _one(
        "tasks that are cut off",
        BALANCER,
        WIRING,
        "DEREGISTRATION_DELAY_S: Final = 20",
        "DEREGISTRATION_DELAY_S: Final = 300",
    ),
    _one(
        "container port wrong",
        CONTAINERS,
        WIRING,
        '"container_port": _PORT',
        '"container_port": 80',
    ),
    _one(
        "task reached from everywhere",
        CONTAINERS,
        POLICIES,
        "referenced_security_group_id=balancer.security_group_id",
        'cidr_ipv4="0.0.0.0/0"',
    ),
    _one("service depends on nothing", CONTAINERS, REGISTRATION, "depends_on=self._needs,", ""),
    _one("command mistyped", CONTAINERS, WIRING, "wsgi:app", "wsgi:application"),
    _one(
        "task on another processor than its image",
        CONTAINERS,
        WIRING,
        "settings.architecture.upper()",
        '"X86_64"',
    ),
    _one(
        "Fargate size that does not exist",
        CONTAINERS,
        LIMITS,
        "memory=str(settings.containers.memory)",
        'memory="640"',
    ),
    _one("writable root", CONTAINERS, WIRING, 'Filesystem": True', 'Filesystem": False'),
    _one("action that does not exist", CONTAINERS, LIMITS, '("BatchGetItem"', '("BatchGetItems"'),
    _one(
        "grant on everything",
        CONTAINERS,
        POLICIES,
        "(_TABLE_ACTIONS, table)",
        '(_TABLE_ACTIONS, "*")',
    ),
    _one(
        "count of tasks never changed",
        CONTAINERS,
        POLICIES,
        '["desiredCount"] if settings.is_scaled else []',
        '["desiredCount"]',
    ),
    _one(
        "scaling turned round",
        CONTAINERS,
        EFFECTS,
        "min_capacity=settings.min",
        "min_capacity=settings.max",
    ),
    _one(
        "log of functions without retention",
        FUNCTION,
        POLICIES,
        "retention_in_days=args.settings.log_retention_days,",
        "",
    ),
    _one(
        "role trusted by the wrong service", FUNCTION, POLICIES, "lambda.amazonaws", "ec2.amazonaws"
    ),
    _one("runtime that does not exist", FUNCTION, TYPES, '"python3.13"', '"python3.31"'),
    _one(
        "function may not write its log",
        FUNCTION,
        POLICIES,
        '{"log": [(_WRITE_LOG, streams)], "data"',
        '{"data"',
    ),
    _one(
        "function before its policies",
        FUNCTION,
        REGISTRATION,
        "depends_on=[log_group, *policies]",
        "depends_on=[log_group]",
    ),
    _one("index grant missing", FUNCTIONS, POLICIES, 'index_actions=("dynamodb:Query",),', ""),
    _one(
        "grant of every action",
        FUNCTIONS,
        POLICIES,
        "(operation.table_actions, table)",
        '(["dynamodb:*"], table)',
    ),
    _one(
        "index without an attribute",
        TABLE,
        PROGRAM,
        "list(schema.NON_KEY_ATTRIBUTES)",
        "list(schema.NON_KEY_ATTRIBUTES[1:])",
    ),
    _one(
        "no recovery", TABLE, POLICIES, 'recovery={"enabled": True}', 'recovery={"enabled": False}'
    ),
    _one("token in clear", MAIN, SECRETS, "hashlib.sha256(text.encode()).hexdigest()", "text"),
    _one(
        "default provider",
        MAIN,
        REGISTRATION,
        "pulumi.ResourceOptions(provider=provider)",
        "pulumi.ResourceOptions()",
    ),
    _one(
        "child without a parent",
        NETWORK,
        REGISTRATION,
        "vpc_id=vpc.id, opts=child",
        "vpc_id=vpc.id",
    ),
    _one("one zone twice", NETWORK, WIRING, "zones[number]", "zones[0]"),
    _one("service without an endpoint", PROVIDER, REGISTRATION, '"elbv2", ', ""),
    _one(
        "region of the stack ignored",
        PROVIDER,
        REGISTRATION,
        '"aws", region=settings.aws.region, profile',
        '"aws", profile',
    ),
    _one("bad retention allowed", SETTINGS, READING, "7, 14, 30", "7, 14, 15, 30"),
    _one(
        "functions slower than the gateway",
        SETTINGS,
        READING,
        '"functionTimeout", 1, 28',
        '"functionTimeout", 1, 60',
    ),
    _one(
        "image for another processor",
        IMAGE,
        WIRING,
        '"x86_64": docker_build.Platform.LINUX_AMD64',
        '"x86_64": docker_build.Platform.LINUX_ARM64',
    ),
    _one("images that block a destroy", IMAGE, POLICIES, "force_delete=True", "force_delete=False"),
    _one(
        "alarm on a dimension that does not exist",
        MONITORING,
        MONITORS,
        '{"FunctionName": name}',
        '{"Function": name}',
    ),
    _one(
        "alarm with an impossible period",
        MONITORING,
        LIMITS,
        "_MINUTE_S: Final = 60",
        "_MINUTE_S: Final = 7",
    ),
    _one(
        "alarm of another metric",
        MONITORING,
        MONITORS,
        '"HTTPCode_ELB_5XX_Count"',
        '"HTTPCode_5XX"',
    ),
    _one(
        "dependency missing in the package",
        "infra/packaging.py",
        PACKAGE,
        '("bin", ',
        '("bin", "jmespath", ',
    ),
    _one("name without room for digits", CONTAINERS, DEPLOYMENT, '{name}-lb"', '{name}-balancer"'),
    _one("subnets that overlap", NETWORK, DEPLOYMENT, 'f"10.0.{number}.0/24"', '"10.0.0.0/24"'),
    _one("way to an unknown service", NETWORK, DEPLOYMENT, '".dynamodb"', '".dynamo"'),
    _one("scaling by an unknown metric", CONTAINERS, DEPLOYMENT, "CPUUtilization", "CPUUsage"),
    _one(
        "list that scans",
        "blog/store.py",
        PRIVILEGES,
        "self._client.query(**query)",
        'self._client.scan(TableName=query["TableName"])',
    ),
    Mutation(
        "roles of a task confused",
        CONTAINERS,
        (
            ("execution_role_arn=self._execution_role()", "execution_role_arn=self._task_role()"),
            ("task_role_arn=self._task_role()", "task_role_arn=self._execution_role()"),
        ),
        PRIVILEGES,
    ),
)
