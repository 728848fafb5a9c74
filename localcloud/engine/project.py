"""Reads the project's files: `Pulumi.yaml` and `Pulumi.<stack>.yaml`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


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
    described = _read(root / "Pulumi.yaml")
    name = described.get("name")
    if not isinstance(name, str):
        raise ProjectError(f"{root / 'Pulumi.yaml'} has no project name (name: ...)")
    declared = _section(root / "Pulumi.yaml", described)
    config = _defaults(name, declared)
    files = [root / f"Pulumi.{one}.yaml" for one in (stack, fallback) if one]
    for stack_file in filter(Path.exists, files):
        config |= _stack_config(stack_file, name, declared)
        break
    for key, value in overrides.items():
        _check_declared(f"--config {key}", _full_key(name, key), name, declared)
        config[_full_key(name, key)] = value
    return Project(root, name, stack, config)


def _defaults(project: str, declared: Mapping[str, Any]) -> dict[str, str]:
    """Read `key: {default: …}`, and the forms `key: {value: …}` and `key: value`."""
    config = {}
    for key, entry in declared.items():
        if isinstance(entry, Mapping):
            given = [entry[word] for word in ("value", "default") if word in entry]
        else:
            given = [entry]
        if given:
            config[_full_key(project, key)] = _text(given[0])
    return config


def _check_declared(what: str, key: str, project: str, declared: Mapping[str, Any]) -> None:
    """Reject a setting of the project that Pulumi.yaml does not declare: a typing mistake."""
    namespace, _, name = key.partition(":")
    if namespace == project and not {name, key} & set(declared):
        known = ", ".join(sorted(declared))
        raise ProjectError(f"{what}: unknown setting. The settings are {known}.")


def _section(path: Path, content: Mapping[str, Any]) -> Mapping[str, Any]:
    section = content.get("config") or {}
    if not isinstance(section, Mapping):
        raise ProjectError(f"{path}: config must be a mapping, one KEY: VALUE per line")
    return section


def _stack_config(path: Path, project: str, declared: Mapping[str, Any]) -> dict[str, str]:
    config = {}
    for key, value in _section(path, _read(path)).items():
        _check_declared(f"{path.name}: {key}", _full_key(project, key), project, declared)
        if isinstance(value, Mapping) and "secure" in value:
            raise ProjectError(
                f"{path.name}: {key} is encrypted, and only Pulumi can read it. "
                f"Pass it with --config {key}=VALUE."
            )
        config[_full_key(project, key)] = _text(value)
    return config


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ProjectError(
            f"{path} does not exist. Run this command in the project's folder."
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProjectError(f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise ProjectError(f"{path} must be a mapping")
    return content


def _full_key(project: str, key: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _text(value: object) -> str:
    """Return a setting as the engine passes it on: text, or JSON if it is structured."""
    return value if isinstance(value, str) else json.dumps(value, default=str)
