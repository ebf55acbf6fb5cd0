"""``counterpoise award-diff DIR AWARD OTHER``: what the second award does otherwise, and what that costs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from cli.analysing import rows_for_json
from cli.events import award_at, read_event_directory
from cli.exit_codes import ExitCode
from cli.progress import Progress
from network.events import Event
from network.words import counted
from optimizer.sourcing.difference import AwardDifference, award_difference, award_difference_tables

_MOST_SHOWN: Final = 20


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Read both awards, compare them, print what differs."""
    event, _ = read_event_directory(arguments, progress)
    before, after = (award_at(path, event, progress).award for path in (arguments.award_a, arguments.award_b))
    with progress.phase("compare", "comparing"):
        difference = award_difference(event, before, after)
    tables = award_difference_tables(event, difference)
    summary = _summary(event, difference)
    if arguments.json:
        rows = {name: rows_for_json(tables[name]) for name in ("lines", "winners")}
        print(json.dumps(summary | rows, allow_nan=False))
    else:
        print("\n".join(_page(event, difference, summary, tables)))
    return ExitCode.DONE


def _summary(event: Event, difference: AwardDifference) -> dict[str, Any]:
    """Say in numbers how two awards differ; amounts in the currency."""
    scale, lines, winners = 10**event.money_decimals, difference.lines, difference.winners
    before, after = difference.before, difference.after

    def both(first: int, second: int) -> dict[str, float]:
        return {"before": first / scale, "after": second / scale, "change": (second - first) / scale}

    return {
        "valid": {"before": before.valid, "after": after.valid},
        "cost": both(before.cost, after.cost),
        "spend": both(before.spend, after.spend),
        "objective": both(before.objective, after.objective),
        "ledger": {term: amount / scale for term, amount in difference.ledger.items()},
        "adjustments": {term: amount / scale for term, amount in difference.adjustments.items()},
        "uncovered_units": {"before": before.uncovered_units, "after": after.uncovered_units},
        "bids_added": int((lines.units_before == 0).sum()),
        "bids_removed": int((lines.units_after == 0).sum()),
        "bids_changed": int(((lines.units_before != 0) & (lines.units_after != 0)).sum()),
        "winners_added": event.suppliers.supplier_id[winners.supplier[winners.units_before == 0]].tolist(),
        "winners_removed": event.suppliers.supplier_id[winners.supplier[winners.units_after == 0]].tolist(),
    }


def _page(
    event: Event, difference: AwardDifference, summary: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> Iterator[str]:
    """Write for people how two awards differ."""
    for name in ("cost", "objective") if difference.adjustments else ("cost",):
        both = summary[name]
        yield f"{name:<10} {both['before']:>16,.2f} -> {both['after']:,.2f} {event.currency} ({both['change']:+,.2f})"
    for which, valid in summary["valid"].items():
        if not valid:
            yield f"the award {which} breaks rules: run `counterpoise check-award`"
    terms = {**summary["ledger"], **summary["adjustments"]}
    yield from (f"  {term:<28} {amount:>+16,.2f}" for term, amount in terms.items() if amount)
    yield ""
    changes = [counted(summary[f"bids_{word}"], "bid") + f" {word}" for word in ("added", "removed", "changed")]
    yield ", ".join(changes)
    yield from _rows(tables["lines"], lambda row: f"{row['bid_id']} ({row['supplier_id']}, {row['item_id']})")
    yield ""
    yield f"{counted(len(tables['winners']), 'supplier')} of whom something else is bought"
    yield from _rows(tables["winners"], lambda row: str(row["supplier_id"]))


def _rows(table: pd.DataFrame, name: Any) -> Iterator[str]:
    """Say rows, those first of which the spend changes most."""
    changes = (table["spend_after"] - table["spend_before"]).abs()
    order = changes.sort_values(ascending=False, kind="stable").index[:_MOST_SHOWN]
    for row in table.loc[order].to_dict("records"):
        units = f"{row['units_before']:,} -> {row['units_after']:,} units"
        spend = f"{row['spend_before']:,.2f} -> {row['spend_after']:,.2f}"
        yield f"  {row['change']:<8} {name(row)}: {units}, {spend}"
    if len(table) > _MOST_SHOWN:
        yield f"  ... and {len(table) - _MOST_SHOWN:,} more"
