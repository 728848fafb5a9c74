"""What responses and exceptions mean for the log."""

import errno
import os
import ssl
from types import SimpleNamespace

import aiohttp
import pytest

from lab.load.event_loop import loop_factory
from lab.load.responses import error_class, outcome, server_name, server_times
from lab.load.worker import CpuMeter
from lab.rows import ErrorClass, Outcome

PROBLEM = b'{"type": "about:blank", "title": "Unavailable", "status": 503}'
KEY = SimpleNamespace(host="h", port=1, ssl=True, is_ssl=True)


def connector_error(kind, number=errno.ECONNREFUSED):
    return kind(KEY, OSError(number, "x"))


@pytest.mark.parametrize(
    ("status", "media_type", "body", "expected"),
    [
        (200, "application/json", b"[]", Outcome.OK),
        (201, "application/json", b"{}", Outcome.ERROR),
        (429, "text/plain", b"", Outcome.THROTTLED),
        (503, "application/json", b'{"message":"Service Unavailable"}', Outcome.THROTTLED),
        (503, "application/json", b'{"Message":"Rate exceeded"}', Outcome.THROTTLED),
        (503, "application/problem+json", PROBLEM, Outcome.ERROR),
        (503, "application/problem+json", b'{"message": "x"}', Outcome.ERROR),
        (503, "application/json", b"[]", Outcome.ERROR),
        (503, "text/html", b"<html>", Outcome.ERROR),
        (502, "application/json", b'{"message":"Bad Gateway"}', Outcome.ERROR),
        (404, "application/problem+json", b"{}", Outcome.ERROR),
    ],
)
def test_only_limits_of_the_platform_are_throttles(status, media_type, body, expected):
    assert outcome(status, 200, media_type, body) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("app;dur=1.234, db;dur=0.5, init;dur=300", {"app": 1.234, "db": 0.5, "init": 300}),
        ("app ; dur=1", {"app": 1}),
        ('app;desc="handler";dur=4.2', {"app": 4.2}),
        ('app; DUR="4.2"', {"app": 4.2}),
        ("myapp;dur=9, app-db;dur=8, x;y=app;dur=7", {}),
        ("app;dur=1, db;dur=1e400, init;dur=-1", {"app": 1}),
        ("cache;desc=hit", {}),
        ("app;dur=x", {}),
        ("", {}),
    ],
)
def test_server_timing_is_read(header, expected):
    assert server_times({"Server-Timing": header}) == expected
    assert server_times({}) == {}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("containers/ip-10-0-0-1", "containers/ip-10-0-0-1"),
        ("a\udcffb", "a?b"),
        ("\x1b]0;title\x07", "?]0;title?"),
        ("\x9b31m \xe9", "?31m ?"),
        ("x" * 5000, "x" * 128),
    ],
)
def test_the_name_of_a_server_is_short_printable_ascii(header, expected):
    assert server_name({"X-Served-By": header}) == expected
    assert server_name({}) == ""


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TimeoutError(), ErrorClass.TIMEOUT),
        (aiohttp.ConnectionTimeoutError(), ErrorClass.TIMEOUT),
        (aiohttp.SocketTimeoutError(), ErrorClass.TIMEOUT),
        (connector_error(aiohttp.ClientConnectorError), ErrorClass.CONNECT),
        (connector_error(aiohttp.ClientConnectorDNSError), ErrorClass.DNS),
        (connector_error(aiohttp.ClientConnectorSSLError), ErrorClass.TLS),
        (aiohttp.ClientConnectorCertificateError(KEY, ssl.CertificateError()), ErrorClass.TLS),
        (connector_error(aiohttp.ClientConnectorError, errno.EMFILE), ErrorClass.DESCRIPTORS),
        (connector_error(aiohttp.ClientConnectorError, errno.EADDRNOTAVAIL), ErrorClass.PORTS),
        (aiohttp.ClientOSError(errno.ECONNRESET, "x"), ErrorClass.CLOSED),
        (ConnectionResetError(), ErrorClass.CLOSED),
        (aiohttp.ServerDisconnectedError(), ErrorClass.CLOSED),
        (aiohttp.ClientPayloadError(), ErrorClass.CLOSED),
        (aiohttp.ClientResponseError(None, ()), ErrorClass.PROTOCOL),
        (aiohttp.InvalidURL("x"), ErrorClass.PROTOCOL),
    ],
)
def test_every_failure_has_a_class(error, expected):
    assert error_class(error) is expected


def test_a_lookup_that_fails_without_descriptors_is_the_fault_of_the_generator(monkeypatch):
    def exhausted(_):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(os, "dup", exhausted)
    error = connector_error(aiohttp.ClientConnectorDNSError)
    assert error_class(error) is ErrorClass.DESCRIPTORS


def test_without_uvloop_the_loop_is_that_of_asyncio(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "uvloop", None)
    assert loop_factory() is None


def test_the_cpu_share_is_that_of_the_busiest_five_seconds():
    samples = [(t, min(t, 10) * 0.1 + max(0, t - 10) * 0.9) for t in range(20)]
    clock = iter(samples)
    meter = CpuMeter(lambda: next(clock))
    for _ in samples[1:]:
        meter.sample()

    assert meter.share() == pytest.approx(0.9)


def test_the_cpu_share_of_a_short_run_is_that_of_the_whole_run():
    clock = iter([(0.0, 1.0), (0.5, 1.45), (2.0, 1.5)])
    meter = CpuMeter(lambda: next(clock))
    meter.sample()
    meter.sample()

    assert meter.share() == pytest.approx(0.25)
