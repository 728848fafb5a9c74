"""What a program declares about a table, and how DynamoDB's API describes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

ON_DEMAND: Final = "PAY_PER_REQUEST"


@dataclass(frozen=True, kw_only=True)
class IndexSpec:
    """A global secondary index."""

    name: str
    hash_key: str
    range_key: str | None = None
    projection: str = "ALL"
    non_key_attributes: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.hash_key, self.range_key) if self.range_key else (self.hash_key,)


@dataclass(frozen=True, kw_only=True)
class TableSpec:
    """A table with its indexes; *attributes* maps each key attribute to its type (S, N or B)."""

    name: str
    attributes: Mapping[str, str]
    hash_key: str
    range_key: str | None = None
    indexes: tuple[IndexSpec, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.hash_key, self.range_key) if self.range_key else (self.hash_key,)


def attribute_definitions(spec: TableSpec) -> list[dict[str, str]]:
    used = {*spec.keys, *(key for index in spec.indexes for key in index.keys)}
    return [
        {"AttributeName": name, "AttributeType": type_}
        for name, type_ in spec.attributes.items()
        if name in used
    ]


def index_definition(index: IndexSpec) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": index.projection}
    if index.non_key_attributes:
        projection["NonKeyAttributes"] = list(index.non_key_attributes)
    return {
        "IndexName": index.name,
        "KeySchema": _key_schema(index.keys),
        "Projection": projection,
    }


def creation(spec: TableSpec) -> dict[str, Any]:
    """Return the CreateTable request for *spec*."""
    request: dict[str, Any] = {
        "TableName": spec.name,
        "AttributeDefinitions": attribute_definitions(spec),
        "KeySchema": _key_schema(spec.keys),
        "BillingMode": ON_DEMAND,
    }
    if spec.indexes:
        request["GlobalSecondaryIndexes"] = [index_definition(index) for index in spec.indexes]
    return request


def same_keys(spec: TableSpec, described: Mapping[str, Any]) -> bool:
    """Return True if an existing table has the declared key, by name and type."""
    return described["KeySchema"] == _key_schema(spec.keys) and all(
        _types(described).get(key) == spec.attributes[key] for key in spec.keys
    )


def changed_indexes(
    spec: TableSpec, described: Mapping[str, Any]
) -> tuple[list[str], list[IndexSpec]]:
    """Return which indexes of an existing table to delete, and which to create."""
    types = _types(described)
    existing = {_index(found, types) for found in described.get("GlobalSecondaryIndexes") or ()}
    wanted = {_comparable(index, spec.attributes): index for index in spec.indexes}
    return sorted(index[0] for index in existing - wanted.keys()), [
        index for key, index in wanted.items() if key not in existing
    ]


def _types(described: Mapping[str, Any]) -> dict[str, str]:
    return {one["AttributeName"]: one["AttributeType"] for one in described["AttributeDefinitions"]}


_Comparable = tuple[str, tuple[tuple[str, str], ...], str, frozenset[str]]


def _comparable(index: IndexSpec, types: Mapping[str, str]) -> _Comparable:
    keys = tuple((key, types.get(key, "")) for key in index.keys)
    return index.name, keys, index.projection, frozenset(index.non_key_attributes)


def _index(found: Mapping[str, Any], types: Mapping[str, str]) -> _Comparable:
    names = [key["AttributeName"] for key in found["KeySchema"]]
    keys = tuple((name, types.get(name, "")) for name in names)
    projection = found["Projection"]
    extra = frozenset(projection.get("NonKeyAttributes") or ())
    return found["IndexName"], keys, projection["ProjectionType"], extra


def _key_schema(keys: Iterable[str]) -> list[dict[str, str]]:
    return [
        {"AttributeName": key, "KeyType": type_}
        for key, type_ in zip(keys, ("HASH", "RANGE"), strict=False)
    ]
