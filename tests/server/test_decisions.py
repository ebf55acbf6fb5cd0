"""Markdowns, exits and purchases over the wire: checked, planned, read and compared; numbers by hand."""

from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from counterpoise.v1 import plan_pb2 as pb
from optimizer.plan import Plan
from optimizer.plan_files.decision_tables import decision_tables
from optimizer.plan_files.plan_reading import read_plan
from server.client import Client, proposed_plan
from server.service import start_server
from server.summary import plan_summary
from tests.optimizer.decisions_case import decisions_network, hand_made
from tests.server.conftest import violations

NETWORK = decisions_network()


@pytest.fixture(scope="module")
def planner() -> Iterator[Client]:
    with start_server() as server, Client(server.address) as client:
        yield client


@pytest.fixture(scope="module")
def uploaded(planner: Client) -> str:
    """Name of the network."""
    return planner.upload_network(NETWORK).name


@pytest.fixture(scope="module")
def hand_plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan with every kind of decision."""
    return read_plan(hand_made(Path(tmp_path_factory.mktemp("plan"))), NETWORK).plan


def test_a_plan_made_by_hand_is_checked_with_all_its_decisions(planner: Client, uploaded: str, hand_plan: Plan):
    proposed = proposed_plan(decision_tables(NETWORK, hand_plan, None, None))
    assert [len(rows) for rows in (proposed.lines, proposed.markdowns, proposed.exits, proposed.purchases)] == [
        1, 2, 2, 1,
    ]  # fmt: skip
    answer = planner.check_plan(uploaded, proposed)
    assert answer.certificate.valid, answer.certificate
    ledger = answer.certificate.ledger_money_units
    assert sum(ledger.values()) == answer.certificate.benefit_money_units
    assert (ledger["exits.unit_proceeds"], ledger["quotes.unit_price"]) == (19_000_000, -9_000_000)
    assert ledger["markdowns.price"] == 2_000_000
    assert len(answer.line_benefit_money_units) == 4


def test_what_is_wrong_with_a_plan_is_named_by_its_fields(planner: Client, uploaded: str):
    wrong = pb.ProposedPlan(
        markdowns=[pb.ProposedMarkdown(sku_id="A", zone="East", period=1, price=5.0)],
        exits=[pb.ProposedExit(node_id="S1", exit_id="RTV", sku_id="M", units=1)],
        purchases=[pb.ProposedPurchase(quote_id="Q1", units=2), pb.ProposedPurchase(quote_id="Q2", units=2)],
    )
    with pytest.raises(grpc.RpcError) as error:
        planner.check_plan(uploaded, wrong)
    assert set(violations(error.value)) == {
        "plan.markdowns[0].zone",
        "plan.exits[0].exit_id",
        "plan.purchases[1].quote_id",
    }


def test_the_best_plan_uses_what_it_may(planner: Client, uploaded: str):
    """What is found is read, checked and compared as it is."""
    plan = planner.wait_plan(planner.create_plan(uploaded, time_limit_seconds=60).name, timeout_seconds=90)
    assert plan.state == pb.PLAN_STATE_SUCCEEDED, plan
    tables = planner.read_plan(plan.name)
    summary = plan_summary(plan)
    assert summary["responses"]["purchase"] == {"lines": 1, "units": int(tables["purchases"]["units"].sum())}
    assert sum(summary["ledger"].values()) == pytest.approx(summary["benefit"])
    assert tables["purchases"]["supplier"].tolist() == ["Acme"]
    assert tables["exits"]["unit_proceeds_money_units"].tolist()
    answer = planner.check_plan(uploaded, proposed_plan(tables), claimed_benefit=plan.result.benefit)
    assert answer.certificate.valid, answer.certificate
    difference, changes = planner.compare_plans(plan.name, pb.ProposedPlan())
    assert difference.benefit_money_units == -plan.result.benefit_money_units
    assert changes["purchases"]["units_after"].tolist() == [0]
    assert len(changes["exits"]) == len(tables["exits"])


def test_responses_that_are_not_asked_for_are_not_used(planner: Client, uploaded: str):
    asked = planner.create_plan(uploaded, time_limit_seconds=5, responses=[pb.RESPONSE_PURCHASE])
    assert list(asked.responses) == [pb.RESPONSE_PURCHASE]
    plan = planner.wait_plan(asked.name, timeout_seconds=60)
    lines = {use.response: use.lines for use in plan.result.responses}
    assert lines[pb.RESPONSE_PURCHASE] == 1
    assert sum(lines.values()) == 1


def test_the_standard_policy_has_a_name(planner: Client, uploaded: str):
    plan = planner.create_plan(uploaded, time_limit_seconds=5, standard_response_policy=True)
    assert {row.severity: len(row.responses) for row in plan.response_policy}[1] == 2
    both = {"standard_response_policy": True, "response_policy": [pb.SeverityResponses(severity=1)]}
    with pytest.raises(grpc.RpcError) as error:
        planner.create_plan(uploaded, **both)
    assert "standard_response_policy" in violations(error.value)


def test_alternatives_of_an_alert_say_what_each_response_does(planner: Client, uploaded: str):
    plan = planner.wait_plan(planner.create_plan(uploaded, time_limit_seconds=5).name, timeout_seconds=60)
    found = planner.list_alternatives(plan.name, alert_ids=["A2"], time_limit_seconds=15)
    by_name = {alternative.choice.choice: alternative for alternative in found}
    bought = by_name["purchase_only"]
    assert (bought.choice.units_by_purchase, bought.choice.units_by_transfer) == (4, 0)
    assert bought.purchases[["quote_id", "node_id", "units"]].to_numpy().tolist() == [["Q1", "S2", 4]]
    assert not len(bought.lines)
    assert not len(bought.exits)
    assert not len(bought.markdowns)
