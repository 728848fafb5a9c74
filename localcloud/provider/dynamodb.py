"""DynamoDB: tables of the local database."""

from __future__ import annotations

from localcloud.engine.provider import Outcome, Properties, ProviderError
from localcloud.provider.base import Context, ResourceHandler, arn, physical_name
from localcloud.runtimes.database import IndexSpec, RepairReport, TableSpec


class TableHandler(ResourceHandler):
    """`aws:dynamodb/table:Table`: keeps its items from start to start, under the same name."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        spec = _spec(physical_name(urn, name, inputs), inputs)
        await self._context.database.ensure_table(spec)
        report = await self._context.database.repair_indexes(spec)
        if report != RepairReport():
            self._context.report(f"table {spec.name}: indexes repaired after a crash: {report}")
        outputs = {"name": spec.name, "arn": arn("dynamodb", f"table/{spec.name}")}
        return Outcome(spec.name, {**inputs, **outputs})

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        """Delete the table and its items, unless it is protected as in AWS."""
        if inputs.get("deletionProtectionEnabled"):
            raise ProviderError(
                f"table {old.id} is protected and keeps its blogs. To delete it, run pulumi "
                "config set deletionProtection false, then pulumi up, then this command again."
            )
        await self._context.database.delete_table(old.id)


def _spec(name: str, inputs: Properties) -> TableSpec:
    return TableSpec(
        name=name,
        attributes={one["name"]: one["type"] for one in inputs.get("attributes", ())},
        hash_key=inputs["hashKey"],
        range_key=inputs.get("rangeKey"),
        indexes=tuple(_index(one) for one in inputs.get("globalSecondaryIndexes", ())),
    )


def _index(declared: Properties) -> IndexSpec:
    keys = {one["keyType"]: one["attributeName"] for one in declared.get("keySchemas", ())}
    return IndexSpec(
        name=declared["name"],
        hash_key=keys.get("HASH") or declared["hashKey"],
        range_key=keys.get("RANGE") or declared.get("rangeKey"),
        projection=declared["projectionType"],
        non_key_attributes=tuple(declared.get("nonKeyAttributes", ())),
    )


def handlers(context: Context) -> dict[str, ResourceHandler]:
    """Return the handlers of DynamoDB's resource types."""
    return {"aws:dynamodb/table:Table": TableHandler(context)}
