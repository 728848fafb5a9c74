"""YAML that means the same to every parser; what does not is an error.

Pulumi reads its files with a Go parser of YAML 1.2, which keeps a few rules of YAML 1.1; PyYAML
knows YAML 1.1. They disagree on words such as yes and on, on numbers such as 8:32, 0o17 and 1e3,
and on keys that are given twice. A setting must not depend on who reads it.
"""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

_BOOLEAN: Final = re.compile(r"true|false")
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,17}")  # longer ones can be floats to Go
# Texts that a parser of YAML 1.1, YAML 1.2 or Go may take for something else; without underscores,
# which Go ignores in numbers.
_AMBIGUOUS: Final = re.compile(
    r"""
      ~ | null | y | n | yes | no | on | off | true | false   # null, boolean
      | [-+]? ( 0x[0-9a-f]+ | 0o?[-+]?[0-7]+ | 0b[-+]?[01]+ )  # hexadecimal, octal, binary
      | [-+]? [0-9]+ ( : [0-5]?[0-9] )+ ( \.[0-9]* )?           # base 60: 8:32
      | [-+]? ( [0-9]+ \.? [0-9]* | \.[0-9]+ ) ( e[-+]?[0-9]+ )?
      | [-+]? \.inf | \.nan
      | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2} ( [Tt\s] .* )?            # a date
      | << | =
    """,
    re.VERBOSE | re.IGNORECASE,
)


class _Loader(yaml.SafeLoader):
    """Returns text, booleans, integers, None for no value; raises YAMLError for other scalars."""

    def fetch_tag(self) -> None:
        raise yaml.scanner.ScannerError(
            None, None, "tags such as !!int are not supported: put text in quotes", self.get_mark()
        )

    def construct_object(self, node: yaml.Node, deep: bool = True) -> Any:  # noqa: ANN401, FBT001, FBT002 -- as inherited
        """Construct *node* with all that it contains: one that contains itself is an error."""
        return super().construct_object(node, deep)

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:  # noqa: ANN401 -- as inherited
        value = super().construct_scalar(node)
        if isinstance(node, yaml.MappingNode) or node.style is not None:  # in quotes
            return value
        if not value:
            return None
        if _BOOLEAN.fullmatch(value):
            return value == "true"
        if _INTEGER.fullmatch(value):
            return int(value)
        if _AMBIGUOUS.fullmatch(value.replace("_", "")):
            raise yaml.constructor.ConstructorError(
                None,
                None,
                f"{value} does not mean the same to all YAML parsers: put text in quotes; write "
                "true or false, and whole numbers in digits",
                node.start_mark,
            )
        return value

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 -- as inherited
        keys = [key.value for key, _ in node.value]
        for key, _ in node.value:
            if keys.count(key.value) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} is set twice", key.start_mark
                )
            if not isinstance(self.construct_object(key), str):
                raise yaml.constructor.ConstructorError(
                    None,
                    None,
                    f"the key {key.value} must be text: put it in quotes",
                    key.start_mark,
                )
        return super().construct_mapping(node, deep)


# Every plain scalar is text to the parser, so that construct_scalar sees what was written.
_Loader.yaml_implicit_resolvers = {}


def parse(text: str) -> Any:  # noqa: ANN401 -- any value
    """Return the value of *text*; raise yaml.YAMLError for text that parsers read differently."""
    return yaml.load(text, _Loader)  # noqa: S506 -- a SafeLoader
