"""Plan directories: written and read back, made by hand, and wrong ones."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from network import NetworkError
from optimizer.certificate import certify, check_claims
from optimizer.outcomes import alert_outcomes, unmet_positions
from optimizer.plan import UNKNOWN_MONEY, Conflict, FixChanges, Plan, Result, Status, StopReason, Unmet
from optimizer.plan_files.plan_directory import read_plan, result_summary, write_plan
from optimizer.plan_files.plan_schema import PLAN_TABLES
from optimizer.request import Request
from tests.optimizer.small_case import DISPATCHES, LANES, LINES, PRODUCTS, plan_of, small_network

NETWORK = small_network()
PLAN = plan_of(NETWORK, LINES, DISPATCHES)


def result_of(plan: Plan) -> Result:
    """A result with everything that belongs to a plan."""
    certificate = certify(NETWORK, Request(), plan)
    rows, units = unmet_positions(NETWORK, Request(), plan)
    words = np.full(len(rows), "no_supply", dtype=np.object_)
    cost, worth = np.full(len(rows), UNKNOWN_MONEY), np.full(len(rows), 2_500_000)
    worth[-1] = UNKNOWN_MONEY
    changes = FixChanges(
        np.array([0, 0, 2]),
        np.array(["lanes", "stock.on_hand", "lanes.max_dispatches"], dtype=np.object_),
        np.array(["S2>S1", "S2/A", "W>S1"], dtype=np.object_),
        np.array([1.0, 4.0, 2.0]),
    )
    return Result(
        status=Status.FEASIBLE,
        stopped_by=StopReason.GAP_LIMIT,
        plan=plan,
        benefit=certificate.benefit,
        objective=certificate.objective,
        bound=certificate.objective + 2_000_000,
        money_decimals=6,
        certificate=certificate,
        unmet=Unmet(
            NETWORK.stock.node[rows], NETWORK.stock.sku[rows], units, words, words, words, cost, worth, changes
        ),
        outcomes=alert_outcomes(NETWORK, Request(), plan),
        line_reason=np.array([f"because {i}" for i in range(plan.n_lines)], dtype=np.object_),
        conflicts=(),
        backend="highs",
        backend_reason="small",
        sizes={"flows": 12},
        seconds={"total": 1.23456, "solve": 1.0},
    )


def columns_of(plan: Plan) -> dict[str, list[int]]:
    """Columns of a plan as lists."""
    return {name: getattr(plan, name).tolist() for name in Plan.__slots__ if name != "markdowns"}


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_a_written_plan_reads_back_with_its_claims(tmp_path: Path, file_format: Literal["csv", "parquet"]):
    result = result_of(PLAN)
    write_plan(tmp_path / "plan", NETWORK, result, file_format=file_format)
    names = {path.name for path in (tmp_path / "plan").iterdir()}
    assert names == {"plan.json", *(f"{name}.{file_format}" for name in PLAN_TABLES)}
    found = read_plan(tmp_path / "plan", NETWORK)
    assert columns_of(found.plan) == columns_of(PLAN)
    assert found.warnings == ()
    certificate = check_claims(
        certify(NETWORK, Request(), found.plan), {"benefit": found.claimed_benefit}, found.claimed_ledger
    )
    assert certificate.violations == ()


def test_the_tables_have_the_columns_of_the_schema(tmp_path: Path):
    write_plan(tmp_path, NETWORK, result_of(PLAN))
    for name, table in PLAN_TABLES.items():
        frame = pd.read_csv(tmp_path / f"{name}.csv")
        assert list(frame.columns) == [column.name for column in table.columns]


def test_transfers_and_dispatches_in_words(tmp_path: Path):
    write_plan(tmp_path, NETWORK, result_of(PLAN))
    line = pd.read_csv(tmp_path / "transfers.csv").iloc[0]
    assert line.drop("benefit").dropna().to_dict() == {
        "lane_id": "W>S1",
        "origin": "W",
        "destination": "S1",
        "sku_id": "A",
        "units": 4,
        "arrives_day": 1,
        "reason": "because 0",
    }
    # S1 gains 4 * (10 + 1), W loses 4 * (3 - 0.5), carrying costs 4 * (0.5 + 0.1 * 2); B still needs the dispatch.
    assert line["benefit"] == pytest.approx(44 - 10 - 2.8)
    dispatch = pd.read_csv(tmp_path / "dispatches.csv").iloc[0]
    assert dispatch[["dispatches", "load_kg", "capacity_kg", "fill", "cost"]].tolist() == [1, 12.0, 20.0, 0.6, 5.0]


def test_the_ledger_in_the_file_sums_to_the_benefit(tmp_path: Path):
    write_plan(tmp_path, NETWORK, result_of(PLAN))
    ledger = pd.read_csv(tmp_path / "ledger.csv", index_col="term").amount
    content = json.loads((tmp_path / "plan.json").read_text())
    assert ledger.sum() == pytest.approx(content["benefit"], abs=1e-9)
    assert ledger["lanes.fixed_cost"] == -(5.0 + 2.0 + 2.0 + 1.0 + 1.0)


def test_the_summary_is_the_json_object_of_the_command_line():
    result = result_of(PLAN)
    assert result_summary(result, NETWORK) == {
        "status": "feasible",
        "stopped_by": "gap_limit",
        "benefit": result.benefit / 1e6,
        "objective": result.benefit / 1e6,
        "adjustments": {},
        "bound": result.benefit / 1e6 + 2.0,
        "gap": result.gap,
        "seconds": {"total": 1.235, "solve": 1.0},
        "backend": "highs",
        "flows": 12,
        "lines": 7,
        "units": 4 + 3 + 4 + 4 + 6 + 2 + 3,
        "dispatches": 5,
        "responses": {
            "transfer": {"lines": 7, "units": 26},
            "markdown": {"choices": 0},
            "liquidation": {"lines": 0, "units": 0},
            "return": {"lines": 0, "units": 0},
            "purchase": {"lines": 0, "units": 0},
        },
        "ledger": {term: amount / 1e6 for term, amount in result.certificate.ledger.items()},
        "unmet_units": 4 + 9 + 2 + 2 + 2 + 2,
        "certificate": {"valid": True, "violations": []},
        "conflicts": [],
    }


def test_what_is_maximised_stands_beside_the_benefit(tmp_path: Path):
    result = result_of(PLAN)
    adjusted = replace(result.certificate, adjustments={"request.min_line_benefit": -10_000_000})
    adjusted_result = replace(result, certificate=adjusted, objective=adjusted.objective)
    summary = result_summary(adjusted_result, NETWORK)
    assert summary["objective"] == summary["benefit"] - 10
    assert summary["adjustments"] == {"request.min_line_benefit": -10.0}
    write_plan(tmp_path, NETWORK, adjusted_result)
    found = read_plan(tmp_path, NETWORK)
    assert (found.claimed_benefit, found.claimed_objective) == (result.benefit, result.benefit - 10_000_000)


def test_fixes_are_told_in_words_and_as_changes(tmp_path: Path):
    write_plan(tmp_path, NETWORK, result_of(PLAN))
    unmet = pd.read_csv(tmp_path / "unmet.csv")
    assert unmet["fix_cost"].isna().all()
    assert unmet["fix_worth"].tolist()[:-1] == [2.5] * (len(unmet) - 1)
    assert np.isnan(unmet["fix_worth"].iloc[-1])
    fixes = pd.read_csv(tmp_path / "fixes.csv")
    places = unmet[["node_id", "sku_id"]].apply(tuple, axis=1)
    assert fixes[["node_id", "sku_id"]].apply(tuple, axis=1).tolist() == [places[0], places[0], places[2]]
    assert fixes[["field", "place", "amount"]].iloc[1].tolist() == ["stock.on_hand", "S2/A", 4.0]


def test_the_document_lists_every_key_of_plan_json(tmp_path: Path):
    page = (Path(__file__).resolve().parents[2] / "docs" / "plan-directory.md").read_text(encoding="utf-8")
    section = page.split("## `plan.json`")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    write_plan(tmp_path, NETWORK, result_of(PLAN))
    assert set(re.findall(r"`(\w+)`", " ".join(cells))) == json.loads((tmp_path / "plan.json").read_text()).keys()


def test_an_infeasible_result_leaves_only_plan_json(tmp_path: Path):
    write_plan(tmp_path, NETWORK, result_of(PLAN), file_format="parquet")
    nothing = dict.fromkeys(
        ("plan", "benefit", "objective", "bound", "certificate", "unmet", "outcomes", "line_reason")
    )
    conflict = Conflict("lanes.capacity_kg", "lane W>S1", 3.0, "3 kg short")
    infeasible = replace(result_of(PLAN), status=Status.INFEASIBLE, conflicts=(conflict,), **nothing)
    write_plan(tmp_path, NETWORK, infeasible)
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
    content = json.loads((tmp_path / "plan.json").read_text())
    assert (content["status"], content["benefit"], content["lines"]) == ("infeasible", None, 0)
    assert content["conflicts"][0]["rule"] == "lanes.capacity_kg"


def hand_made(folder: Path, rows: str, **files: str) -> Path:
    """A directory with a table of transfers, and other tables where given."""
    folder.mkdir(exist_ok=True)
    for name, text in {"transfers": rows, **files}.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def test_a_hand_made_plan_needs_only_transfers(tmp_path: Path):
    rows = "origin,destination,sku_id,units,expiry_day\nW,S1,A,4,\nW,S1,B,3,\nW,G,A,4,\nG,S2,A,4,\nS3,S2,B,6,\n"
    rows += "W,S1,D,2,6\nW,S2,D,3,6\n"
    found = read_plan(hand_made(tmp_path, rows), NETWORK)
    assert columns_of(found.plan) == columns_of(PLAN) | {
        "dispatch_lane": [0, 1, 2, 3, 4],
        "dispatches": [1, 1, 1, 1, 1],
    }
    assert found.claimed_benefit is None
    assert certify(NETWORK, Request(), found.plan).valid


def test_the_fewest_dispatches_that_hold_the_load(tmp_path: Path):
    found = read_plan(hand_made(tmp_path, "lane_id,sku_id,units\nW>S1,A,12\nW>S1,B,17\n"), NETWORK)
    assert found.plan.dispatches.tolist() == [3]  # 12 * 2 kg + 17 kg on 20 kg each


def test_a_changed_claim_is_a_violation(tmp_path: Path):
    write_plan(tmp_path, NETWORK, result_of(PLAN))
    content = json.loads((tmp_path / "plan.json").read_text())
    (tmp_path / "plan.json").write_text(json.dumps(content | {"benefit": content["benefit"] + 0.01}))
    found = read_plan(tmp_path, NETWORK)
    certificate = check_claims(
        certify(NETWORK, Request(), found.plan), {"benefit": found.claimed_benefit}, found.claimed_ledger
    )
    assert [violation.rule for violation in certificate.violations] == ["claimed_benefit"]


def slow_network():
    """W sends to G in 1 day and to X in 3, X to G in 2, G to S2 in 1, S1 to G in 4."""
    lanes = LANES.assign(lead_time_days=[1, 1, 1, 0, 0, 3, 2])
    added = pd.DataFrame([("W", "X", 3), ("S1", "G", 4)], columns=["origin", "destination", "lead_time_days"])
    return small_network(lanes=pd.concat([lanes, added]).assign(capacity_kg=None), products=PRODUCTS)


@pytest.mark.parametrize(
    ("rows", "days"),
    [
        ("W,G,A,4,\nG,S2,A,4,\n", [1, 2]),
        ("W,X,A,4,\nX,G,A,4,\nG,S2,A,4,\n", [3, 5, 6]),
        ("W,G,A,4,3\nG,S2,A,4,\n", [3, 4]),
        ("W,G,A,4,\nG,S2,A,4,6\n", [1, 6]),
        # G sends what it receives on days 1 and 4 in one line: it leaves on day 4.
        ("W,G,A,4,\nS1,G,A,1,\nG,S2,A,5,\n", [1, 4, 5]),
        # The first of them is enough.
        ("W,G,A,4,\nS1,G,A,1,\nG,S2,A,4,\n", [1, 4, 2]),
    ],
)
def test_days_of_arrival_are_derived(tmp_path: Path, rows: str, days: list[int]):
    table = "origin,destination,sku_id,units,arrives_day\n" + rows
    assert read_plan(hand_made(tmp_path, table), slow_network()).plan.arrives_day.tolist() == days


def codes(folder: Path, network=NETWORK) -> set[tuple[str, int | None, str | None, str]]:
    """File, row, column and code of everything that is wrong with a plan directory."""
    with pytest.raises(NetworkError) as caught:
        read_plan(folder, network)
    assert all(problem.message and problem.fix for problem in caught.value.problems)
    return {(problem.file, problem.row, problem.column, problem.code) for problem in caught.value.problems}


def test_days_that_could_be_several_are_asked_for(tmp_path: Path):
    rows = "W,G,A,4,\nS1,G,A,1,\nG,S2,A,4,\nG,X,A,1,\n"
    table = "origin,destination,sku_id,units,arrives_day\n" + rows
    assert codes(hand_made(tmp_path, table), slow_network()) == {
        ("transfers.csv", 3, "arrives_day", "ambiguous_day"),
        ("transfers.csv", 4, "arrives_day", "ambiguous_day"),
    }


def test_days_that_depend_on_each_other_are_asked_for(tmp_path: Path):
    table = "origin,destination,sku_id,units,arrives_day\nG,X,A,4,\nX,G,A,4,\n"
    assert codes(hand_made(tmp_path, table), slow_network()) == {
        ("transfers.csv", 1, "arrives_day", "unknown_day"),
        ("transfers.csv", 2, "arrives_day", "unknown_day"),
    }


def test_everything_that_is_wrong_is_found_at_once(tmp_path: Path):
    rows = (
        "lane_id,origin,destination,sku_id,units,arrives_day\n"
        "W>S1,,,A,4,1\n"
        "Nowhere,,,A,4,1\n"
        "W>S1,G,,Z,4,1\n"
        ",S1,S3,A,4,1\n"
        ",W,,A,4,1\n"
        "W>S1,,,B,2.5,1\n"
        "W>S1,,,B,,-1\n"
    )
    folder = hand_made(tmp_path, rows, dispatches="lane_id,dispatches\nW>S1,some\nElsewhere,1\n")
    (folder / "plan.json").write_text('{"benefit": "much", "objective": [1]}')
    assert codes(folder) == {
        ("transfers.csv", 2, "lane_id", "unknown_id"),
        ("transfers.csv", 3, "sku_id", "unknown_id"),
        ("transfers.csv", 3, "lane_id", "other_ends"),
        ("transfers.csv", 4, "lane_id", "unknown_lane"),
        ("transfers.csv", 5, "lane_id", "no_lane"),
        ("transfers.csv", 6, "units", "fractional"),
        ("transfers.csv", 7, "units", "empty"),
        ("transfers.csv", 7, "arrives_day", "too_small"),
        ("dispatches.csv", 1, "dispatches", "not_a_number"),
        ("dispatches.csv", 2, "lane_id", "unknown_id"),
        ("plan.json", None, "benefit", "bad_benefit"),
        ("plan.json", None, "objective", "bad_objective"),
    }


def test_parallel_lanes_must_be_named(tmp_path: Path):
    twice = small_network(lanes=pd.concat([LANES, LANES.iloc[[1]].assign(lane_id="second")]))
    table = "origin,destination,sku_id,units\nW,G,A,4\n"
    assert codes(hand_made(tmp_path, table), twice) == {("transfers.csv", 1, "lane_id", "ambiguous_lane")}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("transfers.csv", b"", "empty_file"),
        ("transfers.parquet", b"PAR1 cut off", "unreadable_file"),
        ("transfers.csv", b"lane_id,sku_id\nW>S1,A\n", "missing_column"),
        ("dispatches.csv", b"lane_id,dispatches\nW>S1,1\n", "missing_file"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, content: bytes, code: str):
    (tmp_path / name).write_bytes(content)
    assert code in {found[3] for found in codes(tmp_path)}


def test_a_directory_that_is_not_there(tmp_path: Path):
    assert {found[3] for found in codes(tmp_path / "none")} == {"missing_directory"}
