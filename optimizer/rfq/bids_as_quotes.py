"""Bids of an event as quotes of a network, so that a plan buys what pays beside what it moves and marks down.

Tiers of a bid are quotes of one `bid_id`; what suppliers ask for once, and what they can deliver in all, are rows of
`quote_suppliers` (docs/clearance.md, "Purchases"). What quotes cannot say is refused, never left out in silence.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.clearance_tables import Quotes, QuoteSuppliers
from network.columns import NO_LIMIT, padded
from network.events import Event, RiskMeasure, with_lane_freight
from network.outside import with_outside, without_outside
from network.problems import EventError, Problem
from network.tables import Network
from optimizer.award import Award
from optimizer.bidding.offers import Offers, offers_of

Ints = NDArray[np.int64]

_Table = TypeVar("_Table", Quotes, QuoteSuppliers)

_NAMED: Final = 5
"""Most places that a problem names."""


def with_bids(network: Network, event: Event, award: Award | None = None) -> Network:
    """Let a plan buy from the usable bids of an event.

    Parameters
    ----------
    network : Network
    event : Event
        Its items name products and nodes of the network; its day may be after that of the network.
    award : Award, optional
        Only bids that win are offered, up to the units awarded.

    Returns
    -------
    Network
        With a quote for every price of every usable bid, behind those that it has.

    Raises
    ------
    NetworkError
        With all that quotes cannot say: rules, risk, packages of several items, packs that do not divide the case pack.
    """
    event = with_lane_freight(event, network)
    offers = offers_of(event)
    most = offers.most_units
    if award is not None:
        most = np.minimum(most, award.by_bid(len(event.bids)))
    segment = np.flatnonzero(offers.from_units <= most[offers.segment_bid])
    used = np.unique(offers.segment_bid[segment])
    problems = _not_carried(network, event, offers, used)
    if problems:
        raise EventError(problems)
    inside = without_outside(network)
    quotes = _behind(network.quotes, _quotes(network, event, offers, most, segment))
    terms = _behind(network.quote_suppliers, _terms(event, used))
    return with_outside(replace(inside, quotes=quotes, quote_suppliers=terms))


def _quotes(network: Network, event: Event, offers: Offers, most: Ints, segment: Ints) -> dict[str, NDArray[Any]]:
    """Columns of `Quotes`, a row for each segment that is offered."""
    bids, items = event.bids, event.items
    bid = offers.segment_bid[segment]
    item, scale = bids.item[bid], 10**event.money_decimals
    several = np.bincount(bid, minlength=len(bids))[bid] > 1
    from_units = offers.from_units[segment]
    numbered = bids.bid_id[bid] + "@" + from_units.astype(str).astype(np.object_)
    return {
        "quote_id": np.where(several, numbered, bids.bid_id[bid]).astype(np.object_),
        "supplier": event.suppliers.supplier_id[bids.supplier[bid]],
        "node": pd.Index(network.nodes.node_id).get_indexer(pd.Index(items.node_id[item])).astype(np.int32),
        "sku": pd.Index(network.products.sku_id).get_indexer(pd.Index(items.sku_id[item])).astype(np.int32),
        "unit_price": (offers.price[segment] + offers.freight[bid]) / scale,
        "max_units": most[bid],
        "min_units": from_units,
        "fixed_cost": offers.base[segment] / scale,
        "lead_time_days": _arrival_days(network, event)[bid],
        "bid_id": bids.bid_id[bid],
        "alternate_id": bids.alternate_id[bid],
    }


def _arrival_days(network: Network, event: Event) -> Ints:
    """Day of the network on which all units of every bid are there: of a schedule, the last delivery in time."""
    bids, deliveries = event.bids, event.deliveries
    day = bids.lead_time_days.copy()
    arrives = deliveries.day + bids.lead_time_days[deliveries.bid]
    in_time = arrives <= event.items.needed_by_days[bids.item[deliveries.bid]]
    np.maximum.at(day, deliveries.bid[in_time], arrives[in_time])
    return np.asarray(day + _days_later(network, event))


def _days_later(network: Network, event: Event) -> int:
    """Days from the network's day 0 to that of the event."""
    return int((event.as_of - np.datetime64(network.as_of or str(event.as_of), "D")).astype(np.int64))


