"""Send every case of the contract to both backends of a deployed stack.

`scripts/aws_check.py` runs it, with the URLs and the write token in the environment. A response
may differ where the case names a line of docs/parity.md; other differences are failures.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

from lab.parity import cases
from lab.parity.case import Case, blog_json
from lab.parity.http_client import HttpClient
from tests.contract.checks import Backend, check_case

_SHOWN = 200  # characters of an error


def main() -> int:
    token = os.environ["WRITE_TOKEN"]
    failures = 0
    for name in ("functions", "containers"):
        backend = Backend(name, HttpClient(os.environ[f"{name.upper()}_URL"], 30), token)
        backend.write("POST", "/blog", blog_json())  # so that no list is empty
        for line, is_failure in differences(backend, cases.API):
            print(line.replace(token, "[secret]") if token else line, flush=True)  # noqa: T201  # a program
            failures += is_failure
    print(f"{len(cases.API)} cases for each backend, {failures} failures")  # noqa: T201  # the same
    return 1 if failures else 0


def differences(backend: Backend, asked: Iterable[Case]) -> Iterator[tuple[str, bool]]:
    """Yield a line for each case with another response than expected, and if it is a failure."""
    for case in asked:
        try:
            check_case(backend, case)
        except AssertionError as error:
            shown = " ".join(f"{type(error).__name__} {error}".split())[:_SHOWN]
            lines = ", ".join(case.exceptions)
            what = f"differs (docs/parity.md: {lines})" if lines else "failed"
            yield f"{backend.name}: {case.name}: {what}: {shown}", not lines


if __name__ == "__main__":
    sys.exit(main())
