"""Find the URLs of the backends and the write token.

The URLs come from the first of these sources that is set:

1. ``--stack NAME``: the running local cloud of this stack, else the Pulumi stack;
   ``--stack STACK@FOLDER``: one of several running local clouds of the same stack;
2. ``--functions-url`` and ``--containers-url``, or ``BLOGS_FUNCTIONS_URL`` and
   ``BLOGS_CONTAINERS_URL``;
3. ``BLOGS_STACK``: same as ``--stack``;
4. the configuration file: its URLs or its stack;
5. the only running local cloud.

In the shell of a local cloud (``python -m localcloud shell``) and in ``make demo``, the variable
``BLOGS_LOCAL_CLOUD`` makes that local cloud the only one that can be found.

The write token comes from ``--token-file``. Without that option, a stack or a local cloud uses its
own token, and URLs use ``BLOGS_WRITE_TOKEN`` or, if they come from the configuration file, its
``token_file``. A token from the environment is never sent to a stack or a local cloud, and their
tokens are never sent elsewhere.
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
TOKEN_VARIABLE: Final = "BLOGS_WRITE_TOKEN"  # noqa: S105 -- the name of the variable
STACK_VARIABLE: Final = "BLOGS_STACK"
PROJECT_VARIABLE: Final = "BLOGS_PROJECT"
_OUTPUTS: Final = {BackendName.FUNCTIONS: "FunctionsURL", BackendName.CONTAINERS: "ContainersURL"}
_LOCAL_OUTPUT: Final = "CloudWatchEndpoint"  # an output that only a local cloud has
_LONGEST_TOKEN_FILE: Final = 10_000
_NO_BACKEND: Final = (
    "No backend found. Start a local cloud with `python -m localcloud` (or `make demo`), name a "
    "stack with --stack, or set BLOGS_FUNCTIONS_URL and BLOGS_CONTAINERS_URL."
)


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """Stack, region and account; each empty if not known."""

    stack: str = ""
    region: str = ""
    account: str = ""
    folder: Path | None = None
    """The folder of a local cloud: several of the same stack can run."""
    chosen_by: str = ""
    """The source of this choice: an option, a variable, the configuration file, or the user."""

    @classmethod
    def of(cls, stack: str, outputs: Mapping[str, str]) -> Deployment:
        """Return the deployment with the region and account in the outputs."""
        return cls(
            stack=stack,
            region=outputs.get("Region", ""),
            account=outputs.get("AccountId", ""),
        )

    @property
    def words(self) -> str:
        """The text that names this deployment."""
        account = f"account {self.account}" if self.account else ""
        return " · ".join(filter(None, (self.stack, self.region, account))) or "no stack"


@dataclass(frozen=True, kw_only=True)
class Flags:
    """The command-line options that select the backends."""

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
        """The URL without its scheme, for messages."""
        return self.url.partition("://")[2]


@dataclass(frozen=True, kw_only=True)
class Backends:
    """The backends that were found, with their token and deployment."""

    by_name: Mapping[BackendName, Backend]
    token: Token | None
    outputs: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """All outputs of the stack, including the token; empty if the URLs were given."""
    deployment: Deployment = field(default_factory=Deployment)

    @property
    def is_local(self) -> bool:
        """True for a local cloud."""
        return _LOCAL_OUTPUT in self.outputs

    def get(self, name: BackendName) -> Backend:
        """Return the backend. Raise SettingsError if its URL is not set."""
        if name not in self.by_name:
            raise SettingsError(
                f"The URL of the {name.word} backend is not set. "
                f"Use {URL_VARIABLES[name]} or --{name}-url."
            )
        return self.by_name[name]


@dataclass(frozen=True, kw_only=True)
class Finder:
    """Finds the backends from the user's settings."""

    flags: Flags
    environ: Mapping[str, str]
    config: Config

    def find(self) -> Backends:
        """Return the backends. Raise SettingsError if there are none."""
        if self.flags.stack is not None:
            return chosen_by("--stack", self._from_stack_option(self.flags.stack))
        urls = self._urls()
        stack = self.environ.get(STACK_VARIABLE)
        if urls:
            self._check_variables(stack, urls)
            return Backends(by_name=urls, token=self._token_file() or self._variable_token())
        if stack:
            return chosen_by(STACK_VARIABLE, self.of_stack(stack))
        return self._from_config() or self._from_running_cloud()

    @property
    def project(self) -> tuple[Path, str]:
        """The folder of the Pulumi project, and the source of this setting."""
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
        """Return the backends of the running local cloud of this name, else of the stack."""
        local_clouds.check_own(self.environ)
        cloud = local_clouds.named(self.environ, name)
        if cloud:
            return self.of_local_cloud(cloud)
        clouds = local_clouds.options(self.environ)
        if local_clouds.is_folder_name(name):
            raise SettingsError(f"No local cloud named {name} is running (running: {clouds}).")
        try:
            return self.of_pulumi(name)
        except SettingsError as error:
            raise SettingsError(
                f"No local cloud named {name} is running (running: {clouds}; to reach one with "
                f"--engine pulumi, use `python -m localcloud shell`), and the Pulumi stack {name} "
                f"cannot be read. {error}"
            ) from error

    def of_pulumi(self, name: str) -> Backends:
        outputs = pulumi_cli.outputs(self.project[0], name, self.environ)
        hint = "Check that the stack belongs to this project and is deployed."
        return self._of_outputs(outputs, f"stack {name}", hint)

    def of_local_cloud(self, cloud: local_clouds.LocalCloud) -> Backends:
        hint = f"Wait until it has started (see {cloud.outputs_file})."
        found = self._of_outputs(cloud.outputs(), f"local cloud {cloud.stack}", hint)
        return replace(found, deployment=replace(found.deployment, folder=cloud.folder))

    def _from_stack_option(self, stack: str) -> Backends:
        if self.flags.urls:
            raise SettingsError("Use either --stack or the URL options, not both.")
        return self.of_stack(stack)

    def _check_variables(self, stack: str | None, urls: Mapping[BackendName, Backend]) -> None:
        """Raise SettingsError if both the stack and the URLs come from variables."""
        if stack and all(backend.source in URL_VARIABLES.values() for backend in urls.values()):
            raise SettingsError(f"Set either {STACK_VARIABLE} or the URL variables, not both.")

    def _urls(self) -> dict[BackendName, Backend]:
        """Return the URLs from the options and variables. An empty variable counts as unset."""
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

    def _from_config(self) -> Backends | None:
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

    def _from_running_cloud(self) -> Backends:
        local_clouds.check_own(self.environ)
        cloud = local_clouds.only(self.environ)
        if cloud is None:
            raise SettingsError(_NO_BACKEND)
        return chosen_by("the only running local cloud", self.of_local_cloud(cloud))

    def _of_outputs(self, outputs: Mapping[str, Any], source: str, hint: str) -> Backends:
        texts = {name: value for name, value in outputs.items() if isinstance(value, str)}
        found = {
            name: Backend(name=name, url=checked_url(texts[output], source), source=source)
            for name, output in _OUTPUTS.items()
            if output in texts
        }
        if not found:
            raise SettingsError(
                f"The outputs of {source} have neither FunctionsURL nor ContainersURL. {hint}"
            )
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
    """Return *found* with the source that chose its deployment."""
    return replace(found, deployment=replace(found.deployment, chosen_by=source))


def _token_in(name: str, source: str) -> Token | None:
    try:
        with Path(name).open(encoding="utf-8") as file:
            text = file.read(_LONGEST_TOKEN_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise SettingsError(f"Cannot read {name} (from {source}): {reason}.") from error
    if len(text) > _LONGEST_TOKEN_FILE:
        raise SettingsError(f"{name} (from {source}) is too large for a write token.")
    if not text.strip():
        raise SettingsError(f"{name} (from {source}) is empty. Write the token into it.")
    return Token.of(text, source)
