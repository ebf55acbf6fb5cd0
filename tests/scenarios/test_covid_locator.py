"""The therapeutics locator: dirty rows are reported, nothing is counted twice or lost, and the network gets a plan."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from network import AlertKind, Severity, read_network
from optimizer import Parameters, Request, certify, solve
from scenarios.covid_locator import (
    HANDLING_COST,
    HORIZON_DAYS,
    KEPT_DAYS,
    NEIGHBOURS,
    ROAD_FACTOR,
    SAME_DAY_KM,
    TRIP_COST,
    TRIP_COST_PER_KM,
    USED_SHARE,
    WITHIN_KM,
    build_network,
    describe,
    main,
    read_locator,
)
from scenarios.locator_rows import PRODUCTS, LocatorError, great_circle_km

CLEAN = {
    "provider_name": "GOOD HOSPITAL", "address1": "1 MAIN ST", "address2": "", "city": "Salina", "county": "Saline",
    "state_code": "KS", "zip": "67401", "national_drug_code": "", "order_label": "", "courses_available": "20",
    "geocoded_address": "POINT (-97.61 38.84)", "npi": "", "facility_id": "17001",
    "last_report_date": "2022-03-11T00:00:00.000", "grantee_code": "KSA", "provider_pin": "", "state_provider_pin": "",
}  # fmt: skip
"""A row without a problem."""
PAGE = Path(__file__).resolve().parents[2] / "docs" / "covid-locator.md"
SOTROVIMAB = "sotrovimab-data.csv"


def _write(folder, rows, file=SOTROVIMAB):
    """Write the three files: rows (changes of `CLEAN`, names numbered) in one of them, one clean row in the others."""
    for name, (label, code) in PRODUCTS.items():
        changes = rows if name == file else [{"provider_name": f"SITE OF {label}"}]
        own = {"order_label": label, "national_drug_code": code}
        pd.DataFrame([CLEAN | own | change for change in changes]).to_csv(folder / name, index=False)


def _found(locator, code):
    """Problems of one code as (row, column, value)."""
    problems = locator.problems[locator.problems["code"] == code]
    return list(problems[["row", "column", "value"]].itertuples(index=False, name=None))


@pytest.fixture(scope="module")
def source(shared_data):
    """The published files."""
    return shared_data / "covid_locator"


@pytest.fixture(scope="module")
def locator(source):
    """The published files, cleaned."""
    return read_locator(source)


@pytest.fixture(scope="module")
def published(source):
    """The published files as they are, read by pandas alone."""
    frames = [
        pd.read_csv(source / name, dtype=str, keep_default_na=False).assign(
            file=name, row=lambda frame: range(1, len(frame) + 1)
        )
        for name in PRODUCTS
    ]
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def whole(locator):
    """The network of all sites."""
    return build_network(locator)


def test_clean_rows_have_no_problems(tmp_path):
    """Nothing is reported that is not wrong."""
    _write(tmp_path, [{}])
    locator = read_locator(tmp_path)
    assert set(locator.problems["code"]) <= {"place_shared"}
    assert len(locator.sites) == 3
    assert locator.stock["courses"].tolist() == [20, 20, 20]


CELLS = {
    "name_missing": ("provider_name", " ", 0),
    "text_mended": ("provider_name", "St. Luke\u00e2\u20ac\u2122s", 1),
    "text_garbled": ("county", "Do\u00e3\u00b1A Ana", 1),
    "address_missing": ("address1", "", 1),
    "state_missing": ("state_code", "", 1),
    "zip_lost_zeros": ("zip", "6032", 1),
    "zip_missing": ("zip", "", 1),
    "zip_unreadable": ("zip", "6740I", 1),
    "product_unknown": ("order_label", "Aspirin", 0),
    "code_differs": ("national_drug_code", "00310-7442-02", 1),
    "courses_unreadable": ("courses_available", "many", 0),
    "courses_negative": ("courses_available", "-3", 0),
    "courses_impossible": ("courses_available", "1e300", 0),
    "courses_fraction": ("courses_available", "20.5", 1),
    "place_missing": ("geocoded_address", "", 1),
    "place_unreadable": ("geocoded_address", "POINT EMPTY", 1),
    "place_outside": ("geocoded_address", "POINT (38.84 -97.61)", 1),
    "date_unreadable": ("last_report_date", "yesterday", 1),
    "report_old": ("last_report_date", "2022-03-07T00:00:00.000", 1),
}


@pytest.mark.parametrize("code", CELLS)
def test_one_dirty_cell_is_reported_as_published(tmp_path, code):
    """The row, the column and the value as published; the row stays unless its name, product or stock is unknown."""
    column, value, stays = CELLS[code]
    _write(tmp_path, [{"provider_name": "OTHER HOSPITAL", "courses_available": "25"}, {column: value}])
    locator = read_locator(tmp_path)
    assert _found(locator, code) == [(2, column, value)]
    assert len(locator.stock) == 3 + stays
    done = locator.problems.loc[locator.problems["code"] == code, "done"].iloc[0]
    assert done.startswith("row dropped") == (not stays)


def test_courses_are_whole_and_large_ones_are_kept(tmp_path):
    """Parts of courses are no courses; 51 times the median is worth a look."""
    rows = [
        {"provider_name": f"SITE {i}", "courses_available": courses} for i, courses in enumerate(["10", "10", "511"])
    ]
    _write(tmp_path, [*rows, {"courses_available": "9.9"}])
    locator = read_locator(tmp_path)
    assert sorted(locator.stock["courses"]) == [9, 10, 10, 20, 20, 511]
    assert _found(locator, "courses_large") == [(3, "courses_available", "511")]


def test_unknown_states_have_no_lanes(tmp_path):
    """Neither a state nor a grantee: the courses are counted and stay."""
    lost = {"state_code": "ZZ", "grantee_code": "", "courses_available": "900"}
    _write(tmp_path, [lost, {"provider_name": "A"}, {"provider_name": "B"}])
    locator = read_locator(tmp_path)
    network = build_network(locator)
    assert _found(locator, "state_unknown") == [(1, "state_code", "ZZ")]
    names = network.nodes.node_id[np.union1d(network.lanes.origin, network.lanes.destination)]
    assert set(names) == {"KS-67401-A", "KS-67401-B"}
    assert network.stock.on_hand.sum() == 980


def test_grantee_says_the_state(tmp_path):
    """KSA is the grant of Kansas."""
    _write(tmp_path, [{"state_code": ""}])
    assert "KS-67401-GOOD-HOSPITAL" in set(read_locator(tmp_path).stock["node_id"])


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ({}, {"provider_name": "Good  Hospital", "courses_available": "18"}, 18),
        ({"courses_available": "18"}, {"address1": ""}, 18),
        ({"last_report_date": "2022-03-10T00:00:00.000", "courses_available": "18"}, {}, 20),
        ({}, {"provider_name": "Good Hosp. of Salina", "address1": ""}, 20),
    ],
    ids=["fewer", "no street", "newest report", "another name"],
)
def test_sites_listed_twice_are_counted_once(tmp_path, first, second, kept):
    """The newest report, then the fewest courses; without a street and with as many courses a name may differ."""
    _write(tmp_path, [first, second])
    locator = read_locator(tmp_path)
    assert locator.stock.loc[locator.stock["product"] == "Sotrovimab", "courses"].tolist() == [kept]
    assert len(_found(locator, "listed_twice")) + len(_found(locator, "perhaps_twice")) == 1


@pytest.mark.parametrize(
    "second",
    [{"address1": "77 Broadway"}, {"zip": "67402"}, {"provider_name": "GOOD CLINIC"}],
    ids=["street", "zip", "name"],
)
def test_different_sites_stay_apart(tmp_path, second):
    """Another house number in the same file, another ZIP code or another name: another site."""
    _write(tmp_path, [{}, second])
    locator = read_locator(tmp_path)
    assert (locator.stock["product"] == "Sotrovimab").sum() == 2
    assert locator.sites["node_id"].is_unique


def test_one_site_in_two_files(tmp_path):
    """Names that one file cut, letters of another size, dots and apostrophes: one site with two products."""
    long = "THE ST. MARY'S HOSPITAL OF GOOD HOPE AND MERCY"
    _write(tmp_path, [{"provider_name": long, "address1": "1 Main Street", "geocoded_address": ""}])
    other = pd.read_csv(tmp_path / "evusheld-data.csv", dtype=str, keep_default_na=False)
    other.assign(provider_name=long.title()[:35]).to_csv(tmp_path / "evusheld-data.csv", index=False)
    locator = read_locator(tmp_path)
    assert len(locator.sites) == 2
    site = locator.sites[locator.sites["name"].str.startswith("The St")].iloc[0]
    assert (site["latitude"], site["longitude"], site["place"]) == (38.84, -97.61, "given")
    assert locator.problems.loc[locator.problems["code"] == "place_missing", "done"].str.contains("another file").all()


def test_points_that_differ_between_files(tmp_path):
    """One site, 11 km apart: the first file is believed, the second reported."""
    _write(tmp_path, [{"provider_name": "SITE OF Evusheld", "geocoded_address": "POINT (-97.61 38.94)"}])
    locator = read_locator(tmp_path)
    assert _found(locator, "place_differs") == [(1, "geocoded_address", "POINT (-97.61 38.94)")]
    assert locator.sites.set_index("node_id").loc["KS-67401-SITE-OF-EVUSHELD", "latitude"] == 38.84


@pytest.mark.parametrize(
    ("near", "place"),
    [
        ({"zip": "67409", "city": "Z", "county": "Z"}, "zip3"),
        ({"zip": "11111", "city": "Z"}, "county"),
        ({"zip": "11111", "county": "Z"}, "city"),
        ({"city": "Z", "county": "Z"}, "zip"),
        ({"zip": "11111", "city": "Z", "county": "Z"}, "unknown"),
        ({"state_code": "MO"}, "unknown"),
    ],
)
def test_sites_without_a_point_get_the_middle_of_their_neighbours(tmp_path, near, place):
    """ZIP code, city, county, three digits of ZIP code, in this order, never of another state."""
    points = ["POINT (-97.0 38.0)", "POINT (-97.4 38.2)"]
    rows = [near | {"provider_name": f"N{i}", "geocoded_address": point} for i, point in enumerate(points)]
    _write(tmp_path, [*rows, {"provider_name": "LOST", "geocoded_address": "", "zip": "67401"}])
    for name in set(PRODUCTS) - {SOTROVIMAB}:
        other = pd.read_csv(tmp_path / name, dtype=str, keep_default_na=False)
        other.assign(state_code="TX", geocoded_address="POINT (-99 31)").to_csv(tmp_path / name, index=False)
    site = read_locator(tmp_path).sites.set_index("node_id").loc["KS-67401-LOST"]
    assert site["place"] == place
    if place != "unknown":
        assert (site["latitude"], site["longitude"]) == pytest.approx((38.1, -97.2))
    else:
        assert np.isnan(site["latitude"])


def test_zip_codes_and_points_that_do_not_fit(tmp_path):
    """A ZIP code that only another state has, and a point far from all others of its area."""
    rows = [{"provider_name": f"SITE {i}", "zip": "67501"} for i in range(6)]
    far = {"provider_name": "FAR", "zip": "67501", "geocoded_address": "POINT (-90 38.84)"}
    _write(tmp_path, [*rows, {"provider_name": "ODD", "zip": "67501", "state_code": "MO"}, far])
    locator = read_locator(tmp_path)
    assert _found(locator, "zip_of_other_state") == [(7, "zip", "67501")]
    assert _found(locator, "place_far") == [(8, "geocoded_address", "POINT (-90 38.84)")]


def test_damaged_columns_are_reported_once(tmp_path):
    """Identifiers as rounded numbers, and names cut at one length."""
    cut = "A NAME OF THIRTY-FIVE CHARACTERS ..."[:35]
    _write(tmp_path, [{"facility_id": "2.78574e+38", "npi": "1891849261.0", "provider_name": cut}, {}])
    problems = read_locator(tmp_path).problems
    whole_columns = problems[problems["row"].isna()]
    assert set(zip(whole_columns["column"], whole_columns["code"], strict=True)) == {
        ("facility_id", "id_damaged"),
        ("npi", "id_damaged"),
        ("provider_name", "name_cut"),
    }


def test_files_that_are_no_locator_are_all_named(tmp_path):
    """Missing, without a column, with too many cells in a row: one error says all three."""
    _write(tmp_path, [{}])
    (tmp_path / "evusheld-data.csv").unlink()
    table = pd.read_csv(tmp_path / SOTROVIMAB, dtype=str)
    table.drop(columns="zip").to_csv(tmp_path / SOTROVIMAB, index=False)
    with (tmp_path / "bebtelovimab-data.csv").open("a") as file:
        file.write(",".join("x" * 30) + "\n")
    with pytest.raises(LocatorError) as error:
        read_locator(tmp_path)
    told = str(error.value)
    assert [name in told for name in PRODUCTS] == [True] * 3
    assert told.count(str(tmp_path)) == 3
    assert "no column zip" in told


def test_empty_files_leave_no_site(tmp_path, capsys):
    """Headers alone are a locator without sites; the command says so."""
    _write(tmp_path, [{}])
    for name in PRODUCTS:
        pd.read_csv(tmp_path / name, dtype=str).head(0).to_csv(tmp_path / name, index=False)
    assert main([str(tmp_path), str(tmp_path / "out")]) == 1
    assert "no site is left" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_every_published_row_is_used_or_reported_as_dropped(locator, published):
    """Rows of the files = stocks + rows dropped, each with the courses it says; nothing is made up."""
    dropped = locator.problems[locator.problems["done"].str.startswith("row dropped")]
    assert not dropped.duplicated(["file", "row"]).any()
    rows = published.merge(dropped[["file", "row"]], on=["file", "row"], how="left", indicator=True)
    left = rows[rows["_merge"] == "left_only"]
    assert locator.rows == len(published)
    assert len(left) == len(locator.stock)
    courses = left.assign(courses=left["courses_available"].astype(int)).groupby("order_label")["courses"].sum()
    assert locator.stock.groupby("product")["courses"].sum().to_dict() == courses.to_dict()


def test_problems_quote_the_published_files(locator, published):
    """File, row and column of every problem lead to the value that it quotes."""
    problems = locator.problems[locator.problems["row"].notna()]
    cells = published.melt(["file", "row"], var_name="column", value_name="published")
    found = problems.astype({"row": int}).merge(cells, on=["file", "row", "column"], how="left")
    assert (found["value"] == found["published"]).all()


def test_what_is_wrong_with_the_published_files(locator):
    """Counted by hand in the files: lost zeros, Georgia's second list, a swapped ZIP code, a row without a state."""
    counts = locator.problems["code"].value_counts()
    assert counts["zip_lost_zeros"] == 374
    assert counts["address_missing"] == 81
    assert counts["place_missing"] == 53 + 97 + 238
    problems = locator.problems.set_index(["file", "row"])["code"]
    assert set(problems.loc[(SOTROVIMAB, 2730)]) >= {"zip_of_other_state", "place_far"}
    assert "state_missing" in set(problems.loc[("evusheld-data.csv", 1574)])
    assert "listed_twice" in set(problems.loc[(SOTROVIMAB, 847)])
    assert "perhaps_twice" in set(problems.loc[(SOTROVIMAB, 872)])


