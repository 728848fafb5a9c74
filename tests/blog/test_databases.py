"""What the fixtures of the databases promise to whoever runs the tests."""

import shutil
import sys

from localcloud.runtimes.database import find_node
from tests.blog.databases import running_dynalite


def test_dynalite_starts_with_the_node_beside_the_interpreter_when_path_has_none(
    tmp_path, monkeypatch
):
    beside = tmp_path / "bin" / "node"
    beside.parent.mkdir()
    beside.symlink_to(find_node().resolve())
    monkeypatch.setattr(sys, "executable", str(beside.with_name("python")))
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert shutil.which("node") is None

    with running_dynalite(tmp_path / "database") as database:
        assert database.client().list_tables()["TableNames"] == []
