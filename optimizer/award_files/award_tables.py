"""The tables of an award directory: what is bought, of whom, what is left, and how every bid fared."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.events import Event
from optimizer.award import Award, AwardCertificate
from optimizer.award_files.award_schema import AWARDS, BID_OUTCOMES, LEDGER, UNCOVERED, WINNERS
from optimizer.award_files.bid_reasons import bid_reasons
from optimizer.award_files.uncovered_reasons import uncovered_reasons
from optimizer.bidding.offers import Usable
from optimizer.certificate.awards import AwardValue, value_of
from optimizer.certificate.event_reading import EventReading, reading_of

Ints = NDArray[np.int64]


def award_tables(
    event: Event, award: Award, certificate: AwardCertificate, reading: EventReading | None = None
) -> dict[str, pd.DataFrame]:
    """Write an award down.

    Parameters
    ----------
    event : Event
    award : Award
        Of known bids, each at most once.
    certificate : AwardCertificate
        Of the award.
    reading : EventReading, optional
        What `reading_of` made of the event.

    Returns
    -------
    dict of str to DataFrame
        Tables by name: ids instead of rows, amounts in currency units.
    """
    reading = reading_of(event) if reading is None else reading
    value = value_of(event, reading, award.by_bid(len(event.bids)))
    return {
        AWARDS.name: _awards(event, reading, value, award),
        WINNERS.name: winners_table(event, reading, value),
        UNCOVERED.name: _uncovered(event, reading, value),
        BID_OUTCOMES.name: _outcomes(event, reading, value),
        LEDGER.name: ledger_table(certificate.ledger, event.money_decimals),
    }


def ledger_table(terms: Mapping[str, int], money_decimals: int) -> pd.DataFrame:
    """Terms and amounts, in currency units."""
    return pd.DataFrame({"term": list(terms), "amount": [amount / 10**money_decimals for amount in terms.values()]})


def winners_table(event: Event, reading: EventReading, value: AwardValue) -> pd.DataFrame:
    """Suppliers that win, those with the greatest spend first."""
    bids, scale = event.bids, 10**event.money_decimals
    n_suppliers = len(event.suppliers)
    units, spend, freight = (np.zeros(n_suppliers, dtype=np.int64) for _ in range(3))
    for column, amounts in ((units, value.units), (spend, value.spend), (freight, value.freight)):
        np.add.at(column, bids.supplier, amounts)
    taken = np.flatnonzero(value.units)
    pairs = np.unique(bids.supplier[taken].astype(np.int64) * len(event.items) + bids.item[taken])
    items = np.bincount(pairs // max(len(event.items), 1), minlength=n_suppliers)
    n_bids = np.bincount(bids.supplier[taken], minlength=n_suppliers)
    who = np.flatnonzero(value.wins)
    who = who[np.argsort(-spend[who], kind="stable")]
    return pd.DataFrame(
        {
            "supplier_id": event.suppliers.supplier_id[who],
            "units": units[who],
            "spend": spend[who] / scale,
            "share": spend[who] / max(int(spend.sum()), 1),
            "freight": freight[who] / scale,
            "fixed_cost": reading.fixed_cost[who] / scale,
            "items": items[who],
            "bids": n_bids[who],
        }
    )


def _awards(event: Event, reading: EventReading, value: AwardValue, award: Award) -> pd.DataFrame:
    bids, scale, at = event.bids, 10**event.money_decimals, award.bid
    tiered = np.bincount(event.tiers.bid, minlength=len(bids))[at] > 0
    tier = reading.prices.from_units[value.tier[at]]
    return pd.DataFrame(
        {
            "bid_id": bids.bid_id[at],
            "supplier_id": event.suppliers.supplier_id[bids.supplier[at]],
            "item_id": event.items.item_id[bids.item[at]],
            "units": award.units,
            "unit_price": value.spend[at] / scale / award.units,
            "spend": value.spend[at] / scale,
            "freight": value.freight[at] / scale,
            "tier": pd.arrays.IntegerArray(tier.copy(), ~tiered),
            "package_id": bids.package_id[at],
        }
    )


def _uncovered(event: Event, reading: EventReading, value: AwardValue) -> pd.DataFrame:
    item = np.flatnonzero(value.uncovered)
    code, reason = uncovered_reasons(event, reading, value, item)
    penalty = (value.uncovered * reading.uncovered_penalty)[item] / 10**event.money_decimals
    return pd.DataFrame(
        {
            "item_id": event.items.item_id[item],
            "units": value.uncovered[item],
            "penalty": np.where(reading.must_cover[item], np.nan, penalty),
            "code": code,
            "reason": reason,
        }
    )


def _outcomes(event: Event, reading: EventReading, value: AwardValue) -> pd.DataFrame:
    bids = event.bids
    code, reason = bid_reasons(event, reading, value)
    lost = np.where(reading.offers.usable == Usable.YES, "lost", "unusable")
    return pd.DataFrame(
        {
            "bid_id": bids.bid_id,
            "supplier_id": event.suppliers.supplier_id[bids.supplier],
            "item_id": event.items.item_id[bids.item],
            "outcome": np.where(value.units > 0, "won", lost).astype(np.object_),
            "units": value.units,
            "code": code,
            "reason": reason,
        }
    )
