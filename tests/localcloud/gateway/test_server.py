"""What the gateway says by itself, its limits, its stage, its log."""

import asyncio
import http.client
import json
import logging

import pytest

from localcloud.contracts import FunctionError, RequestTooLarge, Throttled
from localcloud.runtimes.gateway import AccessLog, Gateway, GatewaySpec, Route, Throttle
from localcloud.runtimes.gateway.server import BODY_LIMIT
from tests.localcloud.gateway.conftest import read_reply

OWN = [
    (FunctionError("Unhandled", b"{}"), 500, "Internal Server Error"),
    (RuntimeError("a fault of ours"), 500, "Internal Server Error"),
    (Throttled("busy"), 503, "Service Unavailable"),
    (RequestTooLarge("6 MB"), 413, "Request Entity Too Large"),
]


@pytest.mark.parametrize(("error", "status", "message"), OWN)
async def test_an_error_of_the_target_has_the_gateways_answer(site, error, status, message):
    site.answer = error

    reply = await site.ask("GET", "/")

    assert (reply.status, reply.json) == (status, {"message": message})
    assert reply.header("apigw-requestid")
    assert reply.header("server") is None


async def test_only_an_unknown_error_is_logged_with_its_traceback(site, caplog):
    with caplog.at_level(logging.ERROR):
        for error, _, _ in OWN:
            site.answer = error
            await site.ask("GET", "/")

    assert [record.exc_info[0] for record in caplog.records] == [RuntimeError]


async def test_an_integration_time_out_is_unavailable(site):
    async def endless(_):
        await asyncio.Event().wait()

    route = Route(key="$default", target=endless, timeout_s=0.05)
    site.gateway.configure(GatewaySpec(api_id="x", routes=[route]))

    reply = await site.ask("GET", "/")

    assert (reply.status, reply.json) == (503, {"message": "Service Unavailable"})


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
async def test_a_named_stage_is_the_first_segment(site, target, path):
    site.configure("$default", stage="Prod")

    reply = await site.ask("GET", target)

    assert (reply.status, site.events[-1]["rawPath"]) == (200, path)


@pytest.mark.parametrize("target", ["/", "/blog", "/prod/blog", "/Production/blog", "/Pro"])
async def test_outside_the_stage_there_is_nothing(site, target):
    site.configure("$default", stage="Prod")

    reply = await site.ask("GET", target)

    assert (reply.status, reply.json, site.events) == (404, {"message": "Not Found"}, [])


async def test_a_path_without_a_route_is_not_found(site):
    site.configure("GET /blog")

    assert (await site.ask("PUT", "/blog")).status == 404
    assert (await site.ask("GET", "/")).status == 404


def test_a_port_that_is_not_started_has_no_routes_yet():
    assert Gateway(4000).url == "http://127.0.0.1:4000"


async def test_a_body_at_the_limit_passes(site):
    reply = await site.ask("POST", "/", body=b"x" * BODY_LIMIT)

    assert reply.status == 200


@pytest.mark.parametrize("size", [BODY_LIMIT + 1, 30_000_000])
async def test_a_larger_body_is_refused_in_a_way_that_can_be_read(site, size):
    def upload():
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
        connection.request("POST", "/", body=b"x" * size)
        response = connection.getresponse()
        connection.close()
        return response.status, response.read()

    for _ in range(3):
        status, body = await asyncio.to_thread(upload)
        assert (status, json.loads(body)) == (413, {"message": "Request Entity Too Large"})
    assert site.events == []


async def test_a_larger_body_without_a_length_is_refused(site):
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    reply = await site.send(head + chunk * 11 + b"0\r\n\r\n")

    assert reply.status == 413


EXPECTING = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n"


async def test_a_client_that_asks_first_is_told_to_go_on(site):
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(EXPECTING.format(3).encode())
    interim = await reader.readuntil(b"\r\n\r\n")
    writer.write(b"abc")
    reply = await read_reply(reader)
    writer.close()

    assert interim.startswith(b"HTTP/1.1 100 ")
    assert (reply.status, site.events[-1]["headers"]["content-length"]) == (200, "3")


async def test_a_client_that_asks_first_is_refused_before_it_sends(site):
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(EXPECTING.format(BODY_LIMIT + 1).encode())
    reply = await read_reply(reader)
    rest = await reader.read()
    writer.close()

    assert (reply.status, reply.header("connection"), rest) == (413, "close", b"")


