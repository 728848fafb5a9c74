"""Reads the project's files: `Pulumi.yaml` and `Pulumi.<stack>.yaml`."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from localcloud.engine import strict_yaml

ENDPOINT: Final = "awsEndpoint"
"""The setting with the URL that replaces AWS."""


class ProjectError(Exception):
    """A file of the project or a setting is not valid; the text says which and why."""


@dataclass(frozen=True)
class Project:
    """One stack of the project in *root*, with its settings as the SDK reads them."""

    root: Path
    name: str
    stack: str
    config: Mapping[str, str] = field(default_factory=dict)

    @property
    def program(self) -> Path:
        return self.root / "__main__.py"


def load_project(
    root: Path, stack: str, overrides: Mapping[str, str], *, fallback: str | None = None
) -> Project:
    """Read the project; *overrides* precede the stack's file, which precedes the defaults.

    A stack without a file uses the settings of the stack *fallback*, if one is given.
    """
    name, declared = _described(root)
    config = _defaults(name, declared)
    files = [root / f"Pulumi.{one}.yaml" for one in (stack, fallback) if one]
    for stack_file in filter(Path.exists, files):
        config |= _stack_config(stack_file, name, declared)
        break
    for key, value in overrides.items():
        _check_declared(f"--config {key}", _full_key(name, key), name, declared)
        config[_full_key(name, key)] = value
    return Project(root, name, stack, config)


def load_for_pulumi(root: Path, stack: str) -> tuple[Project, str]:
    """Return the project with the setting awsEndpoint, and what is wrong with the others, or "".

    The real engine reads the settings itself: a wrong one must not keep its commands, such as
    `pulumi config rm`, from running.
    """
    name, declared = _described(root)
    path, wrong = root / f"Pulumi.{stack}.yaml", ""
    try:
        config = _stack_config(path, name, declared, encrypted=True) if path.exists() else {}
    except ProjectError as error:
        config, wrong = _texts(path, name), str(error)
    endpoint = {key: value for key, value in config.items() if key == _full_key(name, ENDPOINT)}
    return Project(root, name, stack, endpoint or _defaults(name, declared)), wrong


def _texts(path: Path, project: str) -> dict[str, str]:
    """Return the settings in *path* that are text, whatever the others are."""
    section = _section(path, _read(path, yaml.safe_load))
    return {
        _full_key(project, str(key)): value
        for key, value in section.items()
        if isinstance(value, str)
    }


def _described(root: Path) -> tuple[str, Mapping[str, Any]]:
    """Return the project's name, and the settings that it declares."""
    path = root / "Pulumi.yaml"
    described = _read(path)
    name = described.get("name")
    if not isinstance(name, str):
        raise ProjectError(f"{path} has no project name (name: ...)")
    return name, _section(path, described)


def _defaults(project: str, declared: Mapping[str, Any]) -> dict[str, str]:
    """Read `key: {default: …}`, and the forms `key: {value: …}` and `key: value`."""
    config = {}
    for key, entry in declared.items():
        if isinstance(entry, Mapping):
            given = [entry[word] for word in ("value", "default") if word in entry]
        else:
            given = [entry]
        if given:
            config[_full_key(project, key)] = _text(f"Pulumi.yaml: {key}", given[0])
    return config


def _check_declared(what: str, key: str, project: str, declared: Mapping[str, Any]) -> None:
    """Reject a setting of the project that Pulumi.yaml does not declare: a typing mistake."""
    namespace, _, name = key.partition(":")
    if namespace == project and not {name, key} & set(declared):
        near = difflib.get_close_matches(name, declared, 1)
        advice = f"Did you mean {near[0]}?" if near else f"Settings: {', '.join(sorted(declared))}."
        raise ProjectError(f"{what}: unknown setting. {advice}")


def _section(path: Path, content: Mapping[str, Any]) -> Mapping[str, Any]:
    section = content.get("config") or {}
    if not isinstance(section, Mapping):
        raise ProjectError(f"{path}: config must be a mapping, one KEY: VALUE per line")
    return section


def _stack_config(
    path: Path, project: str, declared: Mapping[str, Any], *, encrypted: bool = False
) -> dict[str, str]:
    """Return the settings in *path*; leave out the encrypted ones if they are allowed."""
    config = {}
    for key, value in _section(path, _read(path)).items():
        _check_declared(f"{path.name}: {key}", _full_key(project, key), project, declared)
        if _is_encrypted(value):
            if encrypted:
                continue
            raise ProjectError(
                f"{path.name}: {key} is encrypted, and only Pulumi can read it. "
                f"Pass it with --config {key}=VALUE."
            )
        config[_full_key(project, key)] = _text(f"{path.name}: {key}", value)
    return config


def _is_encrypted(value: object) -> bool:
    """Return True if the value has an encrypted part, as `pulumi config set --path` can write."""
    if isinstance(value, Mapping):
        return "secure" in value or any(map(_is_encrypted, value.values()))
    return isinstance(value, list) and any(map(_is_encrypted, value))


def _read(path: Path, parse: Callable[[str], Any] = strict_yaml.parse) -> dict[str, Any]:
    try:
        content = parse(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ProjectError(
            f"{path} does not exist. Run this command in the project's folder."
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise ProjectError(f"{path} cannot be read: {error}") from error
    if content is None:  # all settings are removed, or are comments
        return {}
    if not isinstance(content, dict):
        raise ProjectError(f"{path} must be a mapping")
    return content


def _full_key(project: str, key: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _text(key: str, value: object) -> str:
    """Return a setting as the engine passes it on: text, or JSON if it is structured."""
    if value is None:
        raise ProjectError(f'{key} has no value. For an empty text, write ""')
    return value if isinstance(value, str) else json.dumps(value)
