"""A stack of the program in the emulated account."""

import asyncio

from tests.account.provider import MotoProvider


class Deployment:
    """Deploys the stack any number of times, and destroys it."""

    def __init__(self, programs, endpoint, settings, credentials=None):
        self._programs = programs
        self._provider = MotoProvider(endpoint, credentials)
        self._settings = settings
        self._known = {}
        self.outputs = {}

    @property
    def services(self):
        """The services that its resources use."""
        return self._provider.account.services

    def up(self, **settings):
        """Deploy with changed *settings*; return the types of the changed resources."""
        before = self._outcomes()
        program = self._programs.deploy(
            self._provider, self._known, **{**self._settings, **settings}
        )
        self.outputs = program.outputs
        gone = [urn for urn in self._known if urn not in program.by_urn]
        self._delete(gone)
        after = self._outcomes()
        changed = [urn for urn in after if after[urn] is not before.get(urn)]
        return {urn.split("::")[2].rpartition(":")[2] for urn in (*changed, *gone)}

    def destroy(self):
        self._delete(list(self._known))

    def missing(self):
        """Return the resources that are not in the account."""
        return [one.declared.urn for one in self.made() if asyncio.run(self._read(one)) is None]

    def _outcomes(self):
        return {one.declared.urn: one.outcome for one in self.made()}

    def made(self):
        """Return every resource that has a provider."""
        return [one for one in self._known.values() if one.custom]

    async def _read(self, one):
        return await self._provider.read(one.declared.urn, one.type_, one.outcome)

    def _delete(self, urns):
        """Delete in reverse order: a resource may depend on those created before it."""
        for urn in reversed(urns):
            resource = self._known.pop(urn)
            if resource.custom:
                asyncio.run(
                    self._provider.delete(urn, resource.type_, resource.outcome, resource.inputs)
                )
