"""Settings are validated: an invalid one stops the program with one line."""

import json
import re

import pulumi
import pytest
import yaml
from pulumi.runtime import set_all_config

from infra.settings import Settings, physical_prefix
from infra.sizes import FARGATE_SIZES, task_vcpus
from localcloud.engine.project import load_project
from tests.infra.variants import CERTIFICATE

PROJECT = "aws-blog-demo"


@pytest.fixture
def read(pytestconfig):
    """Reads the settings of a stack, some of them changed."""

    local = load_project(pytestconfig.rootpath, "local", {}).config

    def read(stack="local", region="", default_tags="", **changes):
        options = {"aws:region": region, "aws:defaultTags": default_tags}
        config = {**local, **{key: value for key, value in options.items() if value}}
        config |= {f"{PROJECT}:{key}": value for key, value in changes.items()}
        set_all_config(config)
        return Settings.read(pulumi.Config(PROJECT), pulumi.Config("aws"), stack)

    yield read
    set_all_config({}, [])


def test_settings_of_the_local_stack_are_valid(read):
    settings = read()

    assert settings.containers.image == "local"
    assert settings.functions.bytecode == "none"
    assert settings.open_writes is False
    assert settings.cors_origins == ("*",)
    assert settings.prefix == "blog-local"


@pytest.mark.parametrize("word", ["true", "True", "TRUE"])
def test_boolean_is_read_as_written(read, word):
    assert read(openWrites=word).open_writes is True


