"""The operations of the API: a request in, a reply out.

Both backends pass every request to ``Operations.handle``, so they cannot drift apart.
"""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

from blog import body, conditions, query, routes, timing, validation
from blog.auth import WriteAccess
from blog.cors import Cors, is_preflight
from blog.errors import InternalError, Problem, UnknownPath
from blog.http import JSON, Reply, Request, encode, json_reply, problem_reply
from blog.model import Blog
from blog.routes import Operation
from blog.store import Store

_READS: Final = frozenset({"GET", "HEAD"})
_LIST_ETAG_BYTES: Final = 18

Handler = Callable[..., Reply]  # called with a request and the parameters of its path
ALL: Final = frozenset(Operation)


class Log(Protocol):
    """The logger of unexpected exceptions."""

    def exception(self, msg: str, /) -> None: ...


@dataclass(frozen=True, kw_only=True)
class ApiSettings:
    """What each backend sets: its name in X-Served-By, write access, logger, CORS."""

    served_by: str
    access: WriteAccess
    log: Log
    cors: Cors | None = None


class Operations:
    """The API around a store."""

    def __init__(
        self, store: Store, settings: ApiSettings, init_seconds: float | None = None
    ) -> None:
        """*init_seconds* is the duration of the cold start; the first reply reports it."""
        self._store = store
        self._settings = settings
        self._init_seconds = init_seconds
        self._handlers: Mapping[Operation, Handler] = {
            Operation.HEALTH: self._health,
            Operation.LIST_BLOGS: self._list_blogs,
            Operation.CREATE_BLOG: self._create_blog,
            Operation.GET_BLOG: self._get_blog,
            Operation.REPLACE_BLOG: self._replace_blog,
            Operation.DELETE_BLOG: self._delete_blog,
        }

    def handle(self, request: Request, served: Collection[Operation] = ALL) -> Reply:
        """Return the reply of the operation that *request* names.

        An operation outside *served* replies 404: a Lambda function may serve its own only.
        """
        timing.start_request()
        start = time.perf_counter()
        reply = self._attempt(request, served)
        timing.end_request()
        if request.method in _READS:
            reply = reply.with_headers({"Cache-Control": "no-cache"})
        if self._settings.cors:
            reply = self._settings.cors.apply(request, reply)
        seconds = time.perf_counter() - start
        return reply.with_headers(
            {"Server-Timing": self._timings(seconds), "X-Served-By": self._settings.served_by}
        )

    def _attempt(self, request: Request, served: Collection[Operation]) -> Reply:
        try:
            return self._dispatch(request, served)
        except Problem as problem:
            return problem_reply(problem)
        except Exception:  # the outermost handler: a client always gets a response
            self._settings.log.exception("Unexpected error")
            return problem_reply(InternalError())

    def _dispatch(self, request: Request, served: Collection[Operation]) -> Reply:
        if is_preflight(request):
            # Without CORS settings, API Gateway adds the headers.
            return (
                self._settings.cors.preflight(request) if self._settings.cors else Reply(status=204)
            )
        route, parameters = routes.find(request.path)
        if request.method == "OPTIONS":
            return Reply(status=204, headers={"Allow": ", ".join(route.methods)})
        operation = route.operation(request.method)
        if operation not in served:
            # API Gateway sends /blog%2Fan-id to the function of its $default route, decoded.
            raise UnknownPath
        return self._handlers[operation](request, *parameters)

    def _timings(self, seconds: float) -> str:
        metrics = {"app": seconds, "db": timing.database_seconds()}
        init, self._init_seconds = self._init_seconds, None
        if init is not None:
            metrics["init"] = init
        return ", ".join(f"{name};dur={value * 1000:.3f}" for name, value in metrics.items())

    def _health(self, _request: Request) -> Reply:
        """Reply without a call to the database."""
        return json_reply(200, {"status": "ok"})

    def _list_blogs(self, request: Request) -> Reply:
        options = query.parse(request.query)
        read = self._store.summaries if options.view == query.SUMMARY else self._store.blogs
        page = read(options.limit, options.before)
        headers = {} if page.last is None else {"Link": options.link_to(page.last)}
        content = encode([blog.as_json() for blog in page.blogs])
        # The tag covers Link: a page that is no longer the last has changed.
        digest = sha256(headers.get("Link", "").encode() + b"\n" + content).digest()
        tag = conditions.etag(urlsafe_b64encode(digest[:_LIST_ETAG_BYTES]).decode())
        if conditions.is_fresh(request, tag):
            return Reply(status=304, headers={"ETag": tag})
        return Reply(
            status=200, headers={"Content-Type": JSON, "ETag": tag, **headers}, body=content
        )

    def _create_blog(self, request: Request) -> Reply:
        self._settings.access.check(request)
        blog = Blog.create(validation.new_blog(body.read_object(request)))
        self._store.create(blog)
        return _blog_reply(201, blog, {"Location": f"blog/{blog.id}"})

    def _get_blog(self, request: Request, blog_id: str) -> Reply:
        blog = self._store.get(blog_id)
        tag = conditions.etag(blog.version)
        if conditions.is_fresh(request, tag):
            return Reply(status=304, headers={"ETag": tag})
        return _blog_reply(200, blog)

    def _replace_blog(self, request: Request, blog_id: str) -> Reply:
        self._settings.access.check(request)
        draft = validation.changed_blog(body.read_object(request), blog_id)

        def change(old: Blog) -> Blog:
            conditions.require(request, conditions.etag(old.version))
            return old.updated(draft)

        return _blog_reply(200, self._store.replace(blog_id, change))

    def _delete_blog(self, request: Request, blog_id: str) -> Reply:
        self._settings.access.check(request)
        self._store.delete(
            blog_id, lambda old: conditions.require(request, conditions.etag(old.version))
        )
        return Reply(status=204)


def _blog_reply(status: int, blog: Blog, headers: dict[str, str] | None = None) -> Reply:
    tag = {"ETag": conditions.etag(blog.version)}
    return json_reply(status, blog.as_json(), {**tag, **(headers or {})})
