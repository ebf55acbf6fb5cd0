"""Award directories: what is written says what the award is, and reads back; the page says what is written."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from network import NetworkError
from network.events import Event
from optimizer.award import Award, AwardResult
from optimizer.award_files.award_directory import (
    award_from_frames,
    award_summary,
    award_tables,
    read_award,
    write_award,
)
from optimizer.award_files.award_schema import AWARD_TABLES, WHY_TABLES
from optimizer.certificate import check_claims
from optimizer.certificate.awards import certify_award
from optimizer.plan import Status, StopReason
from tests.network.test_schema import row_of
from tests.sourcing.small_event import EventCase

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "award-directory.md").read_text(encoding="utf-8")


def documented_rows(section: str) -> list[str]:
    """Rows of the Markdown table under a heading, without the two header lines."""
    text = next(part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE) if part.startswith(f"`{section}`\n"))
    return [line for line in text.splitlines() if line.startswith("|")][2:]


def result_of(event: Event, award: Award | None) -> AwardResult:
    """The answer that holds an award, 1 % above the bound."""
    certificate = None if award is None else certify_award(event, award)
    return AwardResult(
        status=Status.NO_PLAN if award is None else Status.FEASIBLE,
        stopped_by=StopReason.TIME_LIMIT,
        award=award,
        certificate=certificate,
        bound=None if certificate is None else certificate.objective * 99 // 100,
        money_decimals=event.money_decimals,
        conflicts=(),
        backend="by hand",
        backend_reason="a test",
        sizes={"bids": len(event.bids)},
        seconds={"total": 1.23456},
    )


TABLES = {**AWARD_TABLES, **WHY_TABLES}


@pytest.mark.parametrize("name", TABLES)
def test_the_document_lists_every_column_as_it_is_read(name: str) -> None:
    assert documented_rows(name) == [row_of(column) for column in TABLES[name].columns]


def test_the_document_lists_every_table_and_every_key(tmp_path: Path) -> None:
    assert re.findall(r"^## `(.+)`$", PAGE, re.MULTILINE) == ["award.json", *TABLES]
    case = EventCase()
    write_award(tmp_path, case.event, result_of(case.event, case.award))
    written = json.loads((tmp_path / "award.json").read_text(encoding="utf-8"))
    keys = [key for row in documented_rows("award.json") for key in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert keys == list(written)


def test_tables_have_the_columns_of_the_schema(tmp_path: Path) -> None:
    case = EventCase()
    event, award = case.event, case.award
    tables = award_tables(event, award, certify_award(event, award))
    assert {name: tuple(table.columns) for name, table in tables.items()} == {
        name: table.names for name, table in AWARD_TABLES.items()
    }
    write_award(tmp_path, event, result_of(event, award))
    assert {path.name for path in tmp_path.iterdir()} == {"award.json", *(f"{name}.csv" for name in AWARD_TABLES)}


def test_tables_say_what_is_bought_of_whom() -> None:
    case = EventCase()
    tables = award_tables(case.event, case.award, case.certify())
    awards = tables["awards"].set_index("bid_id")
    assert cells(awards, "A1", "supplier_id", "item_id", "units", "unit_price", "spend", "tier") == [
        *("acme", "bolt", 60, 1.5, 90.0, 60)
    ]
    assert cells(awards, "B1", "unit_price", "spend", "freight", "tier") == [95 / 40, 95.0, 4.0, 31]
    assert awards.loc["B3", "package_id"] == "both"
    assert awards["tier"].isna().tolist() == [False, True, False, True, True]
    winners = tables["winners"].set_index("supplier_id")
    assert winners.index.tolist() == ["base", "acme"]
    assert cells(winners, "acme", *winners.columns) == [80, 110.0, 110 / 293, 0.0, 40.0, 2, 2]
    assert cells(winners, "base", "units", "spend", "freight", "items", "bids") == [70, 183.0, 9.0, 3, 3]
    assert tables["ledger"]["amount"].sum() == 372.0
    outcomes = tables["bid_outcomes"].set_index("bid_id")
    assert outcomes["outcome"].value_counts().to_dict() == {"won": 5, "unusable": 3, "lost": 1}
    assert outcomes["code"].to_dict() == {
        **dict.fromkeys(["A1", "A2", "B1", "B3", "B4"], ""),
        "B2": "alternate",
        "B5": "expired",
        "B6": "late",
        "C1": "blocked",
    }


def cells(table: pd.DataFrame, row: str, *columns: str) -> list[object]:
    """Cells of one row."""
    return [table[column].to_dict()[row] for column in columns]


def test_bids_lose_for_want_of_capacity_and_of_room_in_their_item() -> None:
    case = EventCase().where("bids", "B2", alternate_id=None)
    assert award_code(case.where("items", "bolt", max_units=100), "B2") == "max_units"
    # 60 bolts and 20 nuts at 2 each are 100; a nut needs 2 more, ten bolts 10.
    assert award_code(case.where("suppliers", "acme", capacity_units=101).buying(A2=0, A1=90), "A2") == "not_chosen"
    assert award_code(case.where("suppliers", "acme", capacity_units=91).buying(A2=0, A1=90), "A2") == "capacity"


def award_code(case: EventCase, bid: str) -> str:
    """Code of a bid's outcome."""
    outcomes = award_tables(case.event, case.award, case.certify())["bid_outcomes"].set_index("bid_id")
    return str(outcomes.loc[bid, "code"])


