"""Send every case of the contract to both backends of a deployed stack.

`scripts/aws_check.py` runs it, with the URLs and the write token in the environment. A response
may differ where the case names a line of docs/parity.md; other differences are failures.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

import httpx

from tests.contract import cases
from tests.contract.case import Case, blog_json
from tests.contract.checks import Backend, check_case
from tests.contract.clients import HttpClient

_SHOWN = 200  # characters of an error


def main() -> int:
    token = os.environ["WRITE_TOKEN"]
    failures = 0
    for name in ("functions", "containers"):
        with HttpClient(os.environ[f"{name.upper()}_URL"]) as client:
            backend = Backend(name, client, token)
            backend.write("POST", "/blog", blog_json())  # so that no list is empty
            for line, is_failure in differences(backend, cases.CASES):
                print(line.replace(token, "[secret]") if token else line, flush=True)  # noqa: T201  # a program
                failures += is_failure
    print(f"{len(cases.CASES)} cases for each backend, {failures} failures")  # noqa: T201  # the same
    return 1 if failures else 0


def differences(backend: Backend, asked: Iterable[Case]) -> Iterator[tuple[str, bool]]:
    """Yield a line for each case with another response than expected, and if it is a failure."""
    for case in asked:
        try:
            check_case(backend, case)
        except (AssertionError, httpx.HTTPError) as error:
            shown = " ".join(f"{type(error).__name__} {error}".split())[:_SHOWN]
            lines = ", ".join(case.exceptions)
            what = f"differs (docs/parity.md: {lines})" if lines else "failed"
            yield f"{backend.name}: {case.name}: {what}: {shown}", not lines


if __name__ == "__main__":
    sys.exit(main())
