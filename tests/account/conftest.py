"""An emulated account, with two stacks of the program."""

import logging
import secrets
import threading

import pytest
from moto import backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.route53 import models as route53
from moto.server import ThreadedMotoServer

from tests.account.account import connect
from tests.account.deployment import Deployment
from tests.account.queries import AccountQueries
from tests.infra.conftest import stacks
from tests.infra.variants import DEFAULTS, EVERYTHING

__all__ = ["stacks"]

# Stacks without a file: settings that are not given have their default.
PLAIN, RICH = "plain", "rich"


@pytest.fixture(scope="session")
def endpoint():
    """The endpoint of an empty account."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with pytest.MonkeyPatch.context() as patch:
        # The ids of AWS begin with Z.
        patch.setattr(
            route53, "create_route53_zone_id", lambda **_: f"Z{secrets.token_hex(9).upper()}"
        )
        # The emulator reads the folder of its modules at every request.
        modules = list(backends.list_of_moto_modules())
        patch.setattr(backends, "list_of_moto_modules", lambda: modules)
        one_request_at_a_time(patch)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()


def one_request_at_a_time(patch):
    """Let each request of the emulator wait for the one before: its data have no locks.

    Otherwise it responds with status 500 if one request lists what another one creates.
    """
    respond, lock = DomainDispatcherApplication.__call__, threading.Lock()

    def respond_alone(app, environ, start_response):
        with lock:
            return respond(app, environ, start_response)

    patch.setattr(DomainDispatcherApplication, "__call__", respond_alone)


@pytest.fixture(scope="session")
def account(endpoint):
    return AccountQueries(endpoint)


@pytest.fixture(scope="session")
def rich_settings(endpoint):
    return everything_on(endpoint, EVERYTHING["domainName"])


def everything_on(endpoint, domain):
    """Return all settings, with a certificate and a hosted zone that exist in the account."""
    certificate = connect("acm", endpoint).request_certificate(DomainName=domain)
    zone = connect("route53", endpoint).create_hosted_zone(Name=domain, CallerReference=domain)
    return {
        **EVERYTHING,
        "domainName": domain,
        "certificateArn": certificate["CertificateArn"],
        "hostedZoneId": zone["HostedZone"]["Id"].rpartition("/")[2],
    }


@pytest.fixture(scope="session")
def deployments(stacks, endpoint, rich_settings):
    """Both stacks, not deployed yet."""
    settings = {PLAIN: DEFAULTS, RICH: rich_settings}
    return {name: Deployment(stacks(name), endpoint, settings[name]) for name in settings}


@pytest.fixture(scope="session")
def both_up(deployments):
    """The outputs of both stacks, deployed in one account and region."""
    for deployment in deployments.values():
        deployment.up()
    return {name: deployment.outputs for name, deployment in deployments.items()}


@pytest.fixture(scope="session", params=[PLAIN, RICH])
def outputs(request, both_up):
    """The outputs of each stack in turn."""
    return both_up[request.param]
