"""Read settings strictly: an invalid value is an error, and never replaced with a default."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from ipaddress import IPv4Network
from typing import Final, TypeGuard, TypeVar

import pulumi
from pulumi.runtime.config import CONFIG, is_config_secret

from infra.tags import tag_error

_T = TypeVar("_T")
_MAY_BE_SECRET: Final = "alarmEmail"  # noqa: S105  # a name; the values of the other settings are readable in AWS anyway
# The form that browsers send, since they compare the exact text.
_ORIGIN: Final = r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?"
_SHOWN: Final = 200  # characters of an invalid value in a message


def nearest(name: str, known: Collection[str]) -> str:
    """Return the known name that *name* is probably a misspelling of, or ""."""
    return next(iter(difflib.get_close_matches(name, known, n=1)), "")


class ConfigReader:
    """Returns settings in their types. An invalid setting stops the program with one line."""

    def __init__(self, config: pulumi.Config) -> None:
        self._config = config
        self._known: set[str] = set()

    def text(self, key: str, pattern: str, meaning: str) -> str:
        """Return text that matches *pattern*; *meaning* describes it in the error message."""
        value = self._required(key)
        if not re.fullmatch(pattern, value):
            raise self.error(key, meaning)
        return value

    def boolean(self, key: str) -> bool:
        value = self._required(key)
        if value.lower() not in ("true", "false"):
            raise self.error(key, "must be true or false")
        return value.lower() == "true"

    def integer(self, key: str, least: int, most: int) -> int:
        value = self._required(key)
        if not re.fullmatch(r"[0-9]{1,6}", value) or not least <= int(value) <= most:
            raise self.error(key, f"must be a whole number from {least} to {most}")
        return int(value)

    def integer_or_zero(self, key: str, least: int, most: int) -> int:
        if self._required(key) == "0":
            return 0
        return self.integer(key, least, most)

    def one_of(self, key: str, allowed: Sequence[_T], condition: str = "") -> _T:
        """Return one of *allowed*; *condition* is added to the error message."""
        value = self._required(key)
        for choice in allowed:
            if value == str(choice):
                return choice
        raise self.error(key, f"must be one of {', '.join(map(str, allowed))}{condition}")

    def origins(self, key: str) -> tuple[str, ...]:
        values = self._strings(key, '["*"] or ["https://example.com"]')
        if values != ("*",) and not all(re.fullmatch(_ORIGIN, value) for value in values):
            rule = 'must be ["*"] or origins such as ["https://example.com"]'
            raise self.error(key, f"{rule}: lowercase, without a path, without *")
        return self._unique(key, values)

    def networks(self, key: str) -> tuple[str, ...]:
        values = self._strings(key, '["203.0.113.0/24"]')
        try:
            networks = tuple(str(IPv4Network(value)) for value in values)
        except ValueError as error:
            rule = "must have IPv4 address ranges such as 203.0.113.0/24"
            raise self.error(key, f"{rule}: {error}") from error
        return self._unique(key, networks)

    def tags(self, key: str, own: Mapping[str, str], defaults: Mapping[str, str]) -> dict[str, str]:
        """Return *own* tags and those of the setting; both take precedence over *defaults*."""
        value = self._object(key)
        if not _is_tags(value):
            raise self.error(key, "must map names to strings, such as {team: web}")
        given = {**defaults, **value}
        if rule := tag_error(given, own):
            raise self.error(key, rule)
        return {**own, **given}

    def default_tags(self, value: object, own: Mapping[str, str]) -> Mapping[str, str]:
        """Return the tags of the provider's option `defaultTags`."""
        tags = {} if value is None else _member(value, "tags")
        if not _is_tags(tags):
            rule = "must map names to strings below tags, such as {tags: {team: web}}"
            raise self.error("defaultTags", rule)
        if rule := tag_error(tags, own):
            raise self.error("defaultTags", rule)
        return tags

    def error(self, key: str, rule: str) -> pulumi.RunError:
        """Return an error with the setting, its value and the allowed values."""
        full_key = self._config.full_key(key)
        shown = repr(self._config.get(key))
        if len(shown) > _SHOWN:
            shown = f"{shown[:_SHOWN]}..."
        if is_config_secret(full_key):
            shown = "a secret"
        return pulumi.RunError(f"{full_key} is {shown}, but {rule}")

    def reject_unknown(self) -> None:
        """Raise an error for a setting that was never read, such as a misspelled one."""
        prefix = self._config.full_key("")
        known: Collection[str] = sorted(self._known)
        for full_key in sorted(CONFIG.get()):
            if full_key.startswith(prefix) and full_key.removeprefix(prefix) not in self._known:
                near = nearest(full_key.removeprefix(prefix), known)
                advice = f"did you mean {near}?" if near else f"use one of {', '.join(known)}"
                raise pulumi.RunError(f"unknown setting {full_key}: {advice}")

    def _required(self, key: str) -> str:
        self._known.add(key)
        value = self._config.get(key)
        if value is None:
            raise pulumi.RunError(
                f"{self._config.full_key(key)} is not set. Set it: pulumi config set {key} VALUE"
            )
        if is_config_secret(self._config.full_key(key)) and key != _MAY_BE_SECRET:
            raise self.error(key, f"only {_MAY_BE_SECRET} can be secret: set it with --plaintext")
        return value

    def _object(self, key: str) -> object:
        self._required(key)
        try:
            return self._config.get_object(key)
        except pulumi.ConfigTypeError as error:
            raise self.error(key, "must be valid JSON") from error

    def _strings(self, key: str, example: str) -> tuple[str, ...]:
        value = self._object(key)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            way = f"add each entry with: pulumi config set --path '{key}[0]' ENTRY"
            raise self.error(key, f"must be a list such as {example}; {way}")
        return tuple(value)

    def _unique(self, key: str, values: tuple[str, ...]) -> tuple[str, ...]:
        """Return *values* if all differ, because AWS rejects duplicates."""
        if duplicates := sorted({value for value in values if values.count(value) > 1}):
            raise self.error(key, f"must not repeat entries: {', '.join(duplicates)}")
        return values


def _is_tags(value: object) -> TypeGuard[Mapping[str, str]]:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def _member(value: object, key: str) -> object:
    """Return the member of a mapping that has no other."""
    return value[key] if isinstance(value, dict) and value.keys() == {key} else None
