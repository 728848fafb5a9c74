"""The images that tasks run from, under the tags by which task definitions name them.

A tag is computed from the sources, and a deployed one outlives their edits: tasks run the image
that was built under it until another one is deployed.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Final

from localcloud.engine.provider import ProviderError
from localcloud.images.dockerfile import sources_tag
from localcloud.images.task_image import ImageBuilder, TaskImage
from localcloud.state import write_private

IMAGES: Final = "images"
_RECORD: Final = "images.json"
_REMEMBERED: Final = 20  # tags of each builder; those deployed are among the last few


class ImageStore:
    """Finds images by name, and builds a missing one if its sources have not changed."""

    def __init__(self, project: Path, state_folder: Path, builder: ImageBuilder) -> None:
        self._project = project
        self._folder = state_folder / IMAGES
        self._record = state_folder / _RECORD
        self._builder = builder
        self._turn = asyncio.Lock()

    async def get(self, name: str) -> TaskImage:
        """Return the image `local:TAG`, or, for `local`, that of the sources as they are now."""
        async with self._turn:
            return await asyncio.to_thread(self._tagged, name.partition(":")[2])

    def _tagged(self, tag: str) -> TaskImage:
        if not tag:
            return self._build()
        identity = self._tags().get(tag)
        found = self._builder.find(identity, self._folder) if identity else None
        return found or self._built(tag)

    def _built(self, tag: str) -> TaskImage:
        """Build an image and remember it, unless the sources are edited before or during it."""
        self._check(tag)
        image = self._build()
        self._check(tag)
        self._remember(tag, image.identity)
        return image

    def _check(self, tag: str) -> None:
        if tag != sources_tag(self._project):
            raise ProviderError(
                f"the image local:{tag} is no longer stored, and its sources have been edited. "
                "Deploy again."
            )

    def _build(self) -> TaskImage:
        return self._builder.build(self._project, self._folder)

    def _tags(self) -> dict[str, str]:
        """Return the identities of this builder's images by tag."""
        return self._read().get(self._builder.name, {})

    def _remember(self, tag: str, identity: str) -> None:
        others = {known: one for known, one in self._tags().items() if known != tag}
        last = dict([*others.items(), (tag, identity)][-_REMEMBERED:])
        record = self._read() | {self._builder.name: last}
        write_private(self._record, json.dumps(record, indent=1))

    def _read(self) -> dict[str, dict[str, str]]:
        if not self._record.exists():
            return {}
        record: dict[str, dict[str, str]] = json.loads(self._record.read_text("utf-8"))
        return record
