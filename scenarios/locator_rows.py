"""The rows of the therapeutics locator: read as text, cleaned column by column, with every problem on record.

Nothing is repaired in silence. Each problem says file, row, column, the value as found, a code and what was done; the
codes and their numbers in the published files are in ``docs/covid-locator.md``.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

PRODUCTS: Final = {
    "bebtelovimab-data.csv": ("Bebtelovimab", "00002-7589-01"),
    "evusheld-data.csv": ("Evusheld", "00310-7442-02"),
    "sotrovimab-data.csv": ("Sotrovimab", "00173-0901-86"),
}
"""Files of the locator, with the label and the national drug code that each row of them has."""

COLUMNS: Final = (
    "provider_name", "address1", "city", "county", "state_code", "zip", "national_drug_code", "order_label",
    "courses_available", "geocoded_address", "npi", "facility_id", "last_report_date", "grantee_code",
)  # fmt: skip
"""Columns that are read. The two kinds of ``provider_pin`` are not: each program has pins of its own."""

NAME_CHARACTERS: Final = 35
"""Two of the files cut names here, so names are compared up to here."""
OLD_DAYS: Final = 3
"""Days before the newest report from which a report is called old."""
MANY_TIMES_MEDIAN: Final = 50
"""Times the median of its product from which a stock is called large."""
MOST_COURSES: Final = 1_000_000
"""Above this it is no number of courses."""
LATITUDES: Final = (-15.0, 72.0)
"""From American Samoa to the north of Alaska."""
LONGITUDES: Final = ((-180.0, -64.0), (144.0, 180.0))
"""The Americas and Hawaii; Guam and the Marianas."""
STATES: Final = frozenset({
    "AK", "AL", "AR", "AS", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "GU", "HI", "IA", "ID", "IL", "IN", "KS",
    "KY", "LA", "MA", "MD", "ME", "MI", "MN", "MO", "MP", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY",
    "OH", "OK", "OR", "PA", "PR", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VI", "VT", "WA", "WI", "WV", "WY",
})  # fmt: skip


class LocatorError(Exception):
    """A file that is not there, or is not a file of the locator."""


@dataclass(frozen=True, slots=True)
class Problems:
    """Record of what is wrong with the rows, in the order in which it was found."""

    found: list[pd.DataFrame] = field(default_factory=list)

    def add(self, rows: pd.DataFrame, column: str, code: str, done: str | NDArray[np.object_]) -> None:
        """Report a column of some rows, with its value as published (``<column>_raw`` in rows that are cleaned).

        Parameters
        ----------
        rows : DataFrame
            With ``file`` and ``row`` (counted from 1 below the header).
        column, code : str
            Column of the published file, and the name of the problem.
        done : str or ndarray, shape (n_rows,)
            What was done about it.
        """
        values = rows[f"{column}_raw" if f"{column}_raw" in rows else column].to_numpy(dtype=object)
        self.found.append(
            pd.DataFrame(
                {
                    "file": rows["file"],
                    "row": rows["row"],
                    "column": column,
                    "value": values,
                    "code": code,
                    "done": done,
                }
            )
        )

    def about_column(self, file: str, column: str, value: str, code: str, done: str) -> None:
        """Report a whole column of a file, where every row would say the same."""
        self.found.append(pd.DataFrame([[file, pd.NA, column, value, code, done]], columns=list(PROBLEM_COLUMNS)))

    def table(self) -> pd.DataFrame:
        """All of them: by file and row, whole columns first."""
        empty = pd.DataFrame(columns=list(PROBLEM_COLUMNS))
        table = pd.concat([empty, *(found.astype(object) for found in self.found)], ignore_index=True)
        table["row"] = table["row"].astype("Int64")
        return table.sort_values(["file", "row", "code"], na_position="first", kind="stable", ignore_index=True)


PROBLEM_COLUMNS: Final = ("file", "row", "column", "value", "code", "done")


def read_rows(source: Path) -> pd.DataFrame:
    """Read the three files as text.

    Returns
    -------
    DataFrame
        `COLUMNS` as published, plus ``file`` and ``row`` (counted from 1 below the header).

    Raises
    ------
    LocatorError
        With every file that is missing, unreadable or without a column.
    """
    frames, wrong = [], []
    for name in PRODUCTS:
        try:
            frame = _read(source / name)
        except OSError:
            wrong.append(f"{source / name} cannot be read: give the directory that holds {', '.join(PRODUCTS)}")
            continue
        except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError) as error:
            wrong.append(f"{source / name} is no CSV table: {str(error).strip()}")
            continue
        lacking = [column for column in COLUMNS if column not in frame]
        if lacking:
            wrong.append(f"{source / name} has no column {', '.join(lacking)}")
            continue
        frames.append(frame[list(COLUMNS)].assign(file=name, row=np.arange(1, len(frame) + 1)))
    if wrong:
        raise LocatorError("\n".join(wrong))
    return pd.concat(frames, ignore_index=True)


def _read(path: Path) -> pd.DataFrame:
    """Every cell as text, "" where it is empty or the row is too short; a row that is too long is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        table = pd.read_csv(
            path, dtype=str, keep_default_na=False, index_col=False, encoding="utf-8-sig", encoding_errors="replace"
        )
    return table.fillna("")


