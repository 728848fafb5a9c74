"""Check declared inputs against the types of the Pulumi SDK.

The SDK rejects unknown arguments, but accepts anything inside a dictionary literal.
"""

import functools
import importlib
import inspect
import json
import types
import typing
from collections.abc import Awaitable, Mapping, Sequence
from enum import Enum
from typing import Any

import pulumi
from pulumi._types import is_input_type

from localcloud.engine.property_values import Archive

_PACKAGES = {
    "aws": "pulumi_aws",
    "docker-build": "pulumi_docker_build",
    "random": "pulumi_random",
}
_MODULES = {"lambda": "lambda_"}  # a Python keyword
_UNIONS = (typing.Union, types.UnionType)
# Provider inputs are JSON texts, and include values that the SDK adds.
_PROVIDER = "pulumi:providers:"
_PLAIN = (bool, int, float, str)


def problems(type_, inputs):
    """Return a line for each of the *inputs* that does not match the type token."""
    found = []
    if type_.startswith(_PROVIDER):
        inputs = {key: _parsed(value) for key, value in inputs.items() if key != "version"}
    _check_object(_arguments(type_), inputs, type_.rpartition(":")[2], found)
    return found


def _parsed(value):
    try:
        return json.loads(value)
    except ValueError:
        return value


def _arguments(type_):
    """Return the class of the arguments of a resource type."""
    package, module, name = type_.split(":")
    if type_.startswith(_PROVIDER):
        package, module, name = name, "index", "Provider"
    module = module.partition("/")[0]
    path = "" if module == "index" else f".{_MODULES.get(module, module)}"
    found = importlib.import_module(_PACKAGES[package] + path)
    for form in (f"{name}Args", f"_{name}Args"):
        if hasattr(found, form):
            return getattr(found, form)
    resource = getattr(found, name)
    return getattr(inspect.getmodule(resource), f"{name}Args")


@functools.cache
def _members(arguments):
    """Return the members of an arguments class: types by wire name, and the required ones."""
    module = inspect.getmodule(arguments)
    known = {"Output": pulumi.Output, "T": Any, "pulumi": pulumi, **vars(module)}
    for part in ("_inputs", "_enums"):
        try:
            known |= vars(importlib.import_module(f"{module.__package__}.{part}"))
        except ModuleNotFoundError:
            continue
    hints = typing.get_type_hints(arguments.__init__, known)
    parameters = inspect.signature(arguments.__init__).parameters
    names = {key: _wire_name(arguments, key) for key in hints if key != "return"}
    needed = {names[key] for key in names if parameters[key].default is inspect.Parameter.empty}
    return {names[key]: hints[key] for key in names}, needed


def _wire_name(arguments, key):
    found = inspect.getattr_static(arguments, key, None)
    return getattr(getattr(found, "fget", None), "_pulumi_name", key)


def _check_object(arguments, value, path, found):
    members, needed = _members(arguments)
    found += [f"{path}.{key}: is missing" for key in sorted(needed - value.keys())]
    for key, member in value.items():
        if key not in members:
            found.append(f"{path}.{key}: no such property")
        else:
            _check(members[key], member, f"{path}.{key}", found)


def _check(hint, value, path, found):
    if value is None:
        return
    choices = _choices(hint)
    if isinstance(value, Mapping):
        _check_mapping(choices, value, path, found)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        lists = [one for one in choices if typing.get_origin(one) is Sequence]
        if not lists:
            found.append(f"{path}: a list is not allowed")
            return
        for number, member in enumerate(value):
            _check(typing.get_args(lists[0])[0], member, f"{path}[{number}]", found)
    elif isinstance(value, Archive):
        if pulumi.Archive not in choices:
            found.append(f"{path}: an archive is not allowed")
    else:
        _check_plain(choices, value, path, found)


def _check_mapping(choices, value, path, found):
    for one in choices:
        if inspect.isclass(one) and is_input_type(one):
            _check_object(one, value, path, found)
            return
        if typing.get_origin(one) is Mapping:
            for key, member in value.items():
                _check(typing.get_args(one)[1], member, f"{path}[{key}]", found)
            return
    found.append(f"{path}: an object is not allowed")


def _check_plain(choices, value, path, found):
    enums = [one for one in choices if inspect.isclass(one) and issubclass(one, Enum)]
    if enums and all(value not in [member.value for member in one] for one in enums):
        found.append(f"{path}: {value!r} is no {enums[0].__name__}")
        return
    allowed = [one for one in choices if one in _PLAIN]
    fits = type(value) in allowed or (type(value) is int and float in allowed)
    if not fits and not enums:
        names = " or ".join(one.__name__ for one in allowed) or "plain"
        found.append(f"{path}: {value!r} is not {names}")


def _choices(hint):
    """Return the alternatives of a type, without outputs."""
    if typing.get_origin(hint) in _UNIONS:
        return [one for member in typing.get_args(hint) for one in _choices(member)]
    if typing.get_origin(hint) in (Awaitable, pulumi.Output) or hint is pulumi.Output:
        return []
    return [hint]