def test_the_page_shows_what_the_command_prints(locator, whole):
    """The summary word for word, and every code with its count."""
    page = PAGE.read_text(encoding="utf-8")
    assert describe(locator, whole) in page
    rows = re.findall(r"^\| (`[a-z_`, ]+) \| ([\d,]+)", page, re.MULTILINE)
    told = {code: int(count.replace(",", "")) for codes, count in rows for code in re.findall(r"[a-z_]+", codes)}
    counts = locator.problems["code"].value_counts()
    assert set(counts.index) <= set(told)
    assert set(CELLS) <= set(told)
    assert all(counts.get(code, 0) == count for code, count in told.items())


def test_lanes_join_near_sites_of_one_state_that_hold_one_product(whole):
    """Distance, cost and lead time from the coordinates; every site reaches its nearest holders of each product."""
    nodes, lanes, stock = whole.nodes, whole.lanes, whole.stock
    ends = np.array([nodes.latitude[lanes.origin], nodes.longitude[lanes.origin]])
    km = great_circle_km(*ends, nodes.latitude[lanes.destination], nodes.longitude[lanes.destination])
    assert km.max() <= WITHIN_KM
    cost = (TRIP_COST + TRIP_COST_PER_KM * ROAD_FACTOR * km) * 10**whole.money_decimals
    assert np.allclose(lanes.fixed_cost * 10**whole.money_decimals, cost, atol=0.006 * 10**whole.money_decimals)
    assert (lanes.lead_time_days == (km > SAME_DAY_KM)).all()
    assert (lanes.cost_per_unit == HANDLING_COST).all()
    state = np.array([name[:2] for name in nodes.node_id])
    assert (state[lanes.origin] == state[lanes.destination]).all()
    holds = np.zeros((len(nodes), 3), bool)
    holds[stock.node, stock.sku] = True
    assert (holds[lanes.origin] & holds[lanes.destination]).any(axis=1).all()
    assert np.bincount(lanes.origin).max() <= 3 * NEIGHBOURS