def clean_rows(raw: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Clean every column; rows without a name, a product or a number of courses are left out and reported.

    Parameters
    ----------
    raw : DataFrame
        As of `read_rows`.
    problems : Problems
        Takes what is found.

    Returns
    -------
    DataFrame
        ``file``, ``row``; text ``name``, ``street``, ``city``, ``county``, ``state``, ``zip`` (five digits), each ""
        where unknown; ``product``; ``courses`` int64; ``latitude``, ``longitude`` in degrees, NaN where unknown;
        ``reported`` datetime64, NaT where unknown; and the columns that later problems are about as published, under
        ``<column>_raw``.
    """
    _damaged_columns(raw, problems)
    text = {
        clean: _text(raw, column, problems)
        for clean, column in {"name": "provider_name", "street": "address1", "city": "city", "county": "county"}.items()
    }
    latitude, longitude = _places(raw, problems)
    rows = raw[["file", "row"]].assign(
        **text,
        state=_states(raw, problems),
        zip=_zips(raw, problems),
        product=_products(raw, problems),
        courses=_courses(raw, problems),
        latitude=latitude,
        longitude=longitude,
        reported=_reported(raw, problems),
        **{f"{column}_raw": raw[column] for column in ("provider_name", "address1", "zip", "geocoded_address")},
    )
    lost = raw["address1"].str.strip().eq("") | raw["city"].str.strip().eq("")
    problems.add(raw[lost], "address1", "address_missing", "kept; known by name and ZIP code")
    nameless = rows["name"] == ""
    problems.add(raw[nameless], "provider_name", "name_missing", "row dropped: a site needs a name")
    kept = rows[~nameless & rows["product"].ne("") & rows["courses"].notna()].reset_index(drop=True)
    _zips_of_other_states(kept, problems)
    _far_from_zip(kept, problems)
    return kept.astype({"courses": np.int64})


def _damaged_columns(raw: pd.DataFrame, problems: Problems) -> None:
    """Report identifiers that went through a spreadsheet and names that were cut, in one line per file."""
    for file, rows in raw.groupby("file", sort=True):
        for column in ("facility_id", "npi"):
            damaged = rows[column].str.contains(r"e\+\d|^\d+\.0$")
            if damaged.any():
                values = rows[column][damaged]
                value = f"{len(values)} rows, {values.nunique()} values, such as {values.iloc[0]}"
                problems.about_column(
                    str(file), column, value, "id_damaged", "not used: written as a rounded number it names no site"
                )
        cut = rows["provider_name"].str.len() == NAME_CHARACTERS
        if cut.any() and rows["provider_name"].str.len().max() == NAME_CHARACTERS:
            done = f"names are compared by their first {NAME_CHARACTERS} characters"
            problems.about_column(str(file), "provider_name", f"{cut.sum()} rows", "name_cut", done)


def _text(raw: pd.DataFrame, column: str, problems: Problems) -> pd.Series[str]:
    """Undo UTF-8 that was read as Windows-1252 where that succeeds, and take out surplus space."""
    text = raw[column]
    strange = text.str.contains(r"[^\x20-\x7e]")
    mended = text[strange].map(_mended)
    failed = mended == text[strange]
    still = raw[strange][failed.to_numpy()]
    problems.add(still, column, "text_garbled", "kept as it is; letters other than A to Z and digits are not compared")
    solved = raw[strange][~failed.to_numpy()]
    done = "read as " + mended[~failed].str.strip()
    problems.add(solved, column, "text_mended", done.to_numpy(dtype=object))
    clean: pd.Series[str] = text.where(~strange, mended.reindex(text.index))
    return clean.str.replace(r"\s+", " ", regex=True).str.strip()


def _mended(text: str) -> str:
    """Text whose UTF-8 bytes were taken for Windows-1252, read right; the same text where that fails."""
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def _states(raw: pd.DataFrame, problems: Problems) -> pd.Series[str]:
    """Two-letter codes; where missing, those of the grantee (``ILA`` is the grant of Illinois)."""
    state = raw["state_code"].str.strip().str.upper()
    known = state.isin(STATES)
    granted = raw["grantee_code"].str.strip().str.upper().str[:2]
    by_grant = ~known & granted.isin(STATES)
    problems.add(
        raw[by_grant], "state_code", "state_missing", ("taken from grantee_code: " + granted[by_grant]).to_numpy(object)
    )
    unknown = ~known & ~by_grant
    problems.add(raw[unknown], "state_code", "state_unknown", "kept without a state, so without lanes")
    return state.where(known, granted.where(by_grant, ""))


def _zips(raw: pd.DataFrame, problems: Problems) -> pd.Series[str]:
    """Five digits; leading zeros that a spreadsheet took away come back."""
    digits = raw["zip"].str.strip().str.extract(r"^(\d{3,5})(?:-\d{4})?$")[0].fillna("")
    short = digits.str.len().between(3, 4)
    full = digits.where(digits == "", digits.str.zfill(5))
    problems.add(raw[short], "zip", "zip_lost_zeros", ("read as " + full[short]).to_numpy(object))
    missing = raw["zip"].str.strip() == ""
    problems.add(raw[missing], "zip", "zip_missing", "kept without ZIP code")
    problems.add(raw[(digits == "") & ~missing], "zip", "zip_unreadable", "kept without ZIP code")
    return full


def _products(raw: pd.DataFrame, problems: Problems) -> pd.Series[str]:
    """Label of the file's product; rows of another product are dropped, other codes are not."""
    label = raw["file"].map({file: label for file, (label, _) in PRODUCTS.items()})
    code = raw["file"].map({file: code for file, (_, code) in PRODUCTS.items()})
    strange = raw["order_label"].str.strip().str.casefold() != label.str.casefold()
    problems.add(raw[strange], "order_label", "product_unknown", "row dropped: not the product of this file")
    other = ~strange & (raw["national_drug_code"].str.strip() != code)
    problems.add(raw[other], "national_drug_code", "code_differs", ("kept as " + label[other]).to_numpy(object))
    return label.where(~strange, "")


def _courses(raw: pd.DataFrame, problems: Problems) -> pd.Series[float]:
    """Whole courses on hand; NaN for rows to be dropped."""
    number = pd.to_numeric(raw["courses_available"].str.strip(), errors="coerce")
    number = number.where(np.isfinite(number))
    problems.add(raw[number.isna()], "courses_available", "courses_unreadable", "row dropped: stock unknown")
    problems.add(raw[number < 0], "courses_available", "courses_negative", "row dropped: stock unknown")
    problems.add(
        raw[number > MOST_COURSES], "courses_available", "courses_impossible", f"row dropped: over {MOST_COURSES:,}"
    )
    number = number.where(number.between(0, MOST_COURSES))
    whole: pd.Series[float] = pd.Series(np.floor(number), raw.index)
    part = number.notna() & (whole != number)
    problems.add(raw[part], "courses_available", "courses_fraction", "rounded down")
    large = whole > MANY_TIMES_MEDIAN * whole.groupby(raw["file"]).transform("median")
    problems.add(raw[large], "courses_available", "courses_large", f"kept; over {MANY_TIMES_MEDIAN} times the median")
    return whole


def _places(raw: pd.DataFrame, problems: Problems) -> tuple[pd.Series[float], pd.Series[float]]:
    """Latitude and longitude of ``POINT (longitude latitude)``; NaN where missing or not in the United States."""
    point = raw["geocoded_address"].str.strip()
    parts = point.str.extract(r"^POINT ?\((-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?)\)$").astype(np.float64)
    longitude, latitude = parts[0], parts[1]
    unreadable = (point != "") & latitude.isna()
    problems.add(raw[unreadable], "geocoded_address", "place_unreadable", "treated as missing")
    inside = latitude.between(*LATITUDES) & np.logical_or.reduce([longitude.between(*ends) for ends in LONGITUDES])
    problems.add(
        raw[latitude.notna() & ~inside], "geocoded_address", "place_outside", "treated as missing: not in a US state"
    )
    return latitude.where(inside), longitude.where(inside)


def _reported(raw: pd.DataFrame, problems: Problems) -> pd.Series[pd.Timestamp]:
    """Day of the last report; NaT where unreadable."""
    day = pd.to_datetime(raw["last_report_date"].str[:10], format="%Y-%m-%d", errors="coerce")
    problems.add(raw[day.isna()], "last_report_date", "date_unreadable", "kept; its age is unknown")
    age = (day.max() - day).dt.days
    old = age > OLD_DAYS
    done = "kept as of that day, " + age[old].astype(np.int64).astype(str) + " days before the newest report"
    problems.add(raw[old], "last_report_date", "report_old", done.to_numpy(object))
    return day


def _zips_of_other_states(rows: pd.DataFrame, problems: Problems) -> None:
    """ZIP codes whose first three digits belong to another state by all other rows that have them, three at least."""
    area = rows["zip"].str[:3]
    sites = rows[(rows["zip"] != "") & (rows["state"] != "")]
    own = sites.groupby([area, "state"])["row"].transform("size")
    others = sites.groupby(area)["row"].transform("size") - own
    strange = sites[(own == 1) & (others >= 3)]
    problems.add(strange, "zip", "zip_of_other_state", "kept; the state is believed")


def _far_from_zip(rows: pd.DataFrame, problems: Problems) -> None:
    """Points over 100 km and over 6 times the usual distance from the middle of their three-digit ZIP area."""
    placed = rows[rows["latitude"].notna() & (rows["zip"] != "")]
    area = placed["zip"].str[:3]
    middle = placed.groupby(area)[["latitude", "longitude"]].transform("median")
    km = pd.Series(
        great_circle_km(placed["latitude"], placed["longitude"], middle["latitude"], middle["longitude"]), placed.index
    )
    usual, count = km.groupby(area).transform("median"), km.groupby(area).transform("size")
    far = placed[(count >= 5) & (km > 100) & (km > 6 * usual)]
    done = km[far.index].round().astype(np.int64).astype(str) + " km from the middle of its ZIP area; kept"
    problems.add(far, "geocoded_address", "place_far", done.to_numpy(object))


def great_circle_km(
    latitude: pd.Series[float],
    longitude: pd.Series[float],
    to_latitude: pd.Series[float],
    to_longitude: pd.Series[float],
) -> NDArray[np.float64]:
    """Kilometres on a sphere between points in degrees, element by element."""
    a, b, c, d = (np.radians(np.asarray(x, dtype=np.float64)) for x in (latitude, longitude, to_latitude, to_longitude))
    haversine = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    km: NDArray[np.float64] = 2 * 6371.0 * np.arcsin(np.sqrt(np.clip(haversine, 0.0, 1.0)))
    return km
