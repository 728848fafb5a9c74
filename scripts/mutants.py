"""Plant typical mistakes, one at a time, and show which test catches each.

The mistakes are planted in a copy of the project. A mistake that no test
catches is a gap in the tests; the exit status is then 1. The golden file
`tests/infra/declared.txt` is left out, because it fails on every change, also
on correct ones.
"""

from __future__ import annotations

import argparse
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mutations import MUTATIONS, Mutation

from tui import text

ROOT = Path(__file__).resolve().parent.parent
EXCLUDED = ("tests/infra/test_declared.py", "tests/infra/test_mutants.py")
LAYERS = {
    "tests/infra/test_input_types.py": "input types",
    "tests/infra/test_limits.py": "limits",
    "tests/infra/test_policies.py": "policies",
    "tests/infra/test_running_package.py": "package",
    "tests/infra/test_secrets.py": "secrets",
    "tests/infra/test_settings": "settings",
    "tests/infra/test_wiring.py": "wiring",
    "tests/infra/test_monitoring.py": "monitoring",
    "tests/infra/test_regions.py": "regions",
    "tests/infra/test_rollout.py": "rollout",
    "tests/infra/": "registration",
    "tests/account/": "account",
    "tests/lab/": "metrics",
    "tests/lambda_src/": "functions",
}
_TIMEOUT_S = 600
_FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)
_PYTEST = (
    *(sys.executable, "-m", "pytest", "-n0", "-x", "-q", "-rfE", "--tb=no", "--no-header"),
    *("-p", "no:randomly", "-p", "no:cacheprovider"),
)


class CannotRun(Exception):
    """The tests or the mutations are not usable; the text says why."""


@dataclass(frozen=True)
class Result:
    """The test that caught a mutation, or None if it survived."""

    mutation: Mutation
    test: str | None
    seconds: float

    @property
    def layer(self) -> str:
        test = self.test or ""
        return next((LAYERS[start] for start in LAYERS if test.startswith(start)), "none")


