"""`python -m localcloud`, as a user starts and ends it."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.blog.databases import free_port
from tests.running import (
    Load,
    RunningCloud,
    descendants,
    edit,
    is_alive,
    project_copy,
    wait_until,
)

TRACE = "Root=1-67891233-abcdef012345678912345678"
BLOG = {"title": "Kept", "author": "tests", "contents": "Words."}


@pytest.fixture
def start(tmp_path):
    """Starts local clouds on one state folder; the test ends with none of them running."""
    clouds = []

    def start(*arguments, **options):
        cloud = RunningCloud(options.pop("state", tmp_path / "state"), *arguments, **options)
        clouds.append(cloud)
        return cloud

    yield start
    for cloud in clouds:
        with cloud:
            pass


def post(cloud, url, identity):
    answer = httpx.post(f"{url}/blog", json={**BLOG, "id": identity}, headers=cloud.authorization)
    assert answer.status_code == 201, answer.text


def ids(url):
    return {blog["id"] for blog in httpx.get(f"{url}/blog", params={"limit": 100}).json()}


HOSTILE = {
    "AWS_PROFILE": "nope",
    "AWS_DEFAULT_PROFILE": "nope",
    "AWS_CONFIG_FILE": "/nope/config",
    "AWS_ACCESS_KEY_ID": "AKIAREALLOOKINGKEY00",
    "AWS_SECRET_ACCESS_KEY": "real-looking-secret",
    "AWS_SESSION_TOKEN": "real-looking-session",
    "AWS_REGION": "",
    "AWS_ENDPOINT_URL": "https://dynamodb.us-east-1.amazonaws.com",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "HTTPS_PROXY": "http://127.0.0.1:1",
    "ALL_PROXY": "http://127.0.0.1:1",
    "PYTHONPATH": "/nope/packages",
}
FOREIGN = (b"AKIAREAL", b"real-looking", b"nope/", b"=nope", b"PROXY=http", b"amazonaws.com")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    """One for the tests that leave it running, started in an environment full of traps."""
    state = tmp_path_factory.mktemp("shared") / "state"
    with RunningCloud(state, environment=HOSTILE) as cloud:
        yield cloud.ready()


def test_aws_settings_of_the_user_reach_no_process(cloud):
    post(cloud, cloud.functions, "trap-f")
    post(cloud, cloud.containers, "trap-c")

    parts = [
        pid
        for pid in cloud.processes()[1:]
        if b"guardian.py" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    assert len(parts) >= 4
    for pid in parts:
        variables = Path(f"/proc/{pid}/environ").read_bytes()
        assert not [word for word in FOREIGN if word in variables]


def test_everything_listens_on_loopback_only(cloud):
    httpx.get(f"{cloud.functions}/blog")

    addresses = [address for pid in cloud.processes() for address in listening(pid)]

    assert len(addresses) >= 4
    assert all(address.startswith("127.") for address in addresses)


def test_the_error_for_a_state_folder_in_use_names_the_process(cloud, refused):
    status, errors = refused("--state", str(cloud.state))

    assert status == 1
    line = errors.strip().splitlines()[-1]
    assert f"another local cloud (process {cloud.process.pid}) uses" in line
    assert "--state" in line
    assert httpx.get(f"{cloud.functions}/").status_code == 200


def test_the_help_s_example_of_another_stack_runs_beside_the_first(cloud, command, start, tmp_path):
    (line,) = (line for line in command("--help").stdout.splitlines() if "--stack workshop" in line)
    api, balancer = free_port(), free_port()
    words = line.replace(" 8000", f" {api}").replace(" 8001", f" {balancer}").split()

    assert words[:3] == ["python", "-m", "localcloud"]
    other = start(*words[3:], "--config", "tracing=true").ready()

    assert other.functions == f"http://127.0.0.1:{api}/Prod"
    assert other.containers == f"http://127.0.0.1:{balancer}"
    post(other, other.functions, "only-here")
    assert ids(other.containers) == {"only-here"}
    assert "only-here" not in ids(cloud.containers)
    assert cloud.token != other.token
    (pointer,) = (tmp_path / "xdg" / "aws-blog-demo" / "running").glob("*.json")
    entry = json.loads(pointer.read_text())
    assert (entry["pid"], entry["stack"]) == (other.process.pid, "workshop")
    published = json.loads(Path(entry["outputs"]).read_text())
    assert published.pop("CloudWatchEndpoint").startswith("http://127.0.0.1:")
    assert published == other.outputs
    httpx.get(f"{other.containers}/blog", headers={"X-Amzn-Trace-Id": f"{TRACE};Sampled=1"})
    stopped(signal.SIGTERM)(other, other.processes())
    assert not pointer.exists()
    traces = (other.state / "logs" / "traces.log").read_text().splitlines()
    traced = {line["service"]: line["trace_id"] for line in map(json.loads, traces)}
    assert traced.keys() == {"functions", "blog-workshop-containers"}
    assert f"Root={traced['blog-workshop-containers']}" == TRACE


def interrupted_under_load(cloud, running):
    with httpx.Client() as client:
        for url in [cloud.functions, cloud.containers] * 20:
            client.get(f"{url}/blog")
        stopped(signal.SIGINT)(cloud, running)


def stopped(number):
    def stop(cloud, running):
        assert cloud.stop(number) == 0, cloud.read_log()
        assert not [pid for pid in running if is_alive(pid)]

    return stop


def interrupted_twice(cloud, running):
    cloud.process.send_signal(signal.SIGINT)
    cloud.wait_for_log("stopping")
    cloud.process.send_signal(signal.SIGINT)
    assert cloud.process.wait(60) in (0, 130)


def input_ended(cloud, running):
    cloud.process.stdin.close()
    assert cloud.process.wait(60) == 0
    assert not [pid for pid in running if is_alive(pid)]


def killed(cloud, running):
    cloud.process.kill()
    cloud.process.wait()


def all_killed(cloud, running):
    for pid in running:
        os.kill(pid, signal.SIGKILL)
    cloud.process.wait()


def guardian_killed(cloud, running):
    os.kill(part(cloud, "guardian.py"), signal.SIGKILL)

    assert cloud.process.wait(60) == 1
    assert (
        "localcloud: the guardian process was killed, so everything was stopped" in cloud.read_log()
    )
    assert "Traceback" not in cloud.read_log()
    assert not [pid for pid in running if is_alive(pid)]


# Two other tests here end with SIGTERM and with the end of input.
ENDS = (interrupted_under_load, killed, guardian_killed)
MORE_ENDS = (
    all_killed,
    stopped(signal.SIGHUP),
    interrupted_twice,
    input_ended,
    stopped(signal.SIGTERM),
)


@pytest.mark.parametrize("ends", [ENDS, pytest.param(MORE_ENDS, marks=pytest.mark.sweep)], ids=len)
def test_any_end_stops_everything_and_the_next_start_has_all_blogs(start, ends):
    api, balancer = free_port(), free_port()
    given = ["--api-port", str(api), "--balancer-port", str(balancer)]
    outputs, posted = [], set()
    for number, end in enumerate(ends):
        cloud = start(*given, "--until-eof", stdin=subprocess.PIPE).ready()
        given = []  # they are kept
        assert ids(cloud.functions) == ids(cloud.containers) == posted
        for side, url in (("f", cloud.functions), ("c", cloud.containers)):
            for one in range(3):
                identity = f"{side}{one}-{number}"
                post(cloud, url, identity)
                posted.add(identity)
        running = cloud.processes()
        assert len(running) > 4
        end(cloud, running)

        cloud.process.stdin.close()
        wait_until(lambda running=running: not any(is_alive(pid) for pid in running))
        outputs.append(cloud.outputs)
        cloud.log.unlink()
    assert outputs[0]["FunctionsURL"] == f"http://127.0.0.1:{api}/Prod"
    assert outputs[0]["ContainersURL"] == f"http://127.0.0.1:{balancer}"
    assert outputs == [outputs[0]] * len(ends)


def test_killed_processes_are_restarted_and_the_blogs_stay(cloud):
    post(cloud, cloud.functions, "kept")
    stored = ids(cloud.functions)
    before = httpx.get(f"{cloud.containers}/").headers["x-served-by"]
    os.kill(part(cloud, "gunicorn"), signal.SIGKILL)

    def served_by_another():
        answer = httpx.get(f"{cloud.containers}/")
        return answer.status_code == 200 and answer.headers["x-served-by"] != before

    wait_until(served_by_another, cloud.read_log)
    os.kill(part(cloud, "dynalite"), signal.SIGKILL)
    wait_until(
        lambda: httpx.get(f"{cloud.containers}/blog/kept").status_code == 200, cloud.read_log
    )
    assert ids(cloud.functions) == stored


def listening(pid):
    """Return the addresses on which a process listens."""
    inodes = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a connection that was closed since
            link = str(fd.readlink())
            if link.startswith("socket:"):
                inodes.add(link[8:-1])
    found = []
    for table, family, size in (("tcp", socket.AF_INET, 8), ("tcp6", socket.AF_INET6, 32)):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                words = re.findall("." * 8, fields[1][:size])
                packed = b"".join(bytes.fromhex(word)[::-1] for word in words)
                found.append(socket.inet_ntop(family, packed))
    return found


def part(cloud, name):
    """Return the pid of the first process whose command contains *name*."""
    for pid in descendants(cloud.process.pid):
        if name.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    raise AssertionError(f"no process runs {name}")


def test_ctrl_c_during_the_start_leaves_nothing(start, tmp_path):
    for moment in ("starting the database", "running the program"):
        cloud = start()
        cloud.wait_for_log(moment)
        running = cloud.processes()

        assert cloud.stop(signal.SIGINT) == 0, cloud.read_log()
        assert not [pid for pid in running if is_alive(pid)]
        assert "Traceback" not in cloud.read_log()
        cloud.log.unlink()


def test_the_error_for_a_port_in_use_is_one_line(refused):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        status, errors = refused("--api-port", str(port))

    assert status == 1
    assert f"Port {port} (for the api) is not available" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "openWrites=yes"], "openWrites is 'yes', but must be true or false"),
        (["--config", "opneWrites=true"], "opneWrites: unknown setting. Did you mean openWrites?"),
        (
            ["--project", "/"],
            "/Pulumi.yaml does not exist. Run this command in the project's folder.",
        ),
        (["--dynamodb-endpoint", "http://127.0.0.1:9"], "127.0.0.1:9"),
        (
            ["--dynamodb-endpoint", "https://dynamodb.eu-west-1.amazonaws.com"],
            "never connects to AWS",
        ),
    ],
)
def test_a_failed_start_ends_with_one_line(refused, arguments, message):
    status, errors = refused(*arguments)

    assert status == 1
    assert message in errors
    assert errors.splitlines()[-1].startswith("localcloud: ")


@pytest.mark.parametrize(
    "arguments", [["--stack", "../x"], ["--config", "x"], ["--api-port", "0"], ["--api-port", "x"]]
)
def test_the_error_for_a_wrong_argument_shows_it(refused, arguments):
    status, errors = refused(*arguments)

    assert status == 2
    assert repr(arguments[1]) in errors


def test_help_shows_examples(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    answer = command("--help")

    options = "project stack state config api-port balancer-port dynamodb-endpoint"
    for option in [*options.split(), "reload", "engine", "until-eof"]:
        assert f"--{option}" in answer.stdout
    assert "examples:\n  python -m localcloud\n" in answer.stdout
    assert max(map(len, answer.stdout.splitlines())) <= 80


@pytest.fixture
def project(tmp_path):
    """A copy of the project in a folder with a difficult name."""
    return project_copy(tmp_path / "проект mit Leerzeichen & 'quotes' #1")


def test_reload_applies_edits_and_reports_errors(start, project):
    cloud = start("--reload", "--until-eof", project=project, stdin=subprocess.PIPE).ready()
    cloud.wait_for_log("watching for edits")
    edits_fail_no_request(cloud, project)
    error_in_the_program_changes_nothing(cloud, project)
    error_in_a_handler_fails_only_its_requests(cloud, project)
    input_ended(cloud, cloud.processes())


def edits_fail_no_request(cloud, project):
    post(cloud, cloud.functions, "before")
    health = project / "blog" / "operations.py"
    with Load(cloud.outputs) as load:
        edit(health, '"status": "ok"', '"status": "edited"')
        for url in (cloud.functions, cloud.containers):
            wait_until(lambda url=url: "edited" in httpx.get(f"{url}/").text, cloud.read_log)
        edit(project / "Pulumi.yaml", "default: cpu\n", "default: price\n")
        cloud.wait_for_log("changed: Pulumi.yaml")
        wait_until(lambda: applied(cloud) == 2, cloud.read_log)

    assert load.failures == []
    assert load.count > 20
    assert ids(cloud.functions) == {"before"}


def error_in_the_program_changes_nothing(cloud, project):
    program = project / "__main__.py"
    edit(program, "settings = ", "settings = 1 / 0  # ")
    cloud.wait_for_log("not applied")
    assert "ZeroDivisionError" in cloud.read_log()
    assert httpx.get(f"{cloud.functions}/blog").status_code == 200

    edit(program, "settings = 1 / 0  # ", "settings = ")
    wait_until(lambda: applied(cloud) == 3, cloud.read_log)
    assert httpx.get(f"{cloud.functions}/blog").status_code == 200


def error_in_a_handler_fails_only_its_requests(cloud, project):
    handlers = project / "lambda_src" / "handlers.py"
    edit(handlers, "from __future__", "import nonsense\nfrom __future__")
    wait_until(lambda: applied(cloud) == 4, cloud.read_log)

    answer = httpx.get(f"{cloud.functions}/blog")
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})
    log = cloud.state / "logs" / "functions" / "blog-local-GetBlogs.log"
    assert "nonsense" in log.read_text() or "from __future__" in log.read_text()
    assert httpx.get(f"{cloud.containers}/blog").status_code == 200


def applied(cloud):
    return cloud.read_log().splitlines().count("applied")
