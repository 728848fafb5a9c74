"""The project's files and the settings given on the command line."""

import pytest

from localcloud.engine.project import ProjectError, load_project

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


def test_defaults_reach_the_program_as_pulumi_writes_them(root):
    project = load_project(root, "local", {})

    assert project.name == "demo"
    assert project.config == {"demo:size": "5", "demo:open": "false", "demo:origins": '["*"]'}


def test_the_stack_s_file_wins_over_defaults_and_the_command_line_over_both(root):
    (root / "Pulumi.local.yaml").write_text(
        "config: {demo:size: 6, demo:image: local, aws:region: x}"
    )

    project = load_project(root, "local", {"size": "7"})

    assert project.config["demo:size"] == "7"
    assert project.config["demo:image"] == "local"
    assert project.config["aws:region"] == "x"


@pytest.mark.parametrize(("stack", "size"), [("local", "6"), ("other", "6"), ("stage", "7")])
def test_only_a_stack_without_a_file_has_the_settings_of_the_one_named(root, stack, size):
    (root / "Pulumi.local.yaml").write_text("config: {demo:size: 6}")
    (root / "Pulumi.stage.yaml").write_text("config: {demo:size: 7}")

    assert load_project(root, stack, {}, otherwise="local").config["demo:size"] == size
    assert load_project(root, "other", {}).config["demo:size"] == "5"


def test_a_setting_that_does_not_exist_is_refused_with_those_that_do(root):
    with pytest.raises(
        ProjectError, match="--config weight: no such setting; there are image, open"
    ):
        load_project(root, "local", {"weight": "7"})


def test_a_word_mistyped_in_the_stack_s_file_is_refused_too(root):
    (root / "Pulumi.local.yaml").write_text("config: {demo:weight: 7}")

    with pytest.raises(ProjectError, match=r"Pulumi\.local\.yaml: demo:weight: no such setting"):
        load_project(root, "local", {})


def test_the_short_forms_of_a_project_s_settings_are_read(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text(
        "name: demo\nconfig: {size: 5, aws:region: eu-north-1, aws:profile: {value: x}}"
    )

    config = load_project(tmp_path, "local", {}).config

    assert config == {"demo:size": "5", "aws:region": "eu-north-1", "aws:profile": "x"}


@pytest.mark.parametrize("file", ["Pulumi.yaml", "Pulumi.local.yaml"])
def test_settings_that_are_no_mapping_are_an_error(root, file):
    (root / file).write_text("name: demo\nconfig:\n  - x\n")

    with pytest.raises(ProjectError, match=f"{file}: config must hold settings"):
        load_project(root, "local", {})


def test_an_encrypted_setting_is_refused_with_the_way_out(root):
    (root / "Pulumi.local.yaml").write_text("config: {demo:size: {secure: AAAB}}")

    with pytest.raises(ProjectError, match=r"demo:size is encrypted.*--config demo:size=VALUE"):
        load_project(root, "local", {})


@pytest.mark.parametrize("content", ["config: [", "just text", "config: {}", "\udcff"])
def test_a_file_that_describes_no_project_is_an_error_that_names_it(tmp_path, content):
    (tmp_path / "Pulumi.yaml").write_bytes(content.encode(errors="surrogateescape"))

    with pytest.raises(ProjectError, match=r"Pulumi\.yaml"):
        load_project(tmp_path, "local", {})


def test_another_folder_than_the_project_s_is_said_so(tmp_path):
    with pytest.raises(ProjectError, match="run this in the project's folder"):
        load_project(tmp_path, "local", {})
