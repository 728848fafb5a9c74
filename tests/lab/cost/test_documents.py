"""docs/costs.md and README.md say what the model calculates."""

import re

from lab.cost import assumptions, prices
from lab.cost.errors import PriceMissing
from lab.cost.inputs import Inputs
from lab.cost.model import monthly
from lab.cost.report import with_tasks
from lab.cost.traffic import COLUMNS, Traffic
from tests.lab.cost.build import US_EAST_1
from tests.running import ROOT

GUIDE = (ROOT / "docs" / "costs.md").read_text("utf-8")
IDLE = Inputs(traffic=Traffic.constant(0))


def idle_sentence():
    costs, two_tasks = (monthly(with_tasks(IDLE, count), US_EAST_1) for count in (1, 2))
    return (
        f"In us-east-1, a month without requests costs {costs.functions.shown} USD for the "
        f"functions and {costs.containers.exact:.2f} USD for the containers with one task "
        f"({two_tasks.containers.exact:.2f} USD with two). What both share (a table of 1 GB, its "
        f"backup, alarms and the dashboard) costs {costs.shared.exact:.2f} USD."
    )


def test_both_documents_have_the_cost_of_an_idle_month():
    assert idle_sentence() in GUIDE
    assert idle_sentence() in (ROOT / "README.md").read_text("utf-8")


def test_the_guide_lists_every_assumption_with_its_default():
    rows = re.findall(r"^\| `(\w+\.\w+)` \| (\S+) \|", GUIDE, re.MULTILINE)

    known = {
        name: "none" if value is None else str(value).lower()
        for name, value in assumptions.values(IDLE).items()
    }
    assert dict(rows) == known


def test_the_guide_shows_a_traffic_file():
    assert ",".join(COLUMNS) in GUIDE


def test_the_guide_names_the_regions_without_all_prices():
    def is_complete(region):
        try:
            return bool(monthly(Inputs(traffic=Traffic.constant(1)), prices.load(region)))
        except PriceMissing:
            return False

    (sentence,) = re.findall(r"At present, (.*) lacks? prices", GUIDE)
    assert sentence.split(" and ") == [one for one in prices.regions() if not is_complete(one)]
