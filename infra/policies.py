"""Policy documents, built by name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import pulumi

Grant = tuple[Sequence[str], pulumi.Input[str]]  # actions, and the resource they are allowed on

# For actions that AWS allows on no narrower resource; each use says which and why.
ANYTHING: Final = "*"


def trust(service: str) -> str:
    """Let the AWS service *service* assume the role."""
    return _document(
        [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]
    )


def allow(*grants: Grant) -> pulumi.Output[str]:
    """Allow each grant's actions on its resource, nothing else."""
    return pulumi.Output.all(*(resource for _, resource in grants)).apply(
        lambda resources: _document(
            [
                {"Effect": "Allow", "Action": list(actions), "Resource": resource}
                for (actions, _), resource in zip(grants, resources, strict=True)
            ]
        )
    )


def _document(statements: list[dict[str, object]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
