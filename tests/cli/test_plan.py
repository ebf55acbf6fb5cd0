"""``plan``: what is written, what is printed, and what the exit code says."""

import csv
import json
import re
from pathlib import Path

import pandas as pd
import pytest

import cli.plan_command
from cli.failures import CommandError
from optimizer.request import Parameters
from tests.cli.conftest import BENEFIT, SMALL, Command, write_directory

KEYS = {
    "conflicts",
    "status",
    "stopped_by",
    "benefit",
    "objective",
    "adjustments",
    "bound",
    "gap",
    "seconds",
    "backend",
    "flows",
    "lines",
    "units",
    "dispatches",
    "responses",
    "ledger",
    "unmet_units",
    "certificate",
}


def test_json_is_one_object_with_the_documented_keys(command: Command, small: Path, tmp_path: Path):
    done = command("plan", small, "--out", tmp_path / "plan", "--json")
    assert done.code == 0
    answer = done.json
    assert answer.keys() == KEYS
    assert answer["seconds"].keys() == {"total", "read", "build", "solve", "certify", "write"}
    assert answer["certificate"] == {"valid": True, "violations": []}
    assert answer["status"] == "optimal"
    assert answer["benefit"] == BENEFIT
    assert answer["bound"] == pytest.approx(BENEFIT, abs=1e-4)
    assert (answer["lines"], answer["units"], answer["dispatches"]) == (3, 6 + 2 + 4, 2)
    assert answer["unmet_units"] == 0


def test_plan_directory_holds_the_tables_and_the_answer(command: Command, small: Path, tmp_path: Path):
    answer = command("plan", small, "--out", tmp_path / "deep" / "plan", "--json").json
    plan = tmp_path / "deep" / "plan"
    assert {path.name for path in plan.iterdir()} == {
        "plan.json",
        "transfers.csv",
        "dispatches.csv",
        "unmet.csv",
        "fixes.csv",
        "alert_outcomes.csv",
        "ledger.csv",
        "markdowns.csv",
        "exits.csv",
        "purchases.csv",
    }
    written = json.loads((plan / "plan.json").read_text())
    assert {key: written[key] for key in KEYS - {"seconds"}} == {key: answer[key] for key in KEYS - {"seconds"}}
    with (plan / "transfers.csv").open(newline="") as file:
        lines = {(row["lane_id"], row["sku_id"]): row for row in csv.DictReader(file)}
    assert {key: int(row["units"]) for key, row in lines.items()} == {
        ("W>S1", "007"): 6,
        ("W>S1", "TEA"): 2,
        ("W>S2", "007"): 4,
    }
    assert all(row["reason"] for row in lines.values())


def test_page_names_benefit_ledger_valuable_lines_and_unmet(command: Command, tmp_path: Path):
    scarce = {**SMALL, "stock.csv": SMALL["stock.csv"].replace("W,007,20,0", "W,007,8,0")}
    done = command("plan", write_directory(tmp_path / "scarce", scarce), "--out", tmp_path / "plan")
    assert done.code == 0
    # 8 units for a demand of 10: only 8 x 7.5 of the 007 can be earned.
    assert f"{BENEFIT - 2 * 7.5:,.2f} EUR" in done.out
    assert "products.list_price" in done.out
    assert "6 x 007, W to S1" in done.out
    assert "Unmet demand: 2 units at 1 position," in done.out
    assert "for example 2 x 007 at S2" in done.out


def test_tables_follow_the_format_of_the_network_unless_told(command: Command, small: Path, tmp_path: Path):
    for table in small.glob("*.csv"):
        cells = pd.read_csv(table, dtype={"sku_id": str, "node_id": str})
        cells.to_parquet(table.with_suffix(".parquet"))
        table.unlink()
    assert command("plan", small, "--out", tmp_path / "like").code == 0
    assert (tmp_path / "like" / "transfers.parquet").is_file()
    assert command("plan", small, "--out", tmp_path / "told", "--format", "csv").code == 0
    assert (tmp_path / "told" / "transfers.csv").is_file()


