"""Sites of the therapeutics locator: which rows are one site, and where it is.

The published identifiers do not hold across the files, so a site is known by name, state and ZIP code. Everything that
had to be decided is reported in the same table as the problems of single rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from scenarios.locator_rows import NAME_CHARACTERS, Problems, great_circle_km

SAME_PLACE_KM: Final = 5.0
"""Two points for one site may be this far apart before it is reported."""

SITE_KEYS: Final = ("zip", "city", "county", "zip3")
"""A site without a point is put in the middle of the sites of its state that share this, the first that any share."""


@dataclass(frozen=True, slots=True)
class Locator:
    """What the files say once they are cleaned."""

    sites: pd.DataFrame
    """One row per site, by ``node_id``: ``name``, ``street``, ``city``, ``county``, ``state``, ``zip``; ``latitude``
    and ``longitude``, NaN where unknown; ``place``, how it is known: ``given``, one of `SITE_KEYS` or ``unknown``."""
    stock: pd.DataFrame
    """One row per site and product: ``node_id``, ``product``, ``courses``, ``reported``."""
    problems: pd.DataFrame
    """``file``, ``row``, ``column``, ``value``, ``code``, ``done``."""
    rows: int
    """Rows in the files."""


def find_sites(rows: pd.DataFrame, problems: Problems, n_read: int) -> Locator:
    """Put rows together to sites with one stock per product, and place them on the map.

    Parameters
    ----------
    rows : DataFrame
        As of `scenarios.locator_rows.clean_rows`.
    problems : Problems
        Takes what is found.
    n_read : int
        Rows that were read, also those that were dropped since.
    """
    rows = _without_twins(rows, problems)
    stock = _one_row_each(rows.assign(node_id=_site_of(rows)), problems)
    _differing_points(stock, problems)
    sites = _sites(stock)
    placed = _placed(sites)
    _report_places(stock, placed, problems)
    columns = ["node_id", "product", "courses", "reported"]
    ordered = stock.sort_values(["node_id", "product"], ignore_index=True)[columns]
    return Locator(placed, ordered, problems.table(), n_read)


def _site_of(rows: pd.DataFrame) -> pd.Series[str]:
    """Id of the site: state, ZIP code and name; with the house number where one file gives two to the same name."""
    name = rows["name"].map(_compared)
    house = rows["street"].map(_plain).str.extract(r"^(\d+)")[0].fillna("")
    key = [rows["state"], rows["zip"], name]
    numbers = house.where(house != "").groupby([*key, rows["file"]]).transform("nunique")
    several = numbers.groupby(key).transform("max") > 1
    state, zip_code = rows["state"].replace("", "NONE"), rows["zip"].replace("", "NONE")
    site = state + "-" + zip_code + "-" + name.str.replace(" ", "-")
    return site.where(~several | (house == ""), site + "-" + house)


def _plain(text: str) -> str:
    """Keep letters A to Z as capitals, digits and single spaces; dots and apostrophes leave no space behind."""
    letters = re.sub(r"['\u2019`.]", "", text.upper())
    return re.sub(r"[^A-Z0-9]+", " ", letters).strip()


def _compared(name: str) -> str:
    """Name of a site as it is compared between files."""
    return _plain(name[:NAME_CHARACTERS])


def _without_twins(rows: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Drop rows without a street that repeat the courses of a row with one, in the same file and ZIP code.

    Georgia reported its hospitals a second time, without addresses and partly under other names. Names that agree are
    found later; for the others the number of courses has to do.
    """
    key = ["file", "state", "zip", "courses"]
    known = rows[rows["street"] != ""].drop_duplicates(key)
    other = rows.merge(known[[*key, "name", "row"]], on=key, how="left", suffixes=("", "_known"))
    twin = ((rows["street"] == "") & (rows["zip"] != "")).to_numpy() & other["row_known"].notna().to_numpy()
    twin &= other["name"].map(_compared).to_numpy() != other["name_known"].fillna("").map(_compared).to_numpy()
    of_row = other["row_known"][twin].astype(np.int64).astype(str)
    done = "row dropped: no street, and as many courses in the same ZIP code as row " + of_row
    problems.add(rows[twin], "provider_name", "perhaps_twice", done.to_numpy(dtype=object))
    return rows[~twin].reset_index(drop=True)


