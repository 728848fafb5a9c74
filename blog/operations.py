"""Everything the API does: one method per operation, a request in, a reply out.

Both backends call these methods, so they cannot drift apart.
"""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

from blog import body, conditions, paths, query, timing, validation
from blog.auth import WriteAccess
from blog.cors import Cors, is_preflight
from blog.errors import InternalError, MethodNotAllowed, Problem, UnknownPath
from blog.http import JSON, Reply, Request, encode, json_reply, problem_reply
from blog.model import Blog
from blog.paths import Resource
from blog.store import Store

_READS: Final = frozenset({"GET", "HEAD"})
_LIST_ETAG_BYTES: Final = 18

Work = Callable[[Request], Reply]


class Log(Protocol):
    """Where an unexpected exception is written down, with its trace."""

    def exception(self, msg: str, /) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Site:
    """What a deployment decides: its name, who may write, where it logs, whom browsers trust."""

    served_by: str
    access: WriteAccess
    log: Log
    cors: Cors | None = None


class Operations:
    """The API around a store."""

    def __init__(self, store: Store, site: Site, init_seconds: float | None = None) -> None:
        """*init_seconds* is what a cold start took; the first answer reports it."""
        self._store = store
        self._site = site
        self._init_seconds = init_seconds

    def health(self, request: Request) -> Reply:
        """Say that the application runs, without asking the database."""
        return self._answer(request, paths.HEALTH, _health)

    def list_blogs(self, request: Request) -> Reply:
        return self._answer(request, paths.BLOGS, self._list_blogs)

    def create_blog(self, request: Request) -> Reply:
        return self._answer(request, paths.BLOGS, self._create_blog)

    def get_blog(self, request: Request) -> Reply:
        return self._answer(request, paths.BLOG, self._get_blog)

    def replace_blog(self, request: Request) -> Reply:
        return self._answer(request, paths.BLOG, self._replace_blog)

    def delete_blog(self, request: Request) -> Reply:
        return self._answer(request, paths.BLOG, self._delete_blog)

    def unmatched(self, request: Request) -> Reply:
        """Answer what no other operation does: 404, 405, OPTIONS and preflights."""
        return self._answer(request, None, self._unmatched)

    def _answer(self, request: Request, resource: Resource | None, work: Work) -> Reply:
        """Do *work*, whatever happens give a reply, and say how long it took."""
        timing.restart()
        start = time.perf_counter()
        reply = self._attempt(request, resource, work)
        timing.finish()
        if request.method in _READS:
            reply = reply.with_headers({"Cache-Control": "no-cache"})
        if self._site.cors:
            reply = self._site.cors.apply(request, reply)
        seconds = time.perf_counter() - start
        return reply.with_headers(
            {"Server-Timing": self._timings(seconds), "X-Served-By": self._site.served_by}
        )

    def _attempt(self, request: Request, resource: Resource | None, work: Work) -> Reply:
        try:
            # A framework's router may have taken another path for this one.
            if resource and not resource.matches(request.path):
                return self._unmatched(request)
            return work(request)
        except Problem as problem:
            return problem_reply(problem)
        except Exception:  # the outermost place: a client gets an answer always
            self._site.log.exception("Unexpected error")
            return problem_reply(InternalError())

    def _timings(self, seconds: float) -> str:
        metrics = {"app": seconds, "db": timing.database_seconds()}
        init, self._init_seconds = self._init_seconds, None
        if init is not None:
            metrics["init"] = init
        return ", ".join(f"{name};dur={value * 1000:.3f}" for name, value in metrics.items())

    def _list_blogs(self, request: Request) -> Reply:
        asked = query.parse(request.query)
        read = self._store.summaries if asked.view == query.SUMMARY else self._store.blogs
        page = read(asked.limit, asked.before)
        headers = {} if page.last is None else {"Link": asked.link_to(page.last)}
        content = encode([blog.as_json() for blog in page.blogs])
        # A page that is no longer the last one is another page, even with the same blogs.
        digest = sha256(headers.get("Link", "").encode() + b"\n" + content).digest()
        tag = conditions.etag(urlsafe_b64encode(digest[:_LIST_ETAG_BYTES]).decode())
        if conditions.is_fresh(request, tag):
            return Reply(status=304, headers={"ETag": tag})
        return Reply(
            status=200, headers={"Content-Type": JSON, "ETag": tag, **headers}, body=content
        )

    def _create_blog(self, request: Request) -> Reply:
        self._site.access.check(request)
        blog = Blog.first(validation.new_blog(body.read_object(request)))
        self._store.create(blog)
        return _blog_reply(201, blog, {"Location": f"blog/{blog.id}"})

    def _get_blog(self, request: Request) -> Reply:
        blog = self._store.get(paths.blog_id(request.path))
        tag = conditions.etag(blog.version)
        if conditions.is_fresh(request, tag):
            return Reply(status=304, headers={"ETag": tag})
        return _blog_reply(200, blog)

    def _replace_blog(self, request: Request) -> Reply:
        self._site.access.check(request)
        blog_id = paths.blog_id(request.path)
        draft = validation.changed_blog(body.read_object(request), blog_id)

        def change(old: Blog) -> Blog:
            conditions.require(request, conditions.etag(old.version))
            return old.rewritten(draft)

        return _blog_reply(200, self._store.replace(blog_id, change))

    def _delete_blog(self, request: Request) -> Reply:
        self._site.access.check(request)
        self._store.delete(
            paths.blog_id(request.path),
            lambda old: conditions.require(request, conditions.etag(old.version)),
        )
        return Reply(status=204)

    def _unmatched(self, request: Request) -> Reply:
        if is_preflight(request):
            # Where the site has no rules of its own, a gateway adds what it grants.
            return self._site.cors.preflight(request) if self._site.cors else Reply(status=204)
        resource = paths.find(request.path)
        if resource is None:
            raise UnknownPath
        if request.method == "OPTIONS":
            return Reply(status=204, headers={"Allow": ", ".join(resource.methods)})
        if request.method in resource.methods:
            raise UnknownPath  # a slash was encoded, so that no route took it
        raise MethodNotAllowed(resource.methods)


def _health(_request: Request) -> Reply:
    return json_reply(200, {"status": "ok"})


def _blog_reply(status: int, blog: Blog, headers: dict[str, str] | None = None) -> Reply:
    tag = {"ETag": conditions.etag(blog.version)}
    return json_reply(status, blog.as_json(), {**tag, **(headers or {})})
