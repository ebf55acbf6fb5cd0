"""``award`` and ``check-award``: what is written, what is printed, and what the exit code says."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import cli.awarding
import cli.in_worker
from cli.award_report import MOST_SHOWN, conflict_lines
from network.events import write_event
from optimizer.award_files.award_schema import AWARD_TABLES, WHY_TABLES
from optimizer.plan import Conflict
from optimizer.sourcing.solve import award
from server.child import Reported
from tests.cli.conftest import SMALL, Command, Outcome, write_directory
from tests.sourcing.small_event import UNITS, EventCase

KEYS = [
    *("status", "stopped_by", "cost", "spend", "objective", "adjustments", "bound", "gap", "seconds", "backend"),
    *("winners", "lines", "units", "uncovered_units", "ledger", "certificate", "conflicts"),
]

BEST = 318.0
"""Cost of the best award of the case: 90 bolts and 30 nuts of acme, 10 bolts, 20 nuts and 10 chips of base."""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The directory of the small event."""
    return written(EventCase(), tmp_path / "event")


def written(case: EventCase, directory: Path) -> Path:
    """Write a case's event."""
    write_event(case.event, directory)
    return directory


def test_json_is_one_object_with_the_documented_keys(command: Command, directory: Path, tmp_path: Path) -> None:
    done = command("award", directory, "--out", tmp_path / "out", "--json")
    assert done.code == 0
    answer = done.json
    assert list(answer) == KEYS
    assert answer["seconds"].keys() == {"total", "read", "build", "solve", "certify", "write"}
    assert (answer["status"], answer["cost"], answer["objective"]) == ("optimal", BEST, BEST)
    assert answer["bound"] == pytest.approx(BEST, abs=1e-4)
    assert answer["certificate"] == {"valid": True, "violations": []}
    assert answer["adjustments"] == {}
    assert sum(answer["ledger"].values()) == BEST
    assert [(winner["supplier_id"], winner["units"]) for winner in answer["winners"]] == [("acme", 120), ("base", 40)]
    assert (answer["lines"], answer["units"], answer["uncovered_units"]) == (5, 160, 0)


