"""The gateway's own responses, limits, stage, access log and stop."""

import asyncio
import http.client
import json
import logging

import pytest

from localcloud.contracts import FunctionError, RequestTooLarge, Throttled
from localcloud.runtimes.gateway import AccessLog, Gateway, GatewaySpec, Route, Throttle
from localcloud.runtimes.gateway.server import BODY_LIMIT
from tests.localcloud.gateway.conftest import read_response

OWN = [
    (FunctionError("Unhandled", b"{}"), 500, "Internal Server Error"),
    (RuntimeError("a fault of ours"), 500, "Internal Server Error"),
    (Throttled("busy"), 503, "Service Unavailable"),
    (RequestTooLarge("6 MB"), 413, "Request Entity Too Large"),
]


@pytest.mark.parametrize(("error", "status", "message"), OWN)
async def test_error_of_the_target_is_the_gateways_response(api, error, status, message):
    api.result = error

    response = await api.request("GET", "/")

    assert (response.status, response.json) == (status, {"message": message})
    assert response.header("apigw-requestid")
    assert response.header("server") is None


async def test_only_an_unexpected_error_is_logged_with_a_traceback(api, caplog):
    with caplog.at_level(logging.ERROR):
        for error, _, _ in OWN:
            api.result = error
            await api.request("GET", "/")

    assert [record.exc_info[0] for record in caplog.records] == [RuntimeError]


async def test_integration_timeout_is_503(api):
    async def endless(_):
        await asyncio.Event().wait()

    route = Route(key="$default", target=endless, timeout_s=0.05)
    api.gateway.configure(GatewaySpec(api_id="x", routes=[route]))

    response = await api.request("GET", "/")

    assert (response.status, response.json) == (503, {"message": "Service Unavailable"})


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/Prod", "/Prod/"),
        ("/Prod/", "/Prod/"),
        ("/Prod?a=1", "/Prod/"),
        ("/Prod/blog", "/Prod/blog"),
        ("/Prod//blog", "/Prod//blog"),
    ],
)
async def test_named_stage_is_the_first_path_segment(api, target, path):
    api.configure("$default", stage="Prod")

    response = await api.request("GET", target)

    assert (response.status, api.events[-1]["rawPath"]) == (200, path)


@pytest.mark.parametrize("target", ["/", "/blog", "/prod/blog", "/Production/blog", "/Pro"])
async def test_path_outside_the_stage_is_404(api, target):
    api.configure("$default", stage="Prod")

    response = await api.request("GET", target)

    assert (response.status, response.json, api.events) == (404, {"message": "Not Found"}, [])


async def test_path_without_a_route_is_404(api):
    api.configure("GET /blog")

    assert (await api.request("PUT", "/blog")).status == 404
    assert (await api.request("GET", "/")).status == 404


def test_url_is_known_before_the_start():
    assert Gateway(4000).url == "http://127.0.0.1:4000"


async def test_body_at_the_limit_is_accepted(api):
    response = await api.request("POST", "/", body=b"x" * BODY_LIMIT)

    assert response.status == 200


@pytest.mark.parametrize("size", [BODY_LIMIT + 1, 30_000_000])
async def test_client_can_read_the_413_after_sending_too_much(api, size):
    def upload():
        connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=10)
        connection.request("POST", "/", body=b"x" * size)
        response = connection.getresponse()
        connection.close()
        return response.status, response.read()

    for _ in range(3):
        status, body = await asyncio.to_thread(upload)
        assert (status, json.loads(body)) == (413, {"message": "Request Entity Too Large"})
    assert api.events == []


async def test_too_large_body_without_a_length_is_413(api):
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    response = await api.send(head + chunk * 11 + b"0\r\n\r\n")

    assert response.status == 413


EXPECTING = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n"


