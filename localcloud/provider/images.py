"""The images that tasks run from, kept under the tags by which task definitions name them.

A tag is made of the sources, and a deployed one outlives their edits: what was built under it runs
until another one is deployed.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Final

from localcloud.engine.provider import ProviderError
from localcloud.provider.context import Context
from localcloud.provider.image import IMAGES, TaskImage, sources_tag
from localcloud.state import write_private

_RECORD: Final = "images.json"
_REMEMBERED: Final = 20  # tags of each maker; of those the last few are deployed


class Images:
    """Gives images by name; builds what was never built, of the sources that it is named after."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._turn = asyncio.Lock()

    async def named(self, name: str) -> TaskImage:
        """Give the image `local:TAG`, or, for `local` alone, that of the present sources."""
        async with self._turn:
            return await asyncio.to_thread(self._tagged, name.partition(":")[2])

    def _tagged(self, tag: str) -> TaskImage:
        if not tag:
            return self._build()
        identity = self._remembered().get(tag)
        maker = self._context.image_maker
        kept = maker.kept(identity, self._folder) if identity else None
        return kept or self._built(tag)

    def _built(self, tag: str) -> TaskImage:
        """Build an image and remember it, unless the sources are others, or become so meanwhile."""
        self._check(tag)
        image = self._build()
        self._check(tag)
        self._remember(tag, image.identity)
        return image

    def _check(self, tag: str) -> None:
        if tag != sources_tag(self._context.project):
            raise ProviderError(
                f"the image local:{tag} is not kept here, and its sources have been edited: "
                "deploy them once more"
            )

    def _build(self) -> TaskImage:
        return self._context.image_maker.build(self._context.project, self._folder)

    def _remembered(self) -> dict[str, str]:
        """Give by tag what this maker knows the images by."""
        return self._record().get(self._context.image_maker.name, {})

    def _remember(self, tag: str, identity: str) -> None:
        others = {known: one for known, one in self._remembered().items() if known != tag}
        last = dict([*others.items(), (tag, identity)][-_REMEMBERED:])
        record = self._record() | {self._context.image_maker.name: last}
        write_private(self._context.state.folder / _RECORD, json.dumps(record, indent=1))

    def _record(self) -> dict[str, dict[str, str]]:
        path = self._context.state.folder / _RECORD
        if not path.exists():
            return {}
        record: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8"))
        return record

    @property
    def _folder(self) -> Path:
        return self._context.state.folder / IMAGES
