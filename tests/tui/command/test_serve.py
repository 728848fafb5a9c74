"""`blogs serve`: the app in a browser, only for the user who started it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.running import TIMEOUT_S, descendants, is_alive, wait_until
from tests.tui.command.serving import printed_address, serving
from tests.tui.fake import TOKEN, FakeBlogs, serve
from tui.command.arguments import app_arguments
from tui.command.cli import main


@pytest.fixture(scope="module")
def backend():
    with serve(FakeBlogs(5)) as served:
        yield served


@pytest.fixture(scope="module")
def server(backend, tmp_path_factory):
    """Yield one process for all tests that do not stop it."""
    with serving(backend, tmp_path_factory.mktemp("state")) as process:
        yield process


@pytest.fixture(scope="module")
def address(server):
    return printed_address(server)


@contextlib.asynccontextmanager
async def browser_session(address):
    """Open the printed URL as a browser does, and keep the cookie."""
    jar = aiohttp.CookieJar(unsafe=True)  # accepts cookies of an IP address
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        async with session.get(address.geturl()) as response:
            assert response.status == 200
            assert "key=" not in str(response.url)
        yield session


@pytest.fixture
async def visitor(address):
    async with browser_session(address) as session:
        yield session


async def websocket_status(session, address, **headers):
    """Open the WebSocket, and return the status."""
    url = f"http://{address.netloc}/ws?width=80&height=24"
    try:
        async with session.ws_connect(url, headers=headers) as socket:
            message = await socket.receive(timeout=TIMEOUT_S)
            assert message.type is aiohttp.WSMsgType.TEXT or message.data
            return 101
    except aiohttp.WSServerHandshakeError as error:
        return error.status


async def test_a_websocket_of_the_served_page_is_accepted(visitor, address):
    assert await websocket_status(visitor, address, Origin=f"http://{address.netloc}") == 101


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://127.0.0.1",
        "http://127.0.0.1.evil.example:{port}",
        "https://127.0.0.1:{port}",
        "http://localhost:{port}",
        None,
    ],
)
async def test_a_websocket_of_another_origin_is_rejected(visitor, address, origin):
    headers = {"Origin": origin.format(port=address.port)} if origin else {}

    assert await websocket_status(visitor, address, **headers) == 403


@pytest.mark.parametrize("path", ["/", "/static/js/textual.js", "/download/x", "/ws"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "localhost:{port}", ""])
async def test_requests_with_another_host_are_rejected(visitor, address, path, host):
    headers = {"Host": host.format(port=address.port), "Origin": f"http://{address.netloc}"}
    async with visitor.get(f"http://{address.netloc}{path}", headers=headers) as response:
        assert response.status == 403


@pytest.mark.parametrize("path", ["/", "/static/js/textual.js", "/ws", "/?key=wrong", "/?key=%ff"])
async def test_requests_without_the_key_are_rejected(address, path):
    async with aiohttp.ClientSession() as session:
        headers = {"Origin": f"http://{address.netloc}"}
        async with session.get(f"http://{address.netloc}{path}", headers=headers) as response:
            assert response.status == 403
            assert "Set-Cookie" not in response.headers


async def test_other_origins_cannot_read_or_frame_the_page(visitor, address):
    url = f"http://{address.netloc}/"
    async with visitor.get(url, headers={"Origin": "http://evil.example"}) as response:
        assert response.status == 403
    async with visitor.get(url) as response:
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"
        assert TOKEN not in await response.text()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 0), (signal.SIGKILL, -9)])
async def test_the_end_of_the_server_ends_its_apps(backend, tmp_path, number, status):
    with serving(backend, tmp_path) as process:
        address = printed_address(process)
        url = f"http://{address.netloc}/ws?width=80&height=24"
        origin = {"Origin": f"http://{address.netloc}"}
        async with (
            browser_session(address) as session,
            session.ws_connect(url, headers=origin) as socket,
        ):
            await socket.receive(timeout=TIMEOUT_S)
            family = descendants(process.pid)
            assert len(family) > 1
            process.send_signal(number)
            assert await asyncio.to_thread(process.wait, TIMEOUT_S) == status
    await asyncio.to_thread(wait_until, lambda: not any(map(is_alive, family)))


async def test_closing_the_page_ends_its_app(server, visitor, address):
    url = f"http://{address.netloc}/ws?width=80&height=24"
    async with visitor.ws_connect(url, headers={"Origin": f"http://{address.netloc}"}) as socket:
        await socket.receive(timeout=TIMEOUT_S)
        apps = descendants(server.pid)[1:]
        assert apps
    await asyncio.to_thread(wait_until, lambda: not any(map(is_alive, apps)))


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["serve"], []),
        (["--stack", "x", "serve", "--port", "1"], ["--stack", "x"]),
        (["serve", "--port=1", "--backend", "containers"], ["--backend", "containers"]),
        (["--stack", "serve", "serve"], ["--stack", "serve"]),
    ],
)
def test_the_app_gets_the_arguments_except_those_of_serve(words, shown):
    assert app_arguments(words) == shown


def test_a_missing_backend_or_a_used_port_is_an_error(capsys, backend, monkeypatch):
    assert main(["serve", "--port", "0"]) == 2
    assert "No backend found" in capsys.readouterr().err
    monkeypatch.setenv("BLOGS_FUNCTIONS_URL", f"{backend.url}/Prod")
    taken = str(urlsplit(backend.url).port)
    assert main(["serve", "--port", taken]) == 2
    assert f"Port {taken} is not available" in capsys.readouterr().err
