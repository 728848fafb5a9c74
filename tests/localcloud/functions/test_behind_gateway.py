"""A function behind the local HTTP API: what a client sees."""

import asyncio
import json

import httpx
import pytest

from localcloud.runtimes.gateway import Gateway, GatewaySpec, Route
from tests.localcloud.functions.conftest import until

HANDLERS = """
import json, os, sys, time
answers = {
    "/fine": lambda event: {"statusCode": 200, "body": json.dumps(event)},
    "/fail": lambda event: 1 / 0,
    "/exit": lambda event: sys.exit(1),
    "/slow": lambda event: time.sleep(30),
    "/shape": lambda event: {"statusCode": "what"},
    "/large": lambda event: {"statusCode": 200, "body": "x" * 5_900_000},
    "/larger": lambda event: {"statusCode": 200, "body": "x" * 6_300_000},
    "/length": lambda event: {"statusCode": 200, "body": str(len(event["body"]))},
    "/held": lambda event: held(event["queryStringParameters"]["folder"]),
}

def handle(event, context):
    return answers[event["rawPath"]](event)

def held(folder):
    open(folder + "/entered", "w").close()
    while not os.path.exists(folder + "/leave"):
        time.sleep(0.005)
    return {"statusCode": 200, "body": "left"}
"""
FAILED = (500, {"message": "Internal Server Error"})


@pytest.fixture
async def gateway():
    made = Gateway(0)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def client(bench, gateway):
    """A client of a function with one environment and a time-out of one second."""
    bench.write("web.py", HANDLERS)
    function = bench.function(handler="web.handle", concurrency=1, timeout_s=1)
    route = Route(key="$default", target=function.invoke)
    gateway.configure(GatewaySpec(api_id="x", routes=[route]))
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=20) as made:
        made.function = function
        yield made


async def test_function_receives_the_request(client):
    reply = await client.post("/fine?a=1&a=2", json={"é": 1})

    event = reply.json()
    assert event["queryStringParameters"] == {"a": "1,2"}
    assert json.loads(event["body"]) == {"é": 1}


@pytest.mark.parametrize("path", ["/fail", "/exit", "/slow", "/shape", "/larger"])
async def test_every_failure_is_500_and_the_next_request_succeeds(client, path):
    reply = await client.get(path)

    assert (reply.status_code, reply.json()) == FAILED
    assert (await client.get("/fine")).status_code == 200


async def test_function_that_cannot_start_is_500(client, bench):
    await client.function.replace(bench.spec(handler="nowhere.handle"))

    reply = await client.get("/fine")

    assert (reply.status_code, reply.json()) == FAILED
    assert "No module named 'nowhere'" in bench.log.read_text()


async def test_throttled_function_is_503(client, bench, tmp_path):
    await client.function.replace(bench.spec(handler="web.handle", concurrency=1))
    held = asyncio.create_task(client.get("/held", params={"folder": str(tmp_path)}))
    await until((tmp_path / "entered").exists)

    refused = await client.get("/fine")

    (tmp_path / "leave").touch()
    assert (await held).text == "left"
    assert (refused.status_code, refused.json()) == (503, {"message": "Service Unavailable"})


async def test_bodies_up_to_lambda_s_limit_pass_both_ways(client):
    text = {"Content-Type": "text/plain; charset=utf-8"}

    answer = await client.get("/large")
    passed = await client.post("/length", content="é" * 3_000_000, headers=text)
    refused = await client.post("/length", content="x" * 6_291_400, headers=text)

    assert len(answer.content) == 5_900_000
    assert passed.text == "3000000"
    assert refused.status_code == 413
    assert refused.json() == {"message": "Request Entity Too Large"}
