"""Answers to questions about plans, as streams of messages that stay below the message limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from counterpoise.v1 import analysis_pb2, plan_pb2, plan_service_pb2
from network.tables import Network
from optimizer.alternatives.choices import USE_COLUMNS, WHOLE_PLAN, Alternatives
from optimizer.difference import Difference, LineChanges, parts_of_changes
from optimizer.difference_tables import price_changes_table
from optimizer.plan import UNKNOWN_MONEY
from optimizer.plan_parts import parts_of
from optimizer.rule_prices import RulePrices
from server.convert import certificate_to_proto
from server.result_tables import (
    exit_columns,
    lane_columns,
    line_columns,
    markdown_columns,
    messages_of_columns,
    purchase_columns,
)


def alternatives_to_proto(
    network: Network, found: Alternatives
) -> Iterator[plan_service_pb2.ListPlanAlternativesResponse]:
    """Say every choice, its lines behind it, and at last what is not offered."""
    answer = plan_service_pb2.ListPlanAlternativesResponse
    for index in range(len(found)):
        yield answer(alternative=_alternative(network, found, index))
        plan = found.changed(network, index)
        parts = parts_of(network, plan)
        for lines in messages_of_columns(plan_pb2.TransferColumns, line_columns(network, plan, parts.transfers)):
            yield answer(transfers=lines)
        for prices in messages_of_columns(plan_pb2.MarkdownColumns, markdown_columns(network, plan)):
            yield answer(markdowns=prices)
        for exits in messages_of_columns(plan_pb2.ExitColumns, exit_columns(network, plan, parts.exits)):
            yield answer(exits=exits)
        for bought in messages_of_columns(plan_pb2.PurchaseColumns, purchase_columns(network, plan, parts.purchases)):
            yield answer(purchases=bought)
    for note in found.notes:
        yield answer(note=note)


def _alternative(network: Network, found: Alternatives, index: int) -> analysis_pb2.PlanAlternative:
    alert, day, scale = int(found.alert[index]), int(found.last_day[index]), 10**network.money_decimals
    money = {name: getattr(found, name)[index] / scale for name in ("benefit", "objective", "objective_lost", "cost")}
    return analysis_pb2.PlanAlternative(
        alert_id="" if alert == WHOLE_PLAN else network.alerts.alert_id[alert],
        choice=found.choice[index],
        rank=int(found.rank[index]),
        line_count=int(found.lines[index]),
        dispatch_count=int(found.dispatches[index]),
        units=int(found.units[index]),
        last_day=None if day < 0 else day,
        mean_day=None if np.isnan(found.mean_day[index]) else float(found.mean_day[index]),
        emissions_kg=float(found.emissions_kg[index]),
        emissions_known=float(found.emissions_known[index]),
        risk_resolved=float(found.risk_resolved[index]),
        summary=found.summary[index],
        **{name: int(getattr(found, name)[index]) for name in USE_COLUMNS},
        **money,
    )


def difference_to_proto(network: Network, found: Difference) -> Iterator[plan_service_pb2.ComparePlansResponse]:
    """Say how two plans differ: in sum, then table by table."""
    answer = plan_service_pb2.ComparePlansResponse
    lines, runs, outcomes = found.lines, found.dispatches, found.outcomes
    yield answer(difference=_difference(network, found))
    parts = parts_of_changes(network, lines)
    columns: Mapping[str, Any] = {**line_columns(network, lines, parts.transfers), **_units(lines, parts.transfers)}
    for changed_lines in messages_of_columns(analysis_pb2.LineChangeColumns, columns):
        yield answer(lines=changed_lines)
    columns = {str(name): cells.to_numpy() for name, cells in price_changes_table(network, found.prices).items()}
    for changed_prices in messages_of_columns(analysis_pb2.MarkdownChangeColumns, columns):
        yield answer(markdowns=changed_prices)
    columns = {**exit_columns(network, lines, parts.exits), **_units(lines, parts.exits)}
    for changed_exits in messages_of_columns(analysis_pb2.ExitChangeColumns, columns):
        yield answer(exits=changed_exits)
    columns = {**purchase_columns(network, lines, parts.purchases), **_units(lines, parts.purchases)}
    for changed_purchases in messages_of_columns(analysis_pb2.PurchaseChangeColumns, columns):
        yield answer(purchases=changed_purchases)
    columns = {
        **lane_columns(network, runs.lane),
        "dispatches_before": runs.before,
        "dispatches_after": runs.after,
    }
    for changed_runs in messages_of_columns(analysis_pb2.DispatchChangeColumns, columns):
        yield answer(dispatches=changed_runs)
    columns = {"alert_id": network.alerts.alert_id[outcomes.alert]} | {
        name: getattr(outcomes, name) for name in ("outcome_before", "outcome_after", "units_before", "units_after")
    }
    for changed_outcomes in messages_of_columns(analysis_pb2.OutcomeChangeColumns, columns):
        yield answer(alert_outcomes=changed_outcomes)


def _units(lines: LineChanges, at: NDArray[np.intp]) -> Mapping[str, Any]:
    return {"units_before": lines.units_before[at], "units_after": lines.units_after[at]}


def _difference(network: Network, found: Difference) -> analysis_pb2.PlanDifference:
    lines = found.lines
    added, removed = lines.units_before == 0, lines.units_after == 0
    return analysis_pb2.PlanDifference(
        lines_added=int(added.sum()),
        lines_removed=int(removed.sum()),
        lines_changed=int((~added & ~removed).sum()),
        changed_units=lines.changed_units,
        markdowns_changed=found.prices.n_choices,
        benefit_money_units=found.benefit,
        objective_money_units=found.objective,
        ledger_money_units={term: int(amount) for term, amount in found.ledger.items()},
        adjustments_money_units={term: int(amount) for term, amount in found.adjustments.items()},
        currency=network.currency,
        money_decimals=network.money_decimals,
        before=certificate_to_proto(found.before),
        after=certificate_to_proto(found.after),
    )


def rule_prices_to_proto(network: Network, found: RulePrices) -> plan_service_pb2.PriceRulesResponse:
    """Say what rules cost."""
    return plan_service_pb2.PriceRulesResponse(rules=[_rule_price(network, found, row) for row in range(len(found))])


def _rule_price(network: Network, found: RulePrices, row: int) -> analysis_pb2.RulePrice:
    amounts = {name: int(getattr(found, name)[row]) for name in ("price_low", "price_high", "gain")}
    return analysis_pb2.RulePrice(
        rule=found.rule[row],
        place=found.place[row],
        row_count=int(found.rows[row]),
        message=found.message[row],
        **{name: units / 10**network.money_decimals for name, units in amounts.items() if units != UNKNOWN_MONEY},
    )
