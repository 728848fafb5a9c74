"""A stack of the program in the emulated account."""

import asyncio

from tests.account.provider import MotoProvider


class Deployment:
    """Brings the stack's program up, again and again, and removes it."""

    def __init__(self, programs, endpoint, settings):
        self._programs = programs
        self._provider = MotoProvider(endpoint)
        self._settings = settings
        self._known = {}
        self.outputs = {}

    @property
    def services(self):
        """The services that its resources are made with."""
        return self._provider.account.services

    def up(self, **settings):
        """Deploy with *settings* changed; gives the types of what was made, changed, removed."""
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
        """Name what was made and is not in the account."""
        return [one.urn for one in self.made() if asyncio.run(self._read(one)) is None]

    def _outcomes(self):
        return {one.urn: one.outcome for one in self.made()}

    def made(self):
        """Give every resource that a provider has made."""
        return [one for one in self._known.values() if one.custom]

    async def _read(self, one):
        return await self._provider.read(one.urn, one.kind, one.outcome)

    def _delete(self, urns):
        """Delete in the reverse order of making: what was made later may need what came before."""
        for urn in reversed(urns):
            resource = self._known.pop(urn)
            if resource.custom:
                asyncio.run(
                    self._provider.delete(urn, resource.kind, resource.outcome, resource.inputs)
                )
