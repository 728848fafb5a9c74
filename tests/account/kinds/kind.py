"""The common shape of a translation."""

import contextlib

from botocore.exceptions import ClientError

from localcloud.engine.provider import ProviderError


class Kind:
    """Creates, changes, finds and removes resources of one type.

    *name* is the physical name that Pulumi would make up; a type uses it when none is declared.
    *outputs* are what the type had as outputs, its inputs among them.
    """

    name_limit = 255  # Pulumi makes up no name that is longer, and refuses to shorten one

    def create(self, account, name, given):
        raise NotImplementedError

    def update(self, account, identity, given, outputs):
        """Give the outputs that AWS adds to the inputs, or the whole `Made` when the id is new."""
        raise ProviderError("no update of this type is translated in tests/account/kinds")

    def delete(self, account, identity, outputs):
        raise NotImplementedError

    def exists(self, account, identity, outputs):
        raise NotImplementedError


class Silent(Kind):
    """A resource of which the emulated account knows nothing."""

    def delete(self, account, identity, outputs):
        """There is nothing to remove."""

    def exists(self, account, identity, outputs):
        return True


def found(ask, *missing):
    """Tell whether *ask* succeeds; an error whose code is in *missing* means no."""
    try:
        return bool(ask())
    except ClientError as error:
        if error.response["Error"]["Code"] in missing:
            return False
        raise


@contextlib.contextmanager
def unless(*codes):
    """Go on after an error with one of these codes: what is to go is gone."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in codes:
            raise


def pascal(value):
    """Turn the names of members, at every depth, from Pulumi's form into AWS's."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: pascal(member) for key, member in value.items()}
    return [pascal(member) for member in value] if isinstance(value, list) else value


def chosen(given, **names):
    """Give those of the inputs that are declared, under AWS's names: `Timeout="timeout"`."""
    return {wanted: given.plain(key) for wanted, key in names.items() if key in given}
