"""The form of the lab: what the user types, and the settings of a comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lab import mix
from lab.compare_settings import ComparisonSettings, InvalidSettings
from tui.state.form_field import FormField
from tui.state.number_field import NumberField

HIGHEST_RATE: Final = 200
LONGEST_S: Final = 600
"""The limits of the form. `blogs compare` has higher ones."""
RATE: Final = NumberField(
    name="rate",
    label="Rate",
    default="25",  # a small machine can hold it, and it is enough for an interval at p99
    low="0.1",
    high=str(HIGHEST_RATE),
    about="requests per second",
)
DURATION: Final = NumberField(
    name="duration",
    label="Duration",
    default=f"{ComparisonSettings.duration_s:g}",
    low="10",
    high=str(LONGEST_S),
    about="seconds",
)


FIELDS: Final = (
    FormField(name="rate", label="Rate", about=RATE.about, default=RATE.default),
    FormField(name="duration", label="Duration", about=DURATION.about, default=DURATION.default),
    FormField(
        name="mix",
        label="Mix",
        about="shares of the operations",
        default=mix.DEFAULT,
    ),
)
DEFAULTS: Final = {field.name: field.default for field in FIELDS}
_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "rate": RATE.read,
    "duration": DURATION.read,
    "mix": mix.parse,
}


@dataclass(frozen=True, kw_only=True)
class LabForm:
    """The settings, or why fields are not valid."""

    settings: ComparisonSettings | None
    problems: Mapping[str, str]

    @classmethod
    def of(cls, values: Mapping[str, str], *, seed: int) -> LabForm:
        """Read the values of all fields by name."""
        read: dict[str, Any] = {}
        problems = {}
        for name, reader in _READERS.items():
            try:
                read[name] = reader(values[name])
            except ValueError as error:
                problems[name] = str(error)
        if problems:
            return cls(settings=None, problems=problems)
        settings = ComparisonSettings(
            seed=seed,
            rate=float(read["rate"]),
            duration_s=float(read["duration"]),
            operations=read["mix"],
        )
        try:
            settings.check()
        except InvalidSettings as error:
            return cls(settings=None, problems={"duration": str(error)})
        return cls(settings=settings, problems={})
