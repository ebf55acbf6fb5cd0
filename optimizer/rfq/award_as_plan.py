"""A plan, and an award of the bids for what it leaves unmet, as one plan of the network with these bids."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events import Event
from network.outside import quote_of_lane
from network.tables import Network
from optimizer.award import Award
from optimizer.plan import Plan
from optimizer.plan_files.line_reading import Lines, with_feeding_lines

Ints = NDArray[np.int64]


def plan_with_award(network: Network, plan: Plan, with_bids: Network, event: Event, award: Award) -> Plan:
    """Put what an award buys beside what a plan does.

    Parameters
    ----------
    network : Network
        What the plan is for.
    plan : Plan
    with_bids : Network
        The same with the bids as quotes: `optimizer.rfq.bids_as_quotes.with_bids`.
    event : Event
    award : Award
        Of bids of the event that are offered there; others are left out.

    Returns
    -------
    Plan
        For `with_bids`; whether it keeps all rules is for the certificate to say.
    """
    bought = with_feeding_lines(with_bids, _purchases(with_bids, event, award))
    lane_at = pd.Index(with_bids.lanes.lane_id).get_indexer(pd.Index(network.lanes.lane_id)).astype(np.int32)
    # A second line like one that the plan has already would be two rows of one line.
    new = np.unique(bought.lane)
    new = new[~np.isin(new, lane_at[plan.dispatch_lane])]
    return replace(
        plan,
        lane=np.concatenate([lane_at[plan.lane], bought.lane]).astype(np.int32),
        sku=np.concatenate([plan.sku, bought.sku]).astype(np.int32),
        units=np.concatenate([plan.units, bought.units]).astype(np.int64),
        arrives_day=np.concatenate([plan.arrives_day, bought.arrives_day]).astype(np.int32),
        expiry_day=np.concatenate([plan.expiry_day, bought.expiry_day]).astype(np.int32),
        dispatch_lane=np.concatenate([lane_at[plan.dispatch_lane], new]).astype(np.int32),
        dispatches=np.concatenate([plan.dispatches, np.ones(len(new), dtype=np.int64)]),
    )


def _purchases(network: Network, event: Event, award: Award) -> Lines:
    """Lines on the lanes of the quotes that units awarded have their price from."""
    quotes, of_lane = network.quotes, quote_of_lane(network)
    lane_of_quote = np.full(len(quotes), -1, dtype=np.int64)
    lanes = np.flatnonzero(of_lane >= 0)
    lane_of_quote[of_lane[lanes]] = lanes
    awarded = pd.DataFrame({"bid_id": event.bids.bid_id[award.bid], "awarded": award.units})
    awarded["supplier"] = event.suppliers.supplier_id[event.bids.supplier[award.bid]]
    offered = pd.DataFrame({"bid_id": quotes.bid_id, "supplier": quotes.supplier, "least": quotes.min_units})
    joined = offered.reset_index(names="quote").merge(awarded, on=["bid_id", "supplier"])
    joined = joined[joined["least"] <= joined["awarded"]].sort_values("least")
    last = joined.groupby(["supplier", "bid_id"], sort=False).tail(1)
    quote = last["quote"].to_numpy(dtype=np.int64)
    sku = quotes.sku[quote].astype(np.int64)
    shelf_life = network.products.shelf_life_days[sku]
    return Lines(
        lane=lane_of_quote[quote],
        sku=sku,
        units=last["awarded"].to_numpy(dtype=np.int64),
        arrives_day=quotes.lead_time_days[quote].astype(np.int64),
        expiry_day=np.where(shelf_life < NO_LIMIT, shelf_life, NO_LIMIT).astype(np.int64),
    )
