"""``alternatives``, ``diff``, ``repair``, ``rules``: questions about plans on the command line."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import BENEFIT, SMALL, Command, write_directory

HAND = "origin,destination,sku_id,units\nW,S1,007,5\n"
"""A plan made by hand: 5 of the 6 units that S1 wants, worth 5 * 7.5 - 3."""


@pytest.fixture
def plan(command: Command, small: Path, tmp_path: Path) -> Path:
    """The best plan of the small network."""
    assert command("plan", small, "--out", tmp_path / "plan").code == 0
    return tmp_path / "plan"


def test_alternatives_of_the_whole_plan_and_its_alerts(command: Command, small: Path, plan: Path):
    done = command("alternatives", small, plan, "--keep", 0.5, "--time-limit", 10, "--json")
    assert done.code == 0
    whole = {choice["choice"]: choice for choice in done.json["alternatives"] if choice["alert_id"] == ""}
    assert whole["most_benefit"]["benefit"] == BENEFIT
    # Half of the best may be given up: S2's 4 units and their dispatch.
    assert whole["fewest_dispatches"]["dispatches"] == 1
    assert whole["fewest_dispatches"]["benefit"] == 6 * 7.5 + 2 * 4 - 3
    assert {choice["alert_id"] for choice in done.json["alternatives"]} == {"", "a1", "a2"}
    page = command("alternatives", small, plan, "--keep", 0.5, "--time-limit", 10)
    assert page.code == 0
    assert "fewest dispatches: 1 dispatches instead of 2" in " ".join(page.out.split())
    assert "Alert a1, 007 at S1" in page.out


def test_alternatives_of_one_alert_name_their_lines(command: Command, small: Path, plan: Path):
    done = command("alternatives", small, plan, "--alert", "a2", "--json")
    choices = {choice["choice"]: choice for choice in done.json["alternatives"]}
    assert {choice["alert_id"] for choice in choices.values()} == {"a2"}
    assert [line["units"] for line in choices["as_planned"]["transfers"]] == [2]
    assert choices["do_nothing"]["objective_lost"] == 2 * 4
    assert command("alternatives", small, plan, "--alert", "a9").code == 2


def test_alternatives_without_a_plan_find_one_first(command: Command, small: Path):
    done = command("alternatives", small, "--json")
    assert done.json["alternatives"][0]["benefit"] == BENEFIT


def test_a_plan_can_come_with_its_alternatives(command: Command, small: Path, tmp_path: Path):
    assert command("plan", small, "--out", tmp_path / "both", "--alternatives", "--time-limit", 20).code == 0
    table = pd.read_csv(tmp_path / "both" / "alternatives.csv")
    assert table["benefit"].iloc[0] == BENEFIT
    assert set(table["alert_id"].dropna()) == {"a1", "a2"}
    assert (tmp_path / "both" / "alternative_transfers.csv").is_file()
    assert command("check", small, tmp_path / "both").err == ""
    assert command("plan", small, "--out", tmp_path / "both").code == 0
    assert not (tmp_path / "both" / "alternatives.csv").exists()


def test_a_difference_in_numbers_and_in_words(command: Command, small: Path, plan: Path, tmp_path: Path):
    hand = write_directory(tmp_path / "hand", {"transfers.csv": HAND})
    done = command("diff", small, hand, plan, "--json")
    assert done.code == 0
    assert done.json["benefit"] == {"before": 34.5, "after": BENEFIT, "change": BENEFIT - 34.5}
    assert sum(done.json["ledger"].values()) == pytest.approx(BENEFIT - 34.5)
    assert (done.json["lines_added"], done.json["lines_removed"], done.json["lines_changed"]) == (2, 0, 1)
    assert done.json["units_changed"] == 1 + 2 + 4
    assert [run["after"] - run["before"] for run in done.json["dispatches"]] == [1]
    assert {alert["alert_id"]: alert["outcome_after"] for alert in done.json["outcomes"]} == dict.fromkeys(
        ("a1", "a2"), "resolved"
    )
    page = command("diff", small, hand, plan)
    assert "5 -> 6 x 007, W to S1, day 0" in page.out
    assert "2 lines added, 0 lines removed, 1 line changed: 7 units differ" in page.out


def test_a_repaired_plan_is_written_and_passes_its_check(command: Command, small: Path, tmp_path: Path):
    # W has 20 units, of 28 here; the MOON and the product NO are not in the network.
    rows = "W,S1,007,24\nW,S2,007,4\nW,MOON,007,1\nW,S1,NO,1\n"
    hand = write_directory(tmp_path / "hand", {"transfers.csv": HAND.splitlines()[0] + "\n" + rows})
    done = command("repair", small, hand, "--out", tmp_path / "fixed", "--json")
    assert done.code == 0
    assert done.json["least_changed_units"] == done.json["difference"]["units_changed"] == 8
    assert not done.json["proposed"]["certificate"]["valid"]
    assert len(done.json["left_out"]) == 2
    assert command("check", small, tmp_path / "fixed").code == 0
    moved = pd.read_csv(tmp_path / "fixed" / "transfers.csv", dtype={"sku_id": str}).set_index("destination")["units"]
    assert moved.to_dict() == {"S1": 16, "S2": 4}
    page = command("repair", small, hand, "--out", tmp_path / "fixed")
    assert "MOON" in page.out
    assert "8 units differ" in " ".join(page.out.split())


def test_a_repair_keeps_purchases_and_exits_and_prices(command: Command, tmp_path: Path):
    """ACME sells 5 of 8 for S1 from all its quotes; the jobber takes what W can spare."""
    network = write_directory(
        tmp_path / "net",
        SMALL
        | {
            "quotes.csv": "quote_id,supplier,node_id,sku_id,unit_price,max_units\nQ1,ACME,S1,007,3,8\n",
            "quote_suppliers.csv": "supplier,fixed_cost,capacity_units\nACME,1,5\n",
            "exits.csv": "exit_id,kind,node_id,sku_id,unit_proceeds\njobber,liquidation,W,007,2.5\n",
        },
    )
    tables = {
        "purchases.csv": "quote_id,units\nQ1,6\nNO,2\n",
        "exits.csv": "node_id,exit_id,sku_id,units\nW,jobber,007,9\nW,NOBODY,007,1\n",
    }
    hand = write_directory(tmp_path / "hand", tables)
    done = command("repair", network, hand, "--out", tmp_path / "fixed", "--json")
    assert done.code == 0
    assert [text.rpartition(": ")[2] for text in done.json["left_out"]] == ["NOBODY", "NO"]
    assert done.json["least_changed_units"] == done.json["difference"]["units_changed"] == 1
    assert pd.read_csv(tmp_path / "fixed" / "purchases.csv")["units"].tolist() == [5]
    assert pd.read_csv(tmp_path / "fixed" / "exits.csv")["units"].tolist() == [9]


def test_a_repair_needs_a_place_of_its_own_and_a_plan(command: Command, small: Path, plan: Path, tmp_path: Path):
    assert command("repair", small, plan, "--out", plan).code == 2
    assert command("repair", small, tmp_path / "nowhere", "--out", tmp_path / "fixed").code == 1


def test_a_repair_that_nothing_allows_says_what_conflicts(command: Command, tmp_path: Path):
    alerts = SMALL["alerts.csv"].replace("a1,shortage,S1,007,6,", "a1,shortage,S1,007,60,true")
    network = write_directory(tmp_path / "net", SMALL | {"alerts.csv": alerts})
    hand = write_directory(tmp_path / "hand", {"transfers.csv": HAND})
    done = command("repair", network, hand, "--out", tmp_path / "fixed")
    assert done.code == 3
    assert "Not repaired, infeasible: no plan meets every hard demand" in done.out
    assert "relax alerts.units" in done.out
    assert "Repaired:" not in done.out


@pytest.mark.parametrize("must_serve", ["", "true"], ids=["soft", "hard"])
def test_lines_that_cannot_stay_frozen_make_plan_and_repair_impossible(
    command: Command, tmp_path: Path, must_serve: str
):
    # W has 20 units, not the 24 that are frozen; S2 may ask for some as well.
    alerts = SMALL["alerts.csv"] + f"a3,shortage,S2,007,4,{must_serve}\n"
    asked = '{"former_plan": {"plan_directory": "former", "frozen_before_day": "all"}}'
    network = write_directory(tmp_path / "net", SMALL | {"alerts.csv": alerts, "request.json": asked})
    write_directory(network / "former", {"transfers.csv": HAND.replace("007,5", "007,24")})
    meaning = "no plan keeps every frozen line" + (" and meets every hard demand\n" if must_serve else "\n")
    planned = command("plan", network, "--out", tmp_path / "plan")
    assert f"Answer: infeasible, stopped by proved: {meaning}" in planned.out
    hand = write_directory(tmp_path / "hand", {"transfers.csv": HAND})
    repaired = command("repair", network, hand, "--out", tmp_path / "fixed")
    assert (planned.code, repaired.code) == (3, 3)
    assert f"Not repaired, infeasible: {meaning}" in repaired.out
    assert "is frozen at 24 units and cannot stay so" in repaired.out
    assert "Repaired:" not in repaired.out


def test_rules_and_what_they_cost(command: Command, tmp_path: Path):
    lanes = "lane_id,origin,destination,fixed_cost,capacity_kg,max_dispatches\nW>S1,W,S1,3,5,1\nW>S2,W,S2,3,100,\n"
    network = write_directory(tmp_path / "net", SMALL | {"lanes.csv": lanes})
    done = command("rules", network, "--json")
    assert done.code == 0
    prices = {(row["rule"], row["place"]): row for row in done.json["rules"]}
    # 5 of the 6 units of 007 fit; another dispatch for the sixth and 2 x TEA costs 3.
    found = prices["lanes.max_dispatches", ""]
    assert found["price_low"] == pytest.approx(7.5 + 2 * 4 - 3, abs=1e-4)
    assert found["price_high"] == pytest.approx(7.5 + 2 * 4 - 3, abs=1e-4)
    assert command("plan", network, "--out", tmp_path / "plan").code == 0
    for plan in ((), (tmp_path / "plan",)):
        assert "lanes.max_dispatches (1 row): costs 12.50 EUR" in command("rules", network, *plan).out
    assert json.loads(command("rules", write_directory(tmp_path / "free", SMALL), "--json").out)["rules"] == []
