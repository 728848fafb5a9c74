"""CORS as the API declares it."""

import pytest

from localcloud.runtimes.gateway import Cors

HERE = "Origin: https://blog.example"
FOREIGN = "Origin: https://other.example"
PREFLIGHT = [
    "Access-Control-Request-Method: DELETE",
    "Access-Control-Request-Headers: authorization,if-match",
]
DECLARED = Cors(
    allow_origins=["https://blog.example"],
    allow_methods=["GET", "POST", "DELETE"],
    allow_headers=["authorization", "if-match"],
    expose_headers=["ETag", "Link"],
    max_age=300,
)


def cors_of(response):
    return {
        name.removeprefix("access-control-"): value
        for name, value in response.headers
        if name.startswith("access-control-")
    }


FOR_PREFLIGHT = {
    "allow-origin": "https://blog.example",
    "allow-methods": "GET,POST,DELETE",
    "allow-headers": "authorization,if-match",
    "max-age": "300",
}
FOR_READING = {"allow-origin": "https://blog.example", "expose-headers": "ETag,Link"}


@pytest.mark.parametrize("path", ["/blog", "/nowhere"])
async def test_gateway_responds_to_a_preflight_without_a_route(api, path):
    api.configure("GET /blog", cors=DECLARED)

    response = await api.request("OPTIONS", path, [HERE, *PREFLIGHT])

    assert (response.status, response.body, api.events) == (204, b"", [])
    assert cors_of(response) == FOR_PREFLIGHT
    assert response.header("content-type") is None


@pytest.mark.parametrize("key", ["$default", "ANY /blog", "OPTIONS /blog", "ANY /{proxy+}"])
async def test_headers_are_added_to_a_preflight_with_a_route(api, key):
    api.configure("GET /blog", key, cors=DECLARED)
    api.result = {
        "statusCode": 204,
        "headers": {"Access-Control-Allow-Origin": "evil", "Allow": "GET"},
    }

    response = await api.request("OPTIONS", "/blog", [HERE, *PREFLIGHT])

    assert (response.status, response.header("allow")) == (204, "GET")
    assert cors_of(response) == FOR_PREFLIGHT


@pytest.mark.parametrize("origin", [[FOREIGN], []])
async def test_preflight_from_another_origin_gets_no_cors_headers(api, origin):
    api.configure("GET /blog", cors=DECLARED)

    response = await api.request("OPTIONS", "/blog", [*origin, *PREFLIGHT])

    assert (response.status, cors_of(response)) == (204, {})


async def test_plain_options_request_is_not_a_preflight(api):
    api.configure("GET /blog", cors=DECLARED)

    response = await api.request("OPTIONS", "/blog")

    assert response.status == 404


async def test_allowed_origin_may_read_the_response(api):
    api.configure("GET /blog", cors=DECLARED)
    api.result = {
        "statusCode": 200,
        "headers": {"access-control-allow-origin": "*", "Access-Control-Allow-Methods": "PUT"},
        "body": "x",
    }

    response = await api.request("GET", "/blog", [HERE])

    assert cors_of(response) == FOR_READING


@pytest.mark.parametrize("origin", [[FOREIGN], [], ["Origin: null"]])
async def test_other_origins_get_no_cors_headers(api, origin):
    api.configure("GET /blog", cors=DECLARED)
    api.result = {"statusCode": 200, "headers": {"access-control-allow-origin": "*"}, "body": "x"}

    response = await api.request("GET", "/blog", origin)

    assert (response.status, cors_of(response)) == (200, {})


async def test_the_gateways_own_responses_have_cors_headers(api):
    api.configure("GET /blog", cors=DECLARED)

    response = await api.request("GET", "/nowhere", [HERE])

    assert (response.status, cors_of(response)) == (404, FOR_READING)


async def test_without_cors_configuration_the_functions_headers_stay(api):
    api.configure("$default", cors=None)
    api.result = {"statusCode": 200, "headers": {"access-control-allow-origin": "*"}}

    response = await api.request("OPTIONS", "/blog", [HERE, *PREFLIGHT])

    assert cors_of(response) == {"allow-origin": "*"}
    assert len(api.events) == 1


@pytest.mark.parametrize(
    ("allowed", "origin", "expected"),
    [
        (["*"], "https://a.example", "*"),
        (["https://*"], "https://a.example", "https://a.example"),
        (["https://*"], "http://a.example", None),
        (["http://localhost:3000"], "http://localhost:3000", "http://localhost:3000"),
        (["http://localhost:3000"], "http://localhost:30001", None),
        (["https://a.example"], "https://a.example.evil", None),
        ([], "https://a.example", None),
    ],
)
async def test_origin_is_compared_as_a_whole(api, allowed, origin, expected):
    api.configure("$default", cors=Cors(allow_origins=allowed, allow_credentials=True))

    response = await api.request("GET", "/", [f"Origin: {origin}"])

    assert cors_of(response).get("allow-origin") == expected
    assert cors_of(response).get("allow-credentials") == (expected and "true")
