"""What is declared beside AWS: the provider itself, the random token, the image."""

import hashlib
import json
import secrets
import string

from tests.account.account import REGION, Made
from tests.account.kinds.kind import Silent

_EXPECTED = {"skipCredentialsValidation": "false", "skipRegionValidation": "true"}


class AwsProvider(Silent):
    """Its default tags go onto everything that the stack makes."""

    def create(self, account, name, given):
        self._configure(account, given)
        return Made(name, {})

    def update(self, account, identity, given, outputs):
        self._configure(account, given)
        return {}

    def _configure(self, account, given):
        account.tags = json.loads(given["defaultTags"])["tags"]
        assert given["region"] == REGION
        declared = {key: given[key] for key in _EXPECTED}
        assert declared == _EXPECTED, "the SDK's own defaults have changed"


class RandomPassword(Silent):
    def create(self, account, name, given):
        assert given["special"] is False
        alphabet = string.ascii_letters + string.digits
        result = "".join(secrets.choice(alphabet) for _ in range(given["length"]))
        return Made("none", {"result": result}, frozenset({"result"}))


class Image(Silent):
    """Built and pushed by Docker, which is not asked here: a reference made of the inputs."""

    def create(self, account, name, given):
        return Made(name, _built(given))

    def update(self, account, identity, given, outputs):
        return _built(given)


def _built(given):
    declared = json.dumps(given.everything(), sort_keys=True)
    digest = f"sha256:{hashlib.sha256(declared.encode()).hexdigest()}"
    return {"ref": f"{given['tags'][0]}@{digest}", "digest": digest}


KINDS = {
    "docker-build:index:Image": Image(),
    "pulumi:providers:aws": AwsProvider(),
    "random:index/randomPassword:RandomPassword": RandomPassword(),
}
