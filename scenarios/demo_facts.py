"""What the demo network was made from, and the sentences that say so."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from scenarios.panel_sales import LineCounts


@dataclass(frozen=True, slots=True)
class DemoFacts:
    """Counts of the data and of the network made from it, not of a plan; units are scaled unless named otherwise."""

    as_of: date
    horizon_days: int
    windows: int
    """Windows of ``horizon_days`` before the date that the policy was fitted on."""
    scale: int
    """Units of the network per unit that the panel bought."""
    households: int
    weekly_sales: float
    """Currency units that the panel spent on goods per active store and week before the date, unscaled."""
    lines: LineCounts
    stores_in_data: int
    stores: int
    warehouses: int
    lanes: int
    product_types: int
    store_positions: int
    """(Store, type) cells that sold in the windows before the date: each is stocked."""
    store_positions_that_sell: int
    """Of those, cells that sell at least one unit in the horizon."""
    warehouse_positions: int
    unlisted_panel_units: int
    """Bought in the horizon where the store had not sold the type in the windows: no position, so no demand."""
    store_units: int
    """On hand in stores on the date."""
    warehouse_units: int
    demand_units: int
    over_units: int
    short_units: int
    over_value: float
    """Over-stock of stores at cost, currency units."""
    short_value: float
    """Sales that would be missed, at the price paid, currency units."""
    alerts: Mapping[str, int]
    """Number of alerts by kind."""


def describe(facts: DemoFacts, *, width: int = 110) -> str:
    """Say what is real, what is assumed and how large the network is, as labelled paragraphs for people."""
    paragraphs = {**_data_paragraphs(facts), **_network_paragraphs(facts)}
    indent = max(map(len, paragraphs)) + 2
    return "\n".join(
        textwrap.fill(text, width, initial_indent=label.ljust(indent), subsequent_indent=" " * indent)
        for label, text in paragraphs.items()
    )


def _data_paragraphs(facts: DemoFacts) -> dict[str, str]:
    """Where the numbers come from."""
    lines = facts.lines
    days = facts.horizon_days
    return {
        "Real": f"{lines.all:,} till lines of 2017, bought by a panel of {facts.households:,} households in "
        f"{facts.stores_in_data} stores. {lines.goods:,} remain without fuel, miscellaneous and coupons, "
        f"{lines.keeping:,} are goods that keep for four weeks, {lines.used:,} are used: those of the {facts.stores} "
        "stores with enough sales, inside the weeks looked at.",
        "Policy": f"Each store was stocked on {facts.as_of} from its own sales in the {facts.windows} x {days} days "
        "before. Warehouses hold pooled safety stock.",
        "Replay": f"Demand is what was really bought in the {days} days after. That is hindsight: the benefit is what "
        "perfect knowledge on that day would have been worth.",
        "Assumed": f"The panel spends {facts.weekly_sales:,.0f} USD a week in a store; one unit that it bought stands "
        f"for {facts.scale}. Cities, lanes, dispatch costs, weights, unit costs, salvage values, holding costs and "
        "penalties are assumed as well: see docs/demo.md.",
    }


def _network_paragraphs(facts: DemoFacts) -> dict[str, str]:
    """How large the network is, and what is misplaced in it."""
    positions = facts.store_positions + facts.warehouse_positions
    alerts = " and ".join(f"{count:,} {kind}" for kind, count in facts.alerts.items())
    return {
        "Network": f"{facts.stores} active stores, {facts.warehouses} warehouses, {facts.lanes:,} lanes, "
        f"{facts.product_types:,} product types (each is one SKU), {positions:,} positions: "
        f"{facts.store_positions:,} in stores, of which {facts.store_positions_that_sell:,} sell in the horizon.",
        "Stock": f"{facts.store_units:,} units in stores and {facts.warehouse_units:,} in warehouses for a demand of "
        f"{facts.demand_units:,}. In stores {facts.over_units:,} units are too many ({facts.over_value:,.0f} USD at "
        f"cost) and {facts.short_units:,} are missing ({facts.short_value:,.0f} USD of sales).",
        "Alerts": f"{alerts}.",
    }
