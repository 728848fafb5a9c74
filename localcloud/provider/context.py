"""What the kinds of resources share: the folders, the processes and the database of this cloud."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from localcloud.metrics import Metrics
from localcloud.processes import Processes
from localcloud.provider.image import Maker
from localcloud.runtimes.database import Database, ExternalDatabase
from localcloud.state import State


@dataclass(frozen=True, kw_only=True)
class Context:
    """*image_maker* makes the project's own image; *say* tells the person one line."""

    project: Path
    state: State
    processes: Processes
    database: Database | ExternalDatabase
    image_maker: Maker
    metrics: Metrics
    say: Callable[[str], None]
