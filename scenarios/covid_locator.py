"""Real stock of COVID-19 therapeutics at sites in the United States becomes a network directory.

``python -m scenarios.covid_locator SOURCE OUT`` reads the three published files of the locator (March 2022), reports
every problem of their rows, and writes a network that ``counterpoise plan OUT --out PLAN`` plans. Real: sites, places,
courses on hand. Assumed: demand, worth of a course, lanes and their costs; ``docs/covid-locator.md`` lists all of it.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network import AlertKind, Network, network_from_frames
from network.writing import write_network
from scenarios.locator_rows import LocatorError, Problems, clean_rows, great_circle_km, read_rows
from scenarios.locator_sites import Locator, find_sites

HORIZON_DAYS: Final = 28
USED_SHARE: Final = 0.5
"""Of the courses that a state holds of a product, the share that it needs in the horizon. The files say nothing of use.
At a half the state has enough, so what a site misses is somewhere near."""
SIZE_EXPONENT: Final = 0.5
"""Patients of a site grow with this power of the courses it holds of all products: much stock means a large site or one
that ordered too much, and the files do not say which. 1 would leave nothing to balance between sites of one product."""
KEPT_DAYS: Final = 7
"""Days of its own demand that a site never gives away."""

COURSE_WORTH: Final = 1000.0
"""USD, of a course given to a patient. Courses were free of charge, so this says how much planners care; what matters
is its ratio to the cost of a trip."""
LEFT_OVER_WORTH: Final = 700.0
"""USD, of a course left after the horizon: it is still good, but variants may make it useless."""
MISSED_PENALTY: Final = 300.0
"""USD, of a patient sent away, beyond the course not given."""
COURSE_KG: Final = 0.2
"""Vials, carton and their share of a cool box."""

NEIGHBOURS: Final = 6
WITHIN_KM: Final = 250.0
SAME_DAY_KM: Final = 150.0
"""A courier brings it the same day up to here, the next day beyond."""
ROAD_FACTOR: Final = 1.2
"""Kilometres by road per kilometre as the crow flies."""
TRIP_COST: Final = 40.0
"""USD per trip of a courier with a cool box."""
TRIP_COST_PER_KM: Final = 0.8
"""USD per kilometre by road, the way back included."""
HANDLING_COST: Final = 2.0
"""USD per course: packing, temperature log, papers."""
BOX_KG: Final = 40.0
"""What a courier carries in one trip: 200 courses."""

SHORT_DAYS: Final = (7.0, 14.0)
"""Days of cover below which a shortage is red, orange."""
LONG_DAYS: Final = (84.0, 112.0, 168.0)
"""Days of cover from which over-stock is yellow, orange, red."""
LEAST_EXCESS: Final = 10
"""Courses too many from which over-stock is reported."""


def read_locator(source: Path) -> Locator:
    """Read and clean the published files.

    Raises
    ------
    LocatorError
        When a file is missing or is not one of the locator.
    """
    problems, raw = Problems(), read_rows(source)
    return find_sites(clean_rows(raw, problems), problems, len(raw))


def build_network(
    locator: Locator,
    *,
    states: Sequence[str] | None = None,
    most_sites: int | None = None,
    within_km: float = WITHIN_KM,
    neighbours: int = NEIGHBOURS,
    across_states: bool = False,
) -> Network:
    """Make a network of the locator.

    Parameters
    ----------
    locator : Locator
        As of `read_locator`.
    states : sequence of str, optional
        Two-letter codes of the states to keep; all when not given.
    most_sites : int, optional
        Keep so many sites, those that hold most courses of all products.
    within_km : float
        Longest lane, as the crow flies.
    neighbours : int
        Lanes from each site to so many nearest sites, for each product that both hold.
    across_states : bool
        Lanes may cross the borders of states, each of which has its own allocation.

    Raises
    ------
    LocatorError
        When no site is left.
    """
    sites, held = _chosen(locator, states, most_sites)
    if held.empty:
        raise LocatorError("no site is left to plan for: ask for other states or more sites")
    stock = _stock(sites, held)
    frames = {
        "nodes": _nodes(sites),
        "products": _products(stock),
        "lanes": _lanes(sites, stock, within_km, neighbours, across_states),
        "stock": stock,
        "alerts": _alerts(stock),
    }
    settings = {"currency": "USD", "horizon_days": HORIZON_DAYS} | ({"as_of": day} if (day := _as_of(locator)) else {})
    network, _ = network_from_frames(frames, settings)
    return network


def _as_of(locator: Locator) -> str:
    """Return the day of the newest report, "" when no row has a date."""
    newest = locator.stock["reported"].max()
    return "" if pd.isna(newest) else f"{newest:%Y-%m-%d}"


def _chosen(
    locator: Locator, states: Sequence[str] | None, most_sites: int | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sites to keep, by id, and the stock there."""
    sites, stock = locator.sites, locator.stock
    if states is not None:
        sites = sites[sites["state"].isin([state.upper() for state in states])]
    courses = stock.groupby("node_id")["courses"].sum()
    sites = sites.assign(courses=sites["node_id"].map(courses).to_numpy())
    if most_sites is not None:
        largest = sites.sort_values(["courses", "node_id"], ascending=[False, True]).head(most_sites)
        sites = largest.sort_values("node_id")
    sites = sites.reset_index(drop=True)
    return sites, stock[stock["node_id"].isin(sites["node_id"])].reset_index(drop=True)


