"""The real engine's language host for Python, for installations without one.

The engine starts it as ``pulumi-language-python … ENGINE``. It prints its port and runs the program
on request. Releases of Pulumi include a language host, which is preferred where it is found.
"""

import contextlib
import importlib.util
import json
import os
import platform
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent import futures
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2

if __name__ == "__main__":
    # The packages around the protocol import the whole SDK. Without it, the host starts in half of
    # the time, and the engine starts a host for most commands.
    for name in ("pulumi", "pulumi.runtime", "pulumi.runtime.proto"):
        if spec := importlib.util.find_spec(name):
            sys.modules[name] = importlib.util.module_from_spec(spec)

from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

PROGRAM: Final = Path(__file__).with_name("program.py")
_REPORTED: Final = 32  # as in program.py
_POLL_S: Final = 1.0  # how often to check that the engine still runs: it may have been killed


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs each program in a separate process, with the Python that runs this."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._programs: set[subprocess.Popen[bytes]] = set()

    def Run(
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        root = request.info.program_directory or request.pwd
        settings = {
            "monitor": request.monitor_address,
            "engine": self._engine,
            "project": request.project,
            "stack": request.stack,
            "parallel": request.parallel,
            "dry_run": request.dryRun,
            "organization": request.organization,
            "root_directory": root,
        }
        config = {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        status = self._execute(json.dumps(settings), root, os.environ | config)
        error = "" if status in (0, _REPORTED) else f"the program ended with status {status}"
        return language_pb2.RunResponse(error=error, bail=status == _REPORTED)

    def _execute(self, settings: str, root: str, environment: Mapping[str, str]) -> int:
        with subprocess.Popen(
            [sys.executable, str(PROGRAM), settings],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C goes to the engine, which ends the program's requests
        ) as program:
            self._programs.add(program)
            try:
                return program.wait()
            finally:
                self._programs.discard(program)

    def close(self) -> None:
        """Kill the programs that still run, and all processes that they started."""
        for program in list(self._programs):
            if program.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(program.pid, signal.SIGKILL)

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return plugin_pb2.PluginInfo()

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        """Return none: the providers are served already."""
        return language_pb2.GetRequiredPackagesResponse()

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: ANN401
        """Install nothing: `make setup` has done it."""
        return iter(())

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return language_pb2.GetProgramDependenciesResponse()

    def About(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return language_pb2.AboutResponse(
            executable=sys.executable, version=platform.python_version()
        )

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return language_pb2.RuntimeOptionsResponse()

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return empty_pb2.Empty()


def main() -> None:
    """Serve until the engine asks to stop or is gone; print nothing to the user's terminal."""
    engine = os.getppid()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    server = grpc.server(futures.ThreadPoolExecutor())
    host = LanguageHost(sys.argv[-1])
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201  # the engine reads this line
    while os.getppid() == engine and not stopped.wait(_POLL_S):
        pass
    server.stop(None)
    host.close()


if __name__ == "__main__":
    main()
