"""The settings of the namespace `aws`: options of the AWS provider, in its types.

Pulumi passes them on to its default provider only. This program has a provider of its own, which
could use another account without them (pulumi/pulumi-aws#3259).
"""

from __future__ import annotations

import inspect
import json
import re
import typing
from collections.abc import Mapping
from typing import Any, Final

import pulumi
import pulumi_aws as aws
from pulumi.runtime.config import CONFIG, is_config_secret

from infra.config_reader import ConfigReader, nearest

_FORMS: Final[Mapping[type, str]] = {
    bool: "must be true or false",
    int: "must be a whole number",
    list: "must be a list",
    dict: "must be a mapping",
}
_ACCOUNT_ID: Final = r"[0-9]{12}"
_READABLE: Final = ("defaultTags", "region")  # the program uses their values


def provider_options(config: pulumi.Config) -> dict[str, Any]:
    """Return the options that are set, by the names of `pulumi_aws.Provider`'s parameters."""
    types = _types()
    prefix = config.full_key("")
    options = {}
    for full_key in sorted(CONFIG.get()):
        if full_key.startswith(prefix):
            key = full_key.removeprefix(prefix)
            if key not in types:
                raise _unknown(full_key, key, types)
            name, type_ = types[key]
            options[name] = _value(config, key, type_)
    return options


def _types() -> dict[str, tuple[str, type]]:
    """Return the parameter and the type of each option."""
    parameters = inspect.signature(aws.ProviderArgs.__init__).parameters.values()
    return {
        _camel_case(one.name): (one.name, _type(one.annotation))
        for one in parameters
        if one.annotation is not one.empty
    }


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def _type(annotation: object) -> type:
    choices = typing.get_args(annotation)
    for type_ in (str, bool, int):
        if type_ in choices:
            return type_
    is_list = any(str(choice).startswith("typing.Sequence") for choice in choices)
    return list if is_list else dict


def _unknown(full_key: str, key: str, types: Mapping[str, object]) -> pulumi.RunError:
    near = nearest(key, types)
    meant = f"Did you mean aws:{near}?" if near else "The AWS provider has no such option."
    return pulumi.RunError(
        f"unknown setting {full_key}. {meant} To remove it: pulumi config rm {full_key}"
    )


def _value(config: pulumi.Config, key: str, type_: type) -> object:
    reader, text = ConfigReader(config), config.require(key)
    value = text if type_ is str else _structured(reader, key, text, type_)
    if not is_config_secret(config.full_key(key)):
        return value
    if key in _READABLE:
        raise reader.error(key, "it cannot be secret: set it with --plaintext")
    return pulumi.Output.secret(value)


def _structured(reader: ConfigReader, key: str, text: str, type_: type) -> object:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise reader.error(key, _FORMS[type_]) from error
    if type(value) is not type_:
        raise reader.error(key, _FORMS[type_])
    if isinstance(value, list) and key.endswith("AccountIds"):
        return _account_ids(reader, key, value)
    return value


def _account_ids(reader: ConfigReader, key: str, values: list[object]) -> list[str]:
    """Return the ids as text: `pulumi config set --path` stores numbers."""
    ids = [str(value) for value in values]
    if not all(re.fullmatch(_ACCOUNT_ID, one) for one in ids):
        raise reader.error(key, 'must be a list of account ids such as ["123456789012"]')
    return ids