@pytest.mark.parametrize("word", ["yes", "on", "1", " true", "", "0", "no"])
def test_invalid_boolean_never_opens_or_closes_writes(read, word):
    with pytest.raises(pulumi.RunError, match=r"openWrites is .* but must be true or false"):
        read(openWrites=word)


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("pairing", "memory", "must be one of cpu, price, none"),
        ("memorySize", "127", "from 128 to 10240"),
        (
            "memorySize",
            "1769",
            "with pairing cpu it must be 442 for taskCpu 256, or 1769 for taskCpu 1024 and",
        ),
        ("memorySize", "512", "must be 442 for taskCpu 256, or 884 for taskCpu 512 and taskMemory"),
        ("memorySize", "10241", "from 128 to 10240"),
        ("memorySize", "256MB", "from 128 to 10240"),
        ("functionTimeout", "29", "from 1 to 28"),
        ("architecture", "arm", "one of arm64, x86_64"),
        ("bytecode", "maybe", "one of required, none"),
        ("logRetentionDays", "15", "one of 1, 3, 5"),
        ("alarmLatencyMs", "30001", "from 0 to 30000"),
        ("alarmLatencyMs", "", "from 0 to 30000"),
        ("taskCpu", "300", "one of 256, 512"),
        ("taskMemory", "4096", "one of 512, 1024, 2048"),
        (
            "prefix",
            "Blog",
            "must be 1 to 20 lowercase letters, digits and -, starting with a letter",
        ),
        ("prefix", "a" * 21, "must be 1 to 20 lowercase letters"),
        ("prefix", "", "must be 1 to 20 lowercase letters"),
        ("stageName", "a.b", "must be 1 to 128 letters, digits, - and _"),
        ("stageName", "a" * 129, "must be 1 to 128 letters"),
        ("dockerImage", "a b", "must be an image"),
        ("dockerImage", "https://registry.example/blog", "must be an image"),
        ("dockerImage", "Repository:tag", "must be an image"),
        ("dockerImage", "repository:", "must be an image"),
        ("dockerImage", "a" * 256, "must be an image"),
        ("corsOrigins", json.dumps(["example.com"]), 'such as ["https://example.com"]'),
        ("corsOrigins", json.dumps(["*", "https://a.example"]), 'must be ["*"] or origins'),
        ("corsOrigins", json.dumps(["https://*.example"]), "without *"),
        ("corsOrigins", json.dumps(["https://a.example/"]), "without a path"),
        ("corsOrigins", json.dumps(["https://A.example"]), "lowercase"),
        (
            "corsOrigins",
            json.dumps(["https://a.b", "https://a.b"]),
            "not repeat entries: https://a.b",
        ),
        ("corsOrigins", "[]", "must be a list"),
        ("corsOrigins", "[", "must be valid JSON"),
        ("allowedCidrs", json.dumps(["10.0.0.1/8"]), "has host bits set"),
        ("allowedCidrs", json.dumps(["10.0.0.0/33"]), "must have IPv4 address ranges such as"),
        ("allowedCidrs", json.dumps(["::/0"]), "must have IPv4 address ranges such as"),
        (
            "allowedCidrs",
            json.dumps(["10.0.0.0/8", "192.0.2.1", "10.0.0.0/255.0.0.0", "192.0.2.1/32"]),
            "not repeat entries: 10.0.0.0/8, 192.0.2.1/32",
        ),
        ("desiredTasks", "0", "from 1 to 1000"),
        ("desiredTasks", "5", "from minTasks (1) to maxTasks (4)"),
        ("minTasks", "5", "must not exceed maxTasks (4)"),
        ("autoscalingCpuTarget", "100", "from 10 to 90"),
        ("alarmEmail", "nobody", "must be an email address"),
        ("alarmEmail", "team@localhost", "must be an email address"),
        ("alarmEmail", "<team@example.com>", "must be an email address"),
        ("monthlyBudget", "-1", "from 0 to 100000"),
        ("monthlyBudget", "10", "must be set together with alarmEmail"),
        ("certificateArn", "arn:aws:iam::1:x", "must be an ACM certificate"),
        ("certificateArn", CERTIFICATE.replace("acm", "iam"), "must be an ACM certificate"),
        ("domainName", "https://example.com", "must be a lowercase domain name"),
        ("domainName", "a" * 64 + ".example.com", "must be a lowercase domain name"),
        ("domainName", "abcde." * 42 + "com", "must be a lowercase domain name"),
        ("domainName", "a.example.com.", "must be a lowercase domain name"),
        ("hostedZoneId", "/hostedzone/Z123", "must be a zone id such as Z0"),
        ("hostedZoneId", "Z123", "must be set together with domainName"),
        ("awsEndpoint", "https://dynamodb.eu-west-1.amazonaws.com", "of this machine"),
        ("awsEndpoint", "http://127.0.0.1:99999", "of this machine"),
        ("awsEndpoint", "http://127.0.0.1:0", "of this machine"),
        ("awsEndpoint", "http://[::1", "of this machine"),
        ("tags", json.dumps({"team": 1}), "must map names to strings"),
        ("tags", "[]", "must map names to strings"),
        ("tags", json.dumps({"aws:team": "web"}), "not have keys that start with aws:"),
        ("tags", json.dumps({"AWS:team": "web"}), "not have keys that start with aws:"),
        ("tags", json.dumps({"team": "Aws:web"}), "not have values that start with aws:"),
        ("tags", json.dumps({"k" * 129: "web"}), "keys of at most 128 characters: one has 129"),
        ("tags", json.dumps({"team": "v" * 257}), "values of at most 256 characters: one has 257"),
        ("tags", json.dumps({"team": "a\nb"}), "values of letters, digits, spaces and _.:/=+-@"),
        ("tags", json.dumps({"team?": "web"}), "keys of letters, digits, spaces and _.:/=+-@"),
        ("tags", json.dumps({"": "web"}), "not have an empty key"),
        ("tags", json.dumps({"stack": "web"}), "the program sets project and stack"),
        ("tags", json.dumps({"Project": "web"}), "the program sets project and stack"),
        ("tags", json.dumps({"team": "a", "Team": "b"}), "both 'team' and 'Team'"),
        (
            "tags",
            json.dumps({f"k{number}": "" for number in range(49)}),
            "at most 48 tags: AWS allows 50, with project and stack",
        ),
        ("throttlingRate", "0", "from 1 to 10000"),
    ],
)
def test_invalid_setting_error_names_what_is_allowed(read, key, value, rule):
    with pytest.raises(pulumi.RunError) as raised:
        read(**{key: value})

    message = str(raised.value)
    assert message.startswith(f"{PROJECT}:{key} is ")
    assert rule in message
    assert "\n" not in message
    assert len(message) < 450


