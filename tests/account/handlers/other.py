"""Resources outside AWS: the provider, the random token, the image."""

import hashlib
import json
import secrets
import string

from tests.account.account import REGION, Result
from tests.account.handlers.base import LocalHandler

_EXPECTED = {"skipCredentialsValidation": "false", "skipRegionValidation": "true"}


class AwsProvider(LocalHandler):
    """Keeps the default tags for all resources of the stack."""

    def create(self, account, name, given):
        self._configure(account, given)
        return Result(name, {})

    def update(self, account, identity, given, outputs):
        self._configure(account, given)
        return {}

    def _configure(self, account, given):
        account.tags = json.loads(given["defaultTags"])["tags"]
        assert given["region"] == REGION
        declared = {key: given[key] for key in _EXPECTED}
        assert declared == _EXPECTED, "the SDK's own defaults have changed"


class RandomPassword(LocalHandler):
    def create(self, account, name, given):
        assert given["special"] is False
        alphabet = string.ascii_letters + string.digits
        result = "".join(secrets.choice(alphabet) for _ in range(given["length"]))
        return Result("none", {"result": result}, frozenset({"result"}))


class Image(LocalHandler):
    """Returns a reference derived from the inputs; no image is built."""

    def create(self, account, name, given):
        return Result(name, _built(given))

    def update(self, account, identity, given, outputs):
        return _built(given)


def _built(given):
    declared = json.dumps(given.everything(), sort_keys=True)
    digest = f"sha256:{hashlib.sha256(declared.encode()).hexdigest()}"
    return {"ref": f"{given['tags'][0]}@{digest}", "digest": digest}


HANDLERS = {
    "docker-build:index:Image": Image(),
    "pulumi:providers:aws": AwsProvider(),
    "random:index/randomPassword:RandomPassword": RandomPassword(),
}
