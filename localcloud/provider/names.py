"""Names, ids and ARNs as AWS forms them, the same at every start."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from localcloud.environment import ACCOUNT_ID, REGION


def physical_name(urn: str, name: str, inputs: Mapping[str, Any]) -> str:
    """Give the name that the program chose, or one made of the logical name as Pulumi does."""
    given = inputs.get("name")
    return str(given) if given else f"{name}-{_digest(urn)[:7]}"


def resource_id(prefix: str, urn: str) -> str:
    """Give an id in AWS's manner, such as `vpc-0a1b2c3d4e`."""
    return f"{prefix}-{_digest(urn)[:17]}"


def arn(service: str, resource: str, *, region: str = REGION) -> str:
    """Give the ARN of *resource*; IAM's have no region."""
    return f"arn:aws:{service}:{region}:{ACCOUNT_ID}:{resource}"


def _digest(urn: str) -> str:
    return hashlib.sha256(urn.encode()).hexdigest()
