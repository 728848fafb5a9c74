"""Which route takes which request."""

import pytest

from localcloud.runtimes.gateway.routing import RouteTable
from localcloud.runtimes.gateway.spec import Route


async def nothing(_):
    return b""


def find(keys, method, path):
    match = RouteTable([Route(key=key, target=nothing) for key in keys]).find(method, path)
    return (match.route.key, dict(match.parameters)) if match else None


BLOG = ["GET /", "GET /blog", "POST /blog", "GET /blog/{id}", "DELETE /blog/{id}"]
PETS = ["$default", "ANY /{proxy+}", "GET /pets/{proxy+}", "GET /pets/dog/{id}", "GET /pets/dog/1"]


@pytest.mark.parametrize(
    ("keys", "method", "path", "expected"),
    [
        (BLOG, "GET", "/", ("GET /", {})),
        (BLOG, "GET", "/blog", ("GET /blog", {})),
        (BLOG, "POST", "/blog", ("POST /blog", {})),
        (BLOG, "PUT", "/blog", None),
        (BLOG, "get", "/blog", None),
        (BLOG, "GET", "/blog/", None),
        (BLOG, "GET", "//blog", None),
        (BLOG, "GET", "/Blog", None),
        (BLOG, "GET", "/bl%6Fg", ("GET /blog", {})),
        (BLOG, "GET", "/blog/a", ("GET /blog/{id}", {"id": "a"})),
        (BLOG, "GET", "/blog/a/", None),
        (BLOG, "GET", "/blog/a/b", None),
        (BLOG, "GET", "/blog/a%2Fb", ("GET /blog/{id}", {"id": "a/b"})),
        (BLOG, "GET", "/blog/a%252Fb", ("GET /blog/{id}", {"id": "a%2Fb"})),
        (BLOG, "GET", "/blog/a+b%20c", ("GET /blog/{id}", {"id": "a+b c"})),
        (BLOG, "GET", "/blog/%C3%A9", ("GET /blog/{id}", {"id": "é"})),
        (BLOG, "GET", "/blog/%FF", ("GET /blog/{id}", {"id": "\ufffd"})),
        (BLOG, "GET", "/blog/%zz%", ("GET /blog/{id}", {"id": "%zz%"})),
        (BLOG, "GET", "/blog/..", ("GET /blog/{id}", {"id": ".."})),
        (PETS, "GET", "/pets/dog/1", ("GET /pets/dog/1", {})),
        (PETS, "GET", "/pets/dog/2", ("GET /pets/dog/{id}", {"id": "2"})),
        (PETS, "GET", "/pets/cat/1", ("GET /pets/{proxy+}", {"proxy": "cat/1"})),
        (PETS, "POST", "/pets/dog/1", ("ANY /{proxy+}", {"proxy": "pets/dog/1"})),
        (PETS, "GET", "/pets/", ("ANY /{proxy+}", {"proxy": "pets/"})),
        (PETS, "GET", "/", ("$default", {})),
        (["ANY /a", "GET /a"], "GET", "/a", ("GET /a", {})),
        (["ANY /a", "GET /a"], "PUT", "/a", ("ANY /a", {})),
        (["GET /{x}/b", "GET /a/{y}"], "GET", "/a/b", ("GET /a/{y}", {"y": "b"})),
        (["GET /a/{proxy+}", "GET /{x}/b"], "GET", "/a/b", ("GET /{x}/b", {"x": "a"})),
        ([], "GET", "/", None),
    ],
)
def test_most_specific_route_takes_the_request(keys, method, path, expected):
    assert find(keys, method, path) == expected
    assert find(keys[::-1], method, path) == expected


@pytest.mark.parametrize("key", ["GET", "/blog", "GET blog", "", "ANY /{proxy+}/x"])
def test_invalid_route_key_is_refused(key):
    with pytest.raises(ValueError, match=r"route key|greedy"):
        find([key], "GET", "/")