@pytest.mark.parametrize(
    ("case", "code", "words"),
    [
        (EventCase(), "search", "10 more by bid A2 would make the award 20.00 better"),
        (EventCase().where("items", "nut", uncovered_penalty=0.5), "uneconomic", "would cost 5.00 more"),
        (EventCase().where("bids", "A2", max_units=20), "capacity", "sell all that they can"),
        (EventCase().where("suppliers", "acme", capacity_units=100), "capacity", "lack the capacity"),
        (EventCase().ruled(sense="at_most", measure="spend", amount=300), "rule", "rules.amount (rule R:"),
        (
            EventCase().ruled(sense="at_most", measure="volume", amount=160, violation_price=4),
            "search",
            "20.00 better",
        ),
        (
            EventCase().ruled(sense="at_most", measure="volume", amount=150, violation_price=4),
            "uneconomic",
            "20.00 more than leaving them, rules and risk counted",
        ),
    ],
)
def test_units_are_left_for_a_reason(case: EventCase, code: str, words: str) -> None:
    uncovered = award_tables(case.event, case.award, case.certify())["uncovered"].set_index("item_id")
    assert (uncovered.loc["nut", "code"], words in str(uncovered.loc["nut", "reason"])) == (code, True), uncovered


@pytest.mark.parametrize(
    ("cells", "code"),
    [({"blocked": True}, "blocked"), ({"valid_until": "2023-01-01"}, "expired"), ({"lead_time_days": 9}, "late")],
)
def test_items_without_a_usable_bid_say_why(cells: dict[str, object], code: str) -> None:
    case = EventCase().where("items", "nut", needed_by_days=3).where("bids", "B3", lead_time_days=9)
    table, row = ("suppliers", "acme") if "blocked" in cells else ("bids", "A2")
    case = case.where(table, row, **cells).buying(A1=0, A2=0, B1=0, B3=0, B4=0)
    uncovered = award_tables(case.event, case.award, case.certify())["uncovered"].set_index("item_id")
    assert uncovered.loc["nut", "code"] in {code, "blocked"}
    assert uncovered.loc["nut", "code"] != "no_bid"
    assert uncovered["penalty"].isna().to_dict() == {"bolt": True, "nut": False, "chip": True}


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_what_is_written_reads_back(tmp_path: Path, file_format: str) -> None:
    case = EventCase()
    write_award(tmp_path, case.event, result_of(case.event, case.award), file_format=file_format)  # type: ignore[arg-type]
    read = read_award(tmp_path, case.event)
    assert read.warnings == ()
    assert np.array_equal(read.award.by_bid(9), case.award.by_bid(9))
    assert (read.claimed_cost, read.claimed_objective) == (37200, 37200)
    certificate = case.certify()
    assert read.claimed_ledger == dict(certificate.ledger)
    assert read.proved_bound == 37200 * 99 // 100
    claimed = {"cost": read.claimed_cost, "objective": read.claimed_objective}
    assert check_claims(certificate, claimed, read.claimed_ledger) == certificate


