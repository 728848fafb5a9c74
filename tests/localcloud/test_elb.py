"""Some types run once; the error for a second resource says what to do with each engine."""

import asyncio
from types import SimpleNamespace

import pytest

from localcloud.engine.provider import ProviderError, UnsupportedSetting
from localcloud.provider.elb import ListenerHandler, LoadBalancerHandler


def test_a_second_load_balancer_is_an_error():
    load_balancing = SimpleNamespace(balancers={"the first": None})
    with pytest.raises(ProviderError) as rejected:
        asyncio.run(LoadBalancerHandler(load_balancing).create("urn:pulumi:one", "one", {}))

    message = str(rejected.value)
    assert message.startswith("only one load balancer is supported here")
    assert "Keep the name of the existing one" in message
    assert "restart the local cloud or, with --engine pulumi, run pulumi destroy" in message


@pytest.mark.parametrize(
    "inputs",
    [
        {"protocol": "HTTPS", "defaultActions": [{"type": "forward"}]},
        {
            "protocol": "HTTP",
            "defaultActions": [{"type": "redirect", "redirect": {"protocol": "HTTPS"}}],
        },
    ],
    ids=["HTTPS", "redirect to HTTPS"],
)
def test_both_listeners_of_a_certificate_are_errors_that_name_the_settings(inputs):
    listeners = ListenerHandler(SimpleNamespace(listeners={}))
    for change in (listeners.create("urn", "a", inputs), listeners.update("urn", None, {}, inputs)):
        with pytest.raises(UnsupportedSetting, match="Leave out certificateArn, domainName"):
            asyncio.run(change)
