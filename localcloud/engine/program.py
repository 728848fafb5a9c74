"""Runs the Pulumi program in this process, as the Python language host does.

Started by the built-in engine as a script: ``program.py up|preview MONITOR PROJECT STACK ROOT``,
with the settings in PULUMI_CONFIG. Ends with 0, or 1 when the program failed.
"""

import asyncio
import os
import runpy
import sys
import traceback

import pulumi
import pulumi.runtime as sdk
from pulumi.runtime.config import get_config_env, get_config_secret_keys_env


def main() -> None:
    mode, monitor, project, stack, root = sys.argv[1:6]
    sdk.set_all_config(get_config_env(), get_config_secret_keys_env())
    sdk.configure(
        sdk.Settings(
            monitor=monitor,
            engine=monitor,
            project=project,
            stack=stack,
            parallel=16,
            dry_run=mode == "preview",
            organization="organization",
            root_directory=root,
        )
    )
    os.chdir(root)
    sys.path[0] = root
    sys.argv = [os.path.join(root, "__main__.py")]  # noqa: PTH118  # argv holds text
    try:
        asyncio.run(sdk.run_in_stack(_program))
    except pulumi.RunError as error:
        sys.exit(f"error: {error}")
    except Exception:  # noqa: BLE001  # the outermost frame: whatever the program raised
        traceback.print_exc()
        sys.exit(1)


def _program() -> None:
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
