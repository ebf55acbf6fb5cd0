"""A day of outbound logistics of a manufacturer becomes a sourcing event: orders are items, plants suppliers.

``python -m scenarios.brunel SOURCE OUT`` reads the published workbook (Dzalbs and Kalganova 2020, CC-BY-4.0) and
writes an event directory. It is over-constrained: more orders can be made at one plant only than that plant may ship.
``docs/brunel.md`` says what is real and what is assumed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from network.events import event_from_frames, write_event
from scenarios.spreadsheets import read_sheets

WORKBOOK: Final = "supply_chain_logistics_problem.xlsx"
_FIRST_DAY: Final = np.datetime64("1899-12-30")
"""Day 0 of the dates in the workbook."""
_PLACES: Final = 6


def brunel_tables(source: Path) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Make the tables of an event of the workbook.

    Parameters
    ----------
    source : Path
        The workbook, or the directory it is in.

    Returns
    -------
    frames : dict of str to DataFrame
    settings : dict
        Content of event.json.

    Raises
    ------
    ValueError
        It is not that workbook.
    """
    sheets = read_sheets(source / WORKBOOK if source.is_dir() else source)
    try:
        orders = _orders(sheets)
        offers = _with_prices(sheets, _with_freight(sheets, _who_may(sheets, orders)))
        capacity = sheets["WhCapacities"].rename(columns={"Plant ID": "plant", "Daily Capacity": "capacity_units"})
    except KeyError as error:
        raise ValueError(f"the workbook has no sheet or column {error}; download it again") from error
    frames = {
        "items": pd.DataFrame({"item_id": orders["order"], "item_group": orders["product"], "units": 1}),
        "suppliers": pd.DataFrame(
            {"supplier_id": capacity["plant"], "capacity_units": capacity["capacity_units"].astype(np.int64)}
        ),
        "bids": pd.DataFrame(
            {
                "bid_id": offers["order"] + "-" + offers["plant"],
                "supplier_id": offers["plant"],
                "item_id": offers["order"],
                "unit_price": offers["price"].round(_PLACES),
                "max_units": 1,
                "freight_per_unit": offers["freight"].round(_PLACES),
            }
        ),
    }
    return frames, {"currency": "USD", "as_of": str(orders["day"].min().date()), "money_decimals": _PLACES}


def _orders(sheets: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Orders of the day: order, product, customer, day, service, units, kg."""
    rows = sheets["OrderList"]
    return pd.DataFrame(
        {
            "order": rows["Order ID"],
            "product": rows["Product ID"],
            "customer": rows["Customer"],
            "day": _FIRST_DAY + rows["Order Date"].astype(np.int64).to_numpy(),
            "service": rows["Service Level"],
            "units": rows["Unit quantity"].astype(np.float64),
            "kg": rows["Weight"].astype(np.float64),
        }
    )


def _who_may(sheets: Mapping[str, pd.DataFrame], orders: pd.DataFrame) -> pd.DataFrame:
    """Orders with each plant that makes the product; plants with a list of customers serve only those."""
    makes = sheets["ProductsPerPlant"].drop_duplicates()
    makes = makes.rename(columns={"Plant Code": "plant", "Product ID": "product"})
    listed = sheets["VmiCustomers"].drop_duplicates()
    listed = listed.rename(columns={"Plant Code": "plant", "Customers": "customer"})
    pairs = orders.merge(makes, on="product").merge(listed, on=["plant", "customer"], how="left", indicator="served")
    kept = (pairs["served"] == "both") | ~pairs["plant"].isin(set(listed["plant"]))
    return pairs[kept].drop(columns="served").reset_index(drop=True)


def _with_freight(sheets: Mapping[str, pd.DataFrame], offers: pd.DataFrame) -> pd.DataFrame:
    """Cheapest air rate of the order's weight from a port of the plant; none where the customer arranges it (CRF)."""
    rates = sheets["FreightRates"]
    rates = rates[rates["mode_dsc"].str.strip() == "AIR"]
    rates = pd.DataFrame(
        {
            "port": rates["orig_port_cd"],
            "rate_service": rates["svc_cd"],
            "from_kg": rates["minm_wgh_qty"].astype(np.float64),
            "to_kg": rates["max_wgh_qty"].astype(np.float64),
            "least": rates["minimum cost"].astype(np.float64),
            "per_kg": rates["rate"].astype(np.float64),
        }
    )
    ports = sheets["PlantPorts"].rename(columns={"Plant Code": "plant", "Port": "port"})
    asked = offers.reset_index(names="offer").merge(ports, on="plant").merge(rates, on="port")
    asked = asked[(asked["kg"] >= asked["from_kg"]) & (asked["kg"] <= asked["to_kg"])]
    asked["cost"] = np.maximum(asked["least"], asked["per_kg"] * asked["kg"])
    asked["other"] = asked["service"] != asked["rate_service"]
    best = asked.sort_values(["offer", "other", "cost"], kind="stable").drop_duplicates("offer")
    cost = best.set_index("offer")["cost"].reindex(offers.index).to_numpy()
    return offers.assign(freight=np.where(offers["service"] == "CRF", 0.0, np.nan_to_num(cost)))


def _with_prices(sheets: Mapping[str, pd.DataFrame], offers: pd.DataFrame) -> pd.DataFrame:
    """Cost of handling all units of the order at the plant."""
    cost = sheets["WhCosts"].set_index("WH")["Cost/unit"].astype(np.float64)
    return offers.assign(price=offers["units"] * offers["plant"].map(cost))


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 0, or 1 with a message when the workbook cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m scenarios.brunel", description="Make an event of a day's orders.")
    parser.add_argument("source", type=Path, help="the workbook, or its directory")
    parser.add_argument("out", type=Path, help="event directory to write")
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv", help="of the tables (default: csv)")
    asked = parser.parse_args(words)
    try:
        event, _ = event_from_frames(*brunel_tables(asked.source))
    except (ValueError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    write_event(event, asked.out, file_format=asked.format)
    bids, suppliers = event.bids, event.suppliers
    choices = np.bincount(bids.item, minlength=len(event.items))
    only = np.bincount(bids.supplier[choices[bids.item] == 1], minlength=len(suppliers))
    most = int(only.argmax())
    sys.stdout.write(
        f"{len(event.items):,} orders, {len(suppliers)} plants that may ship {suppliers.capacity_units.sum():,}, "
        f"{len(bids):,} bids. {suppliers.supplier_id[most]} is the only plant for {only[most]:,} orders and may ship "
        f"{suppliers.capacity_units[most]:,}.\n\nWritten; try: counterpoise award {asked.out} --out {asked.out}-award\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
