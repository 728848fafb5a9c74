"""docs/deploy-policy.json allows what the program needs, in an account that enforces it.

The emulated account sees the requests of tests/account/handlers. The real provider also reads
resources and waits for them, which the policy allows by wildcards.
"""

import json
import re
from fnmatch import fnmatchcase

import boto3
import pytest
from moto.iam.access_control import IAMPolicy, IAMRequestBase
from moto.iam.responses import IamResponse

from tests.account.account import ACCOUNT_ID, REGION, connect
from tests.account.conftest import everything_on
from tests.account.deployment import Deployment
from tests.account.enforcement import enforcing_iam
from tests.infra.variants import VARIANTS
from tests.running import ROOT
from tests.scripts.programs import program

left_behind = program("left_behind")

POLICY = json.loads((ROOT / "docs" / "deploy-policy.json").read_text())
LIMIT = 6_144  # characters of a managed policy, without white space (IAM quotas)
# Where the emulator's names of actions are not those of IAM (Service Authorization Reference).
BUDGETS = {"CreateBudget": "ModifyBudget", "DeleteBudget": "ModifyBudget"}


VERBS = {"Create": "POST", "Delete": "DELETE", "Get": "GET", "Update": "PATCH"}


def action_of(name):
    """Return IAM's name of the action that the emulator calls *name*."""
    service, _, operation = name.partition(":")
    match service:
        case "apigateway":
            return f"apigateway:{VERBS[re.match('[A-Z][a-z]+', operation)[0]]}"
        case "tagging":
            return f"tag:{operation}"
        case "monitoring":
            return f"cloudwatch:{operation}"
        case "budgets":
            return f"budgets:{BUDGETS.get(operation, 'ViewBudget')}"
    return name


@pytest.fixture(scope="module")
def names_of_iam():
    """Let the account check IAM's names of actions, and the ARNs of roles."""
    check = IAMPolicy.is_action_permitted

    def role_arn(response):
        name = response.data.get("RoleName")
        return f"arn:aws:iam::{ACCOUNT_ID}:role/{name[0]}" if name else "*"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            IAMPolicy,
            "is_action_permitted",
            lambda policy, action, *others: check(policy, action_of(action), *others),
        )
        # The emulator computes another signature for some requests.
        patch.setattr(IAMRequestBase, "check_signature", lambda _: None)
        patch.setattr(IamResponse, "_determine_resource", role_arn)
        yield


def without_conditions(policy):
    """Return *policy* for the emulator, which denies what has a condition."""
    statements = [
        {key: value for key, value in one.items() if key != "Condition"}
        for one in policy["Statement"]
    ]
    return {**policy, "Statement": statements}


@pytest.fixture
def user(endpoint):
    """Return a function that creates a user with a policy, and returns its keys."""
    made = []

    def create(policy):
        iam = connect("iam", endpoint)
        name = f"deployer-{len(made)}"
        iam.create_user(UserName=name)
        arn = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(policy))["Policy"]["Arn"]
        iam.attach_user_policy(UserName=name, PolicyArn=arn)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        made.append((name, arn, key["AccessKeyId"]))
        return {
            "aws_access_key_id": key["AccessKeyId"],
            "aws_secret_access_key": key["SecretAccessKey"],
        }

    yield create
    iam = connect("iam", endpoint)
    for name, arn, key in made:
        iam.delete_access_key(UserName=name, AccessKeyId=key)
        iam.detach_user_policy(UserName=name, PolicyArn=arn)
        iam.delete_policy(PolicyArn=arn)
        iam.delete_user(UserName=name)


@pytest.fixture
def deployment_under(names_of_iam, endpoint, stacks, user):
    """Return a function that prepares a deployment under a policy."""

    def prepare(stack, policy, settings):
        if settings == "everything":  # in a zone of its own: destroying deletes the record
            settings = everything_on(endpoint, "deployer.example.com")
        else:
            settings = VARIANTS[settings]
        return Deployment(stacks(stack), endpoint, settings, user(policy))

    return prepare


@pytest.mark.parametrize("settings", ["everything", "prepared"])
def test_policy_allows_deploying_updating_and_destroying(deployment_under, endpoint, settings):
    deployment = deployment_under(f"may-{settings}", without_conditions(POLICY), settings)

    with enforcing_iam(endpoint):
        deployment.up()
        deployment.up(
            deletionProtection="false",
            functionTimeout="20",
            logRetentionDays="30",
            tags='{"team": "other"}',
        )
        assert deployment.missing() == []
        deployment.destroy()


@pytest.mark.parametrize("action", ["iam:CreateRole", "logs:CreateLogGroup", "apigateway:*"])
def test_deployment_fails_without_a_permission(deployment_under, endpoint, action):
    statements = [
        {**one, "Action": [name for name in one["Action"] if name != action]}
        for one in without_conditions(POLICY)["Statement"]
        if isinstance(one["Action"], list)
    ]
    deployment = deployment_under("may-not", {**POLICY, "Statement": statements}, "prepared")

    with enforcing_iam(endpoint), pytest.raises(Exception, match="not authorized"):
        deployment.up()
    deployment.destroy()


def test_policy_allows_to_list_what_is_left(names_of_iam, endpoint, user, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    session = boto3.Session(region_name=REGION, **user(without_conditions(POLICY)))
    cluster = f"arn:aws:ecs:{REGION}:{ACCOUNT_ID}:cluster/none"

    with enforcing_iam(endpoint):
        assert left_behind.find_names(session, {cluster}) == []
        assert left_behind.find_tagged(session, {"stack": "none"}) == []


def test_policy_fits_into_a_managed_policy():
    assert len(json.dumps(POLICY, separators=(",", ":"))) <= LIMIT


def test_policy_names_only_the_roles_of_the_program(deployments, both_up):
    (roles,) = (one for one in POLICY["Statement"] if one["Sid"] == "Roles")
    names = [
        one.outcome.id
        for deployment in deployments.values()
        for one in deployment.made()
        if one.type_ == "aws:iam/role:Role"
    ]

    assert len(names) >= 14
    for name in names:
        arn = f"arn:aws:iam::{ACCOUNT_ID}:role/{name}"
        assert any(fnmatchcase(arn, one) for one in roles["Resource"]), name
    others = [one for one in POLICY["Statement"] if one["Sid"] in ("Read", "Write")]
    written = [action for one in others for action in one["Action"] if action.startswith("iam:")]
    assert written == ["iam:ListRoles"]