def test_the_award_directory_holds_the_answer_and_is_checked(command: Command, directory: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "award"
    answer = command("award", directory, "--out", out, "--json").json
    assert {path.name for path in out.iterdir()} == {"award.json", *(f"{name}.csv" for name in AWARD_TABLES)}
    kept = json.loads((out / "award.json").read_text(encoding="utf-8"))
    assert {key: kept[key] for key in KEYS if key != "seconds"} == {
        key: answer[key] for key in KEYS if key != "seconds"
    }
    checked = command("check-award", directory, out, "--json")
    assert (checked.code, checked.json["cost"], checked.json["claimed_cost"]) == (0, BEST, BEST)
    assert checked.json["certificate"] == {"valid": True, "violations": []}
    assert checked.json["winners"] == ["acme", "base"]
    (out / "award.json").write_text(json.dumps({**kept, "cost": 1234.5}), encoding="utf-8")
    assert f"claims the cost 1,234.50, it is {BEST:,.2f}" in command("check-award", directory, out).out


def test_people_get_a_page(command: Command, directory: Path, tmp_path: Path) -> None:
    done = command("award", directory, "--out", tmp_path / "out", "--format", "parquet")
    assert done.code == 0
    for words in ("Answer: optimal", "318.00 USD", "suppliers.fixed_cost", "acme: 120 units of 2 items", "Written to"):
        assert words in done.out
    assert "1 lost, 3 unusable" in done.out
    assert (tmp_path / "out" / "awards.parquet").is_file()
    checked = command("check-award", directory, tmp_path / "out")
    assert checked.code == 0
    assert "Certificate: valid" in checked.out
    assert "160 units by 5 bids of 2 suppliers" in checked.out


def test_an_award_by_hand_is_checked(command: Command, directory: Path, tmp_path: Path) -> None:
    (tmp_path / "awards.csv").write_text("bid_id,units\nA1,65\nC1,1\n", encoding="utf-8")
    (tmp_path / "award.json").write_text('{"cost": 3}', encoding="utf-8")
    done = command("check-award", directory, tmp_path, "--json")
    rules = {found["rule"] for found in done.json["certificate"]["violations"]}
    assert done.code == 1
    assert rules == {"bids.pack_units", "suppliers.blocked", "items.units", "claimed_cost"}
    page = command("check-award", directory, tmp_path)
    assert page.code == 1
    assert "INVALID, 5 violations" in page.out
    assert "65 units, sells packs of 10" in page.out


def test_an_infeasible_event_says_what_to_relax(command: Command, tmp_path: Path) -> None:
    case = EventCase().ruled(sense="at_most", measure="winners", amount=1)
    directory = written(case, tmp_path / "event")
    done = command("award", directory, "--out", tmp_path / "out", "--json")
    assert (done.code, done.json["status"], done.json["cost"]) == (3, "infeasible", None)
    assert "rules.amount" in {conflict["rule"] for conflict in done.json["conflicts"]}
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["award.json"]
    page = command("award", directory, "--out", tmp_path / "out")
    assert page.code == 3
    assert "to make an award possible, relax rules.amount" in page.out
    for question in ("check-award", "award-why"):
        asked = command(question, directory, tmp_path / "out")
        assert asked.code == 1
        assert "no award was found: its status is infeasible" in asked.err


def test_flags_win_over_the_event(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def capture(event: Any, parameters: Any, until: float, progress: Any) -> Any:
        asked.append((parameters.time_limit_seconds, parameters.gap, parameters.backend))
        return award(event)

    monkeypatch.setattr("cli.award_command.award_in_worker", capture)
    directory = written(EventCase().setting(time_limit_seconds=7, gap=0.5), tmp_path / "event")
    command("award", directory, "--out", tmp_path / "out")
    command("award", directory, "--out", tmp_path / "out", "--gap", 0.25, "--time-limit", 9, "--backend", "highs")
    assert asked == [(7, 0.5, None), (9, 0.25, "highs")]


def spoiled(directory: Path) -> Path:
    """The event with a bid whose price is negative."""
    bids = pd.read_csv(directory / "bids.csv")
    bids.loc[bids["bid_id"] == "B2", "unit_price"] = -2
    bids.to_csv(directory / "bids.csv", index=False)
    return directory


def test_bad_bids_are_refused_with_their_place_or_left_out(command: Command, directory: Path, tmp_path: Path) -> None:
    spoiled(directory)
    refused = command("award", directory, "--out", tmp_path / "out", "--json")
    assert refused.code == 1
    assert [(one["file"], one["row"], one["column"]) for one in refused.json["problems"]] == [
        ("bids.csv", 4, "unit_price")
    ]
    kept = command("award", directory, "--out", tmp_path / "out", "--keep-good", "--json")
    assert kept.code == 0
    assert list(kept.json) == [*KEYS, "problems"]
    assert [one["column"] for one in kept.json["problems"]] == ["unit_price"]
    assert "bids are left out for 1 problem" in kept.err
    # Without B2 ten bolts come from B1, at 2.5 and freight: 6 more.
    assert kept.json["cost"] == BEST + 6


def test_freight_by_lanes_is_that_of_the_network(command: Command, directory: Path, tmp_path: Path) -> None:
    bids = pd.read_csv(directory / "bids.csv")
    bids["freight"] = ["lanes" if bid == "A1" else None for bid in bids["bid_id"]]
    bids.to_csv(directory / "bids.csv", index=False)
    pd.read_csv(directory / "items.csv").assign(node_id="S1").to_csv(directory / "items.csv", index=False)
    suppliers = pd.read_csv(directory / "suppliers.csv")
    suppliers.assign(node_id=["W", None, None]).to_csv(directory / "suppliers.csv", index=False)
    lanes = "lane_id,origin,destination,fixed_cost,cost_per_unit\nW>S1,W,S1,3,0.1\nW>S2,W,S2,3,0.1\n"
    network = write_directory(tmp_path / "network", {**SMALL, "lanes.csv": lanes})
    without = command("award", directory, "--out", tmp_path / "out")
    assert without.code == 1
    assert "network" in without.err
    done = command("award", directory, "--out", tmp_path / "out", "--network", network, "--json")
    assert (done.code, done.json["cost"]) == (0, BEST + 9)
    assert command("check-award", directory, tmp_path / "out", "--network", network).code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["award", "nowhere", "--out", "out"], 1, "it does not exist"),
        (["award", "{event}", "--out", "{event}"], 2, "name another"),
        (["award", "{event}", "--out", "{event}/bids.csv"], 2, "is a file"),
        (["award", "{event}", "--out", "out", "--backend", "oracle"], 2, "--backend"),
        (["award", "{event}"], 2, "--out"),
        (["check-award", "{event}", "nowhere"], 1, "no such directory"),
    ],
)
def test_mistakes_are_told(command: Command, directory: Path, words: list[str], code: int, said: str) -> None:
    done = command(*(word.format(event=directory) for word in words))
    assert (done.code, said in done.err) == (code, True), done


