"""From the table of markdowns to price paths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.parsing import Parsed
from network.problems import ProblemLog, first_rows
from network.tables import Network
from optimizer.plan import Markdowns


def read_markdowns(network: Network, table: Parsed, log: ProblemLog) -> Markdowns:
    """Read the paths of a plan; which of them are allowed is for the certificate to say.

    A period without a row has the price of the period before it, the list price before the first one.

    Parameters
    ----------
    network : Network
    table : Parsed
        `markdowns`.
    log : ProblemLog
        Is told all that is wrong.

    Returns
    -------
    Markdowns
        Those that differ from the list price, in the order of their first rows.
    """
    sku, zone, period = (table[name] for name in ("sku_id", "zone", "period"))
    choice = pd.DataFrame({"sku": sku, "zone": zone}).groupby(["sku", "zone"], sort=False).ngroup().to_numpy()
    known = np.isin(zone, network.nodes.zone[network.nodes.zone != ""])
    message, fix = "no node is in the zone {value}", "Name a zone of the table nodes"
    strange = table.given["zone"] & ~known
    cells: dict[str, Any] = {"value": table.cell("zone")}
    log.add_rows(table.file, "zone", "unknown_zone", strange, message=message, fix=fix, **cells)
    beyond = table.given["period"] & (period > network.periods)
    message, fix = f"there is no period {{value}}, only {network.periods}", "Write a period from 1 on"
    log.add_rows(table.file, "period", "no_such_period", beyond, message=message, fix=fix, value=table.cell("period"))
    # Nothing can be said about repeats of cells that could not be read.
    keys = np.where(beyond, -1, choice * (network.periods + 1) + period)
    repeats = pd.Series(keys).duplicated().to_numpy() & (keys >= 0) & (sku >= 0) & table.given["period"]
    message, fix = "the period has a price for this product and zone in row {first}", "Give every period once"
    log.add_rows(
        table.file, "period", "repeated_period", repeats, message=message, fix=fix, first=first_rows(keys, repeats)
    )
    return _paths(network, choice, table, np.flatnonzero(~beyond & (sku >= 0)))


def _paths(network: Network, choice: NDArray[np.integer[Any]], table: Parsed, rows: NDArray[np.intp]) -> Markdowns:
    """Fill the periods of every choice from the first to the last."""
    _, first = np.unique(choice, return_index=True)
    sku, zone = table["sku_id"][first], table["zone"][first]
    list_price = np.append(network.products.list_price, np.nan)[sku]
    price = np.full((len(first), network.periods), np.nan)
    price[choice[rows], table["period"][rows] - 1] = table["price"][rows]
    before = list_price
    for period in range(network.periods):
        price[:, period] = before = np.where(np.isnan(price[:, period]), before, price[:, period])
    changed = np.any(price != list_price[:, np.newaxis], axis=1)
    return Markdowns(sku[changed], zone[changed], price[changed])
