"""What is wrong with bids: prices, quantities that cannot be, packages and alternates that contradict themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events.settings import Settings
from network.events.tables import FreightKind
from network.parsing import Parsed
from network.problems import ProblemLog
from network.row_reports import Reporter
from network.validation import Tables

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Quantities:
    """What quantities every bid allows, as stated; shape ``(n_bids,)`` each."""

    packed: Flags
    """Whether it is in a package."""
    pack: Ints
    """1 in a package."""
    least: Ints
    """Fewest units that can be bought, in whole packs."""
    most: Ints
    """Most units that can be bought, in whole packs; `NO_LIMIT`: not stated."""

    @property
    def smallest(self) -> Ints:
        """What is bought at least when anything is: all of a bid in a package."""
        return np.where(self.packed & (self.most < NO_LIMIT), self.most, self.least)


def quantities_of(tables: Tables) -> Quantities:
    """Read the fewest and the most units of every bid."""
    bids, tiers = tables["bids"], tables["tiers"]
    packed = bids["package_id"] != ""
    pack = np.where(packed, 1, bids["pack_units"])
    first = np.full(bids.n_rows, NO_LIMIT, dtype=np.int64)
    known = tiers["bid_id"] >= 0
    np.minimum.at(first, tiers["bid_id"][known], tiers["from_units"][known])
    least = np.maximum(np.maximum(bids["min_units"], 1), np.where(first == NO_LIMIT, 1, first))
    least = -(-least // pack) * pack
    limit = bids["max_units"]
    return Quantities(packed, pack, least, np.where(limit < NO_LIMIT, limit // pack * pack, NO_LIMIT))


def check_bids(tables: Tables, settings: Settings, log: ProblemLog) -> None:
    """Report bids that have no price, name an unknown currency, or can be bought in no quantity."""
    bids = tables["bids"]
    report = Reporter(bids, log)
    tiered = np.zeros(bids.n_rows + 1, dtype=np.bool_)
    tiered[tables["tiers"]["bid_id"]] = True
    tiered = tiered[:-1]
    priced = bids.given["unit_price"]
    message = "{row} has neither a unit_price nor tiers"
    report.error("unit_price", "no_price", ~priced & ~tiered, message, "Give unit_price, or rows in tiers")
    message, fix = "{row} has tiers, which count, and a unit_price of {value} too", "Leave unit_price empty"
    report.warn("unit_price", "price_and_tiers", priced & tiered, message, fix)
    free = priced & ~tiered & (bids["unit_price"] == 0)
    message, fix = "{row} offers units for nothing", "Remove the bid if it is none"
    report.warn("unit_price", "free", free, message, fix)
    _check_currencies(report, tables["rates"], settings)
    _check_quantities(report, tables)
    _check_freight(report, tables)


def _check_currencies(report: Reporter, rates: Parsed, settings: Settings) -> None:
    if not settings.currency:
        return
    currency = report.table["currency"]
    names = np.append(rates["currency"], [settings.currency, ""]).astype(object)
    strange = pd.Index(names).unique().get_indexer(pd.Index(currency, dtype=object)) < 0
    message = f"there is no rate for {{value}}, and the event counts in {settings.currency}"
    fix = "Correct the currency, or add its rate to rates"
    report.error("currency", "unknown_currency", strange, message, fix)


def _check_quantities(report: Reporter, tables: Tables) -> None:
    """Require the fewest units to fit below the most units and into the supplier's capacity."""
    bids, amounts = report.table, quantities_of(tables)
    fewest, limit = bids["min_units"], bids["max_units"]
    crossed = fewest > limit
    message, fix = "{row} has at least {value} units and at most {most}", "Lower min_units or raise max_units"
    report.error("min_units", "min_above_max", crossed, message, fix, most=limit)
    low = ~crossed & (amounts.most < amounts.least)
    message = "{row} has at most {value} units and can be bought from {least} units on, in packs of {pack}"
    fix = "Raise max_units, or lower min_units, pack_units or the first from_units of its tiers"
    report.error("max_units", "most_below_least", low, message, fix, least=amounts.least, pack=amounts.pack)
    capacity = np.append(tables["suppliers"]["capacity_units"], NO_LIMIT)[bids["supplier_id"]]
    taken = amounts.smallest * bids["capacity_per_unit"]
    small = ~crossed & ~low & (capacity < NO_LIMIT) & (capacity < taken)
    message = "{row} takes at least {taken} of the supplier's capacity, which is {capacity}"
    fix = "Lower min_units, pack_units or capacity_per_unit, or raise capacity_units of the supplier"
    report.error("min_units", "capacity_below_least", small, message, fix, taken=taken, capacity=capacity)


def _check_freight(report: Reporter, tables: Tables) -> None:
    """Require bids with freight by lanes to have both ends; that there is a network is checked where it is read."""
    bids = report.table
    lanes = bids["freight"] == FreightKind.LANES
    for column, table, end in (("supplier_id", "suppliers", "it delivers from"), ("item_id", "items", "it is needed")):
        named = np.append(tables[table].given["node_id"], True)[bids[column]]
        message = f"{{row}} has freight by lanes, and its {table[:-1]} has no node_id where {end}"
        fix = f"Give the node_id in {table}, or state the freight"
        report.error("freight", f"no_{table[:-1]}_node", lanes & ~named, message, fix)


def check_packages(tables: Tables, log: ProblemLog) -> None:
    """Require packages to say how much they hold, to fit the supplier's capacity and to be alternates as a whole."""
    bids = tables["bids"]
    report, packed = Reporter(bids, log), bids["package_id"] != ""
    if not packed.any():
        return
    open_ended = packed & ~bids.given["max_units"]
    message, fix = "{row} is in a package and does not say how many units", "Give max_units, all of which are bought"
    report.error("max_units", "package_without_units", open_ended, message, fix)
    supplier, package = bids["supplier_id"], bids["package_id"]
    known = packed & (supplier >= 0)
    number = pd.DataFrame({"supplier": supplier, "package": package}).groupby(["supplier", "package"]).ngroup()
    group, begins = number.to_numpy(), ~number.duplicated().to_numpy()
    taken = np.where(bids["max_units"] < NO_LIMIT, bids["max_units"] * bids["capacity_per_unit"], 0)
    total = pd.Series(taken).groupby(group).transform("sum").to_numpy()
    capacity = np.append(tables["suppliers"]["capacity_units"], NO_LIMIT)[supplier]
    alone = pd.Series(taken).groupby(group).transform("max").to_numpy() > capacity
    large = known & begins & ~alone & (total > capacity) & (capacity < NO_LIMIT)
    message = "package {value} takes {total} of the supplier's capacity, which is {capacity}"
    fix = "Make the package smaller, or raise capacity_units of the supplier"
    report.error("package_id", "capacity_below_package", large, message, fix, total=total, capacity=capacity)
    alternate = bids["alternate_id"]
    first = pd.Series(alternate).groupby(group).transform("first").to_numpy()
    differs = known & (alternate != first)
    message = "package {package} has the alternate_id {value!r} here and {first!r} in its first bid"
    fix = "Give all bids of the package the same alternate_id, or none"
    report.error("alternate_id", "package_alternates", differs, message, fix, package=package, first=first)
    owners = pd.Series(np.where(known, supplier, -1)).groupby(package).transform("nunique").to_numpy()
    shared = known & (owners > 1) & ~pd.Series(package).duplicated().to_numpy()
    message = "several suppliers have a package {value}; the bids of each are a package of their own"
    report.warn("package_id", "package_of_several", shared, message, "Nothing to do if that is meant")
