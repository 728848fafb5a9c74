"""The state folder: ports and secrets that stay, and one local cloud at a time."""

import json
import socket
import stat

import pytest

from localcloud.state import State, StateError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    return tmp_path / "state"


@pytest.fixture
def opened(folder):
    """Opens the folder's state again and again, the one before closed."""
    states = []

    def reopen():
        for state in states:
            state.close()
        states.append(State(folder, "local"))
        return states[-1]

    yield reopen
    for state in states:
        state.close()


def test_a_port_stays_the_same_from_start_to_start(folder, opened):
    state = opened()
    port = state.port("api")

    assert opened().port("api") == port


def test_two_names_get_two_ports(folder, opened):
    state = opened()

    assert len({state.port(name) for name in ("a", "b", "c", "d")}) == 4


def test_the_error_for_a_port_in_use_names_it_and_does_not_store_it(folder, opened):
    state = opened()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(StateError, match=rf"Port {port} \(for the api\) is not available"):
            state.choose_ports({"api": port})

    state.choose_ports({"api": port})
    assert state.port("api") == port


def test_a_secret_is_created_once_and_only_the_owner_can_read_it(folder, opened):
    state = opened()
    assert state.secret("token", lambda: "first") == "first"
    state = opened()

    assert state.secret("token", lambda: "second") == "first"
    assert stat.S_IMODE((folder / "state.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_forgotten_secret_is_created_again(folder, opened):
    state = opened()
    state.secret("token", lambda: "first")

    state.forget_secret("token")

    assert state.secret("token", lambda: "second") == "second"


def test_a_folder_in_use_is_an_error(folder, opened):
    state = opened()

    with pytest.raises(
        StateError, match=r"another local cloud .* choose another folder with --state"
    ):
        State(folder, "local")

    state.close()
    State(folder, "local").close()


def test_two_parts_cannot_use_the_same_port(opened):
    state = opened()
    port = state.port("database")

    with pytest.raises(StateError, match=f"Two parts cannot use the same port .*api {port}"):
        state.choose_ports({"api": port, "balancer": None})
    with pytest.raises(StateError, match="Two parts cannot use the same port"):
        state.choose_ports({"api": 20001, "balancer": 20001})


def test_a_folder_with_other_contents_is_not_changed(tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "mine.log").write_text("mine")

    with pytest.raises(StateError, match="is not empty and not a state folder"):
        State(tmp_path, "local")
    assert (tmp_path / "logs" / "mine.log").read_text() == "mine"


@pytest.mark.parametrize("content", ["{", "[]", "null", '{"ports": {"api": "x"}, "secrets": {}}'])
def test_the_error_for_a_damaged_file_says_what_to_do(folder, content):
    State(folder, "local").close()
    (folder / "state.json").write_text(content)

    with pytest.raises(StateError, match=r"state\.json is damaged\. Delete it to start over"):
        State(folder, "local")


def test_a_folder_that_cannot_be_created_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StateError, match="the state folder is not usable"):
        State(tmp_path / "file" / "state", "local")


def test_outputs_are_found_through_the_pointer_until_the_stop(folder, opened, tmp_path):
    state = opened()
    state.publish({"FunctionsURL": "http://127.0.0.1:1/Prod"})

    (pointer,) = (tmp_path / "xdg" / "aws-blog-demo" / "running").glob("*.json")
    told = json.loads(pointer.read_text())
    assert told["stack"] == "local"
    outputs = folder / "outputs.json"
    assert told["outputs"] == str(outputs)
    assert json.loads(outputs.read_text()) == {"FunctionsURL": "http://127.0.0.1:1/Prod"}
    assert stat.S_IMODE(outputs.stat().st_mode) == 0o600
    assert json.loads((folder / "running.json").read_text()) == told

    state.close()
    assert not pointer.exists()
    assert not (folder / "running.json").exists()


@pytest.mark.parametrize("home", ["/proc/nope", None])
def test_one_warning_says_that_the_pointer_cannot_be_written(
    folder, opened, monkeypatch, caplog, home
):
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.delenv("HOME")
    if home:
        monkeypatch.setenv("HOME", home)
    monkeypatch.setattr("os.getuid", lambda: 2**31 - 3)  # of whom the system knows nothing
    state = opened()

    state.publish({"FunctionsURL": "http://127.0.0.1:1/Prod"})
    state.publish({"FunctionsURL": "http://127.0.0.1:2/Prod"})

    (line,) = caplog.messages
    assert "Clients cannot find this local cloud" in line
    assert "Set XDG_STATE_HOME" in line
    outputs = folder / "outputs.json"
    assert json.loads(outputs.read_text()) == {"FunctionsURL": "http://127.0.0.1:2/Prod"}
    state.close()
    assert not outputs.exists()


def test_logs_of_the_previous_run_are_kept(folder):
    State(folder, "local").close()
    log = folder / "logs" / "functions" / "a.log"
    log.parent.mkdir(parents=True)
    log.write_text("before the crash")

    State(folder, "local").close()

    assert not log.exists()
    assert log.with_suffix(".log.old").read_text() == "before the crash"
    State(folder, "local").close()
    assert not list(folder.rglob("*.log.old"))