def test_demand_is_what_the_page_says(whole, locator):
    """Half of each state's courses of each product, Poisson, more for larger sites; a week of it stays."""
    stock = whole.stock
    state = np.array([name[:2] for name in whole.nodes.node_id])[stock.node]
    frame = pd.DataFrame(
        {"state": state, "sku": stock.sku, "node": stock.node, "on_hand": stock.on_hand, "demand": stock.demand_mean}
    )
    sums = frame.groupby(["state", "sku"])[["on_hand", "demand"]].sum()
    sizes = frame.groupby(["state", "sku"]).size()
    assert (abs(sums["demand"] - USED_SHARE * sums["on_hand"]) <= 0.0005 * sizes + 1e-9).all()
    assert (stock.demand_std**2 <= stock.demand_mean).all()
    assert (stock.demand_std > 0.99 * np.sqrt(stock.demand_mean) - 0.001).all()
    held = frame.groupby("node")["on_hand"].transform("sum")
    ratio = frame["demand"] / np.sqrt(held)
    same = ratio.groupby([frame["state"], frame["sku"]])
    assert (same.transform("max") - same.transform("min") <= 0.002).all()
    week = np.ceil(stock.demand_mean * KEPT_DAYS / HORIZON_DAYS)
    assert (stock.safety_stock == np.minimum(week, stock.on_hand)).all()
    assert stock.on_hand.sum() == locator.stock["courses"].sum()


