"""The JSON Schema of the results file, from the types of the program.

After a change of these types, run `python -m tests.lab.results_schema` and read the difference.
"""

import ast
import dataclasses
import inspect
import json
import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path

import jsonschema

from lab import results_file
from lab.results import Results, Run
from lab.rows import Row
from lab.summary import Summary, Verdict

FILE = Path(results_file.__file__).with_name("results.schema.json")
SIMPLE = {str: "string", bool: "boolean", int: "integer", float: "number"}


def schema():
    """Return the whole schema."""
    definitions = Definitions()
    notes = field_notes(Results)
    properties = {
        "format": {"const": results_file.FORMAT},
        "schema": {"const": results_file.SCHEMA},
        "target": {"type": "string", "description": notes["target"]},
        "strict": {"type": "boolean", "description": notes["strict"]},
        "summary": definitions.of(Summary),
        "runs": {"type": "array", "minItems": 1, "items": definitions.of(Run)},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Results of blogs compare",
        **record(
            "The settings and the log of a comparison, and the figures that follow from them. "
            "Times with _s are in seconds, those with _ms and all latencies in milliseconds.",
            properties,
        ),
        "$defs": dict(sorted(definitions.found.items())),
    }


class Definitions:
    """The schemas of the types met so far, by name."""

    def __init__(self):
        self.found = {}

    def of(self, hint):
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin is types.UnionType:
            return self._optional(self.of(arguments[0]))
        if origin is Mapping:
            return self._mapping(*(self.of(each) for each in arguments))
        if origin is Sequence:
            return {"type": "array", "items": self.of(arguments[0])}
        if hint is typing.Any:
            return {}
        return {"type": SIMPLE[hint]} if hint in SIMPLE else self._reference(hint)

    def _optional(self, inner):
        if inner.keys() == {"type"}:
            return {"type": [inner["type"], "null"]}
        return {"anyOf": [inner, {"type": "null"}]}

    def _mapping(self, key, item):
        names = {"propertyNames": key} if "$ref" in key else {}
        return {"type": "object", **names, "additionalProperties": item}

    def _reference(self, type_):
        if type_.__name__ not in self.found:
            is_record = dataclasses.is_dataclass(type_)
            self.found[type_.__name__] = (
                self._record(type_) if is_record else {"enum": [str(each) for each in type_]}
            )
        return {"$ref": f"#/$defs/{type_.__name__}"}

    def _record(self, type_):
        properties = self._properties(type_)
        if type_ is Run:
            columns = self._properties(Row)
            arrays = {name: {"type": "array", "items": column} for name, column in columns.items()}
            properties["rows"] = record(plain(Row.__doc__), arrays)
        if type_ is Verdict:
            properties["generator_limited"] = {"type": "boolean"}
        return record(plain(type_.__doc__), properties)

    def _properties(self, type_):
        hints, notes = typing.get_type_hints(type_), field_notes(type_)
        return {
            field.name: self.of(hints[field.name])
            | ({"description": notes[field.name]} if field.name in notes else {})
            for field in dataclasses.fields(type_)
        }


def record(description, properties):
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def field_notes(type_):
    """Return the texts below the fields of a dataclass."""
    [definition] = ast.parse(inspect.getsource(type_)).body
    pairs = zip(definition.body, definition.body[1:], strict=False)
    return {
        field.target.id: plain(note.value.value)
        for field, note in pairs
        if isinstance(field, ast.AnnAssign) and isinstance(note, ast.Expr)
    }


def plain(text):
    words = " ".join(text.split())
    return words.replace("`", "").replace("*", "").replace("None", "null")


def validate(content):
    """Raise an error unless *content*, the JSON of a results file, has the form of the schema."""
    jsonschema.Draft202012Validator(json.loads(FILE.read_text("utf-8"))).validate(content)


def as_text():
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(as_text(), "utf-8")
