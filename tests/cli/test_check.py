"""``check``: plans made by `plan`, plans made by hand, and plans that were tampered with."""

from pathlib import Path

import pytest

from tests.cli.conftest import BENEFIT, Command, write_directory

KEYS = {
    "certificate",
    "violation_count",
    "benefit",
    "claimed_benefit",
    "objective",
    "claimed_objective",
    "adjustments",
    "ledger",
    "lines",
    "units",
    "dispatches",
    "responses",
    "unmet_units",
    "seconds",
}


@pytest.fixture
def plan(command: Command, small: Path, tmp_path: Path) -> Path:
    """The best plan of the small network."""
    assert command("plan", small, "--out", tmp_path / "plan").code == 0
    return tmp_path / "plan"


def test_a_plan_of_ours_is_valid_and_worth_what_it_claims(command: Command, small: Path, plan: Path):
    done = command("check", small, plan, "--json")
    assert done.code == 0
    assert done.json.keys() == KEYS
    assert done.json["certificate"] == {"valid": True, "violations": []}
    assert done.json["benefit"] == done.json["claimed_benefit"] == BENEFIT
    assert sum(done.json["ledger"].values()) == pytest.approx(BENEFIT)


def test_a_tampered_plan_is_invalid_with_every_violation(command: Command, small: Path, plan: Path):
    transfers = plan / "transfers.csv"
    rows = transfers.read_text().splitlines()
    # 60 units of the 20 that W has, on a dispatch of 100 kg that also carries TEA.
    rows = [row.replace("007,6,", "007,60,") for row in rows]
    transfers.write_text("\n".join(rows) + "\n")
    done = command("check", small, plan, "--json")
    assert done.code == 1
    violations = done.json["certificate"]["violations"]
    assert not done.json["certificate"]["valid"]
    assert "claimed_benefit" in {violation["rule"] for violation in violations}
    assert any("node W" in violation["place"] and "007" in violation["place"] for violation in violations)
    page = command("check", small, plan)
    assert page.code == 1
    assert "INVALID" in page.out
    for violation in violations:
        assert f"{violation['rule']}, {violation['place']}: {violation['message']}" in page.out


def test_a_hand_made_plan_needs_only_transfers(command: Command, small: Path, tmp_path: Path):
    transfers = "origin,destination,sku_id,units\nW,S1,007,5\n"
    done = command("check", small, write_directory(tmp_path / "hand", {"transfers.csv": transfers}), "--json")
    assert done.code == 0
    assert done.json["benefit"] == 5 * 7.5 - 3
    assert done.json["claimed_benefit"] is None
    assert done.json["dispatches"] == 1
    assert done.json["unmet_units"] == 1 + 4 + 2  # 007 at S1 and S2, TEA at S1


def test_a_plan_that_cannot_be_read_is_bad_input(command: Command, small: Path, tmp_path: Path):
    transfers = "origin,destination,sku_id,units\nW,S1,007,many\nW,MOON,007,1\n"
    done = command("check", small, write_directory(tmp_path / "hand", {"transfers.csv": transfers}))
    assert done.code == 1
    assert "many" in done.err
    assert "MOON" in done.err
    assert command("check", small, tmp_path / "nowhere").code == 1


def test_the_scope_of_the_request_file_counts(command: Command, small: Path, plan: Path):
    write_directory(small, {"request.json": '{"scope": {"sku_ids": ["TEA"]}}'})
    violations = command("check", small, plan, "--json").json["certificate"]["violations"]
    assert "in_scope" in {violation["rule"] for violation in violations}
