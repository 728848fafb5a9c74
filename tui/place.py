"""Which deployment the backends belong to, as far as its outputs say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Place:
    """Stack, region and account; empty for what nobody says."""

    stack: str = ""
    region: str = ""
    account: str = ""
    named_by: str = ""
    """Who chose this place."""

    @classmethod
    def of(cls, stack: str, outputs: Mapping[str, str]) -> Place:
        """Read region and account from the outputs."""
        return cls(
            stack=stack,
            region=outputs.get("Region", ""),
            account=outputs.get("AccountId", ""),
        )

    @property
    def words(self) -> str:
        """All of it in a few words."""
        account = f"account {self.account}" if self.account else ""
        return " · ".join(filter(None, (self.stack, self.region, account))) or "no stack"
