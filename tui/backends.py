"""Where the backends are, and the token that writes need.

The first source that names a URL settles where the backends are:

1. ``--stack NAME``: the running local cloud of that name;
2. ``--functions-url``, ``--containers-url``, each before its environment variable
   ``BLOGS_FUNCTIONS_URL``, ``BLOGS_CONTAINERS_URL``;
3. the one running local cloud.

The token is that of ``--token-file``; else, with URLs from flags or the environment, that of
``BLOGS_WRITE_TOKEN``; else the local cloud's own. A token in the environment is never sent to a
local cloud, and a local cloud's token never leaves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tui import local
from tui.contract import Kind
from tui.settings import SettingsError, Token, checked_url

URL_VARIABLES: Final = {
    Kind.FUNCTIONS: "BLOGS_FUNCTIONS_URL",
    Kind.CONTAINERS: "BLOGS_CONTAINERS_URL",
}
TOKEN_VARIABLE: Final = "BLOGS_WRITE_TOKEN"  # noqa: S105 -- the variable's name
_OUTPUTS: Final = {Kind.FUNCTIONS: "FunctionsURL", Kind.CONTAINERS: "ContainersURL"}
_LONGEST_TOKEN_FILE: Final = 10_000
_NOWHERE: Final = (
    "No backend found: start one with `python -m localcloud` (or `make demo`), or set "
    "BLOGS_FUNCTIONS_URL and BLOGS_CONTAINERS_URL."
)


@dataclass(frozen=True, kw_only=True)
class Flags:
    """What the command line says about the backends."""

    urls: Mapping[Kind, str] = field(default_factory=dict)
    token_file: str | None = None
    stack: str | None = None


@dataclass(frozen=True, kw_only=True)
class Backend:
    """One deployed blog API."""

    kind: Kind
    url: str
    source: str

    @property
    def place(self) -> str:
        """The URL without its scheme, for people."""
        return self.url.partition("://")[2]


@dataclass(frozen=True, kw_only=True)
class Backends:
    """All that was found."""

    by_kind: Mapping[Kind, Backend]
    token: Token | None

    def get(self, kind: Kind) -> Backend:
        """Give the backend of that kind, or say how to name it."""
        if kind not in self.by_kind:
            variable = URL_VARIABLES[kind]
            raise SettingsError(f"No {kind.word} backend is known: set {variable} or --{kind}-url.")
        return self.by_kind[kind]


def find(flags: Flags, environ: Mapping[str, str]) -> Backends:
    """Find the backends, or say how to name them."""
    if flags.stack is not None and flags.urls:
        raise SettingsError("Give either --stack or the URLs, not both.")
    named = {} if flags.stack is not None else _named(flags, environ)
    if named:
        token = _token_file(flags) or _variable_token(environ)
        return Backends(by_kind=named, token=token)
    return _from_local_cloud(flags, environ)


def _named(flags: Flags, environ: Mapping[str, str]) -> dict[Kind, Backend]:
    """Read the URLs from flags and environment; an empty variable counts as absent."""
    found = {}
    for kind, variable in URL_VARIABLES.items():
        candidates = ((flags.urls.get(kind), f"--{kind}-url"), (environ.get(variable), variable))
        for text, source in candidates:
            if text:
                found[kind] = Backend(kind=kind, url=checked_url(text, source), source=source)
                break
    return found


def _from_local_cloud(flags: Flags, environ: Mapping[str, str]) -> Backends:
    cloud = local.find(environ, flags.stack)
    if cloud is None:
        raise SettingsError(_NOWHERE)
    source = f"local cloud {cloud.stack}"
    outputs = cloud.outputs()
    found = {
        kind: Backend(kind=kind, url=checked_url(outputs[output], source), source=source)
        for kind, output in _OUTPUTS.items()
        if output in outputs
    }
    if not found:
        raise SettingsError(
            f"The {source} names no URL in {cloud.outputs_file}: wait until it is up."
        )
    token = _token_file(flags) or Token.of(outputs.get("WriteToken"), source)
    return Backends(by_kind=found, token=token)


def _variable_token(environ: Mapping[str, str]) -> Token | None:
    return Token.of(environ.get(TOKEN_VARIABLE), TOKEN_VARIABLE)


def _token_file(flags: Flags) -> Token | None:
    if flags.token_file is None:
        return None
    try:
        with Path(flags.token_file).open(encoding="utf-8") as file:
            text = file.read(_LONGEST_TOKEN_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingsError(f"--token-file {flags.token_file}: {reason}.") from error
    if len(text) > _LONGEST_TOKEN_FILE:
        raise SettingsError(f"--token-file {flags.token_file}: it is too long for a token.")
    if not text.strip():
        raise SettingsError(f"--token-file {flags.token_file}: it is empty.")
    return Token.of(text, "--token-file")