def test_extreme_values_that_aws_allows_are_valid(read):
    tags = {"k" * 128: "v" * 256, "Größe": "a b_c.d:e/f=g+h-i@j", "empty": ""}
    tags |= {f"k{number}": "" for number in range(45)}

    assert len(read(tags=json.dumps(tags)).tags) == 50
    assert read(prefix="a" * 20).prefix == "a" * 20 + "-local"
    assert read(stageName="a-1_B").functions.stage_name == "a-1_B"
    for endpoint in ("http://localhost", "http://[::1]:4566", "https://127.0.0.1:65535"):
        assert read(awsEndpoint=endpoint).aws.endpoint == endpoint
    origins = ["http://localhost:5173", "https://xn--bcher-kva.example", "http://[::1]:80"]
    assert read(corsOrigins=json.dumps(origins)).cors_origins == tuple(origins)
    for address in ("a.b+c@mail.example.co", "ä@example.com"):
        assert read(alarmEmail=address).alarm_email == address


@pytest.mark.parametrize(
    "image",
    [
        "nginx",
        "registry.example:5000/a/b__c-d.e:1.0_x",
        "public.ecr.aws/docker/library/python:3.13",
        f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/blog@sha256:{'a' * 64}",
        f"localhost:5000/blog:latest@sha256:{'0' * 64}",
    ],
)
def test_names_of_real_images_are_valid(read, image):
    assert read(dockerImage=image).containers.image == image


@pytest.mark.parametrize(
    "name", ["example.com", "a-1.b.example.museum", "xn--bcher-kva.xn--p1ai", "a" * 63 + ".de"]
)
def test_names_of_real_domains_are_valid(read, name):
    settings = read(domainName=name, certificateArn=CERTIFICATE)

    assert settings.containers.domain_name == name


def test_certificate_of_another_region_is_rejected(read):
    https = {"domainName": "blog.example.com", "certificateArn": CERTIFICATE}

    for region in ("eu-west-1", ""):
        assert read(region=region, **https).containers.certificate_arn == CERTIFICATE
    with pytest.raises(
        pulumi.RunError, match=r"certificateArn is .* region of the stack, us-east-1"
    ):
        read(region="us-east-1", **https)


ODD = (
    *("", " ", "\n", "a\n", "null", "-1", "1e3", "0x10", "\u0663", "1" * 7, "a" * 1000, "a\0b"),
    *("{}", "[]", "{", '[""]', "[null]", "[[]]", '["a", 1]', '{"a": null}', '{"a": {}}', '"a"'),
    *("http://[", "http://localhost:x", "arn:aws:acm:::certificate/", "@", "a@b@c.d", "..", "-"),
)


def test_any_value_is_valid_or_reported_in_one_line(pytestconfig, read):
    declared = yaml.safe_load((pytestconfig.rootpath / "Pulumi.yaml").read_text())["config"]
    for key in declared:
        for value in ODD:
            message = setting_error(read, key, value)
            assert re.fullmatch(rf"|{PROJECT}:\w+ is .*, but .*must.*", message), (key, value)


def setting_error(read, key, value):
    """Return the error about a value, "" if it is valid."""
    try:
        read(**{key: value})
    except pulumi.RunError as error:
        return str(error)
    return ""


def test_task_counts_are_compared_with_each_other(read):
    with pytest.raises(pulumi.RunError, match=r"minTasks is '5', but must not exceed maxTasks \("):
        read(minTasks="5")
    with pytest.raises(
        pulumi.RunError, match=r"desiredTasks is '1', but must be from minTasks \(5"
    ):
        read(minTasks="5", maxTasks="6")
    assert read(minTasks="5", desiredTasks="5", maxTasks="5").containers.is_scaled is False


def test_conflicting_settings_are_rejected(read):
    with pytest.raises(pulumi.RunError, match="snapStart is 'true', but must be false with"):
        read(snapStart="true", provisionedConcurrency="1")
    with pytest.raises(pulumi.RunError, match="certificateArn is '', but must be set together"):
        read(domainName="blog.example.com")
    with pytest.raises(pulumi.RunError, match="dockerImage is 'local', but must be a real image"):
        read(awsEndpoint="")


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("opneWrites", r"did you mean openWrites\?"),
        ("color", "use one of alarmEmail, alarmLatencyMs, allowedCidrs"),
    ],
)
def test_unknown_setting_error_lists_the_known_settings(read, key, advice):
    with pytest.raises(pulumi.RunError, match=f"unknown setting aws-blog-demo:{key}: {advice}"):
        read(**{key: "true"})