def _nodes(sites: pd.DataFrame) -> pd.DataFrame:
    """Every site is a store: it gives courses to patients."""
    return pd.DataFrame(
        {
            "node_id": sites["node_id"],
            "kind": "store",
            "latitude": sites["latitude"],
            "longitude": sites["longitude"],
            "zone": sites["state"].replace("", None),
        }
    )


def _products(stock: pd.DataFrame) -> pd.DataFrame:
    """Value the three products alike, because nothing published says otherwise."""
    return pd.DataFrame(
        {
            "sku_id": sorted(stock["sku_id"].unique()),
            "category": "COVID-19 therapeutics",
            "unit_weight_kg": COURSE_KG,
            "list_price": COURSE_WORTH,
            "salvage_value": LEFT_OVER_WORTH,
        }
    )


def _stock(sites: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Add Poisson demand to the real courses: what the state is assumed to need, shared by the size of its sites."""
    of_site = sites.set_index("node_id")
    state = held["node_id"].map(of_site["state"])
    size = held["node_id"].map(of_site["courses"]).clip(lower=1).to_numpy(dtype=np.float64) ** SIZE_EXPONENT
    group = [state, held["product"]]
    share = size / pd.Series(size).groupby(group).transform("sum")
    demand = (USED_SHARE * held["courses"].groupby(group).transform("sum") * share).round(3)
    kept = np.ceil(demand * KEPT_DAYS / HORIZON_DAYS).astype(np.int64)
    return pd.DataFrame(
        {
            "node_id": held["node_id"],
            "sku_id": held["product"],
            "on_hand": held["courses"],
            "safety_stock": np.minimum(kept, held["courses"]),
            "demand_mean": demand,
            # A variance of at most the mean says Poisson: rounded down, and below the roots that are exact.
            "demand_std": np.floor(np.sqrt(np.maximum(demand - 1e-9, 0.0)) * 1000) / 1000,
            "shortage_penalty": MISSED_PENALTY,
        }
    )


def _lanes(
    sites: pd.DataFrame, stock: pd.DataFrame, within_km: float, neighbours: int, across_states: bool
) -> pd.DataFrame:
    """Courier trips from each site to the nearest that hold the same product, by default within the state."""
    number = pd.Series(sites.index, index=sites["node_id"])
    node = stock["node_id"].map(number)
    can = sites["latitude"].notna() & (sites["state"] != "")
    usable = can.to_numpy()[node]
    border = "" if across_states else sites["state"].to_numpy()[node]
    groups = node[usable].groupby([pd.Series(border, stock.index)[usable], stock["sku_id"][usable]])
    pairs = [_nearest(sites, members.to_numpy(), within_km, neighbours) for _, members in groups]
    joined = np.hstack([np.empty((2, 0), np.int64), *pairs])
    origin, destination = np.unique(joined, axis=1)
    km = _km(sites, origin, destination)
    names = sites["node_id"].to_numpy()
    return pd.DataFrame(
        {
            "origin": names[origin],
            "destination": names[destination],
            "lead_time_days": np.where(km <= SAME_DAY_KM, 0, 1),
            "fixed_cost": (TRIP_COST + TRIP_COST_PER_KM * ROAD_FACTOR * km).round(2),
            "cost_per_unit": HANDLING_COST,
            "capacity_kg": BOX_KG,
        }
    )


def _nearest(sites: pd.DataFrame, members: NDArray[np.int64], within_km: float, count: int) -> NDArray[np.int64]:
    """Pairs (from, to) of each member and its nearest others, shape ``(2, n_pairs)``."""
    count = min(count, len(members) - 1)
    origin, other = np.repeat(members, len(members)), np.tile(members, len(members))
    km = np.where(origin == other, np.inf, _km(sites, origin, other)).reshape(len(members), len(members))
    nearest = np.argsort(km, axis=1, kind="stable")[:, :count]
    close = np.take_along_axis(km, nearest, axis=1) <= within_km
    return np.array([np.repeat(members, close.sum(axis=1)), members[nearest[close]]])


def _km(sites: pd.DataFrame, origin: NDArray[np.int64], destination: NDArray[np.int64]) -> NDArray[np.float64]:
    """Kilometres between sites as the crow flies."""
    latitude, longitude = sites["latitude"], sites["longitude"]
    return great_circle_km(
        latitude.iloc[origin], longitude.iloc[origin], latitude.iloc[destination], longitude.iloc[destination]
    )


def _alerts(stock: pd.DataFrame) -> pd.DataFrame:
    """Raise shortage where expected demand is not covered, over-stock by `LONG_DAYS` of cover and `LEAST_EXCESS`."""
    need = np.ceil(stock["demand_mean"]).astype(np.int64)
    excess = stock["on_hand"] - need
    days = stock["on_hand"] / stock["demand_mean"].clip(lower=1e-9) * HORIZON_DAYS
    short = excess < 0
    over = (days >= LONG_DAYS[0]) & (excess >= LEAST_EXCESS)
    severity = np.where(
        short,
        np.array(["red", "orange", "yellow"])[np.searchsorted(SHORT_DAYS, days, side="right")],
        np.array(["yellow", "yellow", "orange", "red"])[np.searchsorted(LONG_DAYS, days, side="right")],
    )
    row = np.flatnonzero(short | over)
    return pd.DataFrame(
        {
            "alert_id": [f"A{i:05d}" for i in range(1, len(row) + 1)],
            "kind": np.where(short, "shortage", "overstock")[row],
            "node_id": stock["node_id"].to_numpy()[row],
            "sku_id": stock["sku_id"].to_numpy()[row],
            "severity": severity[row],
            "units": np.abs(excess.to_numpy()[row]),
        }
    )


def describe(locator: Locator, network: Network) -> str:
    """Say what was read, what was wrong with it and how large the network is, as text for people."""
    dropped = locator.problems["done"].str.startswith("row dropped").sum()
    places = [f"{(locator.sites['place'] == place).sum():,} {said}" for place, said in _PLACES.items()]
    codes = [f"{code} {count:,}" for code, count in locator.problems["code"].value_counts().sort_index().items()]
    day = _as_of(locator) or "an unknown day"
    kinds = np.bincount(network.alerts.kind, minlength=len(AlertKind))
    stock, n_sites = network.stock, len(network.nodes)
    alone = n_sites - len(np.union1d(network.lanes.origin, network.lanes.destination))
    paragraphs = {
        "Read": f"{locator.rows:,} rows, {dropped:,} of them dropped: {len(locator.sites):,} sites with "
        f"{len(locator.stock):,} stocks of {locator.stock['courses'].sum():,} courses, as of {day}.",
        "Places": ", ".join(places) + ".",
        "Problems": f"{len(locator.problems):,}: " + ", ".join(codes) + ".",
        "Network": f"{n_sites:,} sites, {len(network.lanes):,} lanes, {len(stock):,} positions with "
        f"{stock.on_hand.sum():,} courses for an assumed demand of {stock.demand_mean.sum():,.0f}. {alone:,} sites "
        "have no lane.",
        "Alerts": f"{kinds[AlertKind.SHORTAGE]:,} shortage and {kinds[AlertKind.OVERSTOCK]:,} overstock.",
    }
    return "\n".join(
        textwrap.fill(text, 110, initial_indent=label.ljust(10), subsequent_indent=" " * 10)
        for label, text in paragraphs.items()
    )


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 0, or 1 with a message when files are missing or no site is left."""
    asked = _parser().parse_args(words)
    report = asked.report or Path(f"{asked.out}-report")
    try:
        locator = read_locator(asked.source)
        _write_report(locator, report)
        network = build_network(
            locator,
            states=asked.states,
            most_sites=asked.sites,
            within_km=asked.within_km,
            neighbours=asked.neighbours,
            across_states=asked.across_states,
        )
    except LocatorError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    write_network(network, asked.out, file_format=asked.format)
    sys.stdout.write(
        f"{describe(locator, network)}\n\nWritten; try: counterpoise plan {asked.out} --out {asked.out}-plan\n"
    )
    return 0


def _write_report(locator: Locator, directory: Path) -> None:
    """Write every problem, and the address behind every node id."""
    directory.mkdir(parents=True, exist_ok=True)
    locator.problems.to_csv(directory / "problems.csv", index=False)
    locator.sites.to_csv(directory / "sites.csv", index=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scenarios.covid_locator", description="Make a network directory of the therapeutics locator."
    )
    parser.add_argument("source", type=Path, help="directory with the three CSV files of the locator")
    parser.add_argument("out", type=Path, help="network directory to write")
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv", help="of the tables (default: csv)")
    parser.add_argument("--report", type=Path, help="directory for problems.csv and sites.csv (default: OUT-report)")
    parser.add_argument("--states", nargs="+", metavar="XX", help="keep only these states, such as KS MO")
    parser.add_argument("--sites", type=_count, help="keep the so many sites that hold most courses")
    parser.add_argument("--within-km", type=float, default=WITHIN_KM, help=f"longest lane (default: {WITHIN_KM:g})")
    parser.add_argument(
        "--neighbours", type=_count, default=NEIGHBOURS, help=f"lanes per site and product (default: {NEIGHBOURS})"
    )
    parser.add_argument("--across-states", action="store_true", help="let lanes cross the borders of states")
    return parser


def _count(word: str) -> int:
    """Whole number of at least 1."""
    if (number := int(word)) < 1:
        raise ValueError(word)
    return number


_PLACES: Final = {
    "given": "as published",
    "zip": "by ZIP code",
    "city": "by city",
    "county": "by county",
    "zip3": "by three digits of ZIP code",
    "unknown": "unknown",
}

if __name__ == "__main__":
    raise SystemExit(main())
