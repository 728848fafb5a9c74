"""Where the backends are, and the token that writes need.

The first that names a place settles where the backends are:

1. ``--stack NAME``: the running local cloud of that name, else pulumi's stack of that name;
2. ``--functions-url``, ``--containers-url``, each before its environment variable
   ``BLOGS_FUNCTIONS_URL``, ``BLOGS_CONTAINERS_URL``;
3. ``BLOGS_STACK``, as ``--stack``;
4. the configuration file: its URLs, or its stack;
5. the one running local cloud.

In the shell of a local cloud (``python -m localcloud shell``) steps 1, 3 and 5 find that local
cloud and no other.

The token is that of ``--token-file``; else, with URLs, that of ``BLOGS_WRITE_TOKEN``, else (only
with the configuration file's own URLs) that of its ``token_file``; else the stack's or local
cloud's own. A token in the environment is never sent to a stack or a local cloud, and theirs never
leave them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from tui.settings import config as configuration
from tui.settings import local_clouds, pulumi_cli
from tui.settings.config import Config
from tui.settings.values import DEFAULT_SOURCE, BackendName, SettingsError, Token, checked_url

URL_VARIABLES: Final = {
    BackendName.FUNCTIONS: "BLOGS_FUNCTIONS_URL",
    BackendName.CONTAINERS: "BLOGS_CONTAINERS_URL",
}
TOKEN_VARIABLE: Final = "BLOGS_WRITE_TOKEN"  # noqa: S105 -- the variable's name
STACK_VARIABLE: Final = "BLOGS_STACK"
PROJECT_VARIABLE: Final = "BLOGS_PROJECT"
_OUTPUTS: Final = {BackendName.FUNCTIONS: "FunctionsURL", BackendName.CONTAINERS: "ContainersURL"}
_LONGEST_TOKEN_FILE: Final = 10_000
_NOWHERE: Final = (
    "No backend found: start one with `python -m localcloud` (or `make demo`), name a stack with "
    "--stack, or set BLOGS_FUNCTIONS_URL and BLOGS_CONTAINERS_URL."
)


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """Stack, region and account; empty for what nobody says."""

    stack: str = ""
    region: str = ""
    account: str = ""
    chosen_by: str = ""
    """What chose this deployment: a flag, a variable, the file, or the user."""

    @classmethod
    def of(cls, stack: str, outputs: Mapping[str, str]) -> Deployment:
        """Read region and account from the outputs."""
        return cls(
            stack=stack,
            region=outputs.get("Region", ""),
            account=outputs.get("AccountId", ""),
        )

    @property
    def words(self) -> str:
        """All of it in a few words."""
        account = f"account {self.account}" if self.account else ""
        return " · ".join(filter(None, (self.stack, self.region, account))) or "no stack"


@dataclass(frozen=True, kw_only=True)
class Flags:
    """What the command line says about the backends."""

    urls: Mapping[BackendName, str] = field(default_factory=dict)
    token_file: str | None = None
    stack: str | None = None
    project: str | None = None


@dataclass(frozen=True, kw_only=True)
class Backend:
    """One deployed blog API."""

    name: BackendName
    url: str
    source: str

    @property
    def address(self) -> str:
        """The URL without its scheme, for people."""
        return self.url.partition("://")[2]


@dataclass(frozen=True, kw_only=True)
class Backends:
    """All that was found."""

    by_name: Mapping[BackendName, Backend]
    token: Token | None
    outputs: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """All that the stack has output, where that is known; the token is among it."""
    deployment: Deployment = field(default_factory=Deployment)

    def get(self, name: BackendName) -> Backend:
        """Give the backend of that name, or say how to name it."""
        if name not in self.by_name:
            variable = URL_VARIABLES[name]
            raise SettingsError(f"No {name.word} backend is known: set {variable} or --{name}-url.")
        return self.by_name[name]


@dataclass(frozen=True, kw_only=True)
class Finder:
    """Finds backends with what one person has set."""

    flags: Flags
    environ: Mapping[str, str]
    config: Config

    def find(self) -> Backends:
        """Find the backends, or say how to name them."""
        if self.flags.stack is not None:
            return chosen_by("--stack", self._flagged(self.flags.stack))
        urls = self._named_urls()
        stack = self.environ.get(STACK_VARIABLE)
        if urls:
            self._check_variables(stack, urls)
            return Backends(by_name=urls, token=self._token_file() or self._variable_token())
        if stack:
            return chosen_by(STACK_VARIABLE, self.of_stack(stack))
        return self._configured() or self._running()

    @property
    def project(self) -> tuple[Path, str]:
        """The folder in which pulumi is asked, and who names it."""
        candidates = (
            (self.flags.project, "--project"),
            (self.environ.get(PROJECT_VARIABLE), PROJECT_VARIABLE),
            (self.config.project, str(configuration.path(self.environ))),
        )
        for folder, source in candidates:
            if folder:
                return Path(folder).expanduser(), source
        return Path(), DEFAULT_SOURCE

    def of_stack(self, name: str) -> Backends:
        """Ask the running local cloud of that name, else pulumi."""
        local_clouds.check_own(self.environ)
        cloud = local_clouds.named(self.environ, name)
        if cloud:
            return self.of_local_cloud(cloud)
        try:
            return self.of_pulumi(name)
        except SettingsError as error:
            clouds = local_clouds.labels(self.environ)
            raise SettingsError(
                f"No local cloud called {name} runs (running: {clouds}; one with --engine pulumi "
                f"is reached from `python -m localcloud shell`), and {error}"
            ) from error

    def of_pulumi(self, name: str) -> Backends:
        outputs = pulumi_cli.outputs(self.project[0], name, self.environ)
        return self._of_outputs(outputs, f"stack {name}", "is it this project's, and up?")

    def of_local_cloud(self, cloud: local_clouds.LocalCloud) -> Backends:
        hint = f"wait until it is up (see {cloud.outputs_file})."
        return self._of_outputs(cloud.outputs(), f"local cloud {cloud.stack}", hint)

    def _flagged(self, stack: str) -> Backends:
        if self.flags.urls:
            raise SettingsError("Give either --stack or the URLs, not both.")
        return self.of_stack(stack)

    def _check_variables(self, stack: str | None, urls: Mapping[BackendName, Backend]) -> None:
        """Refuse to guess between two variables."""
        if stack and all(backend.source in URL_VARIABLES.values() for backend in urls.values()):
            raise SettingsError(f"Set either {STACK_VARIABLE} or the URL variables, not both.")

    def _named_urls(self) -> dict[BackendName, Backend]:
        """Read the URLs from flags and environment; an empty variable counts as absent."""
        found = {}
        for name, variable in URL_VARIABLES.items():
            candidates = (
                (self.flags.urls.get(name), f"--{name}-url"),
                (self.environ.get(variable), variable),
            )
            for text, source in candidates:
                if text:
                    found[name] = Backend(name=name, url=checked_url(text, source), source=source)
                    break
        return found

    def _configured(self) -> Backends | None:
        source = str(configuration.path(self.environ))
        if self.config.stack:
            return chosen_by(source, self.of_stack(self.config.stack))
        urls = {
            name: Backend(name=name, url=checked_url(url, source), source=source)
            for name, url in self.config.urls.items()
        }
        if not urls:
            return None
        token = self._token_file() or self._variable_token()
        if token is None and self.config.token_file:
            token = _token_in(self.config.token_file, f"token_file in {source}")
        return Backends(by_name=urls, token=token)

    def _running(self) -> Backends:
        local_clouds.check_own(self.environ)
        cloud = local_clouds.only(self.environ)
        if cloud is None:
            raise SettingsError(_NOWHERE)
        return chosen_by("the one that runs", self.of_local_cloud(cloud))

    def _of_outputs(self, outputs: Mapping[str, Any], source: str, hint: str) -> Backends:
        texts = {name: value for name, value in outputs.items() if isinstance(value, str)}
        found = {
            name: Backend(name=name, url=checked_url(texts[output], source), source=source)
            for name, output in _OUTPUTS.items()
            if output in texts
        }
        if not found:
            raise SettingsError(f"{source} names no URL: {hint}")
        return Backends(
            by_name=found,
            token=self._token_file() or Token.of(texts.get("WriteToken"), source),
            outputs=outputs,
            deployment=Deployment.of(source, texts),
        )

    def _variable_token(self) -> Token | None:
        return Token.of(self.environ.get(TOKEN_VARIABLE), TOKEN_VARIABLE)

    def _token_file(self) -> Token | None:
        name = self.flags.token_file
        return None if name is None else _token_in(name, "--token-file")


def chosen_by(source: str, found: Backends) -> Backends:
    """Return *found* with what chose its deployment."""
    return replace(found, deployment=replace(found.deployment, chosen_by=source))


def _token_in(name: str, source: str) -> Token | None:
    try:
        with Path(name).open(encoding="utf-8") as file:
            text = file.read(_LONGEST_TOKEN_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingsError(f"{source} {name}: {reason}.") from error
    if len(text) > _LONGEST_TOKEN_FILE:
        raise SettingsError(f"{source} {name}: it is too long for a token.")
    if not text.strip():
        raise SettingsError(f"{source} {name}: it is empty.")
    return Token.of(text, source)
