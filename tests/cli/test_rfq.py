"""`counterpoise rfq`, `bids` and plans with bids: what they print, write and refuse."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cli.exit_codes import ExitCode
from network import write_network
from network.events import read_event
from scenarios.supplier_bids import fill_forms
from scenarios.suppliers import with_suppliers
from tests.cli.conftest import Command
from tests.sourcing.shortages import shortage_network


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """The directory of a network with suppliers and shortages."""
    write_network(shortage_network(), tmp_path / "net")
    return tmp_path / "net"


@pytest.fixture
def plan(network: Path, tmp_path: Path, command: Command) -> Path:
    """A plan for it."""
    assert command("plan", network, "--out", tmp_path / "plan", "--time-limit", 10).code == ExitCode.DONE
    return tmp_path / "plan"


@pytest.fixture
def event(network: Path, plan: Path, tmp_path: Path, command: Command) -> Path:
    """An event for what the plan leaves unmet, with bids."""
    assert command("rfq", network, plan, "--out", tmp_path / "event").code == ExitCode.DONE
    forms = sorted(folder for folder in (tmp_path / "event" / "rfq").iterdir() if folder.is_dir())
    assert fill_forms(tmp_path / "event", seed=3) > 0
    assert command("bids", tmp_path / "event", *forms).code == ExitCode.DONE
    return tmp_path / "event"


def test_rfq_says_who_is_asked_for_what(network: Path, plan: Path, tmp_path: Path, command: Command) -> None:
    done = command("rfq", network, plan, "--out", tmp_path / "event", "--suppliers", 2, "--answer-by", 1, "--json")
    assert done.code == ExitCode.DONE
    found = done.json
    assert set(found) == {"items", "units", "items_without_supplier", "invitations", "suppliers", "pairs", "seconds"}
    assert {each["supplier_id"] for each in found["suppliers"]} == {"V1", "V2"}
    assert sum(each["items"] for each in found["suppliers"]) == found["invitations"]
    assert sum(found["pairs"].values()) == 3 * found["items"]
    assert (tmp_path / "event" / "rfq" / "V1" / "bids.csv").is_file()
    assert json.loads((tmp_path / "event" / "event.json").read_text())["as_of"] == "2026-01-06"
    told = command("rfq", network, plan, "--out", tmp_path / "again").out
    assert "Asked for" in told
    assert "V1" in told


def test_rfq_takes_items_of_a_table(network: Path, tmp_path: Path, command: Command) -> None:
    (tmp_path / "wanted.csv").write_text("node_id;sku_id;units\nS1;TEA;7\nS2;MUG;3\n", encoding="utf-8")
    done = command("rfq", network, "--items", tmp_path / "wanted.csv", "--out", tmp_path / "event", "--json")
    assert (done.code, done.json["items"], done.json["units"]) == (ExitCode.DONE, 2, 10)


def test_rfq_refuses_what_it_cannot_do(
    network: Path, plan: Path, event: Path, tmp_path: Path, command: Command
) -> None:
    """No plan, no suppliers, an event that has bids."""
    assert command("rfq", network, "--out", tmp_path / "x").code == ExitCode.USAGE
    assert command("rfq", network, plan, "--out", tmp_path / "x", "--answer-by", -1).code == ExitCode.USAGE
    kept = command("rfq", network, plan, "--out", event)
    assert kept.code == ExitCode.BAD_INPUT
    assert "would be lost" in kept.err
    (network / "supplies.csv").unlink()
    assert "supplies" in command("rfq", network, plan, "--out", tmp_path / "x").err


def test_bids_keeps_the_good_and_tells_the_bad(event: Path, tmp_path: Path, command: Command) -> None:
    item = read_event(event)[0].items.item_id[0]
    before = len(read_event(event)[0].bids)
    form = tmp_path / "mail.csv"
    form.write_text(f"item_id,unit_price,colour\n{item},4.5,red\n{item},cheap,blue\n", encoding="utf-8")
    assert command("bids", event, form).code == ExitCode.USAGE
    assert command("bids", event, form, "--supplier", "nobody").code == ExitCode.BAD_INPUT
    done = command("bids", event, form, "--supplier", "V1", "--json")
    assert done.code == ExitCode.BAD_INPUT
    assert (done.json["bids_before"], done.json["bids_added"], done.json["bids_refused"]) == (before, 1, 1)
    (told,) = done.json["forms"]
    wrong = [problem for problem in told["problems"] if not problem["is_warning"]]
    assert [(problem["row"], problem["column"], problem["value"]) for problem in wrong] == [(2, "unit_price", "cheap")]
    assert [problem["column"] for problem in told["problems"] if problem["is_warning"]] == ["colour", "item_id"]
    assert len(read_event(event)[0].bids) == before + 1
    page = command("bids", event, form, "--supplier", "V1")
    assert "row 2, unit_price" in page.out
    assert "Give --replace" in page.out
    again = command("bids", event, form, "--supplier", "V1", "--replace")
    assert "earlier bids replaced" in again.out
    form.write_text("item_id,unit_price,Unit price\nS1/TEA,1,2\n", encoding="utf-8")
    torn = command("bids", event, form, "--supplier", "V1", "--replace")
    assert torn.code == ExitCode.BAD_INPUT
    assert "two columns 'unit_price'" in torn.err
    left = read_event(event)[0]
    assert np.count_nonzero(left.bids.supplier == left.suppliers.supplier_id.tolist().index("V1")) == 1


def test_a_plan_buys_from_bids(network: Path, plan: Path, event: Path, tmp_path: Path, command: Command) -> None:
    """It is worth more than the plan before; its purchases name bids; a check needs the event too."""
    before = json.loads((plan / "plan.json").read_text())["benefit"]
    flags = ("--event", event, "--known", plan, "--time-limit", 10)
    done = command("plan", network, *flags, "--out", tmp_path / "joint", "--json")
    assert done.code == ExitCode.DONE
    assert done.json["benefit"] > before
    names = pd.read_csv(tmp_path / "joint" / "purchases.csv")["quote_id"].str.split("@").str[0]
    assert set(names) <= set(read_event(event)[0].bids.bid_id.tolist())
    checked = command("check", network, tmp_path / "joint", "--event", event, "--json")
    assert (checked.code, checked.json["certificate"]["valid"]) == (ExitCode.DONE, True)
    assert checked.json["benefit"] == done.json["benefit"]
    assert command("check", network, tmp_path / "joint").code == ExitCode.BAD_INPUT
    assert command("plan", network, "--award", event, "--out", tmp_path / "x").code == ExitCode.USAGE


def test_suppliers_are_added_from_the_seed_alone() -> None:
    one, other = (with_suppliers(shortage_network(), suppliers=2, seed=5) for _ in range(2))
    np.testing.assert_array_equal(one.supplies.unit_price, other.supplies.unit_price)
    assert {"V01", "V02"} <= set(one.nodes.node_id.tolist())
    assert len(one.supplies) > 5
