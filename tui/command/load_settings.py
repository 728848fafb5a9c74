"""From the arguments of `blogs compare` to the settings of the comparison."""

from __future__ import annotations

import random
from argparse import Namespace
from typing import Final

from lab import mix
from lab.compare_settings import COLD_SLOT_S, ComparisonSettings
from lab.plan import Arrivals, Operation, Order
from tui.command.parser import UsageError

_RATE: Final = 50.0
_DURATION_S: Final = 60.0
_SLOT_S: Final = 2.5
_STEP_S: Final = 60.0
_CYCLE: Final = 4
_COLD_MIX: Final = {Operation.READ: 1.0}
"""The posts of the warm-up do not start the function that reads."""
_NEEDED: Final = {"cold": "burst", "step": "ramp", "target": "ramp", "workers": "engine locust"}
_EXCLUDED: Final = {
    "ramp": ("burst", "rate", "duration", "slot", "order"),
    "burst": ("rate", "order"),
    "cold": ("duration", "slot", "repeat"),
    "write_plan": ("repeat", "json", "html", "fail_if", "workers"),
}


def read(args: Namespace, timeout_s: float) -> ComparisonSettings:
    """Return the settings. Raise UsageError for options that have no meaning together."""
    _check(args)
    order = Order.RAMP if args.ramp else Order.BURST if args.burst else Order(args.order or "abba")
    return ComparisonSettings(
        seed=random.SystemRandom().randrange(2**31) if args.seed is None else args.seed,
        rate=args.rate or _RATE,
        duration_s=_CYCLE * COLD_SLOT_S if args.cold else args.duration or _DURATION_S,
        operations=args.mix or (_COLD_MIX if args.cold else mix.parse(mix.DEFAULT)),
        order=order,
        arrivals=Arrivals(args.arrivals),
        slot_s=_slot_s(args),
        ramp=args.ramp or (),
        burst=args.burst or 0,
        repeat=args.repeat or 1,
        max_in_flight=args.max_in_flight,
        timeout_s=timeout_s,
        cold=args.cold,
        target=args.target.text if args.target else "",
        strict=args.strict,
    )


def _slot_s(args: Namespace) -> float:
    if args.cold:
        return COLD_SLOT_S
    found: float = args.step or _STEP_S if args.ramp else args.slot or _SLOT_S
    return found


def _check(args: Namespace) -> None:
    for name, needed in _NEEDED.items():
        if getattr(args, name) and not _has(args, needed):
            raise UsageError(f"--{name} needs --{needed}; see blogs compare --help.")
    for name, excluded in _EXCLUDED.items():
        for other in excluded:
            if getattr(args, name) and getattr(args, other):
                raise UsageError(
                    f"{_option(other)} has no meaning with {_option(name)}: leave it out; "
                    "see blogs compare --help."
                )


def _has(args: Namespace, needed: str) -> bool:
    """Return whether an option is set, or has the value that follows its name."""
    name, _, value = needed.partition(" ")
    return bool(getattr(args, name) == value if value else getattr(args, name))


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
