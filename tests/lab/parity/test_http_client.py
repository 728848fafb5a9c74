"""The HTTP client sends exactly the given bytes, and returns what arrives."""

from __future__ import annotations

import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from lab.parity.http_client import HttpClient
from lab.parity.messages import Request, Response
from tests.running import TIMEOUT_S

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: a\r\nETag: b\r\n\r\nok"


class Server:
    """Accepts one connection, reads as many bytes as expected, and sends bytes."""

    def __init__(self, listener, scheme="http"):
        self._listener = listener
        host, port = listener.getsockname()
        self.url = f"{scheme}://{host}:{port}/Prod"

    def exchange(self, request, sent, *, reads=1, timeout_s=TIMEOUT_S, tls=None):
        """Return the bytes that the server got, and the response of the client."""
        with ThreadPoolExecutor(1) as thread:
            received = thread.submit(self._serve, sent, reads)
            response = HttpClient(self.url, timeout_s, tls).send(request)
            return received.result(), response

    def _serve(self, sent, reads):
        received = b""
        try:
            connection, _ = self._listener.accept()
        except ssl.SSLError:  # the client does not trust the certificate
            return received
        with connection:
            while len(received) < reads and (data := connection.recv(65536)):
                received += data
            if sent is None:  # until the client closes
                while connection.recv(65536):
                    pass
            else:
                connection.sendall(sent)
        return received


@pytest.fixture
def server():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Server(listener)


def get(**changes):
    return Request(**{"method": "GET", "target": "/blog?a=\xe9", **changes})


def test_path_and_headers_are_sent_unchanged(server):
    headers = (("X-Name", "\xe9"), ("If-Match", ""), ("X-Name", "again"))
    received, response = server.exchange(
        get(target="/blog/../%41?a=[]", headers=headers), OK, reads=100
    )

    head, *lines = received.split(b"\r\n")
    assert head == b"GET /Prod/blog/../%41?a=[] HTTP/1.1"
    assert lines[3:] == [b"X-Name: \xe9", b"If-Match: ", b"X-Name: again", b"", b""]
    assert response == Response(200, {"content-length": "2", "etag": "a, b"}, b"ok")


def test_raw_request_is_sent_unchanged_with_the_host_and_the_path_of_the_backend(server):
    raw = b"GET <<base>>/ HTTP/1.1\r\nHost : <<host>>\r\nContent-Length: 9\r\n\r\n"
    received, _ = server.exchange(get(raw=raw), OK)

    host = server.url.split("/")[2].encode()
    assert received == raw.replace(b"<<base>>", b"/Prod").replace(b"<<host>>", host)


def test_write_without_a_body_has_a_length(server):
    received, _ = server.exchange(get(method="POST"), OK)

    assert received.endswith(b"\r\nContent-Length: 0\r\n\r\n")


class Refusing:
    """A connection to a server that responds and closes before it has read the whole request."""

    def __init__(self, response):
        self._response = [response, b""]

    def setsockopt(self, *_): ...

    def settimeout(self, _): ...

    def sendall(self, _):
        raise BrokenPipeError

    def recv(self, _):
        return self._response.pop(0)


def test_response_before_the_whole_body_was_read_is_returned(monkeypatch):
    early = Refusing(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
    monkeypatch.setattr(socket, "create_connection", lambda *_: nullcontext(early))

    response = HttpClient("http://127.0.0.1", 5).send(get(method="POST", body=b"long"))

    assert response.status == 413


def test_body_after_a_response_to_head_is_shown(server):
    _, response = server.exchange(get(method="HEAD"), OK)

    assert (response.status, response.body) == (200, b"ok")


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        (b"", "no response"),
        (b"hello\r\n\r\n", "no valid response"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "no valid response"),
    ],
)
def test_what_is_not_a_response_is_a_problem(server, sent, problem):
    _, response = server.exchange(get(), sent)

    assert response == Response(None, problem=problem)


def test_silent_server_is_left_after_the_timeout(server):
    _, response = server.exchange(get(), None, timeout_s=0.05)

    assert response == Response(None, problem="no response in time")


def test_server_that_is_not_there_is_a_problem():
    assert HttpClient("http://127.0.0.1:1", 5).send(get()).problem == "no response"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A file with a certificate of 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return file


@pytest.mark.parametrize("is_trusted", [True, False])
def test_https_needs_a_trusted_certificate(certificate, is_trusted):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    client = ssl.create_default_context(cafile=certificate) if is_trusted else None
    with (
        socket.create_server(("127.0.0.1", 0)) as plain,
        context.wrap_socket(plain, server_side=True) as listener,
    ):
        received, response = Server(listener, "https").exchange(get(), OK, tls=client)

    assert bool(received) == is_trusted
    assert response.status == (200 if is_trusted else None)