def _one_row_each(rows: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """One row per site and product: of several, the newest report, then the fewest courses.

    Rows of one site in one file are one stock told twice far more often than two stocks (the counts are equal or one
    apart). Where they differ the smaller is believed: a plan must not send courses that are not there.
    """
    order = rows.sort_values(
        ["reported", "courses", "file", "row"], ascending=[False, True, True, True], na_position="last"
    )
    key = ["node_id", "product"]
    first = order.groupby(key, sort=False)[["row", "courses"]].transform("first")
    again = order.duplicated(key)
    dropped, kept = order[again], first[again]
    number = kept["courses"].astype(str)
    told = ("with " + number + " courses").where(dropped["courses"] != kept["courses"], "with as many courses")
    done = "row dropped: the same site and product in row " + kept["row"].astype(str) + ", " + told
    problems.add(dropped, "provider_name", "listed_twice", done.to_numpy(dtype=object))
    return order[~again].sort_values(["node_id", "file"], ignore_index=True)


def _differing_points(stock: pd.DataFrame, problems: Problems) -> None:
    """Sites whose rows give points that are far apart."""
    placed = stock[stock["latitude"].notna()]
    first = placed.groupby("node_id")[["latitude", "longitude"]].transform("first")
    km = great_circle_km(placed["latitude"], placed["longitude"], first["latitude"], first["longitude"])
    far = placed[km > SAME_PLACE_KM]
    done = np.array(
        [f"{x:.0f} km from the point in another file, which is used" for x in km[km > SAME_PLACE_KM]], object
    )
    problems.add(far, "geocoded_address", "place_differs", done)


def _sites(stock: pd.DataFrame) -> pd.DataFrame:
    """Name, address and point of every site: of its first file that gives them."""
    given = stock.replace("", np.nan).groupby("node_id", sort=True)
    sites = given[["name", "street", "city", "county", "state", "zip", "latitude", "longitude"]].first().reset_index()
    text = ["name", "street", "city", "county", "state", "zip"]
    return sites.assign(**{column: sites[column].fillna("").astype(object) for column in text})


def _placed(sites: pd.DataFrame) -> pd.DataFrame:
    """Put sites without a point in the middle (median) of the nearest group of sites that has points."""
    keys = sites.assign(
        zip3=sites["zip"].str[:3], city=sites["city"].str.casefold(), county=sites["county"].str.casefold()
    )
    place = pd.Series(np.where(sites["latitude"].notna(), "given", ""), sites.index, dtype=object)
    latitude, longitude = sites["latitude"].copy(), sites["longitude"].copy()
    for key in SITE_KEYS:
        known = (keys[key] != "") & (keys["state"] != "")
        middle = keys[known].groupby(["state", key])[["latitude", "longitude"]].transform("median").reindex(sites.index)
        fill = (place == "") & middle["latitude"].notna()
        latitude = latitude.where(~fill, middle["latitude"].round(6))
        longitude = longitude.where(~fill, middle["longitude"].round(6))
        place = place.where(~fill, key)
    return sites.assign(latitude=latitude, longitude=longitude, place=place.replace("", "unknown"))


def _report_places(stock: pd.DataFrame, sites: pd.DataFrame, problems: Problems) -> None:
    """Rows without a point, and what their site got; sites of different names at one point."""
    place = stock["node_id"].map(sites.set_index("node_id")["place"])
    missing = stock["latitude"].isna()
    said = {
        "given": "taken from the same site in another file",
        "zip": "put in the middle of the sites of its ZIP code",
        "city": "put in the middle of the sites of its city",
        "county": "put in the middle of the sites of its county",
        "zip3": "put in the middle of the sites with the same three digits of ZIP code",
        "unknown": "kept without a place, so without lanes",
    }
    rows, done = stock[missing], place[missing].map(said)
    problems.add(rows, "geocoded_address", "place_missing", done.to_numpy(dtype=object))
    given = sites[sites["place"] == "given"]
    names = given.groupby(["latitude", "longitude"])["node_id"].transform("size")
    shared = stock[stock["node_id"].isin(given["node_id"][names > 1]) & ~missing]
    problems.add(shared, "geocoded_address", "place_shared", "kept as sites of their own: other names at this point")
