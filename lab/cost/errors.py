"""Why a cost cannot be calculated. Each message is one line, with the next step."""

from __future__ import annotations


class CostError(Exception):
    """The inputs or the prices do not allow the calculation."""


class PriceMissing(CostError):
    """A price of the region is not known."""


class RefreshError(Exception):
    """The prices could not be refreshed. The old ones remain."""
