"""Plants typical mistakes in a copy of the project, one at a time, and shows which test notices.

A mistake that no test notices is a hole in the proof: the exit status is then 1. The summary in
`tests/infra/declared.txt` is left out: it notices every change, the right ones too.
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

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = ("tests/infra/test_declared.py", "tests/infra/test_mutants.py")
LAYERS = {
    "tests/infra/test_input_types.py": "input types",
    "tests/infra/test_limits.py": "limits",
    "tests/infra/test_policies.py": "policies",
    "tests/infra/test_running_package.py": "package",
    "tests/infra/test_secrets.py": "secrets",
    "tests/infra/test_settings": "settings",
    "tests/infra/test_wiring.py": "wiring",
    "tests/infra/test_monitoring.py": "wiring",
    "tests/infra/": "registration",
    "tests/account/": "account",
}
_PATIENCE_S = 600
_FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)
_PYTEST = (
    *(sys.executable, "-m", "pytest", "-n0", "-x", "-q", "-rfE", "--tb=no", "--no-header"),
    *("-p", "no:randomly", "-p", "no:cacheprovider"),
)


class CannotRun(Exception):
    """The check itself does not work; the text says why."""


@dataclass(frozen=True)
class Verdict:
    """The test that noticed a mistake, or none."""

    mutation: Mutation
    test: str | None
    seconds: float

    @property
    def layer(self) -> str:
        fitting = (LAYERS[start] for start in LAYERS if (self.test or "").startswith(start))
        return next(fitting, "nobody")


class Copy:
    """A copy of the project in which a mistake can be planted."""

    def __init__(self, root: Path) -> None:
        self.root = root
        kept_out = shutil.ignore_patterns(".*", "node_modules", "__pycache__")
        shutil.copytree(ROOT, root, ignore=kept_out)
        (root / ".cache" / "lambda").mkdir(parents=True)
        (root / ".cache" / "uv").symlink_to(ROOT / ".cache" / "uv")
        for built in (ROOT / ".cache" / "lambda").glob("dependencies-*"):
            (root / ".cache" / "lambda" / built.name).symlink_to(built)

    @contextmanager
    def planted(self, mutation: Mutation) -> Iterator[None]:
        """Replace the texts, and put the file back afterwards."""
        path = self.root / mutation.file
        right = path.read_text("utf-8")
        wrong = right
        for before, after in mutation.edits:
            wrong = _replaced(mutation, wrong, before, after)
        path.write_text(wrong, "utf-8")
        try:
            yield
        finally:
            path.write_text(right, "utf-8")

    def first_failure(self, tests: Sequence[str]) -> str | None:
        """Run *tests* until one fails, and name it."""
        left_out = [f"--ignore={path}" for path in LEFT_OUT]
        finished = subprocess.run(
            [*_PYTEST, *left_out, *tests],
            cwd=self.root,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
        if finished.returncode == 0:
            return None
        failed = _FAILED.search(finished.stdout)
        if failed is None:
            raise CannotRun(f"pytest says {finished.stdout[-2000:]}{finished.stderr[-2000:]}")
        return failed[1]


def _replaced(mutation: Mutation, text: str, before: str, after: str) -> str:
    if text.count(before) != 1:
        raise CannotRun(
            f"'{mutation.name}' no longer applies: {mutation.file} holds {before!r} "
            f"{text.count(before)} times; mend it in scripts/mutations.py"
        )
    return text.replace(before, after)


class Check:
    """Gives each mistake to a free copy."""

    def __init__(self, folder: Path, jobs: int) -> None:
        self._copies: queue.SimpleQueue[Copy] = queue.SimpleQueue()
        for number in range(jobs):
            self._copies.put(Copy(folder / str(number)))
        self._lock = threading.Lock()
        self._all_pass: bool | None = None

    def expect_applicable(self, mutations: Sequence[Mutation]) -> None:
        """Raise for the first mistake whose text is not there."""
        with self._copy() as copy:
            for mutation in mutations:
                with copy.planted(mutation):
                    pass

    def expect_success(self, tests: Sequence[str]) -> None:
        """Raise when a test fails without any mistake: it would prove nothing."""
        with self._copy() as copy:
            failed = copy.first_failure(tests)
        if failed:
            raise CannotRun(f"{failed} fails without any mistake planted")

    def judge(self, mutation: Mutation) -> Verdict:
        """Ask the suspect, and when it is content, everybody."""
        start = time.monotonic()
        with self._copy() as copy, copy.planted(mutation):
            test = copy.first_failure([_path(mutation.suspect)])
        if test is None:
            self._expect_all_to_pass()
            with self._copy() as copy, copy.planted(mutation):
                test = copy.first_failure(_everybody(copy.root))
        return Verdict(mutation, test, time.monotonic() - start)

    def _expect_all_to_pass(self) -> None:
        with self._lock:
            if self._all_pass is None:
                self.expect_success(_everybody(ROOT))
                self._all_pass = True

    @contextmanager
    def _copy(self) -> Iterator[Copy]:
        copy = self._copies.get()
        try:
            yield copy
        finally:
            self._copies.put(copy)


def _path(suspect: str) -> str:
    return f"tests/{suspect}"


def _everybody(root: Path) -> list[str]:
    return [tests for tests in ("tests/infra", "tests/account") if (root / tests).is_dir()]


def choose(size: int, text: str) -> list[Mutation]:
    """Choose *size* mistakes, evenly over those whose name has *text*; 0 means all of these."""
    named = [mutation for mutation in MUTATIONS if text in mutation.name]
    if not 0 < size < len(named):
        return named
    return [named[number * len(named) // size] for number in range(size)]


def run(mutations: Sequence[Mutation], jobs: int) -> list[Verdict]:
    """Judge all, showing each as soon as it is known."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        check = Check(Path(folder), jobs)
        check.expect_applicable(mutations)
        suspects = sorted({_path(mutation.suspect) for mutation in mutations})
        print(f"{len(mutations)} mistakes; first the tests without any", flush=True)
        check.expect_success(suspects)
        verdicts = []
        with ThreadPoolExecutor(jobs) as pool:
            for verdict in pool.map(check.judge, mutations):
                verdicts.append(verdict)
                print(_line(len(verdicts), len(mutations), verdict), flush=True)
    return verdicts


