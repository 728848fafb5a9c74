"""Clients that wrap a real one: they record, delay, reject or lose responses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError, ConnectionClosedError


class Around:
    """A client whose calls go through *change*, which gets the name, the call and its arguments."""

    def __init__(
        self, client: Any, change: Callable[[str, Callable[..., Any], dict[str, Any]], Any]
    ):
        self._client = client
        self._change = change

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        return lambda **arguments: self._change(name, call, arguments)


class Recorder:
    """Records every call."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, name: str, call: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        self.calls.append((name, arguments))
        return call(**arguments)

    def count(self, name: str) -> int:
        return sum(called == name for called, _ in self.calls)


class LostAnswers:
    """Makes each of the first *count* calls of *names*, then raises a connection error."""

    def __init__(self, *names: str, count: int = 1) -> None:
        self._names = names
        self._left = count

    def __call__(self, name: str, call: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        response = call(**arguments)
        if name in self._names and self._left:
            self._left -= 1
            raise ConnectionClosedError(endpoint_url="http://database.test")
        return response


class Faults:
    """Raises an error of DynamoDB for the first *count* calls."""

    def __init__(self, code: str, *, status: int = 400, count: int = 10**6) -> None:
        self._code, self._status, self._left = code, status, count
        self.calls = 0

    def __call__(self, name: str, call: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        self.calls += 1
        if self._left:
            self._left -= 1
            metadata: Any = {"HTTPStatusCode": self._status}
            raise ClientError({"Error": {"Code": self._code}, "ResponseMetadata": metadata}, name)
        return call(**arguments)


class Unprocessed:
    """Returns half of the keys of a batch as unprocessed, *count* times."""

    def __init__(self, count: int) -> None:
        self._left = count
        self.calls = 0

    def __call__(self, name: str, call: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        if name != "batch_get_item":
            return call(**arguments)
        self.calls += 1
        ((table, wanted),) = arguments["RequestItems"].items()
        keys = wanted["Keys"]
        if not self._left:
            return call(**arguments)
        self._left -= 1
        done = len(keys) // 2
        response: dict[str, Any] = {"Responses": {}}
        if done:
            response = call(RequestItems={table: {**wanted, "Keys": keys[:done]}})
        return {**response, "UnprocessedKeys": {table: {**wanted, "Keys": keys[done:]}}}


class LaggingIndex:
    """Returns the feed as it was when it was frozen, while the table changes."""

    def __init__(self) -> None:
        self._frozen: Any = None

    def __call__(self, name: str, call: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        if name != "query" or self._frozen is None:
            return call(**arguments)
        before = arguments["ExpressionAttributeValues"].get(":before", {"S": "~"})["S"]
        rows = [row for row in self._frozen if row["feed_position"]["S"] < before]
        return {"Items": rows[: arguments["Limit"]]}

    @contextmanager
    def frozen(self, client: Any, table: str) -> Iterator[None]:
        self._frozen = client.query(
            TableName=table,
            IndexName="feed",
            KeyConditionExpression="feed = :feed",
            ExpressionAttributeValues={":feed": {"S": "all"}},
            ScanIndexForward=False,
        )["Items"]
        yield
        self._frozen = None
