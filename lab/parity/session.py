"""Sends cases to one backend, and deletes the blogs that this creates."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from lab.parity.case import JSON, MAX_ID_CHARACTERS, Case, blog_json
from lab.parity.messages import Client, Request, Response, Values, request_of

_GONE: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND})


@dataclass(frozen=True)
class Exchange:
    """The response to a case, and the values of the placeholders in its request."""

    response: Response
    values: Values


@dataclass(frozen=True)
class Prepared:
    """The values of the placeholders of a case; *problem* if its blog was not created."""

    values: Values
    problem: str = ""


@dataclass(kw_only=True)
class Session:
    """The requests to one backend. The ids of the blogs that it creates begin with *prefix*."""

    client: Client
    token: str
    prefix: str
    created: set[str] = field(default_factory=set)
    """The ids of the blogs that may exist because of a case."""
    kept: set[str] = field(default_factory=set)
    """The ids of the blogs that exist during the whole run, so that no list is empty."""
    is_lost: bool = False
    """True if the backend no longer responds: then nothing is deleted through it."""
    unknown: int = 0
    """The number of blogs that may exist with an id that only a lost response had."""
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def ask(self, case: Case) -> Exchange:
        """Send the request of *case*. Create a blog for it first if it needs one."""
        return self.send(case, self.prepare(case))

    def prepare(self, case: Case) -> Prepared:
        """Create the blog that *case* needs, and return the values of its placeholders."""
        fresh = f"{self.prefix}{next(self._numbers)}"
        values = {
            "fresh": fresh,
            "long-fresh": fresh.ljust(MAX_ID_CHARACTERS, "x"),
            "token": self.token,
        }
        if case.needs_blog:
            made = f"{fresh}-made"
            self.created.add(made)
            response = self.write("POST", "/blog", blog_json(id=made))
            tag = response.headers.get("etag")
            if response.status != HTTPStatus.CREATED or tag is None:
                return Prepared(values, problem=_not_created(response))
            values |= {"id": made, "percent-id": f"%{ord(made[0]):02X}{made[1:]}"}
            values |= {"tag": tag, "bare-tag": tag.strip('"')}
        return Prepared(values)

    def send(self, case: Case, prepared: Prepared) -> Exchange:
        """Send the request of *case*."""
        values = prepared.values
        if prepared.problem:
            return Exchange(Response(None, problem=prepared.problem), values)
        self._expect_blogs(case, values)
        response = self.client.send(request_of(case, values))
        self._record(case, response)
        return Exchange(response, values)

    def write(self, method: str, path: str, body: bytes = b"", **headers: str) -> Response:
        """Send a write with the write token."""
        pairs = [("Authorization", f"Bearer {self.token}"), ("Content-Type", JSON)]
        pairs += [(name.replace("_", "-"), value) for name, value in headers.items()]
        return self.client.send(
            Request(method=method, target=path, headers=tuple(pairs), body=body)
        )

    def new_kept(self) -> str:
        """Return the id of a blog that exists during the whole run. The caller creates it."""
        blog_id = f"{self.prefix}kept"
        self.kept.add(blog_id)
        return blog_id

    def delete_created(self) -> None:
        """Delete the blogs. Those that may still exist stay in `created`."""
        for blog_id in () if self.is_lost else sorted(self.created):
            if self.delete(blog_id) in _GONE:
                self.created.discard(blog_id)

    def delete(self, blog_id: str) -> int | None:
        """Delete a blog, and return the status of the response."""
        return self.write("DELETE", f"/blog/{quote(blog_id, safe='')}").status

    def _expect_blogs(self, case: Case, values: Values) -> None:
        texts = "".join(case.texts)
        if case.method == "POST":
            names = [name for name in ("fresh", "long-fresh") if f"<<{name}>>" in texts]
            self.created.update(values[name] for name in names)

    def _record(self, case: Case, response: Response) -> None:
        """Remember the blog whose id the backend has chosen."""
        if case.method != "POST":
            return
        if response.status == HTTPStatus.CREATED:
            self.created.update(_id_in(response))
        elif response.status is None and case.status == HTTPStatus.CREATED:
            self.unknown += "fresh>>" not in "".join(case.texts)


def _not_created(response: Response) -> str:
    return f"no blog ({response.problem or response.status})"


def _id_in(response: Response) -> list[str]:
    try:
        found = json.loads(response.body)["id"]
    except (ValueError, KeyError, TypeError):
        return []
    return [found] if isinstance(found, str) else []