def test_alerts_follow_days_of_cover(whole):
    """Shortage below 28 days of expected demand, red below 7; over-stock from 84 days, red from 168."""
    alerts, stock = whole.alerts, whole.stock
    need = np.ceil(stock.demand_mean).astype(int)
    short = stock.on_hand < need
    assert (alerts.kind == AlertKind.SHORTAGE).sum() == short.sum()
    row = {(node, sku): i for i, (node, sku) in enumerate(zip(stock.node, stock.sku, strict=True))}
    at = np.array([row[cell] for cell in zip(alerts.node, alerts.sku, strict=True)])
    days = stock.on_hand[at] / stock.demand_mean[at] * HORIZON_DAYS
    is_short = alerts.kind == AlertKind.SHORTAGE
    assert (alerts.units == np.abs(stock.on_hand - need)[at]).all()
    assert ((alerts.severity == Severity.RED)[is_short] == (days < 7)[is_short]).all()
    assert (days[~is_short] >= 84).all()
    assert ((alerts.severity == Severity.RED)[~is_short] == (days >= 168)[~is_short]).all()


def test_the_command_writes_the_same_network_twice_and_it_gets_a_plan(source, tmp_path, capsys):
    """Two states by the command: the same bytes each time, no warning when read, a certified plan that earns money."""
    for name in ("one", "two"):
        assert main([str(source), str(tmp_path / name), "--states", "nh", "VT"]) == 0
    written = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").iterdir())
    assert [(tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes() for path in written]
    assert (tmp_path / "one-report" / "problems.csv").read_bytes() == (
        tmp_path / "two-report" / "problems.csv"
    ).read_bytes()
    assert "5,943 rows" in capsys.readouterr().out
    network, warnings = read_network(tmp_path / "one")
    assert not warnings
    assert {name[:2] for name in network.nodes.node_id} == {"NH", "VT"}
    result = solve(network, Request(), Parameters(time_limit_seconds=6, gap=0.02))
    assert certify(network, Request(), result.plan).valid
    assert result.benefit > 0


def test_lanes_across_states_and_fewer_sites(locator):
    """The largest sites only, joined over borders."""
    network = build_network(locator, most_sites=40, across_states=True, within_km=400, neighbours=2)
    state = np.array([name[:2] for name in network.nodes.node_id])
    assert len(network.nodes) == 40
    assert (state[network.lanes.origin] != state[network.lanes.destination]).any()
    courses = locator.stock.groupby("node_id")["courses"].sum()
    kept = courses.index.isin(list(network.nodes.node_id))
    assert courses[kept].min() >= courses[~kept].max()
