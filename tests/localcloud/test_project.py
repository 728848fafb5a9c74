"""The project's files and the settings given on the command line."""

import pytest

from localcloud.engine.project import ProjectError, load_for_pulumi, load_project

PROJECT = """
name: demo
runtime: python
config:
  size: {type: integer, default: 5}
  open: {type: boolean, default: false}
  origins: {type: array, default: ["*"]}
  image: {type: string}
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    return tmp_path


def test_defaults_are_encoded_as_pulumi_encodes_them(root):
    project = load_project(root, "local", {})

    assert project.name == "demo"
    assert project.config == {"demo:size": "5", "demo:open": "false", "demo:origins": '["*"]'}


def test_command_line_precedes_stack_file_precedes_defaults(root):
    (root / "Pulumi.local.yaml").write_text(
        "config: {demo:size: 6, demo:image: local, aws:region: x}"
    )

    project = load_project(root, "local", {"size": "7"})

    assert project.config["demo:size"] == "7"
    assert project.config["demo:image"] == "local"
    assert project.config["aws:region"] == "x"


@pytest.mark.parametrize(("stack", "size"), [("local", "6"), ("other", "6"), ("stage", "7")])
def test_the_fallback_is_for_stacks_without_a_file(root, stack, size):
    (root / "Pulumi.local.yaml").write_text("config: {demo:size: 6}")
    (root / "Pulumi.stage.yaml").write_text("config: {demo:size: 7}")

    assert load_project(root, stack, {}, fallback="local").config["demo:size"] == size
    assert load_project(root, "other", {}).config["demo:size"] == "5"


@pytest.mark.parametrize(
    ("key", "advice"),
    [("weight", r"Settings: image, open, origins, size\."), ("sizes", r"Did you mean size\?")],
)
def test_the_error_for_an_unknown_setting_lists_the_known_settings(root, key, advice):
    with pytest.raises(ProjectError, match=rf"--config {key}: unknown setting\. {advice}"):
        load_project(root, "local", {key: "7"})


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("demo:size:", 'demo:size has no value. For an empty text, write ""'),
        ("demo:size: 8:32", "8:32 does not mean the same"),
    ],
)
def test_the_error_for_an_ambiguous_value_shows_what_to_write(root, setting, reason):
    (root / "Pulumi.local.yaml").write_text(f"config:\n  {setting}\n")

    with pytest.raises(ProjectError) as raised:
        load_project(root, "local", {})

    assert reason in str(raised.value)
    assert "Pulumi.local.yaml" in str(raised.value)


ENDPOINT = "demo:awsEndpoint: http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ("demo:size: 7", ""),
        ("demo:size: {secure: AAAB}", ""),
        ("demo:sizes: 7", "Did you mean size?"),
        ("demo:size: yes", "does not mean the same"),
        ("demo:size: 1\n  demo:size: 2", "set twice"),
        ("demo:size:", "has no value"),
    ],
)
def test_real_engine_may_have_any_settings(root, settings, wrong):
    described = (root / "Pulumi.yaml").read_text()
    (root / "Pulumi.yaml").write_text(f'{described}\n  awsEndpoint: {{default: ""}}\n')
    (root / "Pulumi.local.yaml").write_text(f"config:\n  {ENDPOINT}\n  {settings}\n")

    project, reported = load_for_pulumi(root, "local")

    assert (project.name, project.config["demo:awsEndpoint"]) == ("demo", "http://127.0.0.1:1")
    assert wrong in reported
    assert bool(wrong) == bool(reported)


def test_an_unknown_setting_in_the_stack_s_file_is_an_error(root):
    (root / "Pulumi.local.yaml").write_text("config: {demo:weight: 7}")

    with pytest.raises(ProjectError, match=r"Pulumi\.local\.yaml: demo:weight: unknown setting"):
        load_project(root, "local", {})


def test_short_forms_of_settings_are_read(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text(
        "name: demo\nconfig: {size: 5, aws:region: eu-north-1, aws:profile: {value: x}}"
    )

    config = load_project(tmp_path, "local", {}).config

    assert config == {"demo:size": "5", "aws:region": "eu-north-1", "aws:profile": "x"}


@pytest.mark.parametrize("file", ["Pulumi.yaml", "Pulumi.local.yaml"])
def test_settings_must_be_a_mapping(root, file):
    (root / file).write_text("name: demo\nconfig:\n  - x\n")

    with pytest.raises(ProjectError, match=f"{file}: config must be a mapping"):
        load_project(root, "local", {})


@pytest.mark.parametrize("value", ["{secure: AAAB}", "{a: {secure: AAAB}}", "[{secure: AAAB}]"])
def test_the_error_for_an_encrypted_setting_names_the_option(root, value):
    (root / "Pulumi.local.yaml").write_text(f"config: {{demo:size: {value}}}")

    with pytest.raises(ProjectError, match=r"demo:size is encrypted.*--config demo:size=VALUE"):
        load_project(root, "local", {})


@pytest.mark.parametrize("content", ["", "# config: {}"])
def test_stack_file_without_settings_is_valid(root, content):
    (root / "Pulumi.local.yaml").write_text(content)

    assert load_project(root, "local", {}).config == load_project(root, "other", {}).config


@pytest.mark.parametrize(
    "content", ["", "config: [", "just text", "config: {}", "\udcff", "[" * 5000]
)
def test_the_error_for_a_damaged_project_file_names_it(tmp_path, content):
    (tmp_path / "Pulumi.yaml").write_bytes(content.encode(errors="surrogateescape"))

    with pytest.raises(ProjectError, match=r"Pulumi\.yaml"):
        load_project(tmp_path, "local", {})


def test_the_error_in_another_folder_says_where_to_run_it(tmp_path):
    with pytest.raises(ProjectError, match="Run this command in the project's folder"):
        load_project(tmp_path, "local", {})
