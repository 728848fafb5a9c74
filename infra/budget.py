"""A monthly budget for the costs of the stack, which sends email."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra.settings import Settings


def monthly_budget(
    name: str, settings: Settings, opts: pulumi.ResourceOptions | None = None
) -> None:
    """Declare a budget that sends email when costs exceed it, or are forecast to.

    It counts what has the tag `stack`. AWS bills by a tag only after someone has activated it as a
    cost allocation tag of the account.
    """
    email = pulumi.Output.secret(settings.alarm_email)
    aws.budgets.Budget(
        name,
        budget_type="COST",
        limit_amount=str(settings.monthly_budget),
        limit_unit="USD",
        time_unit="MONTHLY",
        # A filter matches if any of its values does, so a second tag would add costs.
        cost_filters=[
            {"name": "TagKeyValue", "values": [f"user:stack${settings.tags['stack']}"]},
        ],
        notifications=[
            {
                "notification_type": type_,
                "comparison_operator": "GREATER_THAN",
                "threshold": 100,
                "threshold_type": "PERCENTAGE",
                "subscriber_email_addresses": [email],
            }
            for type_ in ("ACTUAL", "FORECASTED")
        ],
        opts=opts,
    )
