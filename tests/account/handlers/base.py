"""What all resource handlers share."""

import contextlib
from abc import ABC, abstractmethod

from botocore.exceptions import ClientError

from localcloud.engine.provider import ProviderError


class ResourceHandler(ABC):
    """Creates, updates, finds and deletes resources of one type.

    *name* is the physical name that Pulumi would generate; used if none is declared.
    *outputs* are the current outputs, including the inputs.
    """

    name_limit = 255  # the longest name that Pulumi generates; it does not shorten names

    @abstractmethod
    def create(self, account, name, given): ...

    def update(self, account, identity, given, outputs):
        """Return the outputs that AWS adds, or a whole `Result` if the id is new."""
        raise ProviderError("tests/account/handlers cannot update this type")

    @abstractmethod
    def delete(self, account, identity, outputs): ...

    @abstractmethod
    def exists(self, account, identity, outputs): ...


class LocalHandler(ResourceHandler):
    """A resource that is not sent to the account."""

    def delete(self, account, identity, outputs):
        """Do nothing: there is nothing to delete."""

    def exists(self, account, identity, outputs):
        return True


def found(ask, *missing):
    """Return True if *ask* succeeds, False if it fails with a code in *missing*."""
    try:
        return bool(ask())
    except ClientError as error:
        if error.response["Error"]["Code"] in missing:
            return False
        raise


@contextlib.contextmanager
def ignoring(*codes):
    """Ignore errors with these codes: the resource is deleted already."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in codes:
            raise


def pascal(value):
    """Convert the names of members to PascalCase at every level."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: pascal(member) for key, member in value.items()}
    return [pascal(member) for member in value] if isinstance(value, list) else value


def chosen(given, **names):
    """Return the declared inputs under their AWS names: `Timeout="timeout"`."""
    return {wanted: given.plain(key) for wanted, key in names.items() if key in given}
