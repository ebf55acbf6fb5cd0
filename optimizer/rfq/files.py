"""An RFQ as files: the event directory that bids will be added to, and what is sent to every supplier."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from network.columns import NO_LIMIT, no_rows
from network.events import (
    Bids,
    Deliveries,
    Event,
    Rates,
    Rules,
    Scenarios,
    Suppliers,
    Tiers,
    event_to_frames,
    write_event,
)
from network.problems import NetworkError, Problem
from network.tables import Network
from optimizer.rfq.asking import Rfq, invitations
from optimizer.rfq.form import BIDS, FOLDER, FORM_COLUMNS, INVITATIONS, ITEMS, TERM_COLUMNS, TERMS, folder_of

_SAID_OF_ITEMS = ("item_id", "sku_id", "node_id", "item_group", "units", "needed_by_days")
"""Columns of the items that suppliers see: not what the units are worth."""


def event_of(network: Network, rfq: Rfq) -> Event:
    """Open an event: the items, the suppliers that are invited to bid for any, and no bids yet.

    Parameters
    ----------
    network : Network
        Its `as_of` is day 0 of the items.
    rfq : Rfq
        The event counts its days from the one on which the answers are in.

    Raises
    ------
    NetworkError
        The network does not say which day it is of.
    """
    if not network.as_of:
        fix = "Give network.json as_of, as YYYY-MM-DD"
        message = "bids are valid until a day, so an event needs one to count from"
        raise NetworkError([Problem("network.json", None, "as_of", None, "missing_setting", message, fix)])
    asked = np.unique(rfq.supplier[rfq.pair_supplier[rfq.invited]])
    names, days = network.nodes.node_id[asked], rfq.items.needed_by_days
    return Event(
        currency=network.currency,
        money_decimals=network.money_decimals,
        as_of=np.datetime64(network.as_of, "D") + rfq.answer_by_days,
        items=replace(
            rfq.items, needed_by_days=np.where(days == NO_LIMIT, days, np.maximum(days - rfq.answer_by_days, 0))
        ),
        suppliers=Suppliers(
            supplier_id=names,
            supplier_group=np.full(len(names), "", dtype=np.object_),
            node_id=names.copy(),
            fixed_cost=np.zeros(len(names)),
            capacity_units=np.full(len(names), NO_LIMIT, dtype=np.int64),
            incumbent=np.zeros(len(names), dtype=np.bool_),
            blocked=np.zeros(len(names), dtype=np.bool_),
            failure_probability=np.zeros(len(names)),
        ),
        bids=no_rows(Bids),
        tiers=no_rows(Tiers),
        deliveries=no_rows(Deliveries),
        rates=no_rows(Rates),
        rules=no_rows(Rules),
        scenarios=no_rows(Scenarios),
    )


def write_rfq(directory: Path, network: Network, rfq: Rfq) -> Event:
    """Write an event directory, who is invited and why, and a folder with a form for each supplier that is.

    Parameters
    ----------
    directory : Path
        Made when it is not there; an event that is there is replaced.

    Returns
    -------
    Event
        The event as written.
    """
    event = event_of(network, rfq)
    write_event(event, directory)
    asked = invitations(network, rfq)
    (directory / FOLDER).mkdir(exist_ok=True)
    asked.to_csv(directory / FOLDER / INVITATIONS, index=False, lineterminator="\n")
    items = event_to_frames(event)["items"]
    items = items[[name for name in _SAID_OF_ITEMS if name in items]]
    for supplier_id, own in asked[asked["invited"]].groupby("supplier_id", sort=False):
        folder = folder_of(directory, str(supplier_id))
        folder.mkdir(exist_ok=True)
        wanted = items[items["item_id"].isin(own["item_id"])]
        wanted.to_csv(folder / ITEMS, index=False, lineterminator="\n")
        form = pd.DataFrame({"item_id": wanted["item_id"]}, columns=list(FORM_COLUMNS))
        form.to_csv(folder / BIDS, index=False, lineterminator="\n")
        pd.DataFrame([{}], columns=list(TERM_COLUMNS)).to_csv(folder / TERMS, index=False, lineterminator="\n")
    return event