async def test_expect_continue_gets_100_and_then_the_response(api):
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(EXPECTING.format(3).encode())
    interim = await reader.readuntil(b"\r\n\r\n")
    writer.write(b"abc")
    response = await read_response(reader)
    writer.close()

    assert interim.startswith(b"HTTP/1.1 100 ")
    assert (response.status, api.events[-1]["headers"]["content-length"]) == (200, "3")


async def test_expect_continue_with_a_too_large_body_gets_413_at_once(api):
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(EXPECTING.format(BODY_LIMIT + 1).encode())
    response = await read_response(reader)
    rest = await reader.read()
    writer.close()

    assert (response.status, response.header("connection"), rest) == (413, "close", b"")


async def test_malformed_body_after_100_continue_is_400(api):
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n")
    writer.write(b"Transfer-Encoding: chunked\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"zz\r\nabc")
    response = await read_response(reader)
    writer.close()

    assert response.status == 400


async def test_malformed_chunk_is_400(api, caplog):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    response = await api.send(head + b"zz\r\nabc")

    assert (response.status, response.json, caplog.records) == (400, {"message": "Bad Request"}, [])


async def test_client_that_disconnects_does_no_harm(api, caplog):
    _, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    assert (await api.request("GET", "/")).status == 200
    assert [event["rawPath"] for event in api.events] == ["/"]
    assert caplog.records == []


HOST = "HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.1\r\nHost : x",
        "NONSENSE",
        "GET /" + "x" * 11_000 + " HTTP/1.1",
        f"GET / {HOST}A: " + "x" * 6_000 + "\r\nB: " + "x" * 6_000,
        f"GET / {HOST}A: \x01",
        f"GET blog {HOST}",
        f"GET http:///blog {HOST}",
        f"POST / {HOST}Content-Type: text/plain\r\nContent-Type: text/plain",
        f"POST / {HOST}Content-Length: 5\r\nTransfer-Encoding: chunked",
        f"POST / {HOST}Transfer-Encoding: gzip",
        f"POST / {HOST}Transfer-Encoding: gzip, chunked",
        f"POST / {HOST}Transfer-Encoding: identity",
        f"CONNECT x:443 {HOST}",
        "GET / HTTP/1.9\r\nHost: x",
    ],
)
async def test_malformed_request_is_400(api, head, caplog):
    response = await api.send(f"{head}\r\n\r\n".encode())

    assert (response.status, response.json) == (400, {"message": "Bad Request"})
    assert response.header("apigw-requestid")
    assert (response.header("connection"), response.header("server")) == ("close", None)
    assert (api.events, caplog.records) == ([], [])


async def test_requests_over_the_burst_limit_are_429(api):
    api.configure("$default", throttle=Throttle(rate_limit=0.001, burst_limit=3))

    responses = [await api.request("GET", "/") for _ in range(5)]

    assert [response.status for response in responses] == [200, 200, 200, 429, 429]
    assert responses[-1].json == {"message": "Too Many Requests"}
    assert len(api.events) == 3


async def test_rate_limit_refills_the_burst(api):
    api.configure("$default", throttle=Throttle(rate_limit=1000, burst_limit=1))

    statuses = []
    for _ in range(3):
        statuses.append((await api.request("GET", "/")).status)
        await asyncio.sleep(0.01)

    assert statuses == [200, 200, 200]


