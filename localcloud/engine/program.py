"""Runs the Pulumi program in this process, as the Python language host's executor does.

Started as a script: ``program.py SETTINGS [no-diagnostics]``, the members of
`pulumi.runtime.Settings` as JSON, with the stack's configuration in PULUMI_CONFIG and
PULUMI_CONFIG_SECRET_KEYS. An exception of the program is logged to the engine as an error, and the
exit status is then 32: already reported. With ``no-diagnostics`` the SDK sends no debug messages
and no stack traces.
"""

import asyncio
import gc
import json
import os
import runpy
import sys
import traceback
from typing import Final

import pulumi
import pulumi.runtime as sdk
import pulumi.runtime.resource
from pulumi.runtime.config import get_config_env, get_config_secret_keys_env
from pulumi.runtime.proto.source_pb2 import StackTrace
from pulumi.runtime.settings import SETTINGS

REPORTED: Final = 32


def main() -> None:
    gc.disable()  # a run is short: collections would take a third of its CPU time
    settings = sdk.Settings(**json.loads(sys.argv[1]))
    sdk.set_all_config(get_config_env(), get_config_secret_keys_env())
    sdk.configure(settings)
    if sys.argv[2:] == ["no-diagnostics"]:
        send_no_diagnostics()
    root = str(settings.root_directory)
    os.chdir(root)
    sys.path[0] = root
    sys.argv = [os.path.join(root, "__main__.py")]  # noqa: PTH118  # argv holds text
    try:
        asyncio.run(sdk.run_in_stack(_program))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        sys.exit(REPORTED)
    except Exception:  # noqa: BLE001  # the outermost frame: whatever the program raised
        pulumi.log.error(f"the program failed:\n{traceback.format_exc()}")
        sys.exit(REPORTED)


def send_no_diagnostics() -> None:
    """Keep the SDK from sending what the built-in engine ignores.

    It waits for each of several hundred debug messages, and collects a stack trace for each
    resource: a fifth of a program's CPU time.
    """
    pulumi.log.debug = lambda *_, **__: None
    pulumi.runtime.resource._get_stack_trace = StackTrace  # noqa: SLF001  # nothing public does it


async def _program() -> None:
    runpy.run_path(sys.argv[0], run_name="__main__")
    await outputs_known()


async def outputs_known() -> None:
    """Wait until all outputs are known, or one has failed; the SDK then handles what is left.

    The SDK waits for the first of several hundred outputs, puts the others back, and waits again
    (pulumi.runtime.stack.wait_for_rpcs): that is two thirds of a program's CPU time.
    """
    while outputs := set(SETTINGS.outputs):
        done, _ = await asyncio.wait(outputs, return_when=asyncio.FIRST_EXCEPTION)
        if any(output.cancelled() or output.exception() for output in done):
            return


if __name__ == "__main__":
    main()
