"""The routes of the API: which operation serves which method on which path."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final

from blog import schema
from blog.errors import MethodNotAllowed, UnknownPath


class Operation(Enum):
    """What the API can do, by the operation ids of the OpenAPI document."""

    HEALTH = "health"
    LIST_BLOGS = "listBlogs"
    CREATE_BLOG = "createBlog"
    GET_BLOG = "getBlog"
    REPLACE_BLOG = "replaceBlog"
    DELETE_BLOG = "deleteBlog"


class Route:
    """A path template and the operation behind each of its methods."""

    def __init__(self, template: str, operations: Mapping[str, Operation]) -> None:
        self.template = template
        self.methods = (*operations, "OPTIONS")  # every path answers OPTIONS
        self._operations = operations
        self._pattern = re.compile(template.replace("{id}", f"({schema.ID_PATTERN})"))

    def match(self, path: str) -> Sequence[str] | None:
        """Return the values of the parameters in *path*; None for another route's path."""
        match = self._pattern.fullmatch(path)
        return match and match.groups()

    def operation(self, method: str) -> Operation:
        """Return the operation behind *method*; raise MethodNotAllowed if there is none."""
        if method not in self._operations:
            raise MethodNotAllowed(self.methods)
        return self._operations[method]


ROUTES: Final = (
    Route("/", {"GET": Operation.HEALTH, "HEAD": Operation.HEALTH}),
    Route(
        "/blog",
        {
            "GET": Operation.LIST_BLOGS,
            "HEAD": Operation.LIST_BLOGS,
            "POST": Operation.CREATE_BLOG,
        },
    ),
    Route(
        "/blog/{id}",
        {
            "GET": Operation.GET_BLOG,
            "HEAD": Operation.GET_BLOG,
            "PUT": Operation.REPLACE_BLOG,
            "DELETE": Operation.DELETE_BLOG,
        },
    ),
)
METHODS: Final = sorted({method for route in ROUTES for method in route.methods})


def find(path: str) -> tuple[Route, Sequence[str]]:
    """Return the route of *path* and the values of its parameters; raise UnknownPath if none."""
    for route in ROUTES:
        parameters = route.match(path)
        if parameters is not None:
            return route, parameters
    raise UnknownPath
