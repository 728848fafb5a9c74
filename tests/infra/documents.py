"""The policy documents of a program."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """One statement of the policy *owner*, attached to (or the trust policy of) *role*."""

    owner: str
    role: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    services: tuple[str, ...]


def statements(program):
    """Yield every statement of every declared policy document."""
    for one in program.resources:
        for text in (one.inputs.get("policy"), one.inputs.get("assumeRolePolicy")):
            document = json.loads(text) if text else {}
            for entry in document.get("Statement", ()):
                role = str(one.inputs.get("role", one.name)).removesuffix("-id")
                yield _statement(one.name, role, entry)


def _statement(owner, role, entry):
    return Statement(
        owner=owner,
        role=role,
        effect=entry["Effect"],
        actions=_texts(entry["Action"]),
        resources=_texts(entry.get("Resource", ())),
        services=_texts(entry.get("Principal", {}).get("Service", ())),
    )


def _texts(value):
    return (value,) if isinstance(value, str) else tuple(value)
