"""The settings of the namespace `aws` reach the provider, or stop the program."""

import json

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime import set_all_config

from infra.provider_options import provider_options
from tests.infra.variants import DEFAULTS

IDS = ["012345678901", "123456789012"]


@pytest.fixture
def read():
    def read(secrets=(), **options):
        set_all_config(
            {f"aws:{key}": value for key, value in options.items()},
            [f"aws:{key}" for key in secrets],
        )
        return provider_options(pulumi.Config("aws"))

    yield read
    set_all_config({}, [])


@pytest.mark.parametrize(
    ("key", "text", "name", "value"),
    [
        ("region", "eu-west-1", "region", "eu-west-1"),
        ("profile", "demo", "profile", "demo"),
        ("maxRetries", "3", "max_retries", 3),
        ("useFipsEndpoint", "true", "use_fips_endpoint", True),
        ("s3UsEast1RegionalEndpoint", "legacy", "s3_us_east1_regional_endpoint", "legacy"),
        ("allowedAccountIds", json.dumps(IDS), "allowed_account_ids", IDS),
        ("allowedAccountIds", "[123456789012]", "allowed_account_ids", ["123456789012"]),
        ("forbiddenAccountIds", json.dumps(IDS), "forbidden_account_ids", IDS),
        (
            "assumeRoles",
            '[{"roleArn": "arn:aws:iam::123456789012:role/deploy"}]',
            "assume_roles",
            [{"roleArn": "arn:aws:iam::123456789012:role/deploy"}],
        ),
        ("ignoreTags", '{"keys": ["owner"]}', "ignore_tags", {"keys": ["owner"]}),
    ],
)
def test_option_is_read_in_the_type_of_the_provider(read, key, text, name, value):
    assert read(**{key: text}) == {name: value}


@pytest.mark.parametrize(
    ("key", "text", "rule"),
    [
        ("maxRetries", "many", "is 'many', but must be a whole number"),
        ("useFipsEndpoint", "yes", "is 'yes', but must be true or false"),
        ("allowedAccountIds", "123456789012", "but must be a list"),
        ("forbiddenAccountIds", "[12345678901]", "but must be a list of account ids such as"),
        ("forbiddenAccountIds", '["production"]', "but must be a list of account ids such as"),
        ("ignoreTags", "[]", "but must be a mapping"),
    ],
)
def test_invalid_option_is_reported_in_one_line(read, key, text, rule):
    with pytest.raises(pulumi.RunError) as failure:
        read(**{key: text})

    assert str(failure.value).startswith(f"aws:{key} ")
    assert rule in str(failure.value)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("allowedAccountId", "Did you mean aws:allowedAccountIds?"),
        ("assumeRole", "Did you mean aws:assumeRoles?"),
        ("colour", "The AWS provider has no such option."),
    ],
)
def test_unknown_option_is_rejected_with_the_nearest_name(read, key, hint):
    with pytest.raises(pulumi.RunError) as failure:
        read(**{key: "x"})

    assert f"unknown setting aws:{key}. {hint}" in str(failure.value)
    assert f"pulumi config rm aws:{key}" in str(failure.value)


def test_every_parameter_of_the_provider_is_an_option(read):
    parameters = aws.ProviderArgs.__init__.__annotations__.keys() - {"return"}
    unknown = []
    for name in parameters:
        first, *others = name.split("_")
        key = first + "".join(other.capitalize() for other in others)
        try:
            assert read(**{key: "x"}) == {name: "x"}
        except pulumi.RunError as error:
            unknown += [key] if "unknown" in str(error) else []

    assert len(parameters) > 30
    assert unknown == []


async def test_secret_option_stays_secret(read):
    value = read(["token"], token="hush")["token"]

    assert isinstance(value, pulumi.Output)
    with pytest.raises(pulumi.RunError, match="aws:region is a secret, but it cannot be secret"):
        read(["region"], region="eu-west-1")


def test_options_reach_the_provider(declare_deployed):
    program = declare_deployed(
        **DEFAULTS,
        **{
            "aws:allowedAccountIds": json.dumps(IDS),
            "aws:profile": "demo",
            "aws:region": "us-west-1",
            "aws:skipMetadataApiCheck": "true",
        },
    )
    inputs = program.called("aws").inputs

    assert json.loads(inputs["allowedAccountIds"]) == IDS
    assert (inputs["region"], inputs["profile"]) == ("us-west-1", "demo")
    assert inputs["skipMetadataApiCheck"] == "true"
    assert not {"endpoints", "accessKey"} & inputs.keys()


def test_default_tags_are_merged_with_the_tags_of_the_program(declare_deployed):
    program = declare_deployed(
        **DEFAULTS,
        tags='{"team": "web"}',
        **{"aws:defaultTags": '{"tags": {"team": "other", "cost": "1"}}'},
    )

    assert json.loads(program.called("aws").inputs["defaultTags"]) == {
        "tags": {"project": "aws-blog-demo", "stack": "test", "team": "web", "cost": "1"}
    }


def test_with_an_endpoint_no_option_chooses_an_account(declare):
    options = {"aws:allowedAccountIds": json.dumps(IDS), "aws:profile": "demo"}

    assert not {"allowedAccountIds", "profile"} & declare(**options).called("aws").inputs.keys()
