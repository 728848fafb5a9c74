"""Settings are read strictly: what is not understood stops the program with one line."""

import json

import pulumi
import pytest
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
        return Settings.read(pulumi.Config(PROJECT), stack)

    yield read
    set_all_config({})


def test_the_local_stack_s_settings_are_valid(read):
    settings = read()

    assert settings.docker_image == "local"
    assert settings.bytecode == "none"
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
        ("stageName", "a/b", "must match"),
        ("dockerImage", "", "must match"),
        ("corsOrigins", json.dumps(["example.com"]), "like https://example.com"),
        ("corsOrigins", json.dumps(["*", "https://a.example"]), "alone"),
        ("corsOrigins", "[]", "must be a list"),
        ("desiredTasks", "-1", "from 0 to 1000"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(read, key, value, rule):
    with pytest.raises(pulumi.RunError) as raised:
        read(**{key: value})

    message = str(raised.value)
    assert message.startswith(f"{PROJECT}:{key} is ")
    assert rule in message
    assert "\n" not in message


def test_a_memory_that_fits_another_cpu_size_is_refused(read):
    assert read(taskCpu="512", taskMemory="4096").task_memory == 4096
    with pytest.raises(pulumi.RunError, match="taskMemory"):
        read(taskCpu="512", taskMemory="512")


def test_physical_names_are_legal_short_and_different_for_each_stack():
    stacks = ["local", "Dev_1.x", "dev-1-x", "a" * 60, "a" * 59 + "b", "a"]

    prefixes = [physical_prefix("blog", stack) for stack in stacks]

    assert len(set(prefixes)) == len(stacks)
    for prefix in prefixes:
        assert len(f"{prefix}-DeleteBlog") <= 64
        assert prefix == prefix.lower().strip("-")
