"""The emulated account, as the handlers use it."""

import functools
import threading
from dataclasses import dataclass

import boto3
from botocore.config import Config
from botocore.validate import validate_parameters

from tests.account import validation

REGION = "eu-west-1"
ACCOUNT_ID = "123456789012"  # moto's


_MAKING = threading.Lock()  # sessions are not thread-safe


@functools.cache
def _session():
    """Return the shared session: loading the model of a service takes up to half a second."""
    return boto3.session.Session(region_name=REGION)


def connect(service, endpoint, credentials=None):
    """Return a client without the user's settings and without retries, which validates values."""
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
class Result:
    """The result of a handler: the id, the outputs that AWS adds, and which of them are secret."""

    id: str
    outputs: dict
    secrets: frozenset = frozenset()


class Account:
    """The account as one stack uses it: the endpoint, and the tags of the provider."""

    def __init__(self, endpoint, credentials=None):
        self.endpoint = endpoint
        self._credentials = credentials
        self.tags = {}
        self._clients = {}
        self._lock = threading.Lock()

    def client(self, service):
        with self._lock:
            if service not in self._clients:
                self._clients[service] = connect(service, self.endpoint, self._credentials)
            return self._clients[service]

    @property
    def services(self):
        """The services used so far."""
        return frozenset(self._clients)

    def tag_list(self, key="Key", value="Value"):
        """Return the tags in the form of most services."""
        return [{key: name, value: text} for name, text in self.tags.items()]

    def validate(self, service, operation, **params):
        """Validate a request against the model: for operations that the emulator does not have."""
        model = self.client(service).meta.service_model.operation_model(operation)
        validate_parameters(params, model.input_shape)
        validation.check(model.input_shape, params, operation)
