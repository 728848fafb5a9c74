"""The declared handlers run from the unpacked package, with nothing else on the path."""

import asyncio
import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from infra.functions import OPERATIONS
from localcloud.engine.property_values import Archive, folder_digest
from localcloud.processes import Processes
from localcloud.provider.lambda_package import BYTECODE, unpack
from localcloud.runtimes.functions import Function, FunctionSpec, spec
from tests.contract.clients import event
from tests.running import ROOT

# Packages of the Lambda runtime.
RUNTIME = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    """A folder with only the runtime client."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in RUNTIME:
        origin = Path(find_spec(name).origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (folder / source.name).symlink_to(source)
    return folder


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """A folder for the unpacked packages."""
    return tmp_path_factory.mktemp("packages")


@pytest.fixture
def invoke(runtime, packages, tmp_path, monkeypatch):
    """Sends `GET /` to a declared function, with its package unpacked as in a local cloud."""
    monkeypatch.setattr(spec, "_runtime_folder", lambda: runtime)

    def invoke(declared):
        code = Path(declared.inputs["code"].path)
        package = unpack(Archive(code, folder_digest(code)), packages, ROOT / BYTECODE)
        return json.loads(asyncio.run(_invoke(declared, package, tmp_path / "log")))

    return invoke


async def _invoke(declared, package, log):
    async def lost():
        pytest.fail("the guardian ended")

    inputs = declared.inputs
    processes = Processes(lost)
    await processes.open()
    function = Function(
        FunctionSpec(
            name=inputs["name"],
            arn=f"arn:aws:lambda:eu-west-1:000000000000:function:{inputs['name']}",
            handler=inputs["handler"],
            package=package,
            environment=inputs["environment"]["variables"],
            memory_mb=inputs["memorySize"],
            timeout_s=inputs["timeout"],
            concurrency=1,
            log=log,
        ),
        processes,
        "http://127.0.0.1:9",
    )
    try:
        return await function.invoke(json.dumps(event("GET", "/")).encode())
    finally:
        await function.close()
        await processes.close()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.function)
def test_declared_handler_returns_a_response(deployed, invoke, operation):
    answer = invoke(deployed.called(f"functions-{operation.function}-function"))

    assert answer["statusCode"] == (200 if "GET /" in operation.routes else 404)
    assert answer["headers"]["X-Served-By"].startswith(f"functions/blog-test-{operation.function}/")


@pytest.mark.parametrize("variant", ["everything", "prepared"])
def test_handlers_run_with_other_settings(variants, invoke, variant):
    answer = invoke(variants(variant).called("functions-GetBlogs-function"))

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])
