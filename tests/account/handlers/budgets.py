"""Budgets."""

from tests.account.account import ACCOUNT_ID, Result
from tests.account.handlers.base import ResourceHandler, found


class Budget(ResourceHandler):
    def create(self, account, name, given):
        account.client("budgets").create_budget(
            AccountId=ACCOUNT_ID,
            Budget={
                "BudgetName": name,
                "BudgetType": given["budgetType"],
                "BudgetLimit": {"Amount": given["limitAmount"], "Unit": given["limitUnit"]},
                "TimeUnit": given["timeUnit"],
                "CostFilters": {one["name"]: one["values"] for one in given["costFilters"]},
            },
            NotificationsWithSubscribers=[_notification(one) for one in given["notifications"]],
            ResourceTags=account.tag_list(),
        )
        return Result(f"{ACCOUNT_ID}:{name}", {"name": name})

    def delete(self, account, identity, outputs):
        account.client("budgets").delete_budget(**_named(outputs))

    def exists(self, account, identity, outputs):
        budgets = account.client("budgets")
        return found(lambda: budgets.describe_budget(**_named(outputs)), "NotFoundException")


def _notification(given):
    addresses = given["subscriberEmailAddresses"]
    return {
        "Notification": {
            "NotificationType": given["notificationType"],
            "ComparisonOperator": given["comparisonOperator"],
            "Threshold": given["threshold"],
            "ThresholdType": given["thresholdType"],
        },
        "Subscribers": [{"SubscriptionType": "EMAIL", "Address": one} for one in addresses],
    }


def _named(outputs):
    return {"AccountId": ACCOUNT_ID, "BudgetName": outputs["name"]}


HANDLERS = {"aws:budgets/budget:Budget": Budget()}
