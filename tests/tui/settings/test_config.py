"""The configuration file, and the precedence of option, variable and file."""

from __future__ import annotations

from argparse import Namespace

import pytest

from tui import theme
from tui.settings import config, local_clouds, preferences
from tui.settings.backends import Finder, Flags
from tui.settings.values import BackendName, SettingsError

F, C = BackendName.FUNCTIONS, BackendName.CONTAINERS


@pytest.fixture
def environ(tmp_path):
    return {
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path),
        "HOME": str(tmp_path),
        "PATH": "",
    }


@pytest.fixture
def written(tmp_path, environ):
    """Write the configuration file, and return its settings."""

    def write(text):
        file = tmp_path / "blogs" / "config.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return config.read(environ)

    return write


def find(environ, **flags):
    return Finder(flags=Flags(**flags), environ=environ, config=config.read(environ)).find()


def test_without_a_file_nothing_is_set(environ):
    assert config.read(environ) == config.Config()


def test_without_a_home_folder_nothing_is_read_or_stored(monkeypatch):
    monkeypatch.setattr("os.getuid", lambda: 2**31 - 3)  # a user id that does not exist
    monkeypatch.delenv("HOME", raising=False)

    for environ in ({}, {"HOME": "/dev/null"}):
        assert config.read(environ) == config.Config()
        assert local_clouds.running(environ) == []
        with pytest.raises(NotADirectoryError):
            theme.store(environ, "nord")


def test_every_key_is_read(written, tmp_path):
    found = written(
        'functions_url = "https://f.example/Prod"\ncontainers_url = "https://c.example"\n'
        'token_file = "token"\nproject = "~/p"\nbackend = "containers"\ntimeout = 5\n'
        'read_only = true\ntheme = "nord"\n'
    )

    assert found.urls == {F: "https://f.example/Prod", C: "https://c.example"}
    assert found.token_file == str(tmp_path / "blogs" / "token")
    assert (found.backend, found.timeout, found.read_only, found.theme) == (
        "containers",
        5,
        True,
        "nord",
    )
    assert not found.project.startswith("~")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("read_onyl = true", "Unknown key read_onyl .* Use one of functions_url, containers_url"),
        ('write_token = "s3cret"', "Put the token in its own file, and set token_file"),
        ("[backends]\nx = 1", "Unknown key backends"),
        ('read_only = "yes"', "read_only .* use true or false"),
        ('timeout = "5"', "timeout .* use a number of seconds"),
        ("timeout = true", "timeout .* use a number of seconds"),
        ("stack = 5", "stack .* use a text in quotes"),
        ('stack = ""', "stack .* not empty"),
        ("stack", "is not valid TOML"),
        (b"\xff", "not UTF-8"),
        ('stack = "a"\nfunctions_url = "https://f.example"', "sets both a stack and URLs"),
        ('token_file = "x"', "token_file without URLs"),
    ],
)
def test_an_invalid_file_is_one_error(written, text, words):
    with pytest.raises(SettingsError, match=words) as caught:
        written(text)

    assert "config.toml" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_folder_in_place_of_the_file_is_an_error(environ, tmp_path):
    (tmp_path / "blogs" / "config.toml").mkdir(parents=True)

    with pytest.raises(SettingsError, match=r"config\.toml: Is a directory"):
        config.read(environ)


def test_options_and_variables_override_the_urls_of_the_file(environ, written, tmp_path):
    written('functions_url = "https://file.example/Prod"\ntoken_file = "token"')
    (tmp_path / "blogs" / "token").write_text("of-the-file\n")

    assert find(environ).get(F).url == "https://file.example/Prod"
    assert find(environ).token.header() == "Bearer of-the-file"
    assert find(environ).token.source.startswith("token_file in ")

    flagged = find(environ, urls={F: "https://flag.example"})
    assert flagged.get(F).url == "https://flag.example"
    assert flagged.token is None

    environ["BLOGS_WRITE_TOKEN"] = "of-the-environment"
    assert find(environ).token.header() == "Bearer of-the-environment"

    environ["BLOGS_CONTAINERS_URL"] = "https://env.example"
    found = find(environ)
    assert list(found.by_name) == [C]


def test_a_stack_and_urls_in_variables_are_an_error(environ):
    environ |= {"BLOGS_STACK": "dev", "BLOGS_FUNCTIONS_URL": "https://env.example"}

    with pytest.raises(SettingsError, match="either BLOGS_STACK or the URL variables"):
        find(environ)
    assert find(environ, urls={F: "https://flag.example", C: "https://flag.example"}).get(F)


def preferred(environ, **flags):
    return preferences.find(Namespace(**flags), environ, config.read(environ))


def test_settings_come_from_option_variable_or_file_in_this_order(environ, written, tmp_path):
    assert preferred(environ).timeout == preferences.SettingValue(value=30.0, source="default")

    written("timeout = 1\nread_only = true\nbackend = 'containers'\ntheme = 'nord'")
    found = preferred(environ)
    file = str(tmp_path / "blogs" / "config.toml")
    assert found.timeout == preferences.SettingValue(value=1.0, source=file)
    assert found.read_only == preferences.SettingValue(value=True, source=file)
    assert found.backend == preferences.SettingValue(value=C, source=file)
    assert found.theme == preferences.SettingValue(value="nord", source=file)

    environ |= {"BLOGS_TIMEOUT": "2", "BLOGS_READ_ONLY": "0", "BLOGS_BACKEND": "functions"}
    found = preferred(environ)
    assert found.timeout == preferences.SettingValue(value=2.0, source="BLOGS_TIMEOUT")
    assert found.read_only == preferences.SettingValue(value=False, source="BLOGS_READ_ONLY")
    assert found.backend == preferences.SettingValue(value=F, source="BLOGS_BACKEND")

    found = preferred(environ, timeout="3", read_only=True, backend="containers")
    assert found.timeout == preferences.SettingValue(value=3.0, source="--timeout")
    assert found.read_only == preferences.SettingValue(value=True, source="--read-only")
    assert found.backend == preferences.SettingValue(value=C, source="--backend")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BLOGS_TIMEOUT", "soon"),
        ("BLOGS_TIMEOUT", "nan"),
        ("BLOGS_TIMEOUT", "0"),
        ("BLOGS_READ_ONLY", "perhaps"),
        ("BLOGS_BACKEND", "lambda"),
    ],
)
def test_the_error_for_an_invalid_variable_names_it(environ, variable, value):
    environ[variable] = value

    with pytest.raises(SettingsError, match=variable):
        preferred(environ)


def test_the_source_of_a_stack_is_shown(environ, written, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "tui.settings.pulumi_cli.outputs", lambda *_: {"FunctionsURL": "https://f.example/Prod"}
    )
    written('stack = "prod"')

    assert find(environ).deployment.chosen_by == str(tmp_path / "blogs" / "config.toml")
    environ["BLOGS_STACK"] = "dev"
    assert (find(environ).deployment.stack, find(environ).deployment.chosen_by) == (
        "stack dev",
        "BLOGS_STACK",
    )