def test_a_bound_is_proved_for_its_own_event_alone(tmp_path: Path) -> None:
    case = EventCase()
    write_award(tmp_path, case.event, result_of(case.event, case.award))
    for other in (
        case.where("bids", "B5", valid_until="2024-06-01"),
        case.where("items", "nut", uncovered_penalty=4),
        case.where("suppliers", "core", blocked=False),
        case.ruled(sense="at_most", measure="winners", amount=2),
        case.setting(as_of="2024-01-02"),
        case.setting(risk={"survive_share": 0.1}),
    ):
        assert read_award(tmp_path, other.event).proved_bound is None


def test_claims_that_do_not_hold_are_violations() -> None:
    certificate = EventCase().certify()
    ledger = {**certificate.ledger, "bids.unit_price": 1, "something": 5}
    checked = check_claims(certificate, {"cost": 1, "objective": 2}, ledger)
    assert not checked.valid
    assert [found.rule for found in checked.violations] == ["claimed_cost", "claimed_objective", "ledger", "ledger"]


def test_the_smallest_award_by_hand_is_bids_and_units() -> None:
    case = EventCase()
    read = award_from_frames({"awards": pd.DataFrame({"bid_id": ["B4", "A1"], "units": [10, 60]})}, case.event)
    assert (read.award.bid.tolist(), read.award.units.tolist()) == ([0, 5], [60, 10])
    assert (read.claimed_cost, read.claimed_ledger) == (None, None)


def test_everything_that_is_wrong_is_reported_together(tmp_path: Path) -> None:
    case = EventCase()
    (tmp_path / "awards.csv").write_text("bid_id,units\nA1,many\nX9,3\n", encoding="utf-8")
    (tmp_path / "award.json").write_text('{"cost": "cheap", "objective": 1e300}', encoding="utf-8")
    with pytest.raises(NetworkError) as caught:
        read_award(tmp_path, case.event)
    assert {(problem.file, problem.column) for problem in caught.value.problems} == {
        ("awards.csv", "units"),
        ("awards.csv", "bid_id"),
        ("award.json", "cost"),
        ("award.json", "objective"),
    }
    with pytest.raises(NetworkError, match="no such directory"):
        read_award(tmp_path / "nowhere", case.event)


def test_repeated_bids_are_for_the_certificate_to_say() -> None:
    case = EventCase()
    read = award_from_frames({"awards": pd.DataFrame({"bid_id": ["A1", "A1"], "units": [30, 30]})}, case.event)
    assert "repeated_bid" in {found.rule for found in certify_award(case.event, read.award).violations}


def test_without_an_award_only_the_summary_is_left(tmp_path: Path) -> None:
    case = EventCase()
    write_award(tmp_path, case.event, result_of(case.event, case.award))
    write_award(tmp_path, case.event, result_of(case.event, None))
    assert [path.name for path in tmp_path.iterdir()] == ["award.json"]


def test_the_summary_is_in_currency_units() -> None:
    case = EventCase().ruled(kind="adjust", incumbents=True, amount=0.25)
    summary = award_summary(result_of(case.event, case.award), case.event)
    assert (summary["cost"], summary["spend"], summary["objective"]) == (372.0, 293.0, 392.0)
    assert (summary["adjustments"], summary["bound"]) == ({"rules.amount": 20.0}, 388.08)
    assert summary["gap"] == pytest.approx(0.01)
    assert [winner["supplier_id"] for winner in summary["winners"]] == ["base", "acme"]
    assert (summary["lines"], summary["units"], summary["uncovered_units"]) == (5, 150, 10)
    assert summary["seconds"] == {"total": 1.235}
    json.dumps(summary, allow_nan=False)
    infeasible = award_summary(replace(result_of(case.event, None), status=Status.INFEASIBLE), case.event)
    assert (infeasible["cost"], infeasible["winners"], infeasible["certificate"]) == (None, [], None)