async def test_a_client_that_asks_first_and_sends_no_body_is_a_bad_request(site):
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n")
    writer.write(b"Transfer-Encoding: chunked\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"zz\r\nabc")
    reply = await read_reply(reader)
    writer.close()

    assert reply.status == 400


async def test_a_body_that_is_none_is_a_bad_request(site, caplog):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    reply = await site.send(head + b"zz\r\nabc")

    assert (reply.status, reply.json, caplog.records) == (400, {"message": "Bad Request"}, [])


async def test_a_client_that_breaks_off_does_no_harm(site, caplog):
    _, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    assert (await site.ask("GET", "/")).status == 200
    assert [event["rawPath"] for event in site.events] == ["/"]
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
    ],
)
async def test_a_malformed_request_is_a_bad_request(site, head, caplog):
    reply = await site.send(f"{head}\r\n\r\n".encode())

    assert (reply.status, reply.json) == (400, {"message": "Bad Request"})
    assert reply.header("apigw-requestid")
    assert (reply.header("connection"), reply.header("server")) == ("close", None)
    assert (site.events, caplog.records) == ([], [])


async def test_throttling_refuses_what_is_over_the_burst(site):
    site.configure("$default", throttle=Throttle(rate_limit=0.001, burst_limit=3))

    replies = [await site.ask("GET", "/") for _ in range(5)]

    assert [reply.status for reply in replies] == [200, 200, 200, 429, 429]
    assert replies[-1].json == {"message": "Too Many Requests"}
    assert len(site.events) == 3


async def test_throttling_lets_through_what_the_rate_allows(site):
    site.configure("$default", throttle=Throttle(rate_limit=1000, burst_limit=1))

    statuses = []
    for _ in range(3):
        statuses.append((await site.ask("GET", "/")).status)
        await asyncio.sleep(0.01)

    assert statuses == [200, 200, 200]


async def test_the_access_log_has_a_line_for_each_request_in_the_declared_format(site, tmp_path):
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
    site.configure("GET /blog/{id}", stage="Prod", access_log=declared)
    site.answer = {"statusCode": 404, "body": "none"}
    reply = await site.ask("GET", "/Prod/blog/%C3%A9", ['User-Agent: a "quoted" one'])
    await site.ask("PUT", "/Prod/blog/1")
    site.answer = FunctionError("Unhandled", b"why")
    await site.ask("GET", "/Prod/blog/1")

    first, second, third = map(json.loads, log.read_text().splitlines())

    assert float(first.pop("latency")) >= 0
    assert first == {
        "id": reply.header("apigw-requestid"),
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


async def test_a_new_configuration_counts_from_the_next_request_on(site):
    entered, leave = asyncio.Event(), asyncio.Event()

    async def held(_):
        entered.set()
        await leave.wait()
        return b'"old"'

    site.gateway.configure(GatewaySpec(api_id="x", routes=[Route(key="$default", target=held)]))
    running = asyncio.create_task(site.ask("GET", "/"))
    await entered.wait()

    site.configure("GET /new")

    assert (await site.ask("GET", "/new")).status == 200
    leave.set()
    assert (await running).body == b"old"


async def test_a_bad_configuration_leaves_the_former_one(site):
    site.configure("GET /blog")

    with pytest.raises(ValueError, match="not a valid route key"):
        site.configure("nonsense")

    assert (await site.ask("GET", "/blog")).status == 200


async def test_stopping_lets_a_running_request_finish(site):
    entered, leave = asyncio.Event(), asyncio.Event()

    async def held(_):
        entered.set()
        await leave.wait()
        return b'"done"'

    site.gateway.configure(GatewaySpec(api_id="x", routes=[Route(key="$default", target=held)]))
    running = asyncio.create_task(site.ask("GET", "/"))
    await entered.wait()

    stopping = asyncio.create_task(site.gateway.stop())
    await asyncio.sleep(0.05)
    with pytest.raises(OSError, match="Connect"):
        await site.ask("GET", "/")
    leave.set()

    assert (await running).body == b"done"
    await stopping


async def test_stopping_cuts_off_what_takes_too_long():
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


async def test_a_port_is_free_again_at_once_and_a_taken_one_is_an_error(site):
    port = site.port
    other = Gateway(port)

    with pytest.raises(OSError, match="in use"):
        await other.start()

    await site.gateway.stop()
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
async def test_a_request_that_does_not_arrive_is_answered_and_closed(begun):
    gateway = Gateway(0, arrival_s=0.2)
    await gateway.start()
    try:
        port = int(gateway.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(begun)
        answer = await asyncio.wait_for(reader.read(), 20)
        writer.close()
    finally:
        await gateway.stop()

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert answer.endswith(b'{"message": "Request Timeout"}')
