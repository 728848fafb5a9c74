"""Of some types one resource runs here; another is refused with a way out for each engine."""

import asyncio
from types import SimpleNamespace

import pytest

from localcloud.engine.provider import ProviderError
from localcloud.provider.balancer import LoadBalancer


def test_a_second_load_balancer_is_refused_with_what_to_do():
    balanced = SimpleNamespace(balancers={"the first": None})
    with pytest.raises(ProviderError) as refused:
        asyncio.run(LoadBalancer(balanced).create("urn:pulumi:one", "one", {}))

    said = str(refused.value)
    assert said.startswith("one load balancer runs here, and this is another")
    assert "keep the name of the former" in said
    assert "restart the local cloud, or with --engine pulumi run pulumi destroy" in said
