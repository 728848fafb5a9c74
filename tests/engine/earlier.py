"""The declarations of an earlier release, kept in a file to test upgrades.

`python -m tests.engine.earlier` records the current program. Run it only for a release.
"""

import json
import shutil
import tempfile
from pathlib import Path

from localcloud.engine.property_values import Archive
from tests.engine.tool import RUNTIME
from tests.infra.recording import ROOT, STACK, Programs

RECORD = Path(__file__).with_name("earlier.json")
STACK_NAME = "stage"
_PROGRAM = Path(__file__).with_name("earlier_program.py")
_SETTINGS = {"aws:region": "eu-west-1", "bytecode": "none"}


def earlier_project(folder, project):
    """Create a project in *folder* with the recorded declarations, for the stack of *project*."""
    (folder / "package" / "lambda_src").mkdir(parents=True)
    (folder / "package" / "lambda_src" / "handlers.py").write_text("")
    shutil.copy(_PROGRAM, folder / "__main__.py")
    shutil.copy(RECORD, folder)
    shutil.copy(project / f"Pulumi.{STACK_NAME}.yaml", folder)
    (folder / "Pulumi.yaml").write_text(f"name: aws-blog-demo\n{RUNTIME}")
    return folder


def record():
    """Record the declarations with default settings, each resource after its dependencies."""
    with tempfile.TemporaryDirectory() as folder:
        programs = Programs(ROOT, STACK_NAME, Path(folder))
        program = programs.run(**_SETTINGS)
        programs.close()
    waiting = [one for one in program.all if one.type_ != STACK]
    texts = json.dumps([one.inputs for one in waiting], default=_archive)
    entries = {}
    while waiting:
        for one in list(waiting):
            if _needed(one) <= entries.keys():
                waiting.remove(one)
                entries[one.urn] = _entry(one, texts)
    RECORD.write_text(
        json.dumps(list(entries.values()), indent=1, sort_keys=True, default=_archive) + "\n"
    )


def _needed(one):
    return {
        urn for urn in (one.parent, _provider(one), *one.dependencies) if urn and STACK not in urn
    }


def _provider(one):
    return one.provider.rpartition("::")[0]


def _entry(one, texts):
    """*made* maps each made-up text of the recording to the output that it represents."""
    outputs = {
        "id": f"{one.name}-id",
        **{k: v for k, v in one.outputs.items() if k not in one.inputs},
    }
    return {
        "urn": one.urn,
        "type": one.type_,
        "name": one.name,
        "custom": one.custom,
        "parent": "" if STACK in one.parent else one.parent,
        "provider": _provider(one),
        "dependencies": sorted(one.dependencies),
        "inputs": one.inputs,
        "made": {text: key for key, text in outputs.items() if key != "version" and text in texts},
    }


def _archive(value):
    assert isinstance(value, Archive)
    return {"archive": value.path.name.partition("-")[0]}


if __name__ == "__main__":
    record()
