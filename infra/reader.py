"""Reads settings strictly: what is not understood is an error, never a default."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from ipaddress import IPv4Network
from typing import Final, TypeVar

import pulumi
from pulumi.runtime.config import CONFIG, is_config_secret

from infra.tagging import mistake

_T = TypeVar("_T")
_MAY_BE_SECRET: Final = "alarmEmail"  # noqa: S105  # a name; what is declared with the others is readable in AWS anyway
# As browsers write an origin: they compare it letter by letter.
_ORIGIN: Final = r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?"
_SHOWN: Final = 200  # characters of a wrong value; more would hide what is said about it


class Reader:
    """Gives each setting in its type; a wrong one ends the program with one line."""

    def __init__(self, config: pulumi.Config) -> None:
        self._config = config
        self._asked: set[str] = set()

    def text(self, key: str, pattern: str, meaning: str) -> str:
        """Read a text of the form *pattern*, which *meaning* puts into words."""
        value = self._required(key)
        if not re.fullmatch(pattern, value):
            raise self.wrong(key, meaning)
        return value

    def boolean(self, key: str) -> bool:
        value = self._required(key)
        if value.lower() not in ("true", "false"):
            raise self.wrong(key, "must be true or false")
        return value.lower() == "true"

    def integer(self, key: str, least: int, most: int) -> int:
        value = self._required(key)
        if not re.fullmatch(r"[0-9]{1,6}", value) or not least <= int(value) <= most:
            raise self.wrong(key, f"must be a whole number from {least} to {most}")
        return int(value)

    def one_of(self, key: str, allowed: Sequence[_T], condition: str = "") -> _T:
        """Read one of *allowed*, which is all that the *condition* leaves."""
        value = self._required(key)
        for choice in allowed:
            if value == str(choice):
                return choice
        raise self.wrong(key, f"must be one of {', '.join(map(str, allowed))}{condition}")

    def origins(self, key: str) -> tuple[str, ...]:
        values = self._texts(key, '["*"] or ["https://example.com"]')
        if values != ("*",) and not all(re.fullmatch(_ORIGIN, value) for value in values):
            rule = 'must be ["*"] or origins such as ["https://example.com"]'
            raise self.wrong(key, f"{rule}: lower case, without a path, without *")
        return self._once(key, values)

    def networks(self, key: str) -> tuple[str, ...]:
        values = self._texts(key, '["203.0.113.0/24"]')
        try:
            networks = tuple(str(IPv4Network(value)) for value in values)
        except ValueError as error:
            rule = "must hold IPv4 address ranges such as 203.0.113.0/24"
            raise self.wrong(key, f"{rule}: {error}") from error
        return self._once(key, networks)

    def tags(self, key: str, defaults: Mapping[str, str]) -> dict[str, str]:
        """Read tags that stand beside *defaults*; gives all of them."""
        value = self._object(key)
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise self.wrong(key, "must hold texts by name, such as {team: web}")
        if rule := mistake(value, defaults):
            raise self.wrong(key, rule)
        return {**defaults, **value}

    def wrong(self, key: str, rule: str) -> pulumi.RunError:
        """Make the error that names the setting, what it is and what is allowed."""
        full_key = self._config.full_key(key)
        shown = repr(self._config.get(key))
        if len(shown) > _SHOWN:
            shown = f"{shown[:_SHOWN]}..."
        if is_config_secret(full_key):
            shown = "a secret"
        return pulumi.RunError(f"{full_key} is {shown}, but {rule}")

    def refuse_others(self) -> None:
        """Refuse settings that nobody has asked for: words mistyped."""
        prefix = self._config.full_key("")
        known: Collection[str] = sorted(self._asked)
        for full_key in sorted(CONFIG.get()):
            if full_key.startswith(prefix) and full_key.removeprefix(prefix) not in self._asked:
                raise pulumi.RunError(f"{full_key}: no such setting; there are {', '.join(known)}")

    def _required(self, key: str) -> str:
        self._asked.add(key)
        value = self._config.get(key)
        if value is None:
            raise pulumi.RunError(
                f"{self._config.full_key(key)} is not set: pulumi config set {key} VALUE"
            )
        if is_config_secret(self._config.full_key(key)) and key != _MAY_BE_SECRET:
            raise self.wrong(key, f"only {_MAY_BE_SECRET} stays secret: set it with --plaintext")
        return value

    def _object(self, key: str) -> object:
        self._required(key)
        try:
            return self._config.get_object(key)
        except pulumi.ConfigTypeError as error:
            raise self.wrong(key, "must be JSON") from error

    def _texts(self, key: str, example: str) -> tuple[str, ...]:
        value = self._object(key)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            raise self.wrong(key, f"must be a list such as {example}")
        return tuple(value)

    def _once(self, key: str, values: tuple[str, ...]) -> tuple[str, ...]:
        """Give *values* back when all differ: AWS refuses what is declared twice."""
        if twice := sorted({value for value in values if values.count(value) > 1}):
            raise self.wrong(key, f"must hold each entry once: {', '.join(twice)}")
        return values