def test_infeasible_request_is_answered_with_conflicts(command: Command, tmp_path: Path):
    # W has 20 units, S1 must get 30.
    alerts = "alert_id,kind,node_id,sku_id,units,must_serve\na1,shortage,S1,007,30,true\n"
    directory = write_directory(tmp_path / "hard", {**SMALL, "alerts.csv": alerts})
    done = command("plan", directory, "--out", tmp_path / "plan", "--json")
    assert done.code == 3
    assert done.json.keys() == KEYS
    assert (done.json["status"], done.json["benefit"]) == ("infeasible", None)
    conflicts = json.loads((tmp_path / "plan" / "plan.json").read_text())["conflicts"]
    assert conflicts
    assert all(conflict["message"] in done.err for conflict in conflicts)
    assert not (tmp_path / "plan" / "transfers.csv").exists()
    assert "relax alerts.units" in command("plan", directory, "--out", tmp_path / "plan").out


class _Captured(CommandError):
    """Stops a command where the search would begin."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict:
    """What the search is asked, instead of a search."""
    seen: dict = {}

    def capture(network, request, parameters, until, progress, *, known):
        assert known == ()
        seen.update(request=request, parameters=parameters, seconds=until - progress.started)
        raise _Captured("captured")

    monkeypatch.setattr(cli.plan_command, "solve_in_worker", capture)
    return seen


REQUEST = '{"time_limit_seconds": 7, "gap": 0.25, "scope": {"sku_ids": ["TEA"]}}'


def test_request_file_gives_the_defaults(command: Command, small: Path, tmp_path: Path, asked: dict):
    write_directory(small, {"request.json": REQUEST})
    command("plan", small, "--out", tmp_path / "plan")
    assert asked["parameters"] == Parameters(time_limit_seconds=7, gap=0.25)
    assert asked["request"].scope_sku_ids == ("TEA",)


def test_flags_win_over_the_request_file(command: Command, small: Path, tmp_path: Path, asked: dict):
    write_directory(small, {"request.json": REQUEST})
    command("plan", small, "--out", tmp_path / "plan", "--time-limit", 9, "--gap", 0, "--backend", "cp_sat")
    assert asked["parameters"] == Parameters(time_limit_seconds=9, gap=0, backend="cp_sat")


def test_part_of_the_time_limit_is_kept_for_writing(command: Command, small: Path, tmp_path: Path, asked: dict):
    command("plan", small, "--out", tmp_path / "plan", "--time-limit", 10)
    assert 7 <= asked["seconds"] < 10


def test_scope_of_the_request_file_is_planned(command: Command, small: Path, tmp_path: Path):
    write_directory(small, {"request.json": REQUEST})
    answer = command("plan", small, "--out", tmp_path / "plan", "--json").json
    assert answer["units"] == 2  # TEA only
    assert answer["benefit"] == 2 * 4 - 3


WEIGHED = {
    **SMALL,
    "stock.csv": "node_id,sku_id,on_hand,demand_mean,shortage_penalty\n"
    "W,007,20,0,\nS1,007,0,6,1\nS2,007,0,4,\nW,TEA,10,0,\nS1,TEA,0,2,\n",
    "alerts.csv": "alert_id,kind,node_id,sku_id,severity\na1,shortage,S1,007,red\na2,shortage,S2,TEA,yellow\n",
    "request.json": '{"severity_weights": {"red": 3}, "min_dispatch_benefit": 2, "response_policy": {"yellow": []}}',
}
"""A missed 007 at S1 costs 1, weighed threefold; TEA has no alert that may transfer."""


def test_what_is_maximised_is_shown_beside_the_benefit(command: Command, tmp_path: Path):
    directory = write_directory(tmp_path / "weighed", WEIGHED)
    answer = command("plan", directory, "--out", tmp_path / "plan", "--json").json
    benefit = 6 * 8.5 + 4 * 7.5 - 2 * 3
    assert answer["benefit"] == benefit
    assert answer["adjustments"] == {"request.severity_weights": 12.0, "request.min_dispatch_benefit": -4.0}
    assert answer["objective"] == benefit + 8
    assert answer["gap"] == pytest.approx(0, abs=1e-6)
    page = command("plan", directory, "--out", tmp_path / "plan").out
    assert f"{benefit + 8:,.2f} EUR: what was maximised" in page
    assert "no plan can have a greater objective" in page
    assert "1 resolved, 0 partly, 0 unresolved; 1 outside scope and policy" in page
    assert re.search(r"request.severity_weights +12\.00\n", page)
    checked = command("check", directory, tmp_path / "plan", "--json").json
    assert checked["certificate"]["valid"]
    assert checked["objective"] == checked["claimed_objective"] == benefit + 8
    changed = (tmp_path / "plan" / "plan.json").read_text().replace(f'"objective": {benefit + 8}', '"objective": 1')
    (tmp_path / "plan" / "plan.json").write_text(changed)
    rules = [
        found["rule"]
        for found in command("check", directory, tmp_path / "plan", "--json").json["certificate"]["violations"]
    ]
    assert rules == ["claimed_objective"]


def test_a_former_plan_is_found_from_the_network_and_kept(command: Command, small: Path, tmp_path: Path):
    former = "origin,destination,sku_id,units\nW,S1,007,2\n"
    write_directory(tmp_path / "monday", {"transfers.csv": former})
    asked = {"former_plan": {"plan_directory": "../monday", "frozen_before_day": "all"}}
    write_directory(small, {"request.json": json.dumps(asked)})
    assert command("plan", small, "--out", tmp_path / "plan").code == 0
    lines = pd.read_csv(tmp_path / "plan" / "transfers.csv", dtype={"sku_id": str}).query(
        "lane_id == 'W>S1' and sku_id == '007'"
    )
    assert lines[["units", "arrives_day"]].to_numpy().tolist()[0] == [2, 0]
    write_directory(tmp_path / "monday", {"transfers.csv": former + "W,MOON,007,1\n"})
    done = command("plan", small, "--out", tmp_path / "other")
    assert done.code == 1
    assert "../monday/transfers.csv row 2" in done.err


LOTS = {
    **SMALL,
    "lots.csv": "node_id,sku_id,lot_id,units,expiry_days\nW,TEA,old,4,7\nW,TEA,new,6,30\n",
    "request.json": '{"scope": {"sku_ids": ["TEA"]}}',
}
"""Of the TEA in W 4 units expire on day 7 and 6 after the horizon; S1 wants 2 in 28 days."""


def test_lines_say_lot_and_expiry_day(command: Command, tmp_path: Path):
    directory = write_directory(tmp_path / "lots", LOTS)
    assert command("plan", directory, "--out", tmp_path / "plan").code == 0
    lines = pd.read_csv(tmp_path / "plan" / "transfers.csv")
    assert set(zip(lines["lot_id"], lines["expiry_day"], strict=True)) <= {("old", 7), ("new", 30)}
    assert lines["units"].sum() == 2
    assert command("check", directory, tmp_path / "plan").code == 0
    several = write_directory(tmp_path / "several", {"transfers.csv": "origin,destination,sku_id,units\nW,S1,TEA,2\n"})
    done = command("check", directory, several)
    assert done.code == 1
    assert "with more than one expiry day could leave W" in done.err


def test_a_backend_that_is_asked_for_is_used(command: Command, small: Path, tmp_path: Path):
    answer = command("plan", small, "--out", tmp_path / "plan", "--backend", "cp_sat", "--json").json
    assert answer["benefit"] == BENEFIT
    assert "cp_sat" in answer["backend"]


def test_every_mistake_of_the_request_file_is_told(command: Command, small: Path, tmp_path: Path):
    mistakes = {"time_limit_seconds": "soon", "gap": 2, "scope": {"sku_ids": ["TEA", "COFFEE"]}, "policy": 1}
    write_directory(small, {"request.json": json.dumps(mistakes)})
    done = command("plan", small, "--out", tmp_path / "plan")
    assert done.code == 1
    for word in ("soon", "gap is 2", "COFFEE", "policy"):
        assert word in done.err
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize("name", ["S_common", "S_costly"])
def test_public_instances_get_certified_plans(command: Command, shared_data: Path, tmp_path: Path, name: str):
    directory = shared_data / "retailnet" / name
    answer = command("plan", directory, "--out", tmp_path, "--time-limit", 60, "--gap", 0.1, "--json").json
    assert answer["certificate"]["valid"]
    assert 0 < answer["benefit"] <= answer["bound"]
    known = pd.read_csv(shared_data / "retailnet" / "known.csv").set_index("instance").loc[name]
    assert answer["benefit"] <= known["best_known_bound"] + 0.01  # given to two decimals
    assert answer["bound"] >= known["best_known_benefit"] - 0.01
    assert command("check", directory, tmp_path).code == 0
