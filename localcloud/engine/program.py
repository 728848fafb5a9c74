"""Runs the Pulumi program in this process, as the Python language host's executor does.

Started as a script: ``program.py SETTINGS [no-debug]``, the members of `pulumi.runtime.Settings` as
JSON, with the stack's configuration in PULUMI_CONFIG and PULUMI_CONFIG_SECRET_KEYS. An exception of
the program is logged to the engine as an error, and the exit status is then 32: already reported.
With ``no-debug`` the SDK's debug messages are dropped: it waits for each of several hundred.
"""

import asyncio
import json
import os
import runpy
import sys
import traceback
from typing import Final

import pulumi
import pulumi.runtime as sdk
from pulumi.runtime.config import get_config_env, get_config_secret_keys_env
from pulumi.runtime.settings import SETTINGS

REPORTED: Final = 32


def main() -> None:
    settings = sdk.Settings(**json.loads(sys.argv[1]))
    sdk.set_all_config(get_config_env(), get_config_secret_keys_env())
    sdk.configure(settings)
    if sys.argv[2:] == ["no-debug"]:
        pulumi.log.debug = lambda *_, **__: None
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
