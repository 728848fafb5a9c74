"""Settings are read strictly: what is not understood stops the program with one line."""

import json

import pulumi
import pytest
import yaml
from pulumi.runtime import set_all_config

from infra.settings import Settings, physical_prefix
from localcloud.engine.project import load_project

PROJECT = "aws-blog-demo"


@pytest.fixture
def read(pytestconfig):
    """Reads the settings as a stack would, some of them changed."""

    def read(stack="local", **changes):
        config = dict(load_project(pytestconfig.rootpath, "local", {}).config)
        config |= {f"{PROJECT}:{key}": value for key, value in changes.items()}
        set_all_config(config)
        return Settings.read(pulumi.Config(PROJECT), pulumi.Config("aws"), stack)

    yield read
    set_all_config({}, [])


def test_the_local_stack_s_settings_are_valid(read):
    settings = read()

    assert settings.containers.image == "local"
    assert settings.functions.bytecode == "none"
    assert settings.open_writes is False
    assert settings.cors_origins == ("*",)
    assert settings.prefix == "blog-local"


@pytest.mark.parametrize("word", ["true", "True", "TRUE"])
def test_a_boolean_is_taken_as_what_it_says(read, word):
    assert read(openWrites=word).open_writes is True


@pytest.mark.parametrize("word", ["yes", "on", "1", " true", "", "0", "no"])
def test_a_word_that_is_no_boolean_never_opens_or_closes_writes_silently(read, word):
    with pytest.raises(pulumi.RunError, match=r"openWrites is .* but must be true or false"):
        read(openWrites=word)


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("memorySize", "127", "from 128 to 10240"),
        ("memorySize", "10241", "from 128 to 10240"),
        ("memorySize", "256MB", "from 128 to 10240"),
        ("functionTimeout", "29", "from 1 to 28"),
        ("architecture", "arm", "one of arm64, x86_64"),
        ("bytecode", "maybe", "one of required, none"),
        ("logRetentionDays", "15", "one of 1, 3, 5"),
        ("taskCpu", "300", "one of 256, 512"),
        ("taskMemory", "4096", "one of 512, 1024, 2048"),
        ("prefix", "Blog", "lower-case word"),
        ("stageName", "a/b", "must be letters and digits"),
        ("dockerImage", "a b", "must be an image"),
        ("corsOrigins", json.dumps(["example.com"]), 'such as ["https://example.com"]'),
        ("corsOrigins", json.dumps(["*", "https://a.example"]), 'must be ["*"] or origins'),
        ("corsOrigins", "[]", "must be a list"),
        ("corsOrigins", "[", "must be JSON"),
        ("allowedCidrs", json.dumps(["10.0.0.1/8"]), "has host bits set"),
        ("allowedCidrs", json.dumps(["10.0.0.0/33"]), "must hold address ranges"),
        ("desiredTasks", "0", "from 1 to 1000"),
        ("desiredTasks", "5", "from minTasks (1) to maxTasks (4)"),
        ("autoscalingCpuTarget", "100", "from 10 to 90"),
        ("alarmEmail", "nobody", "must be a mail address"),
        ("certificateArn", "arn:aws:iam::1:x", "must be an ACM certificate"),
        ("domainName", "https://example.com", "must be a domain name"),
        ("hostedZoneId", "Z123", "must come together with domainName"),
        ("awsEndpoint", "https://dynamodb.eu-west-1.amazonaws.com", "of this machine"),
        ("tags", json.dumps({"team": 1}), "must hold texts"),
        ("throttlingRate", "0", "from 1 to 10000"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(read, key, value, rule):
    with pytest.raises(pulumi.RunError) as raised:
        read(**{key: value})

    message = str(raised.value)
    assert message.startswith(f"{PROJECT}:{key} is ")
    assert rule in message
    assert "\n" not in message


def test_settings_that_exclude_each_other_are_refused(read):
    with pytest.raises(pulumi.RunError, match="snapStart is 'true', but must be false with"):
        read(snapStart="true", provisionedConcurrency="1")
    with pytest.raises(pulumi.RunError, match="certificateArn is '', but must come together"):
        read(domainName="blog.example.com")
    with pytest.raises(pulumi.RunError, match="dockerImage is 'local', but must be a real image"):
        read(awsEndpoint="")


def test_a_setting_that_does_not_exist_is_refused_with_those_that_do(read):
    with pytest.raises(pulumi.RunError, match="aws-blog-demo:opneWrites: no such setting; there"):
        read(opneWrites="true")


def test_a_wrong_secret_is_not_shown(read):
    set_all_config({}, [f"{PROJECT}:alarmEmail"])
    with pytest.raises(pulumi.RunError, match="alarmEmail is a secret, but must be a mail"):
        read(alarmEmail="hush")


def test_every_declared_setting_has_a_description_and_a_default(pytestconfig):
    declared = yaml.safe_load((pytestconfig.rootpath / "Pulumi.yaml").read_text())["config"]

    for entry in declared.values():
        assert entry["description"]
        assert "default" in entry


@pytest.mark.parametrize("stack", ["stage", "prod"])
def test_the_ready_stack_files_are_valid_and_name_a_region(pytestconfig, stack):
    set_all_config(dict(load_project(pytestconfig.rootpath, stack, {}).config))

    settings = Settings.read(pulumi.Config(PROJECT), pulumi.Config("aws"), stack)

    assert settings.aws.region == "eu-west-1"
    assert settings.prefix == f"blog-{stack}"
    assert settings.tags == {"project": PROJECT, "stack": stack}


def test_a_memory_that_fits_another_cpu_size_is_refused(read):
    assert read(taskCpu="512", taskMemory="4096").containers.memory == 4096
    with pytest.raises(pulumi.RunError, match="taskMemory"):
        read(taskCpu="512", taskMemory="512")


def test_physical_names_are_legal_short_and_different_for_each_stack():
    stacks = ["local", "Dev_1.x", "dev-1-x", "a" * 60, "a" * 59 + "b", "a"]

    prefixes = [physical_prefix("blog", stack) for stack in stacks]

    assert len(set(prefixes)) == len(stacks)
    for prefix in prefixes:
        assert len(f"{prefix}-DeleteBlog") <= 64
        assert prefix == prefix.lower().strip("-")


def test_a_setting_that_would_not_stay_secret_is_refused_as_one(read):
    set_all_config({}, [f"{PROJECT}:prefix"])
    with pytest.raises(pulumi.RunError, match="prefix is a secret, but only alarmEmail stays"):
        read(prefix="hush")
