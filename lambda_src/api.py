"""The routes of each function, as Powertools resolvers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext

from blog.http import Reply, Request
from blog.operations import Operations
from lambda_src.events import Event, to_request, to_response, without_stage

Operation = Callable[[Request], Reply]
Route = tuple[str, Sequence[str], Operation]

_READS = ("GET", "HEAD")
ONE_BLOG = "/blog/<blog_id>"


class Function:
    """One function: its routes, and for everything else the API's 404 or 405."""

    def __init__(self, operations: Operations, routes: Sequence[Route]) -> None:
        self._app = APIGatewayHttpResolver()
        for rule, methods, operation in routes:
            self._app.route(rule, method=list(methods))(self._view(operation))
        self._app.not_found(self._unmatched(operations))

    def __call__(self, event: Event, context: LambdaContext) -> dict[str, Any]:
        return self._app.resolve(without_stage(event), context)

    def _view(self, operation: Operation) -> Callable[..., Response[str]]:
        # The path decides what the operation does, not what the router made of it.
        def view(**_path: str) -> Response[str]:
            request = to_request(self._app.current_event.raw_event)
            return to_response(request, operation(request))

        return view

    def _unmatched(self, operations: Operations) -> Callable[[NotFoundError], Response[str]]:
        view = self._view(operations.unmatched)
        return lambda _error: view()


def get_blogs(operations: Operations) -> Function:
    """Make the function behind GET /blog, GET / and the default route."""
    return Function(
        operations,
        [("/", _READS, operations.health), ("/blog", _READS, operations.list_blogs)],
    )


def get_blog(operations: Operations) -> Function:
    return Function(operations, [(ONE_BLOG, _READS, operations.get_blog)])


def post_blog(operations: Operations) -> Function:
    return Function(operations, [("/blog", ["POST"], operations.create_blog)])


def put_blog(operations: Operations) -> Function:
    return Function(operations, [(ONE_BLOG, ["PUT"], operations.replace_blog)])


def delete_blog(operations: Operations) -> Function:
    return Function(operations, [(ONE_BLOG, ["DELETE"], operations.delete_blog)])
