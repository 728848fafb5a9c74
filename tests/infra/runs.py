"""Run the program on request, in one process: most of a first run is imports.

Started as a script: ``runs.py PROJECT ROOT``. Each run reads a line of JSON (the stack, the address
of the monitor, the settings, and which of them are secret), and writes one: the error text or null.
"""

import asyncio
import gc
import json
import os
import runpy
import sys
import traceback

import pulumi
import pulumi.runtime as sdk
from pulumi.runtime.settings import set_root_resource

from localcloud.engine.program import outputs_known, send_no_diagnostics


def main() -> None:
    project, root = sys.argv[1:3]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # standard output is for the results
    os.chdir(root)
    sys.path[0] = root
    send_no_diagnostics()
    gc.disable()  # as in a run of the local cloud
    for line in sys.stdin:
        order = json.loads(line)
        sdk.set_all_config(order["config"], order["secrets"])
        sdk.configure(
            sdk.Settings(
                monitor=order["monitor"],
                engine=order["monitor"],
                project=project,
                stack=order["stack"],
                parallel=16,
                dry_run=False,
                organization="organization",
                root_directory=root,
            )
        )
        set_root_resource(None)
        print(json.dumps(_error()), file=answers, flush=True)
        gc.collect(1)  # all of the run, and not the imported modules


def _error() -> str | None:
    try:
        asyncio.run(sdk.run_in_stack(_program))
    except pulumi.RunError as error:
        return f"error: {error}"
    except Exception:  # noqa: BLE001  # whatever the program raised is the answer
        return traceback.format_exc()
    return None


async def _program() -> None:
    runpy.run_path("__main__.py", run_name="__main__")
    await outputs_known()


if __name__ == "__main__":
    main()
