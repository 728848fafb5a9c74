"""`pytest --fast`: skips every test that starts a process or runs the client's app.

Nothing has to be marked: a test is skipped at the moment when it does either, so this cannot fall
behind the tests.
"""

import sys

import pytest
from textual.app import App

REASON = "starts a process or the client's app: not part of --fast"
# See https://docs.python.org/3/library/audit_events.html.
STARTS = ("subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn")


class Fast:
    """The plugin."""

    def __init__(self, config):
        # What a test has opened for a process stays open.
        for warning in ("ResourceWarning", "pytest.PytestUnraisableExceptionWarning"):
            config.addinivalue_line("filterwarnings", f"ignore::{warning}")
        self._is_running = False
        self._was_skipped = False
        sys.addaudithook(self._audit)
        App.run_async = App.run_test = self._skip

    def _audit(self, event, arguments):
        if self._is_running and event in STARTS:
            self._skip()

    def _skip(self, *arguments, **options):
        self._was_skipped = True
        pytest.skip(REASON)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self):
        self._is_running, self._was_skipped = True, False
        try:
            return (yield)
        finally:
            self._is_running = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        """Report a skipped test as such, whatever it did with the exception."""
        report = yield
        if self._was_skipped and report.failed:
            report.outcome = "skipped"
            report.longrepr = (str(item.path), item.location[1], f"Skipped: {REASON}")
        return report
