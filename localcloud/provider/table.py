"""`aws:dynamodb/table:Table` becomes a table of the local database."""

from __future__ import annotations

from localcloud.engine.provider import Outcome, Properties, ProviderError
from localcloud.provider.context import Context
from localcloud.provider.kind import logical_name
from localcloud.provider.names import arn, physical_name
from localcloud.runtimes.database import IndexSpec, MendReport, TableSpec


class Table:
    """Tables keep their items from start to start, under the same name."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        spec = _spec(physical_name(urn, name, inputs), inputs)
        await self._context.database.ensure_table(spec)
        report = await self._context.database.mend(spec)
        if report != MendReport():
            self._context.say(f"table {spec.name}: mended after a crash: {report}")
        made = {"name": spec.name, "arn": arn("dynamodb", f"table/{spec.name}")}
        return Outcome(spec.name, {**inputs, **made})

    async def update(
        self,
        urn: str,
        old: Outcome,
        olds: Properties,
        news: Properties,
    ) -> Outcome:
        return await self.create(urn, logical_name(urn), news)

    async def delete(
        self,
        urn: str,
        old: Outcome,
        inputs: Properties,
    ) -> None:
        """Delete it with its items, unless it was declared to be protected, as in AWS."""
        if inputs.get("deletionProtectionEnabled"):
            raise ProviderError(
                f"table {old.id} is protected, and keeps its blogs: to delete it, run pulumi "
                "config set deletionProtection false, then pulumi up, then this once more"
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
