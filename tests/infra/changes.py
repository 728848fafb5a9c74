"""The differences between two runs of the program, one entry per value."""

import json

from localcloud.engine.property_values import Archive
from tests.infra.recording import STACK

GONE = "(gone)"
NEW = "(new)"


def changes(before, after):
    """Return the old and new value by path; a new or removed resource is one entry."""
    first, second = _resources(before), _resources(after)
    found = {f"+ {name}": (GONE, NEW) for name in second.keys() - first.keys()}
    found |= {f"- {name}": (NEW, GONE) for name in first.keys() - second.keys()}
    for name in first.keys() & second.keys():
        found |= _differences(name, first[name], second[name])
    return found | _differences("output", before.outputs, after.outputs)


def _resources(program):
    return {
        f"{one.type_.rpartition(':')[2]} {one.name}": {**one.inputs, "(ignored)": list(one.ignored)}
        for one in program.all
        if one.type_ != STACK
    }


def _differences(place, old, new):
    first, second = dict(_leaves(place, old)), dict(_leaves(place, new))
    pairs = {key: (first.get(key, GONE), second.get(key, GONE)) for key in first | second}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def _leaves(place, value):
    value = _opened(value)
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _leaves(f"{place}.{key}", member)
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from _leaves(f"{place}.{number}", member)
    else:
        yield place, value


def _opened(value):
    """Expand JSON texts, packages, and lists of named values."""
    if isinstance(value, Archive):
        return {"digest": value.digest}
    if isinstance(value, str) and value[:1] in ("{", "["):
        return json.loads(value)
    if isinstance(value, list) and all(_is_variable(member) for member in value):
        return {member["name"]: member["value"] for member in value}
    return value


def _is_variable(member):
    return isinstance(member, dict) and member.keys() == {"name", "value"}
