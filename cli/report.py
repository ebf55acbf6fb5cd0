"""A plan's answer as people want to read it, wherever it came from: a result at hand or a server's messages."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from cli.decision_report import exit_lines, markdown_lines, purchase_lines
from cli.wording import wrapped
from network.words import counted
from optimizer.plan import Result

_MEANING_OF_STATUS: Final = {
    "optimal": "the best plan there is",
    "feasible": "a valid plan; the gap says how much better another could be at most",
    "infeasible": "no plan keeps every rule",
    "no_plan": "time was over before a plan was found; nothing is proved",
}

_FROZEN: Final = "request.former_plan"
_DEMAND: Final = "alerts.units"

MOST_VALUABLE: Final = 10
_TERM_WIDTH: Final = 30


@dataclass(frozen=True, slots=True)
class Report:
    """What is told about a plan; amounts in the currency."""

    summary: Mapping[str, Any]
    """The object that ``--json`` prints."""
    currency: str
    backend_reason: str
    ledger: Mapping[str, float]
    outcomes: Mapping[str, int]
    """Number of alerts by outcome, among those that select."""
    left_aside: int
    """Alerts that do not select: outside the scope, or of a severity that may not transfer."""
    conflicts: Sequence[str]
    """For people, one each."""
    transfers: pd.DataFrame | None
    """Columns origin, destination, sku_id, units, arrives_day, expiry_day, benefit, reason; None without a plan."""
    unmet: pd.DataFrame | None
    """Columns node_id, sku_id, units, code, reason, cheapest_fix, one row per position; None without a plan."""
    markdowns: pd.DataFrame | None = None
    """As in the plan directory, like the next two; None: none."""
    exits: pd.DataFrame | None = None
    purchases: pd.DataFrame | None = None


def render_report(report: Report) -> str:
    """Write a report as text of several blocks."""
    blocks = [_answer(report)]
    if report.conflicts:
        blocks.append(conflict_lines(report.conflicts))
    if report.transfers is not None:
        blocks += [ledger_lines(report.ledger, report.summary, report.currency)]
        blocks += _decisions(report, report.transfers)
    if report.unmet is not None:
        blocks += [_unmet(report.unmet)]
    return "\n\n".join("\n".join(block) for block in blocks)


def _decisions(report: Report, transfers: pd.DataFrame) -> list[Iterator[str]]:
    """Make a block for every kind of decision that the plan has."""
    tables = (
        (_valuable_lines, transfers),
        (markdown_lines, report.markdowns),
        (exit_lines, report.exits),
        (purchase_lines, report.purchases),
    )
    blocks = [tell(table, report.currency) for tell, table in tables if table is not None and len(table)]
    return blocks or [iter(["No line: doing nothing is best"])]


def _answer(report: Report) -> Iterator[str]:
    summary = report.summary
    status = summary["status"]
    yield f"Answer: {status}, stopped by {summary['stopped_by']}: {meaning_of_status(status, report.conflicts)}"
    if summary["benefit"] is not None:
        yield f"  benefit      {_money(summary['benefit'], report.currency)} over doing nothing"
    differs = bool(summary["adjustments"])
    if differs:
        yield f"  objective    {_money(summary['objective'], report.currency)}: what was maximised, see the ledger"
    if summary["bound"] is not None:
        gap = "" if summary["gap"] is None else f", gap {summary['gap']:.3%}"
        most = "no plan can have a greater objective" if differs else "no plan can make more"
        yield f"  bound        {_money(summary['bound'], report.currency)}: {most}{gap}"
    elif summary["benefit"] is not None:
        yield "  bound        none was proved in the time; a longer time limit gives one"
    if summary["certificate"] is not None:
        yield f"  certificate  {certificate_words(summary['certificate'])}"
    if report.transfers is not None:
        yield from response_lines(summary, 13)
    yield f"  chosen from  {summary['flows']:,} candidate flows"
    if report.outcomes:
        aside = f"; {report.left_aside:,} outside scope and policy" if report.left_aside else ""
        yield f"  alerts       {', '.join(f'{count:,} {outcome}' for outcome, count in report.outcomes.items())}{aside}"
    yield f"  backend      {summary['backend']}"
    if report.backend_reason:
        yield from wrapped(report.backend_reason, 15)
    phases = (f"{name} {seconds:.1f}" for name, seconds in summary["seconds"].items())
    yield f"  seconds      {', '.join(phases)}"


def meaning_of_status(status: str, conflicts: Sequence[str]) -> str:
    """Say what was found out.

    Parameters
    ----------
    status : str
        A value of `optimizer.plan.Status`.
    conflicts : sequence of str
        For people: each the rule, a colon and what is short of it.
    """
    rules = {conflict.partition(":")[0] for conflict in conflicts}
    if _FROZEN in rules:
        return "no plan keeps every frozen line" + (" and meets every hard demand" if _DEMAND in rules else "")
    if rules:
        return "no plan meets every hard demand"
    return _MEANING_OF_STATUS.get(status, "no result")


def certificate_words(certificate: Mapping[str, Any]) -> str:
    """Say what a certificate found."""
    violations = certificate["violations"]
    count = violations if isinstance(violations, int) else len(violations)
    if certificate["valid"]:
        return "valid: benefit and every rule recomputed from the request and the plan alone"
    return f"INVALID, {counted(count, 'violation')}"


def moves_words(summary: Mapping[str, Any]) -> str:
    """Say how much is moved."""
    units, lines = counted(summary["units"], "unit"), counted(summary["lines"], "line")
    return f"{units} in {lines} on {counted(summary['dispatches'], 'dispatch', 'dispatches')}"


_LEAVES: Final = {"liquidation": "liquidates", "return": "returns"}


def response_lines(summary: Mapping[str, Any], width: int) -> Iterator[str]:
    """Say how much a plan does by each response that it uses; with none of the others, how little it moves.

    Parameters
    ----------
    summary : dict
        With lines, units, dispatches and responses.
    width : int
        Of the words in front.
    """
    uses = summary["responses"]
    others = []
    if uses.get("markdown", {}).get("choices"):
        others.append(("marks down", f"{counted(uses['markdown']['choices'], 'zone price')}"))
    for name, verb in (*_LEAVES.items(), ("purchase", "buys")):
        if uses.get(name, {}).get("lines"):
            units, lines = counted(uses[name]["units"], "unit"), counted(uses[name]["lines"], "line")
            others.append((verb, f"{units} in {lines}"))
    if summary["lines"] or not others:
        others.insert(0, ("moves", moves_words(summary)))
    yield from (f"  {verb:<{width - 1}} {words}" for verb, words in others)


def conflict_words(result: Result) -> list[str]:
    """Say each conflict of a result: its rule, a colon and what is short of it."""
    return [f"{conflict.rule}: {conflict.message}" for conflict in result.conflicts]


def conflict_lines(conflicts: Sequence[str]) -> Iterator[str]:
    """Say what to relax: all conflicts of one rule together, or all of another."""
    said = "Infeasible: to make a plan possible, relax"
    for rule, found in itertools.groupby(conflicts, key=lambda conflict: conflict.partition(":")[0]):
        amounts = list(found)
        yield f"{said} {rule} {'there' if len(amounts) == 1 else 'at all of these places, together'}"
        yield from (f"  {conflict}" for conflict in amounts)
        said = "or instead"


def ledger_lines(ledger: Mapping[str, float], summary: Mapping[str, Any], currency: str) -> Iterator[str]:
    """Yield the terms of a ledger that can be seen, and their sum; below it what the objective adds to it.

    Parameters
    ----------
    summary : dict
        With benefit, objective and adjustments in the currency.
    """
    yield f"Ledger ({currency})"
    for term, amount in ledger.items():
        if round(amount, 2):
            yield f"  {term:<{_TERM_WIDTH}} {amount:>16,.2f}"
    yield f"  {'benefit':<{_TERM_WIDTH}} {summary['benefit']:>16,.2f}"
    if summary["adjustments"]:
        for term, amount in summary["adjustments"].items():
            yield f"  {term:<{_TERM_WIDTH}} {amount:>16,.2f}"
        yield f"  {'objective':<{_TERM_WIDTH}} {summary['objective']:>16,.2f}"


def _valuable_lines(transfers: pd.DataFrame, currency: str) -> Iterator[str]:
    best = transfers.nlargest(MOST_VALUABLE, "benefit")
    yield f"The {counted(len(best), 'most valuable line')} (what is lost when the line alone is removed, {currency})"
    for line in best.to_dict("records"):
        day = f", day {line['arrives_day']}" if line["arrives_day"] else ""
        day += "" if pd.isna(line["expiry_day"]) else f", expiring on day {line['expiry_day']}"
        what = f"{line['units']:,} x {line['sku_id']}, {line['origin']} to {line['destination']}"
        yield f"  {line['benefit']:>12,.2f}  {what}{day}"
        if line["reason"]:
            yield from wrapped(line["reason"], 16)


def _unmet(unmet: pd.DataFrame) -> Iterator[str]:
    if unmet.empty:
        yield "Unmet demand: none"
        return
    yield f"Unmet demand: {counted(int(unmet['units'].sum()), 'unit')} at {counted(len(unmet), 'position')}, and why"
    groups = (
        unmet.groupby("code", sort=False)["units"].agg(["sum", "size", "idxmax"]).sort_values("sum", ascending=False)
    )
    for group in groups.reset_index().to_dict("records"):
        where = f"{counted(group['sum'], 'unit')} at {counted(group['size'], 'position')}"
        yield f"  {group['code'] or 'no reason given'}: {where}"
        example = unmet.loc[int(group["idxmax"])].to_dict()
        why = f": {example['reason']}" if example["reason"] else ""
        what = f"{example['units']:,} x {example['sku_id']} at {example['node_id']}"
        yield from wrapped(f"for example {what}{why}", 4)
        if example["cheapest_fix"]:
            yield from wrapped(f"cheapest fix: {example['cheapest_fix']}", 4)


def _money(amount: float, currency: str) -> str:
    return f"{amount:>16,.2f} {currency}"