async def test_access_log_has_one_line_per_request_as_declared(api, tmp_path):
    log = tmp_path / "logs" / "access.log"
    layout = {
        "id": "$context.requestId",
        "ip": "$context.identity.sourceIp",
        "agent": "$context.identity.userAgent",
        "method": "$context.httpMethod",
        "path": "$context.path",
        "route": "$context.routeKey",
        "status": "$context.status",
        "length": "$context.responseLength",
        "latency": "$context.integrationLatency",
        "error": "$context.integrationErrorMessage",
        "message": "$context.error.message",
        "function": "$context.integration.status",
        "other": "$context.authorizer.claims.sub",
    }
    declared = AccessLog(path=log, format=json.dumps(layout, indent=1))
    api.configure("GET /blog/{id}", stage="Prod", access_log=declared)
    api.result = {"statusCode": 404, "body": "none"}
    response = await api.request("GET", "/Prod/blog/%C3%A9", ['User-Agent: a "quoted" one'])
    await api.request("PUT", "/Prod/blog/1")
    api.result = FunctionError("Unhandled", b"why")
    await api.request("GET", "/Prod/blog/1")

    first, second, third = map(json.loads, log.read_text().splitlines())

    assert float(first.pop("latency")) >= 0
    assert first == {
        "id": response.header("apigw-requestid"),
        "ip": "127.0.0.1",
        "agent": 'a "quoted" one',
        "method": "GET",
        "path": "/Prod/blog/é",
        "route": "GET /blog/{id}",
        "status": "404",
        "length": "4",
        "error": "-",
        "message": "-",
        "function": "404",
        "other": "-",
    }
    assert (second["status"], second["route"], second["latency"]) == ("404", "-", "-")
    assert second["message"] == "Not Found"
    assert (third["status"], third["error"]) == ("500", "Unhandled: why")


async def test_new_configuration_applies_to_the_next_request(api):
    entered, leave = asyncio.Event(), asyncio.Event()

    async def held(_):
        entered.set()
        await leave.wait()
        return b'"old"'

    api.gateway.configure(GatewaySpec(api_id="x", routes=[Route(key="$default", target=held)]))
    running = asyncio.create_task(api.request("GET", "/"))
    await entered.wait()

    api.configure("GET /new")

    assert (await api.request("GET", "/new")).status == 200
    leave.set()
    assert (await running).body == b"old"


async def test_invalid_configuration_keeps_the_previous_one(api):
    api.configure("GET /blog")

    with pytest.raises(ValueError, match="not a valid route key"):
        api.configure("nonsense")

    assert (await api.request("GET", "/blog")).status == 200


async def test_stop_lets_a_running_request_finish(api):
    entered, leave = asyncio.Event(), asyncio.Event()

    async def held(_):
        entered.set()
        await leave.wait()
        return b'"done"'

    api.gateway.configure(GatewaySpec(api_id="x", routes=[Route(key="$default", target=held)]))
    running = asyncio.create_task(api.request("GET", "/"))
    await entered.wait()

    stopping = asyncio.create_task(api.gateway.stop())
    await asyncio.sleep(0.05)
    with pytest.raises(OSError, match="Connect"):
        await api.request("GET", "/")
    leave.set()

    assert (await running).body == b"done"
    await stopping


async def test_stop_cuts_off_a_request_that_takes_too_long():
    gateway = Gateway(0, drain_s=0.1)
    await gateway.start()
    entered = asyncio.Event()

    async def endless(_):
        entered.set()
        await asyncio.Event().wait()

    gateway.configure(GatewaySpec(api_id="x", routes=[Route(key="$default", target=endless)]))
    _, writer = await asyncio.open_connection("127.0.0.1", int(gateway.url.rpartition(":")[2]))
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    await entered.wait()

    async with asyncio.timeout(2):
        await gateway.stop()
    writer.close()


async def test_stopped_gateway_frees_its_port_at_once(api):
    port = api.port
    other = Gateway(port)

    with pytest.raises(OSError, match="in use"):
        await other.start()

    await api.gateway.stop()
    await other.start()
    assert other.url == f"http://127.0.0.1:{port}"
    await other.stop()


@pytest.mark.parametrize(
    "begun",
    [
        b"GET / HT",
        b"GET / HTTP/1.1\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
    ],
)
async def test_request_that_does_not_arrive_is_408(begun):
    gateway = Gateway(0, arrival_s=0.2)
    await gateway.start()
    try:
        port = int(gateway.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(begun)
        received = await asyncio.wait_for(reader.read(), 20)
        writer.close()
    finally:
        await gateway.stop()

    assert received.startswith(b"HTTP/1.1 408 ")
    assert received.endswith(b'{"message": "Request Timeout"}')
