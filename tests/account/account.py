"""The emulated account, as the translations reach it."""

import functools
import threading
from dataclasses import dataclass

import boto3
from botocore.config import Config
from botocore.validate import validate_parameters

from tests.account import validation

REGION = "eu-west-1"
ACCOUNT_ID = "123456789012"  # moto's


_MAKING = threading.Lock()  # sessions bear one thread at a time


@functools.cache
def _session():
    """Give one session to all: reading a service's model takes up to half a second."""
    return boto3.session.Session(region_name=REGION)


def connect(service, endpoint, credentials=None):
    """Make a client that reads nothing of the user's set-up, tries once, and checks values."""
    keys = credentials or {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=30, proxies={})
    with _MAKING:
        client = _session().client(service, endpoint_url=endpoint, config=config, **keys)
    client.meta.events.register("provide-client-params.*.*", _check)
    return client


def _check(params, model, **_):
    if model.input_shape:
        validation.check(model.input_shape, params, model.name)


@dataclass(frozen=True)
class Made:
    """What a translation has made: its id, what AWS adds to the inputs, what of it is secret."""

    id: str
    outputs: dict
    secrets: frozenset = frozenset()


class Account:
    """One stack's view of the account: its endpoint and the tags of its provider."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.tags = {}
        self._clients = {}
        self._lock = threading.Lock()

    def client(self, service):
        with self._lock:
            if service not in self._clients:
                self._clients[service] = connect(service, self.endpoint)
            return self._clients[service]

    @property
    def services(self):
        """The services that have been used."""
        return frozenset(self._clients)

    def tag_list(self, key="Key", value="Value"):
        """Give the tags in the form that most services want."""
        return [{key: name, value: text} for name, text in self.tags.items()]

    def validate(self, service, operation, **params):
        """Hold a request against the model where the emulator has no such operation."""
        model = self.client(service).meta.service_model.operation_model(operation)
        validate_parameters(params, model.input_shape)
        validation.check(model.input_shape, params, operation)
