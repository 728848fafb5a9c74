"""The X-Ray daemon, with datagrams like those of the X-Ray SDK."""

import json
import socket

import pytest

from localcloud.runtimes.traces import Daemon
from tests.localcloud.functions.conftest import until

SEGMENT = {
    "annotations": {"ColdStart": True, "Service": "functions"},
    "end_time": 1_700_000_000.0015,
    "id": "53995c3f42cd8ad8",
    "name": "## handler",
    "parent_id": "53995c3f42cd8ad7",
    "start_time": 1_700_000_000.0,
    "trace_id": "1-67891233-abcdef012345678912345678",
    "type": "subsegment",
}


@pytest.fixture
async def daemon(tmp_path):
    made = Daemon(tmp_path / "traces.log")
    await made.start()
    yield made
    await made.stop()


@pytest.mark.parametrize("datagram", [b"", b"x", b"{}\n{", b"{}\n[]", b"{}\n{}", b'{}\n{"name":1}'])
async def test_each_segment_is_one_line_of_the_log_and_the_rest_is_ignored(
    daemon, tmp_path, datagram
):
    host, port = daemon.address.split(":")
    valid = b'{"format":"json","version":1}\n' + json.dumps(SEGMENT).encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for sent in (datagram, valid):
            sender.sendto(sent, (host, int(port)))
    await until((tmp_path / "traces.log").exists)

    assert json.loads((tmp_path / "traces.log").read_text()) == {
        "timestamp": "2023-11-14T22:13:20+00:00",
        "trace_id": "1-67891233-abcdef012345678912345678",
        "service": "functions",
        "name": "## handler",
        "milliseconds": 1.5,
        "ColdStart": True,
    }