def test_error_for_a_list_that_is_text_shows_how_to_set_it(read):
    with pytest.raises(pulumi.RunError, match=r"pulumi config set --path 'allowedCidrs\[0\]'"):
        read(allowedCidrs='"10.0.0.0/8"')


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ('{"team": "web"}', "must map names to strings below tags"),
        ('{"tags": {"cost": 1}}', "must map names to strings below tags"),
        ('{"tags": {"stack": "x"}}', "must not have 'stack': the program sets"),
    ],
)
def test_invalid_default_tags_are_rejected(read, value, rule):
    with pytest.raises(pulumi.RunError, match=f"aws:defaultTags is .*, but {rule}"):
        read(default_tags=value)


def test_invalid_secret_is_not_shown(read):
    set_all_config({}, [f"{PROJECT}:alarmEmail"])
    with pytest.raises(pulumi.RunError, match="alarmEmail is a secret, but must be an email"):
        read(alarmEmail="hush")


def test_every_setting_has_a_description_and_a_default(pytestconfig):
    declared = yaml.safe_load((pytestconfig.rootpath / "Pulumi.yaml").read_text())["config"]

    for entry in declared.values():
        assert entry["description"]
        assert "default" in entry


@pytest.mark.parametrize("stack", ["stage", "prod"])
def test_provided_stack_files_are_valid_and_name_a_region(pytestconfig, stack):
    set_all_config(dict(load_project(pytestconfig.rootpath, stack, {}).config))

    settings = Settings.read(pulumi.Config(PROJECT), pulumi.Config("aws"), stack)

    assert settings.aws.region == "eu-west-1"
    assert settings.prefix == f"blog-{stack}"
    assert settings.tags == {"project": PROJECT, "stack": stack}


def test_memory_must_fit_the_cpu_size(read):
    assert read(taskCpu="512", taskMemory="4096").containers.memory == 4096
    with pytest.raises(pulumi.RunError, match=r"taskMemory is '512', .* with taskCpu 512"):
        read(taskCpu="512", taskMemory="512")


def test_paired_sizes_are_those_of_the_documented_table(pytestconfig, read):
    """The rows: taskCpu, vCPU, taskMemory, and memorySize with pairing cpu and price."""
    page = (pytestconfig.rootpath / "docs" / "comparison.md").read_text()
    row = r"\| (\d+) \| ([\d.]+) \| (\d+) \| (\d+|-) \| (\d+|-) \|"
    rows = [found.groups() for line in page.splitlines() if (found := re.fullmatch(row, line))]

    assert [int(cpu) for cpu, *_ in rows] == list(FARGATE_SIZES)
    for cpu, vcpus, memory, *paired in rows:
        assert (task_vcpus(int(cpu)), FARGATE_SIZES[int(cpu)][0]) == (float(vcpus), int(memory))
        for pairing, size in zip(("cpu", "price"), paired, strict=True):
            sizes = {"taskCpu": cpu, "taskMemory": memory, "pairing": pairing}
            if size == "-":
                with pytest.raises(pulumi.RunError, match=r"taskCpu is .*must be smaller: func"):
                    read(**sizes)
            else:
                assert read(**sizes).functions.memory_size == int(size)
                assert read(**sizes, memorySize=size).functions.memory_size == int(size)


def test_memory_is_free_without_pairing_and_must_be_given(read):
    assert read(pairing="none", memorySize="1769").functions.memory_size == 1769
    with pytest.raises(pulumi.RunError, match=r"memorySize is '0', but must be .* with pairing no"):
        read(pairing="none")


def test_physical_names_are_valid_and_differ_between_stacks():
    stacks = ["local", "Dev_1.x", "dev-1-x", "a" * 60, "a" * 59 + "b", "a"]

    prefixes = [physical_prefix("blog", stack) for stack in stacks]

    assert len(set(prefixes)) == len(stacks)
    for prefix in prefixes:
        assert len(f"{prefix}-DeleteBlog") <= 64
        assert prefix == prefix.lower().strip("-")


def test_setting_that_cannot_stay_secret_is_rejected_as_a_secret(read):
    set_all_config({}, [f"{PROJECT}:prefix"])
    with pytest.raises(
        pulumi.RunError, match="prefix is a secret, but only alarmEmail can be secret"
    ):
        read(prefix="hush")