class ProjectCopy:
    """A copy of the project in which mutations are planted."""

    def __init__(self, root: Path) -> None:
        self.root = root
        ignored = shutil.ignore_patterns(".*", "node_modules", "__pycache__")
        shutil.copytree(ROOT, root, ignore=ignored)
        (root / "node_modules").symlink_to(ROOT / "node_modules")
        (root / ".cache" / "lambda").mkdir(parents=True)
        (root / ".cache" / "uv").symlink_to(ROOT / ".cache" / "uv")
        for built in (ROOT / ".cache" / "lambda").glob("dependencies-*"):
            (root / ".cache" / "lambda" / built.name).symlink_to(built)

    @contextmanager
    def planted(self, mutation: Mutation) -> Iterator[None]:
        """Apply the mutation, and restore the file afterwards."""
        path = self.root / mutation.file
        original = path.read_text("utf-8")
        mutated = original
        for before, after in mutation.edits:
            mutated = _replaced(mutation, mutated, before, after)
        path.write_text(mutated, "utf-8")
        try:
            yield
        finally:
            path.write_text(original, "utf-8")

    def first_failure(self, tests: Sequence[str]) -> str | None:
        """Run *tests* until one fails, and return its name, or None if all pass."""
        excluded = [f"--ignore={path}" for path in EXCLUDED]
        finished = subprocess.run(
            [*_PYTEST, *excluded, *tests],
            cwd=self.root,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
        if finished.returncode == 0:
            return None
        failed = _FAILED.search(finished.stdout)
        if failed is None:
            raise CannotRun(f"pytest failed: {finished.stdout[-2000:]}{finished.stderr[-2000:]}")
        return failed[1]


def _replaced(mutation: Mutation, text: str, before: str, after: str) -> str:
    if text.count(before) != 1:
        raise CannotRun(
            f"'{mutation.name}' does not apply: {before!r} occurs {text.count(before)} times"
            f" in {mutation.file}; correct scripts/mutations.toml"
        )
    return text.replace(before, after)


class Runner:
    """Runs the tests on each mutation, in a free copy of the project."""

    def __init__(self, folder: Path, jobs: int) -> None:
        self._copies: queue.SimpleQueue[ProjectCopy] = queue.SimpleQueue()
        for number in range(jobs):
            self._copies.put(ProjectCopy(folder / str(number)))
        self._lock = threading.Lock()
        self._all_pass: bool | None = None

    def expect_applicable(self, mutations: Sequence[Mutation]) -> None:
        """Raise CannotRun if a mutation does not apply."""
        with self._copy() as copy:
            for mutation in mutations:
                with copy.planted(mutation):
                    pass

    def expect_success(self, tests: Sequence[str]) -> None:
        """Raise CannotRun if a test fails without a mutation: its failure would prove nothing."""
        with self._copy() as copy:
            failed = copy.first_failure(tests)
        if failed:
            raise CannotRun(f"{failed} fails without any mutation")

    def run(self, mutation: Mutation) -> Result:
        """Run the likely test, and if it passes, all tests."""
        start = time.monotonic()
        with self._copy() as copy, copy.planted(mutation):
            test = copy.first_failure([_path(mutation.likely_test)])
        if test is None:
            self._expect_all_to_pass()
            with self._copy() as copy, copy.planted(mutation):
                test = copy.first_failure(_all_tests(copy.root))
        return Result(mutation, test, time.monotonic() - start)

    def _expect_all_to_pass(self) -> None:
        with self._lock:
            if self._all_pass is None:
                self.expect_success(_all_tests(ROOT))
                self._all_pass = True

    @contextmanager
    def _copy(self) -> Iterator[ProjectCopy]:
        copy = self._copies.get()
        try:
            yield copy
        finally:
            self._copies.put(copy)


def _path(test: str) -> str:
    return f"tests/{test}"


def _all_tests(root: Path) -> list[str]:
    return [tests for tests in ("tests/infra", "tests/account") if (root / tests).is_dir()]


def choose(size: int, text: str) -> list[Mutation]:
    """Return *size* mutations, evenly from those whose name contains *text*; 0 means all."""
    named = [mutation for mutation in MUTATIONS if text in mutation.name]
    if not 0 < size < len(named):
        return named
    return [named[number * len(named) // size] for number in range(size)]


def run(mutations: Sequence[Mutation], jobs: int) -> list[Result]:
    """Run all mutations, and print each result when it is known."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        runner = Runner(Path(folder), jobs)
        runner.expect_applicable(mutations)
        likely = sorted({_path(mutation.likely_test) for mutation in mutations})
        print(f"{text.count(len(mutations), 'mutation')}; first the tests without any", flush=True)
        runner.expect_success(likely)
        results = []
        with ThreadPoolExecutor(jobs) as pool:
            for result in pool.map(runner.run, mutations):
                results.append(result)
                print(_line(len(results), len(mutations), result), flush=True)
    return results


def _line(number: int, count: int, result: Result) -> str:
    test = (result.test or "").partition("::")[2][:70]
    name = f"{result.mutation.name} ({Path(result.mutation.file).name})"
    return f"{number:3}/{count} {result.seconds:5.1f} s  {name:58} {result.layer:13} {test}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mutants.py",
        description=__doc__,
        epilog="example: python scripts/mutants.py --sample 4   (or: SAMPLE=4 make mutants)",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--sample",
        type=int,
        default=int(os.environ.get("SAMPLE") or 0),
        metavar="N",
        help="plant only N mistakes, evenly chosen (default: the variable SAMPLE, or all)",
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="only names that contain TEXT")
    parser.add_argument(
        "--jobs", type=int, default=2, metavar="N", help="run N at a time (default: 2)"
    )
    return parser


def main() -> int:
    arguments = _parser().parse_args()
    chosen = choose(arguments.sample, arguments.only)
    if not chosen:
        print(f"mutants: no name contains {arguments.only!r}", file=sys.stderr)
        return 2
    try:
        results = run(chosen, max(1, min(arguments.jobs, len(chosen))))
    except (CannotRun, subprocess.TimeoutExpired) as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 2
    survivors = [result.mutation.name for result in results if result.test is None]
    print(f"{len(results) - len(survivors)} of {text.count(len(results), 'mutation')} caught")
    for name in survivors:
        print(f"survived: {name}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
