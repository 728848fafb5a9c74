"""What the outputs of a stack say about its backends: their sizes, and where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeGuard

from tui import text
from tui.settings.values import BackendName

_OUTPUTS: Final = {
    BackendName.FUNCTIONS: ("FunctionMemory", "FunctionVCPU"),
    BackendName.CONTAINERS: ("TaskMemory", "TaskVCPU"),
}

_TOO_LARGE: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class BackendSize:
    """The size of a function, or of a task."""

    memory_mb: float
    vcpus: float

    @property
    def words(self) -> str:
        return f"{self.vcpus:,g} vCPU, {self.memory_mb:,g} MB"


@dataclass(frozen=True, kw_only=True)
class Comparability:
    """The sizes of both backends, and a sentence for each difference; empty if not known."""

    sizes: Mapping[BackendName, BackendSize] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @classmethod
    def of(cls, outputs: Mapping[str, Any]) -> Comparability:
        """Read the outputs; those of another type count as not known."""
        sizes = {
            name: BackendSize(memory_mb=memory, vcpus=vcpus)
            for name, (memory_key, vcpu_key) in _OUTPUTS.items()
            if _is_size(memory := outputs.get(memory_key))
            and _is_size(vcpus := outputs.get(vcpu_key))
        }
        notes = outputs.get("ComparisonNotes")
        known = notes if isinstance(notes, list) else []
        return cls(sizes=sizes, notes=[note for note in known if isinstance(note, str)])

    @property
    def subjects(self) -> str:
        """The first word of each note."""
        return ", ".join(note.partition(":")[0] for note in self.notes)

    def size(self, name: BackendName) -> str:
        """Return the size of the backend in words."""
        return self.sizes[name].words if name in self.sizes else "-"

    @property
    def lines(self) -> list[str]:
        """The sizes in one line, and a line for each difference."""
        sizes = "; ".join(f"{name}: {size.words}" for name, size in self.sizes.items())
        notes = [f"backends differ in {text.line(note)}" for note in self.notes]
        return [sizes, *notes] if sizes else notes

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object that the commands print."""
        return {
            **{
                name.value: size and {"memory_mb": size.memory_mb, "vcpus": size.vcpus}
                for name in BackendName
                for size in [self.sizes.get(name)]
            },
            "notes": list(self.notes),
        }


def _is_size(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _TOO_LARGE