def find_and_hang(event: Any, parameters: Any, until: float, on_incumbent: Any = None) -> None:
    """A search that finds the best award and does not return."""
    award(event, parameters, on_incumbent=on_incumbent)
    time.sleep(600)


def hang(event: Any, parameters: Any, until: float, on_incumbent: Any = None) -> None:
    """A search that finds nothing and does not return."""
    time.sleep(600)


def cut_short(command: Command, directory: Path, monkeypatch: pytest.MonkeyPatch, search: Any) -> Outcome:
    """Award with a search of this module that is ended by Ctrl-C as soon as it has found the best award, or at once."""
    receive = cli.in_worker._received

    def interrupted(worker: Any, what: str) -> Any:
        message = receive(worker, what)
        proved = isinstance(message, Reported) and message.incumbent.gap is not None and message.incumbent.gap < 1e-6
        if proved or search is hang:
            raise KeyboardInterrupt
        return message

    monkeypatch.setattr(cli.awarding, "_AWARD", f"{__name__}:{search.__name__}")
    monkeypatch.setattr(cli.in_worker, "_received", interrupted)
    return command("award", directory, "--out", directory / "out", "--json")


def test_ctrl_c_keeps_the_best_award(command: Command, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = cut_short(command, directory, monkeypatch, find_and_hang)
    assert done.code == 130
    assert (done.json["stopped_by"], done.json["cost"], done.json["certificate"]["valid"]) == ("cancelled", BEST, True)
    assert command("check-award", directory, directory / "out").code == 0


def test_ctrl_c_before_an_award_says_so(command: Command, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = cut_short(command, directory, monkeypatch, hang)
    assert (done.code, done.json["status"], done.json["cost"]) == (130, "no_plan", None)


def test_a_search_that_does_not_stop_is_killed_and_its_best_award_kept(
    command: Command, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.awarding, "_AWARD", f"{__name__}:find_and_hang")
    done = command("award", directory, "--out", tmp_path / "out", "--time-limit", 6, "--json")
    assert (done.code, done.json["stopped_by"], done.json["cost"]) == (0, "time_limit", BEST)


@pytest.fixture
def awarded(command: Command, directory: Path, tmp_path: Path) -> Path:
    """The best award of the small event."""
    assert command("award", directory, "--out", tmp_path / "best").code == 0
    return tmp_path / "best"


def by_hand(directory: Path, units: dict[str, int]) -> Path:
    """An award by hand."""
    directory.mkdir()
    pd.DataFrame({"bid_id": list(units), "units": list(units.values())}).to_csv(directory / "awards.csv", index=False)
    return directory


def test_awards_are_compared(command: Command, directory: Path, awarded: Path, tmp_path: Path) -> None:
    other = by_hand(tmp_path / "hand", UNITS)
    done = command("award-diff", directory, other, awarded, "--json")
    assert done.code == 0
    assert done.json["cost"] == {"before": 372.0, "after": BEST, "change": BEST - 372.0}
    assert done.json["uncovered_units"] == {"before": 10, "after": 0}
    assert (done.json["bids_added"], done.json["bids_removed"], done.json["bids_changed"]) == (1, 1, 2)
    assert {line["bid_id"]: line["change"] for line in done.json["lines"]}["B1"] == "removed"
    assert done.json["winners_added"] == []
    page = command("award-diff", directory, other, awarded)
    assert page.code == 0
    assert "removed  B1 (base, bolt): 40 -> 0 units, 95.00 -> 0.00" in page.out
    nothing = by_hand(tmp_path / "nothing", {})
    broken = command("award-diff", directory, nothing, awarded)
    assert "the award before breaks rules" in broken.out


def test_losing_bids_and_rules_are_explained(command: Command, tmp_path: Path) -> None:
    case = EventCase().ruled(sense="at_most", measure="volume", supplier_id="acme", amount=110)
    for item in ("bolt", "chip"):
        case = case.where("items", item, shortage_penalty=20)
    directory, out = written(case, tmp_path / "event"), tmp_path / "out"
    assert command("award", directory, "--out", out).code == 0
    done = command("award-why", directory, out, "--time-limit", 20, "--out", tmp_path / "why", "--json")
    assert done.code == 0
    assert done.json["better_award_found"] is False
    prices = {row["bid_id"]: row for row in done.json["prices"]}
    assert prices["A1"]["outcome"] == "won"
    assert 0 < prices["B1"]["factor_low"] <= prices["B1"]["factor_high"] < 1
    rule = done.json["rules"][0]
    assert rule["cost_low"] == rule["cost_high"] == done.json["objective"] - BEST > 0
    assert {row["winners"]: row["objective"] for row in done.json["winners"]}[2] == done.json["objective"]
    assert {path.stem for path in (tmp_path / "why").iterdir()} == set(WHY_TABLES)
    for path in (tmp_path / "why").iterdir():
        assert tuple(pd.read_csv(path).columns) == WHY_TABLES[path.stem].names
    page = command("award-why", directory, out, "--time-limit", 10, "--only", "rules")
    assert f"R: costs {rule['cost_low']:.2f} USD" in page.out
    assert "Prices to win" not in page.out


def test_a_supplier_is_told_of_its_own_bids_alone(command: Command, directory: Path, awarded: Path) -> None:
    done = command("award-why", directory, awarded, "--supplier", "base", "--time-limit", 10, "--json")
    assert set(done.json) == {"prices", "seconds"}
    assert {row["bid_id"] for row in done.json["prices"]} == {"B1", "B2", "B3", "B4"}
    page = command("award-why", directory, awarded, "--supplier", "base", "--time-limit", 10)
    assert "green  B3 (nut): rank 1" in page.out
    assert "acme" not in page.out
    assert command("award-why", directory, awarded, "--supplier", "nobody").code == 2


def test_invalid_awards_are_not_explained(command: Command, directory: Path, tmp_path: Path) -> None:
    done = command("award-why", directory, by_hand(tmp_path / "nothing", {}))
    assert (done.code, "the award breaks items.units" in done.err) == (1, True)
    nothing = command("award-why", directory, tmp_path / "nothing", "--only", "risk")
    assert (nothing.code, "shortage_penalty of every item" in nothing.err) == (2, True)


def test_conflicts_say_once_what_they_share_and_not_all_of_many() -> None:
    capacity = [
        Conflict("suppliers.capacity_units", f"supplier {row}", 1.0, f"supplier {row} is short; with these; cheapest")
        for row in range(MOST_SHOWN + 2)
    ]
    lines = list(conflict_lines([*capacity, Conflict("rules.amount", "rule R", 2.0, "rule R gives way; with this")]))
    assert lines[0].endswith("suppliers.capacity_units at all of these places, together")
    assert lines[1] == "  supplier 0 is short"
    assert lines[MOST_SHOWN + 1 :] == [
        "  ... and 2 more, which --json prints",
        "  with these; cheapest",
        "or instead rules.amount",
        "  rule R gives way",
        "  with this",
    ]
