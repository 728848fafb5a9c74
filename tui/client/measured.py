"""The backends as the lab measures them: where they are, and whether they accept a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from lab.backends import Backend, Target
from lab.compare_settings import InvalidSettings
from lab.place import Place
from tui.client.api_factory import ApiFactory
from tui.client.contract import Api, ApiError, Failure
from tui.settings.backends import Backends
from tui.settings.values import BackendName
from tui.settings.xdg import state_home

_GIVEN: Final = (
    "The URLs come from {source}. To send load to them, add --load-given-urls; otherwise use "
    "--stack, or the local cloud."
)


def folder(environ: Mapping[str, str]) -> Path:
    """Return the folder that lists the runs whose blogs are not removed yet."""
    return state_home(environ) / "blogs" / "lab"


def place(backends: Backends, command: str, *, given_urls: bool = False) -> Place:
    """Return both backends for a comparison.

    Raises:
        SettingsError: a backend is missing.
        InvalidSettings: the URLs do not come from a stack or a local cloud, without *given_urls*.

    """
    both = targets(backends)
    if not (backends.outputs or given_urls):
        source = backends.get(BackendName.FUNCTIONS).source
        raise InvalidSettings(_GIVEN.format(source=source))
    return Place(
        targets=both,
        command=command,
        stack=backends.deployment.stack,
        region=backends.deployment.region,
        is_local=backends.is_local,
        outputs=backends.outputs,
    )


def targets(backends: Backends) -> dict[Backend, Target]:
    """Return both backends. Raise SettingsError if one is missing."""
    token = backends.token.secret if backends.token else ""
    return {
        Backend(name): Target(backend=Backend(name), url=backends.get(name).url, token=token)
        for name in BackendName
    }


async def check_permission(factory: ApiFactory) -> None:
    """Raise ApiError if writes, which carry the token, may not be sent to both backends."""
    for name in BackendName:
        api = factory.open(name, lambda entry: None)  # noqa: ARG005 -- no log
        try:
            api.check_permission()
        finally:
            await api.close()


async def check(api: Api, blog_id: str, *, writes: bool) -> None:
    """Raise ApiError if the backend does not respond, or would reject the writes of a run.

    *api* is direct, as the load is. The check deletes the blog *blog_id*, which no one has created:
    only a backend that accepts the token responds that it does not exist.
    """
    if not writes:
        await api.page(1)
        return
    api.check_permission()
    try:
        await api.delete(blog_id, None)
    except ApiError as error:
        if error.failure is not Failure.MISSING:
            raise