def _line(number: int, count: int, verdict: Verdict) -> str:
    test = (verdict.test or "").partition("::")[2][:70]
    name = f"{verdict.mutation.name} ({Path(verdict.mutation.file).name})"
    return f"{number:3}/{count} {verdict.seconds:5.1f} s  {name:58} {verdict.layer:13} {test}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mutants.py",
        description="Plant typical mistakes, one at a time, and show which test notices each.",
        epilog="example: python scripts/mutants.py --sample 4   (or: SAMPLE=4 make mutants)",
    )
    parser.add_argument(
        "--sample",
        type=int,
        default=int(os.environ.get("SAMPLE") or 0),
        metavar="N",
        help="plant only N of the mistakes (default: all, or what SAMPLE says)",
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="those whose name has TEXT")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="at a time (default: 2)")
    return parser


def main() -> int:
    arguments = _parser().parse_args()
    chosen = choose(arguments.sample, arguments.only)
    if not chosen:
        print(f"mutants: no mistake is called {arguments.only!r}", file=sys.stderr)
        return 2
    try:
        verdicts = run(chosen, max(1, min(arguments.jobs, len(chosen))))
    except (CannotRun, subprocess.TimeoutExpired) as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 2
    survivors = [verdict.mutation.name for verdict in verdicts if verdict.test is None]
    print(f"{len(verdicts) - len(survivors)} of {len(verdicts)} mistakes were noticed")
    for name in survivors:
        print(f"nobody noticed: {name}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
