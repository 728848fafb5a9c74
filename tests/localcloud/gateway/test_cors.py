"""The CORS block, as declared."""

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


def cors_of(reply):
    return {
        name.removeprefix("access-control-"): value
        for name, value in reply.headers
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
async def test_a_preflight_that_no_route_takes_is_answered_by_the_gateway(site, path):
    site.configure("GET /blog", cors=DECLARED)

    reply = await site.ask("OPTIONS", path, [HERE, *PREFLIGHT])

    assert (reply.status, reply.body, site.events) == (204, b"", [])
    assert cors_of(reply) == FOR_PREFLIGHT
    assert reply.header("content-type") is None


@pytest.mark.parametrize("key", ["$default", "ANY /blog", "OPTIONS /blog", "ANY /{proxy+}"])
async def test_a_preflight_that_a_route_takes_gets_the_headers_added(site, key):
    site.configure("GET /blog", key, cors=DECLARED)
    site.answer = {
        "statusCode": 204,
        "headers": {"Access-Control-Allow-Origin": "evil", "Allow": "GET"},
    }

    reply = await site.ask("OPTIONS", "/blog", [HERE, *PREFLIGHT])

    assert (reply.status, reply.header("allow")) == (204, "GET")
    assert cors_of(reply) == FOR_PREFLIGHT


@pytest.mark.parametrize("origin", [[FOREIGN], []])
async def test_a_preflight_from_elsewhere_gets_no_permission(site, origin):
    site.configure("GET /blog", cors=DECLARED)

    reply = await site.ask("OPTIONS", "/blog", [*origin, *PREFLIGHT])

    assert (reply.status, cors_of(reply)) == (204, {})


async def test_a_plain_options_request_is_no_preflight(site):
    site.configure("GET /blog", cors=DECLARED)

    reply = await site.ask("OPTIONS", "/blog")

    assert reply.status == 404


async def test_an_answer_to_an_allowed_origin_can_be_read(site):
    site.configure("GET /blog", cors=DECLARED)
    site.answer = {
        "statusCode": 200,
        "headers": {"access-control-allow-origin": "*", "Access-Control-Allow-Methods": "PUT"},
        "body": "x",
    }

    reply = await site.ask("GET", "/blog", [HERE])

    assert cors_of(reply) == FOR_READING


@pytest.mark.parametrize("origin", [[FOREIGN], [], ["Origin: null"]])
async def test_an_answer_to_others_carries_no_cors_header_at_all(site, origin):
    site.configure("GET /blog", cors=DECLARED)
    site.answer = {"statusCode": 200, "headers": {"access-control-allow-origin": "*"}, "body": "x"}

    reply = await site.ask("GET", "/blog", origin)

    assert (reply.status, cors_of(reply)) == (200, {})


async def test_the_gateways_own_answers_can_be_read_too(site):
    site.configure("GET /blog", cors=DECLARED)

    reply = await site.ask("GET", "/nowhere", [HERE])

    assert (reply.status, cors_of(reply)) == (404, FOR_READING)


async def test_without_a_block_the_functions_headers_stay(site):
    site.configure("$default", cors=None)
    site.answer = {"statusCode": 200, "headers": {"access-control-allow-origin": "*"}}

    reply = await site.ask("OPTIONS", "/blog", [HERE, *PREFLIGHT])

    assert cors_of(reply) == {"allow-origin": "*"}
    assert len(site.events) == 1


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
async def test_origins_are_matched_whole(site, allowed, origin, expected):
    site.configure("$default", cors=Cors(allow_origins=allowed, allow_credentials=True))

    reply = await site.ask("GET", "/", [f"Origin: {origin}"])

    assert cors_of(reply).get("allow-origin") == expected
    assert cors_of(reply).get("allow-credentials") == (expected and "true")
