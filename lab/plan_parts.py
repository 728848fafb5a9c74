"""Split a plan over several processes or machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from lab.plan import Plan, PlannedRequest


def parts(plan: Plan, count: int) -> Sequence[Plan]:
    """Return *count* plans that together have the requests of *plan*.

    All requests that use one blog are in one part, which so knows if the blog was created. The
    requests to each backend are spread evenly.
    """
    split: list[list[PlannedRequest]] = [[] for _ in range(count)]
    part_of: dict[int, int] = {}
    assigned: Counter[str] = Counter()
    for request in plan.requests:
        if request.after is None:
            part_of[request.number] = assigned[request.backend] % count
            assigned[request.backend] += 1
        root = request.number if request.after is None else request.after
        split[part_of[root]].append(request)
    return [replace(plan, requests=requests) for requests in split]
