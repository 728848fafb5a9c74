"""The fixtures of the databases."""

import shutil
import sys

from localcloud.runtimes.database import find_node
from tests.blog.databases import running_dynalite


def test_dynalite_starts_with_the_node_of_the_virtual_environment(tmp_path, monkeypatch):
    beside = tmp_path / "bin" / "node"
    beside.parent.mkdir()
    beside.symlink_to(find_node().resolve())
    monkeypatch.setattr(sys, "executable", str(beside.with_name("python")))
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert shutil.which("node") is None

    with running_dynalite(tmp_path / "database") as database:
        assert database.client().list_tables()["TableNames"] == []
