"""The order of the tests, and which of them share a worker.

The tests of a module run on one worker, and so do those of each group in `ONE_WORKER`, which share
an expensive session fixture. Long modules come first: otherwise one could start last, and the other
workers would be idle.
"""

from xdist.scheduler.loadscope import LoadScopeScheduling

ONE_WORKER = (
    ("tests/account/",),  # an account
    (  # a running local cloud
        "tests/lab/test_compare_running.py",
        "tests/lab/cloudwatch/test_local_cloud.py",
        "tests/contract/test_cases.py",
    ),
)
# More than ten seconds each, the longest first. Only the time depends on this list.
LONG = (
    "tests/engine/test_local.py",
    "tests/localcloud/test_localcloud.py",
    "tests/engine/test_account.py",
    "tests/account/",
    "tests/tui/screens/test_metrics.py",
    "tests/tui/test_app.py",
    "tests/tui/screens/test_connections.py",
    "tests/tui/test_snapshots.py",
    "tests/engine/test_servicer.py",
    "tests/e2e/test_sessions.py",
    "tests/lab/test_compare_running.py",
    "tests/tui/command/test_serve_browser.py",
    "tests/tui/terminal/test_sequences.py",
    "tests/localcloud/test_settings.py",
    "tests/tui/test_typed_ahead.py",
    "tests/infra/test_settings_effects.py",
    "tests/tui/screens/test_form.py",
    "tests/tui/flows/test_delete_blog.py",
    "tests/tui/test_hostile_screens.py",
    "tests/tui/test_hostile.py",
    "tests/tui/test_repeated_keys.py",
    "tests/tui/screens/test_browse.py",
    "tests/tui/screens/test_compare.py",
)


class ModuleScheduling(LoadScopeScheduling):
    """Send modules to workers in the order of collection."""

    def _split_scope(self, nodeid):
        return scope(nodeid)


def scope(nodeid):
    """Return what is sent to a worker as one piece: a module, or a group of `ONE_WORKER`.

    A group has the name of its first member.
    """
    shared = [group[0] for group in ONE_WORKER if nodeid.startswith(group)]
    return shared[0] if shared else nodeid.partition("::")[0]


def longest_first(items):
    """Sort *items*, in place: modules in `LONG` first, the others in the order they are in."""
    ranks = {module: rank for rank, module in enumerate(LONG)}
    items.sort(key=lambda item: ranks.get(scope(item.nodeid), len(ranks)))
