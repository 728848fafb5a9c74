"""What a program can declare about a table, and its form in DynamoDB's own API."""

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
        {"AttributeName": name, "AttributeType": kind}
        for name, kind in spec.attributes.items()
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
    """Give the CreateTable request that makes what *spec* declares."""
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
    """Whether an existing table has the declared key, name and type."""
    return described["KeySchema"] == _key_schema(spec.keys) and all(
        _kinds(described).get(key) == spec.attributes[key] for key in spec.keys
    )


def changed_indexes(
    spec: TableSpec, described: Mapping[str, Any]
) -> tuple[list[str], list[IndexSpec]]:
    """Names of the indexes to remove from an existing table, and the indexes to make there."""
    kinds = _kinds(described)
    there = {_index(found, kinds) for found in described.get("GlobalSecondaryIndexes") or ()}
    wanted = {_comparable(index, spec.attributes): index for index in spec.indexes}
    return sorted(index[0] for index in there - wanted.keys()), [
        index for key, index in wanted.items() if key not in there
    ]


def _kinds(described: Mapping[str, Any]) -> dict[str, str]:
    return {one["AttributeName"]: one["AttributeType"] for one in described["AttributeDefinitions"]}


_Comparable = tuple[str, tuple[tuple[str, str], ...], str, frozenset[str]]


def _comparable(index: IndexSpec, kinds: Mapping[str, str]) -> _Comparable:
    keys = tuple((key, kinds.get(key, "")) for key in index.keys)
    return index.name, keys, index.projection, frozenset(index.non_key_attributes)


def _index(found: Mapping[str, Any], kinds: Mapping[str, str]) -> _Comparable:
    names = [key["AttributeName"] for key in found["KeySchema"]]
    keys = tuple((name, kinds.get(name, "")) for name in names)
    projection = found["Projection"]
    extra = frozenset(projection.get("NonKeyAttributes") or ())
    return found["IndexName"], keys, projection["ProjectionType"], extra


def _key_schema(keys: Iterable[str]) -> list[dict[str, str]]:
    return [
        {"AttributeName": key, "KeyType": kind}
        for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
    ]
