"""Markdowns, exits and purchases in plan directories: made by hand, written and read back, and wrong ones."""

import json
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from network import NO_LIMIT, NetworkError
from optimizer.certificate import certify
from optimizer.difference import plan_difference
from optimizer.difference_tables import difference_tables
from optimizer.markdown_figures import markdown_figures
from optimizer.outcomes import alert_outcomes
from optimizer.plan import Plan, Result, Status, StopReason
from optimizer.plan_files.decision_tables import decision_tables
from optimizer.plan_files.plan_directory import plan_tables, read_plan, result_summary, write_plan
from optimizer.plan_parts import lines_by_response
from optimizer.request import Request
from tests.optimizer.decisions_case import TABLES, decisions_network, hand_made

NETWORK = decisions_network()


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan with every kind of decision."""
    return read_plan(hand_made(tmp_path_factory.mktemp("plan")), NETWORK).plan


def result_of(plan: Plan) -> Result:
    """What an answer says of a plan, without reasons of unmet demand."""
    certificate = certify(NETWORK, Request(), plan)
    return Result(
        status=Status.FEASIBLE,
        stopped_by=StopReason.TIME_LIMIT,
        plan=plan,
        benefit=certificate.benefit,
        objective=certificate.objective,
        bound=None,
        money_decimals=6,
        certificate=certificate,
        unmet=None,
        outcomes=alert_outcomes(NETWORK, Request(), plan),
        line_reason=np.array([f"because {i}" for i in range(plan.n_lines)], dtype=np.object_),
        conflicts=(),
        backend="hand",
        backend_reason="",
        sizes={},
    )


def rows_of(plan: Plan) -> set[tuple[object, ...]]:
    """Lines of a plan by ids."""
    lanes, skus = NETWORK.lanes.lane_id[plan.lane], NETWORK.products.sku_id[plan.sku]
    columns = (plan.units, plan.arrives_day, plan.expiry_day)
    return set(zip(lanes.tolist(), skus.tolist(), *(column.tolist() for column in columns), strict=True))


def test_few_columns_make_a_plan_by_hand(plan: Plan):
    """M expires on the day of its lot, and leaves on the first day of the return; the quote delivers on its day."""
    assert rows_of(plan) == {
        ("W>S2", "B", 2, 0, NO_LIMIT),
        ("S1>exit:LIQ", "A", 3, 0, NO_LIMIT),
        ("W>exit:RTV", "M", 4, 2, 3),
        ("quote:Q1>S2", "B", 3, 1, NO_LIMIT),
    }
    assert dict(zip(NETWORK.lanes.lane_id[plan.dispatch_lane], plan.dispatches.tolist(), strict=True)) == {
        "W>S2": 1,
        "S1>exit:LIQ": 1,
        "W>exit:RTV": 1,
        "quote:Q1>S2": 1,
    }
    assert plan.markdowns.zone.tolist() == ["North"]
    assert plan.markdowns.price.tolist() == [[10.0, 5.0]]
    certificate = certify(NETWORK, Request(), plan)
    assert certificate.violations == ()


def test_the_plan_is_worth_what_it_is_worth(plan: Plan):
    ledger = certify(NETWORK, Request(), plan).ledger
    # A at S1: 10 units, demand 2 + 2, at the price of 5 2 + 6: 4 * 10 + 6 * 2 before, 2 * 10 + 6 * 5 + 2 * 2 with it.
    assert ledger["markdowns.price"] == (54 - 52) * 1_000_000
    # A: 3 units at half its cost, less the fixed cost; M: 4 units at 3 less the fee of 0.5.
    assert ledger["exits.unit_proceeds"] == (3 * 3 + 4 * 2.5) * 1_000_000
    assert ledger["exits.fixed_cost"] == -1_000_000
    assert (ledger["quotes.unit_price"], ledger["quotes.fixed_cost"]) == (-9_000_000, -1_500_000)


def test_figures_of_a_markdown(plan: Plan):
    """7 units of A stay at S1: 2 are sold at 10 and 5 at 5, instead of 4 at 10; 3 would be left over."""
    figures = markdown_figures(NETWORK, plan)
    assert figures.units.tolist() == [[2.0, 5.0]]
    assert figures.revenue.tolist() == [[20.0, 25.0]]
    assert figures.forgone.tolist() == [25_000_000]
    assert figures.earned.tolist() == [(45 - (40 + 3 * 2)) * 1_000_000]


def test_markdowns_exits_and_purchases_in_words(plan: Plan):
    tables = plan_tables(NETWORK, result_of(plan))
    prices = tables["markdowns"]
    assert prices.drop(columns="reason").to_dict("records") == [
        {"sku_id": "A", "zone": "North", "period": period, "price": price, "list_price": 10.0,
         "expected_units": units, "expected_revenue": price * units}
        for period, price, units in ((1, 10.0, 2.0), (2, 5.0, 5.0))
    ]  # fmt: skip
    words = "worth -1.00 more than at list price, gives up 25.00 of margin; no lower price is allowed"
    assert prices["reason"].tolist() == [words, words]
    exits = tables["exits"].set_index("exit_id")
    assert exits.loc["LIQ", ["node_id", "sku_id", "units", "day", "unit_proceeds", "proceeds"]].tolist() == [
        "S1", "A", 3, 0, 3.0, 9.0,
    ]  # fmt: skip
    assert exits.loc["RTV", ["lot_id", "expiry_day", "day", "unit_proceeds"]].tolist() == ["new", 3, 2, 2.5]
    (bought,) = tables["purchases"].to_dict("records")
    assert (bought["supplier"], bought["node_id"], bought["sku_id"], bought["day"]) == ("Acme", "S2", "B", 1)
    assert (bought["unit_price"], bought["cost"]) == (3.0, 9.0)
    assert tables["transfers"]["lane_id"].tolist() == tables["dispatches"]["lane_id"].tolist() == ["W>S2"]


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_a_written_plan_reads_back(tmp_path: Path, plan: Plan, file_format: Literal["csv", "parquet"]):
    write_plan(tmp_path, NETWORK, result_of(plan), file_format=file_format)
    found = read_plan(tmp_path, NETWORK)
    assert found.warnings == ()
    assert rows_of(found.plan) == rows_of(plan)
    assert found.plan.markdowns.price.tolist() == plan.markdowns.price.tolist()
    assert certify(NETWORK, Request(), found.plan).ledger == found.claimed_ledger


def test_the_summary_counts_by_response(tmp_path: Path, plan: Plan):
    summary = result_summary(result_of(plan), NETWORK)
    assert (summary["lines"], summary["units"], summary["dispatches"]) == (1, 2, 1)
    assert summary["responses"] == {
        "transfer": {"lines": 1, "units": 2},
        "markdown": {"choices": 1},
        "liquidation": {"lines": 1, "units": 3},
        "return": {"lines": 1, "units": 4},
        "purchase": {"lines": 1, "units": 3},
    }
    assert sum(summary["ledger"].values()) == pytest.approx(summary["benefit"])
    assert {name: len(rows) for name, rows in lines_by_response(NETWORK, plan).items()} == {
        "transfer": 1, "liquidation": 1, "return": 1, "purchase": 1,
    }  # fmt: skip
    write_plan(tmp_path, NETWORK, result_of(plan))
    assert json.loads((tmp_path / "plan.json").read_text())["responses"] == summary["responses"]


@pytest.mark.parametrize("table", ["markdowns", "exits", "purchases"])
def test_one_table_is_a_plan(tmp_path: Path, plan: Plan, table: str):
    texts = {name: (hand_made(tmp_path / "all") / f"{name}.csv").read_text() for name in ("transfers", table)}
    found = read_plan(hand_made(tmp_path / "one", **{table: texts[table]}), NETWORK).plan
    assert len(found.markdowns) == (table == "markdowns")
    assert found.n_lines == {"markdowns": 0, "exits": 2, "purchases": 1}[table]


def test_prices_hold_until_they_change(tmp_path: Path):
    rows = "sku_id,zone,period,price\nA,North,1,8\n"
    assert read_plan(hand_made(tmp_path, markdowns=rows), NETWORK).plan.markdowns.price.tolist() == [[8.0, 8.0]]
    rows = "sku_id,zone,period,price\nA,North,1,10\nA,North,2,10\n"
    assert not len(read_plan(hand_made(tmp_path, markdowns=rows), NETWORK).plan.markdowns)


def test_everything_that_is_wrong_is_found_at_once(tmp_path: Path):
    wrong = hand_made(
        tmp_path,
        markdowns="sku_id,zone,period,price\nA,East,2,5\nA,North,3,5\nA,North,2,low\nA,North,1,8\nA,North,1,7\nZ,North,1,1\n",
        exits="node_id,exit_id,sku_id,units,lot_id\nS1,RTV,M,1,\nS1,Gone,A,1,\nexit:LIQ,LIQ,A,1,\nS1,LIQ,A,0.5,\n",
        purchases="quote_id,units,node_id,sku_id\nQ1,3,W,B\nQ9,3,,\nQ1,3,,A\n",
        transfers="lane_id,sku_id,units\nS1>exit:LIQ,A,1\n",
    )
    with pytest.raises(NetworkError) as caught:
        read_plan(wrong, NETWORK)
    assert all(problem.message and problem.fix for problem in caught.value.problems)
    assert {(found.file, found.row, found.column, found.code) for found in caught.value.problems} == {
        ("markdowns.csv", 1, "zone", "unknown_zone"),
        ("markdowns.csv", 2, "period", "no_such_period"),
        ("markdowns.csv", 3, "price", "not_a_number"),
        ("markdowns.csv", 5, "period", "repeated_period"),
        ("markdowns.csv", 6, "sku_id", "unknown_id"),
        ("exits.csv", 1, "exit_id", "not_served"),
        ("exits.csv", 2, "exit_id", "unknown_id"),
        ("exits.csv", 3, "node_id", "unknown_id"),
        ("exits.csv", 4, "units", "fractional"),
        ("purchases.csv", 1, "node_id", "other_quote"),
        ("purchases.csv", 2, "quote_id", "unknown_id"),
        ("purchases.csv", 3, "sku_id", "other_quote"),
        ("transfers.csv", 1, "lane_id", "unknown_id"),
    }


def test_lots_and_days_that_could_be_several_are_asked_for(tmp_path: Path):
    with pytest.raises(NetworkError) as caught:
        read_plan(hand_made(tmp_path, exits="node_id,exit_id,sku_id,units\nW,RTV,M,1\n"), NETWORK)
    assert [(found.file, found.column, found.code) for found in caught.value.problems] == [
        ("exits.csv", "expiry_day", "ambiguous_expiry")
    ]


def test_a_markdown_without_a_ladder_is_no_choice(tmp_path: Path):
    rows = "sku_id,zone,period,price\nB,North,1,5\n"
    plan = read_plan(hand_made(tmp_path, markdowns=rows), NETWORK).plan
    assert not certify(NETWORK, Request(), plan).valid
    (row, _) = decision_tables(NETWORK, plan, None, None)["markdowns"].to_dict("records")
    assert (row["expected_units"], row["reason"]) == (0.0, "no price ladder for the product in this zone")


def test_a_difference_says_prices_exits_and_purchases(tmp_path: Path, plan: Plan):
    exits = "node_id,exit_id,sku_id,units\nS1,LIQ,A,2\n"
    other = read_plan(
        hand_made(tmp_path, exits=exits, markdowns="sku_id,zone,period,price\nA,North,1,8\n"), NETWORK
    ).plan
    difference = plan_difference(NETWORK, Request(), plan, other)
    tables = difference_tables(NETWORK, difference)
    assert tables["markdowns"].to_numpy().tolist() == [["A", "North", 1, 10.0, 8.0], ["A", "North", 2, 5.0, 8.0]]
    assert difference.prices.n_choices == 1
    assert tables["exits"][["change", "exit_id", "units_before", "units_after"]].to_numpy().tolist() == [
        ["changed", "LIQ", 3, 2],
        ["removed", "RTV", 4, 0],
    ]
    assert tables["purchases"][["change", "quote_id", "node_id", "day"]].to_numpy().tolist() == [
        ["removed", "Q1", "S2", 1]
    ]
    assert tables["lines"]["lane_id"].tolist() == tables["dispatches"]["lane_id"].tolist() == ["W>S2"]
    assert difference.benefit == sum(difference.ledger.values())
    same = difference_tables(NETWORK, plan_difference(NETWORK, Request(), plan, plan))
    assert not any(len(table) for table in same.values())


def test_outside_places_have_no_rows_of_their_own(plan: Plan):
    """Nothing that people read in tables names a node or lane outside."""
    for name, table in plan_tables(NETWORK, result_of(plan)).items():
        text = table.drop(columns="reason", errors="ignore").to_csv()
        assert "exit:" not in text, name
        assert "quote:" not in text, name
    assert isinstance(TABLES["exits"], pd.DataFrame)
