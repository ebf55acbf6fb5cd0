"""An award as people want to read it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from cli.wording import wrapped
from network.words import counted
from optimizer.plan import Conflict

MOST_SHOWN: Final = 10
_TERM_WIDTH: Final = 30

_MEANING_OF_STATUS: Final = {
    "optimal": "the best award there is",
    "feasible": "a valid award; the gap says how much better another could be at most",
    "infeasible": "no award keeps every rule",
    "no_plan": "the search ended before it found an award, which says nothing about there being one",
}


def award_page(
    summary: Mapping[str, Any],
    currency: str,
    *,
    backend_reason: str,
    conflicts: Sequence[Conflict],
    tables: Mapping[str, pd.DataFrame],
) -> str:
    """Write what came out as text of several blocks.

    Parameters
    ----------
    summary : mapping
        The object that ``--json`` prints.
    conflicts : sequence of Conflict
        Of an infeasible event.
    tables : mapping of str to DataFrame
        Those of the award directory; none without an award.
    """
    blocks = [_answer(summary, currency, backend_reason)]
    if conflicts:
        blocks.append(conflict_lines(conflicts))
    if tables:
        blocks.append(award_ledger_lines(summary, currency))
        blocks.append(_winners(tables["winners"], currency))
        blocks.append(_uncovered(tables["uncovered"]))
        blocks.append(_outcomes(tables["bid_outcomes"]))
    return "\n\n".join("\n".join(block) for block in blocks)


def conflict_lines(conflicts: Sequence[Conflict]) -> Iterator[str]:
    """Say what to relax: all conflicts of one rule together, or all of another; what they all end with is said once."""
    said = "Infeasible: to make an award possible, relax"
    for rule, group in itertools.groupby(conflicts, key=lambda conflict: conflict.rule):
        messages = [conflict.message for conflict in group]
        yield f"{said} {rule}{'' if len(messages) == 1 else ' at all of these places, together'}"
        parts = [message.split("; ") for message in messages]
        ends = zip(*(part[:0:-1] for part in parts), strict=False)
        same = len(list(itertools.takewhile(lambda end: len(set(end)) == 1, ends)))
        shown = ["; ".join(part[: len(part) - same]) for part in parts]
        yield from (f"  {message}" for message in shown[:MOST_SHOWN])
        if len(shown) > MOST_SHOWN:
            yield f"  ... and {len(shown) - MOST_SHOWN:,} more, which --json prints"
        if same:
            yield f"  {'; '.join(parts[0][-same:])}"
        said = "or instead"


def award_certificate_words(certificate: Mapping[str, Any]) -> str:
    """Say what a certificate found."""
    if certificate["valid"]:
        return "valid: cost and every rule recomputed from the event and the award alone"
    return f"INVALID, {counted(len(certificate['violations']), 'violation')}"


def award_ledger_lines(summary: Mapping[str, Any], currency: str) -> Iterator[str]:
    """Yield the terms of the cost that can be seen, their sum, and below it what the objective adds to it."""
    yield f"Ledger ({currency})"
    for term, amount in summary["ledger"].items():
        if round(amount, 2):
            yield _term(term, amount)
    yield _term("cost", summary["cost"])
    if summary["adjustments"]:
        yield from (_term(term, amount) for term, amount in summary["adjustments"].items())
        yield _term("objective", summary["objective"])


def _term(term: str, amount: float) -> str:
    return f"  {term:<{_TERM_WIDTH}} {amount:>16,.2f}"


def _answer(summary: Mapping[str, Any], currency: str, backend_reason: str) -> Iterator[str]:
    status = summary["status"]
    yield f"Answer: {status}, stopped by {summary['stopped_by']}: {_MEANING_OF_STATUS[status]}"
    if summary["cost"] is not None:
        yield f"  cost         {summary['cost']:>16,.2f} {currency}, of which spend {summary['spend']:,.2f}"
        if summary["adjustments"]:
            yield f"  objective    {summary['objective']:>16,.2f} {currency}: what was minimised, see the ledger"
    if summary["bound"] is not None:
        gap = "" if summary["gap"] is None else f", gap {summary['gap']:.3%}"
        yield f"  bound        {summary['bound']:>16,.2f} {currency}: no award has a smaller objective{gap}"
    elif summary["cost"] is not None:
        yield "  bound        none was proved in the time; a longer time limit gives one"
    if summary["certificate"] is not None:
        yield f"  certificate  {award_certificate_words(summary['certificate'])}"
        yield f"  buys         {buys_words(summary)}"
    yield f"  backend      {summary['backend']}"
    if backend_reason:
        yield from wrapped(backend_reason, 15)
    yield f"  seconds      {', '.join(f'{name} {seconds:.1f}' for name, seconds in summary['seconds'].items())}"


def buys_words(summary: Mapping[str, Any]) -> str:
    """Say how much is bought of how many."""
    units, bids = counted(summary["units"], "unit"), counted(summary["lines"], "bid")
    left = f", leaves {counted(summary['uncovered_units'], 'unit')} uncovered" if summary["uncovered_units"] else ""
    return f"{units} by {bids} of {counted(len(summary['winners']), 'supplier')}{left}"


def _winners(winners: pd.DataFrame, currency: str) -> Iterator[str]:
    if winners.empty:
        yield "Nobody wins: nothing is bought"
        return
    most = f"; the {MOST_SHOWN} with the greatest spend" if len(winners) > MOST_SHOWN else ""
    yield f"{counted(len(winners), 'supplier')} win{'s' if len(winners) == 1 else ''}{most} (spend, {currency})"
    for row in winners.head(MOST_SHOWN).to_dict("records"):
        what = f"{counted(row['units'], 'unit')} of {counted(row['items'], 'item')}, {row['share']:.1%} of the spend"
        yield f"  {row['spend']:>16,.2f}  {row['supplier_id']}: {what}"


def _uncovered(uncovered: pd.DataFrame) -> Iterator[str]:
    if uncovered.empty:
        yield "Uncovered: nothing"
        return
    yield f"Uncovered: {counted(int(uncovered['units'].sum()), 'unit')} of {counted(len(uncovered), 'item')}, and why"
    for code, group in uncovered.groupby("code", sort=False):
        yield f"  {code}: {counted(int(group['units'].sum()), 'unit')} of {counted(len(group), 'item')}"
        example = group.nlargest(1, "units").to_dict("records")[0]
        yield from wrapped(f"for example {example['units']:,} x {example['item_id']}: {example['reason']}", 4)


def _outcomes(outcomes: pd.DataFrame) -> Iterator[str]:
    counts = outcomes["outcome"].value_counts()
    words = ", ".join(f"{int(counts.get(name, 0)):,} {name}" for name in ("won", "lost", "unusable"))
    yield f"Bids: {words}; `counterpoise award-why` says what losing ones would need"