def _terms(event: Event, used: Ints) -> dict[str, NDArray[Any]]:
    """Columns of `QuoteSuppliers`, of suppliers with a fixed cost or a capacity that matters."""
    suppliers = event.suppliers
    each = np.ones(len(suppliers), dtype=np.int64)
    each[event.bids.supplier[used]] = event.bids.capacity_per_unit[used]
    limited = (suppliers.capacity_units < NO_LIMIT) & (each > 0)
    capacity = np.where(limited, suppliers.capacity_units // np.maximum(each, 1), NO_LIMIT)
    offering = np.isin(np.arange(len(suppliers)), event.bids.supplier[used])
    rows = np.flatnonzero(offering & ((suppliers.fixed_cost > 0.0) | (capacity < NO_LIMIT)))
    return {
        "supplier": suppliers.supplier_id[rows],
        "fixed_cost": suppliers.fixed_cost[rows],
        "capacity_units": capacity[rows].astype(np.int64),
    }


def _behind(table: _Table, columns: dict[str, NDArray[Any]]) -> _Table:
    """Put rows behind those of a table."""
    count = len(next(iter(columns.values())))
    joined: dict[str, Any] = {
        item.name: np.concatenate([getattr(table, item.name), columns[item.name]])
        for item in fields(table)
        if item.name != "extra"
    }
    return type(table)(**joined, extra={name: padded(column, count) for name, column in table.extra.items()})


def _not_carried(network: Network, event: Event, offers: Offers, used: Ints) -> list[Problem]:
    """Find everything that quotes cannot say."""
    bids, items, suppliers = event.bids, event.items, event.suppliers
    item = np.unique(bids.item[used])
    problems = _of_settings(network, event)
    clash = np.isin(bids.bid_id[used].astype(str), network.quotes.quote_id.astype(str))
    problems += _named("bids", "bid_id", bids.bid_id[used[clash]], "is the name of a quote of the network", "Rename it")
    both = np.isin(suppliers.supplier_id.astype(str), network.quote_suppliers.supplier.astype(str))
    both &= np.isin(np.arange(len(suppliers)), bids.supplier[used])
    text = "has a row in quote_suppliers of the network already"
    problems += _named("suppliers", "supplier_id", suppliers.supplier_id[both], text, "Keep one of them")
    for column, known in (("sku_id", network.products.sku_id), ("node_id", network.nodes.node_id)):
        strange = pd.Index(known).get_indexer(pd.Index(getattr(items, column)[item])) < 0
        text, fix = f"has no {column} of the network", f"Give the {column}"
        problems += _named("items", column, items.item_id[item[strange]], text, fix)
    problems += _of_quantities(network, event, offers, used)
    text, fix = "is a rule of the award, which a plan does not know", "Leave the rule out, or award by itself"
    problems += _named("rules", "rule_id", event.rules.rule_id, text, fix)
    return problems


def _of_settings(network: Network, event: Event) -> list[Problem]:
    """Find settings of the event that differ from those of the network, and risk."""
    found = []
    for key, own, other in (
        ("currency", event.currency, network.currency),
        ("money_decimals", event.money_decimals, network.money_decimals),
    ):
        if own != other:
            message, fix = f"the event has {own}, the network {other}", f"Give both the same {key}"
            found.append(Problem("event.json", None, key, str(own), "other_setting", message, fix))
    if network.as_of and _days_later(network, event) < 0:
        message, fix = f"the event is of {event.as_of}, before the network's {network.as_of}", "Correct one of them"
        found.append(Problem("event.json", None, "as_of", str(event.as_of), "other_setting", message, fix))
    if event.risk.measure is not RiskMeasure.NONE or event.risk.survive_share is not None:
        message = "a plan does not know the risk of failing suppliers"
        fix = "Leave risk out, or award by itself"
        found.append(Problem("event.json", None, "risk", None, "not_carried", message, fix))
    return found


def _of_quantities(network: Network, event: Event, offers: Offers, used: Ints) -> list[Problem]:
    """Find packages, packs, and limits over several bids that quotes cannot say."""
    bids, items, suppliers = event.bids, event.items, event.suppliers
    package = offers.package[used]
    large = np.bincount(package[package >= 0], minlength=1)
    many = np.unique(bids.package_id[used[(package >= 0) & (large[np.maximum(package, 0)] > 1)]].astype(str))
    text, fix = "is a package of several items, which quotes cannot be", "Leave its bids out, or award by itself"
    problems = _named("bids", "package_id", many, text, fix)
    sku = pd.Index(network.products.sku_id).get_indexer(pd.Index(items.sku_id[bids.item[used]]))
    split = (sku >= 0) & (np.append(network.products.case_pack, 1)[sku] % offers.pack_units[used] != 0)
    text, fix = (
        "has packs that the case pack of its product is no multiple of",
        "Give case_pack in products, or award by itself",
    )
    problems += _named("bids", "pack_units", bids.bid_id[used[split]], text, fix)
    limited = suppliers.capacity_units < NO_LIMIT
    taken = pd.Series(bids.capacity_per_unit[used]).groupby(bids.supplier[used]).nunique()
    uneven = np.isin(np.arange(len(suppliers)), taken.index[taken > 1]) & limited
    text = "has a capacity of which its bids take different amounts"
    problems += _named(
        "suppliers", "capacity_units", suppliers.supplier_id[uneven], text, fix.partition(", ")[2].capitalize()
    )
    offered = np.zeros(len(items), dtype=np.int64)
    np.add.at(offered, bids.item[used], offers.most_units[used])
    over = offered > items.max_units
    text = "is offered in more units than its max_units, which no quote knows"
    return problems + _named("items", "max_units", items.item_id[over], text, "Leave max_units out, or award by itself")


def _named(file: str, column: str, names: NDArray[Any], what: str, fix: str) -> list[Problem]:
    """One problem that names all places, at most five by name."""
    if not len(names):
        return []
    shown = ", ".join(str(name) for name in names[:_NAMED])
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    each = "each " if len(names) > 1 else ""
    return [Problem(file, None, column, str(names[0]), "not_carried", f"{shown}{more} {each}{what}", fix)]
