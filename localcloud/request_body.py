"""Reads the body of an HTTP request up to a limit, so that the client can read the response."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from aiohttp import HttpVersion11, hdrs
from aiohttp.web import BaseRequest

_DRAIN_S: Final = 10.0  # a client that sends for longer is disconnected


class BodyTooLarge(Exception):
    """The body exceeds the limit; what was received of it is discarded."""


async def read_body(request: BaseRequest, limit: int) -> bytes:
    """Read the whole body, or read and discard it and raise BodyTooLarge."""
    announced = request.content_length or 0
    waits = _expects_continue(request)
    if waits and announced <= limit:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # or the response's headers would count as sent
    elif waits:
        raise BodyTooLarge  # the client has not sent the body yet
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if max(len(body), announced) > limit:
            await _discard_rest(request)
            raise BodyTooLarge
    return bytes(body)


def _expects_continue(request: BaseRequest) -> bool:
    expected = request.headers.get(hdrs.EXPECT, "")
    return request.version == HttpVersion11 and expected.lower() == "100-continue"


async def _discard_rest(request: BaseRequest) -> None:
    # If a server responds and closes while the client still sends, the kernel resets the
    # connection, and the client does not receive the response.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_S):
            async for _ in request.content.iter_any():
                pass
