"""IAM policy documents."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import pulumi

Grant = tuple[Sequence[str], pulumi.Input[str]]  # actions, and the resource they are allowed on

# For actions without resource-level permissions; each use has a comment with the reason.
ANYTHING: Final = "*"


def trust(service: str) -> str:
    """Return a trust policy: the AWS service *service* may assume the role."""
    return _document(
        [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]
    )


def allow(*grants: Grant) -> pulumi.Output[str]:
    """Return a policy that allows the actions of each grant on its resource."""
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
