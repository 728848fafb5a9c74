"""Reads the body of an HTTP request up to a limit, so that the client can read the answer."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from aiohttp import HttpVersion11, hdrs
from aiohttp.web import BaseRequest

_DRAIN_S: Final = 10.0  # a client that sends for longer than this is cut off


class BodyTooLarge(Exception):
    """The body is over the limit; what could be read of it was dropped."""


async def read_body(request: BaseRequest, limit: int) -> bytes:
    """Read the whole body, or read and drop all of it and raise BodyTooLarge."""
    announced = request.content_length or 0
    waits = _waits_for_consent(request)
    if waits and announced <= limit:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # or the answer's headers would count as sent
    elif waits:
        raise BodyTooLarge  # the client has not begun to send: there is nothing to drop
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if max(len(body), announced) > limit:
            await _drop_rest(request)
            raise BodyTooLarge
    return bytes(body)


def _waits_for_consent(request: BaseRequest) -> bool:
    expected = request.headers.get(hdrs.EXPECT, "")
    return request.version == HttpVersion11 and expected.lower() == "100-continue"


async def _drop_rest(request: BaseRequest) -> None:
    # A server that answers and closes while the client still sends makes the kernel reset the
    # connection, and the client never sees the answer.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_S):
            async for _ in request.content.iter_any():
                pass
