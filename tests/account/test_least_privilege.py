"""The code of each backend with its declared role: the contract passes, all else is denied."""

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.responses import DynamoHandler

from lab.parity import cases
from tests.account.account import ACCOUNT_ID, REGION, connect
from tests.account.deployment import Deployment
from tests.account.enforcement import enforcing_iam
from tests.contract.checks import Backend, check_case
from tests.contract.clients import FunctionsClient, WsgiClient
from tests.contract.conftest import NO_GATEWAY, load
from tests.infra.variants import DEFAULTS

FORBIDDEN = 403
ITEM = {"id": {"S": "someone's"}}
# What a role could try: every action on items, and some on the table itself.
ATTEMPTS = {
    "BatchGetItem": lambda table: {"RequestItems": {table: {"Keys": [ITEM]}}},
    "BatchWriteItem": lambda table: {"RequestItems": {table: [{"PutRequest": {"Item": ITEM}}]}},
    "DeleteItem": lambda table: {"TableName": table, "Key": ITEM},
    "DeleteTable": lambda table: {"TableName": table},
    "DescribeTable": lambda table: {"TableName": table},
    "GetItem": lambda table: {"TableName": table, "Key": ITEM},
    "PutItem": lambda table: {"TableName": table, "Item": ITEM},
    "Query": lambda table: {
        "TableName": table,
        "KeyConditionExpression": "id = :id",
        "ExpressionAttributeValues": {":id": ITEM["id"]},
    },
    "Query/feed": lambda table: {
        "TableName": table,
        "IndexName": "feed",
        "KeyConditionExpression": "feed = :feed",
        "ExpressionAttributeValues": {":feed": {"S": "0"}},
    },
    "Scan": lambda table: {"TableName": table},
    "UpdateItem": lambda table: {"TableName": table, "Key": ITEM},
    "UpdateTable": lambda table: {"TableName": table, "DeletionProtectionEnabled": False},
}
ALLOWED = {
    "GetBlogs": {"BatchGetItem", "Query/feed"},
    "GetBlog": {"GetItem"},
    "PostBlog": {"GetItem", "PutItem"},
    "PutBlog": {"GetItem", "PutItem"},
    "DeleteBlog": {"DeleteItem", "GetItem"},
    "task": {"BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query/feed"},
    "execution": set(),
}


@pytest.fixture(scope="module")
def stack(stacks, endpoint):
    deployment = Deployment(stacks("careful"), endpoint, DEFAULTS)
    deployment.up()
    return deployment.outputs


@pytest.fixture(scope="module")
def other_table(endpoint):
    """Another table in the same account."""
    connect("dynamodb", endpoint).create_table(
        TableName="payroll",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    return "payroll"


@pytest.fixture(scope="module")
def roles(account, stack):
    """The ARN of each role by its owner."""
    functions = stack["FunctionNames"].items()
    task = account.task(stack)
    return {
        **{who: account.function(name)["Role"] for who, name in functions},
        "task": task["taskRoleArn"],
        "execution": task["executionRoleArn"],
    }


@pytest.fixture(scope="module")
def keys(endpoint, roles):
    """Credentials of each role, as a function or a task gets them."""
    sts = connect("sts", endpoint)
    return {
        who: _keys(sts.assume_role(RoleArn=arn, RoleSessionName=who)) for who, arn in roles.items()
    }


def _keys(answer):
    credentials = answer["Credentials"]
    return {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": credentials["SessionToken"],
    }


@pytest.fixture(scope="module")
def enforced(endpoint, pair, other_table):
    """The account with IAM enforced; what needs no permission is created before."""
    with pytest.MonkeyPatch.context() as patch:
        # For DynamoDB the emulator checks policies against `*`, not the resource of the request.
        patch.setattr(DynamoHandler, "_determine_resource", _table_arn, raising=False)
        with enforcing_iam(endpoint):
            yield other_table


def _table_arn(handler):
    """Return the ARN of the table or index of a request."""
    request = handler.body
    (table,) = request.get("RequestItems") or [request["TableName"]]
    index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{table}{index}"


@pytest.mark.parametrize("who", ALLOWED)
def test_role_allows_only_what_its_code_does(enforced, endpoint, keys, stack, who):
    dynamodb = connect("dynamodb", endpoint, keys[who])

    assert _allowed(dynamodb, stack["TableName"]) == ALLOWED[who]
    assert _allowed(dynamodb, enforced) == set()


def _allowed(dynamodb, table):
    return {one for one, make in ATTEMPTS.items() if _is_allowed(dynamodb, one, make(table))}


def _is_allowed(dynamodb, attempt, request):
    operation = attempt.partition("/")[0]
    model = dynamodb.meta.method_to_api_mapping
    method = next(name for name, api in model.items() if api == operation)
    try:
        getattr(dynamodb, method)(**request)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != FORBIDDEN:
            raise
        return False
    return True


@pytest.fixture(scope="module")
def longer_limits():
    """Longer limits: the emulator shares this process, and can be slower than DynamoDB."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("blog.database._READ_SECONDS", 30)
        patch.setattr("blog.timing.REQUEST_SECONDS", 60)
        yield


@pytest.fixture(scope="module")
def pair(endpoint, account, stack, keys, longer_limits):
    """Both backends in process, each part with its declared environment and role."""
    handlers = SimpleNamespace()
    for who, name in stack["FunctionNames"].items():
        declared = account.function(name)
        module, _, handler = declared["Handler"].rpartition(".")
        variables = declared["Environment"]["Variables"]
        loaded = load(module, _environment(endpoint, keys[who], variables))
        setattr(handlers, handler, getattr(loaded, handler))
    container = account.container(stack)
    variables = {one["name"]: one["value"] for one in container["environment"]}
    wsgi = load("container_src.wsgi", _environment(endpoint, keys["task"], variables))
    token = stack["WriteToken"]
    return (
        Backend("functions", FunctionsClient(handlers), token, NO_GATEWAY),
        Backend("containers", WsgiClient(wsgi.app), token),
    )


def _environment(endpoint, credentials, variables):
    return {
        **variables,
        **{name.upper(): value for name, value in credentials.items()},
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
        "AWS_LAMBDA_FUNCTION_NAME": "blog",
        "NO_PROXY": "*",
    }


@pytest.mark.parametrize("side", [0, 1], ids=["functions", "containers"])
def test_contract_passes_with_the_declared_roles(enforced, pair, side):
    backend = pair[side]
    for case in cases.API:
        if not backend.exempts(case):
            check_case(backend, case)


def test_contract_fails_with_the_role_of_another_function(enforced, endpoint, keys, stack):
    variables = {
        "TABLE_NAME": stack["TableName"],
        "OPEN_WRITES": "true",
        "POWERTOOLS_SERVICE_NAME": "functions",
        "POWERTOOLS_METRICS_NAMESPACE": "blog",
    }
    handlers = load("lambda_src.handlers", _environment(endpoint, keys["GetBlog"], variables))
    backend = Backend("functions", FunctionsClient(handlers), "none", NO_GATEWAY)

    assert backend.client.request("GET", "/blog/unknown").status == 404
    assert backend.client.request("GET", "/blog").status == 500
    assert (
        backend.write("POST", "/blog", b'{"title": "a", "author": "", "contents": ""}').status
        == 500
    )
