"""``counterpoise award-why DIR AWARD_DIR``: what losing bids need to win, what rules cost, other numbers of winners."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any, Final, cast

import numpy as np
import pandas as pd

from cli.analysing import answered, rows_for_json
from cli.award_arguments import WHY
from cli.events import award_at, format_of_event, read_event_directory
from cli.exit_codes import ExitCode
from cli.failures import CommandError
from cli.progress import Progress
from network.events import Event
from network.words import counted
from network.writing import FileFormat, write_files
from optimizer.award_files.award_schema import WHY_TABLES
from optimizer.plan import StopReason
from optimizer.sourcing.finishing import finish_award
from optimizer.sourcing.why import Answers

_FILES: Final = dict(zip(WHY, WHY_TABLES, strict=True))
"""Names of the tables that ``--out`` writes."""

_MOST_SHOWN: Final = 20

_WRITING_SECONDS: Final = 1.0
"""Of the time limit, kept for the way back and for writing; never more than a tenth of it."""

_OVERRUN_SECONDS: Final = 30.0


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Read event and award, find the answers, print them."""
    event, _ = read_event_directory(arguments, progress)
    asked = _asked(event, arguments)
    read = award_at(arguments.award_directory, event, progress)
    award = finish_award(
        event,
        read.award,
        bound=read.proved_bound,
        stopped_by=StopReason.SEARCH_ENDED,
        backend="",
        backend_reason="",
    )
    certificate = award.certificate
    if certificate is not None and not certificate.valid:
        first = certificate.violations[0]
        raise CommandError(f"the award breaks {first.rule} ({first.place}: {first.message}); run check-award")
    until = progress.started + arguments.time_limit - min(_WRITING_SECONDS, 0.1 * arguments.time_limit)
    found: Answers = answered(
        "optimizer.sourcing.why:answers",
        (event, award, asked),
        {"until": until, "gap": arguments.gap, "supplier_id": arguments.supplier},
        seconds=arguments.time_limit + _OVERRUN_SECONDS,
        progress=progress,
        what="looking for reasons",
    )
    if arguments.out is not None:
        frames = {_FILES[name]: table for name, table in found.tables.items()}
        write_files(arguments.out, frames, {}, file_format=cast("FileFormat", format_of_event(arguments.directory)))
    summary = _summary(event, found)
    if arguments.supplier is not None:  # what the whole award costs is not for suppliers
        summary = {name: summary[name] for name in found.tables}
    summary["seconds"] = {**progress.seconds, "total": progress.elapsed_seconds}
    if arguments.json:
        print(json.dumps(summary, allow_nan=False))
    elif arguments.supplier is not None:
        print("\n".join(_own_bids(found.tables["prices"])))
    else:
        print("\n".join(_page(event, found)))
    return ExitCode.DONE


def _asked(event: Event, arguments: argparse.Namespace) -> tuple[str, ...]:
    """Questions that are asked and make sense."""
    if arguments.supplier is not None:
        if arguments.supplier not in set(event.suppliers.supplier_id.tolist()):
            raise CommandError(f"--supplier: the event has no supplier {arguments.supplier!r}", ExitCode.USAGE)
        return ("prices",)
    risky = _may_fail(event)
    if arguments.only:
        if "risk" in arguments.only and not risky:
            raise CommandError(
                "--only risk: needs failure probabilities or scenarios, and shortage_penalty of every item",
                ExitCode.USAGE,
            )
        return tuple(name for name in WHY if name in arguments.only)
    return tuple(name for name in WHY if name != "risk" or risky)


def _may_fail(event: Event) -> bool:
    """Whether suppliers may fail, and what is missing then has a price."""
    items = event.items
    priced = not np.any(np.isnan(items.shortage_penalty) & np.isnan(items.uncovered_penalty))
    return priced and (len(event.scenarios) > 0 or bool(np.any(event.suppliers.failure_probability > 0)))


def _summary(event: Event, found: Answers) -> dict[str, Any]:
    """Make the object that ``--json`` prints; amounts in the currency."""
    scale = 10**event.money_decimals
    return {
        "objective": found.objective / scale,
        "bound": None if found.bound is None else found.bound / scale,
        "better_award_found": found.better,
        **{name: rows_for_json(table) for name, table in found.tables.items()},
    }


def _page(event: Event, found: Answers) -> Iterator[str]:
    scale = 10**event.money_decimals
    which = "a better award, found on the way" if found.better else "the award"
    proved = "nothing proved" if found.bound is None else f"bound {found.bound / scale:,.2f}"
    yield f"About {which}: objective {found.objective / scale:,.2f} {event.currency}, {proved}"
    for name, lines in (("prices", _prices), ("rules", _rules), ("winners", _winners), ("risk", _risk)):
        if name in found.tables and (name != "rules" or len(found.tables[name])):
            yield ""
            yield from lines(found.tables[name], event.currency)


def _prices(table: pd.DataFrame, currency: str) -> Iterator[str]:
    """Say what losing bids need, those first that need least."""
    lost = table[table["outcome"] != "won"]
    yield f"Prices to win of {counted(len(lost), 'losing bid')}: the factor on its prices at which a bid would win"
    unknown = (lost["outcome"] == "between") & lost["factor_low"].isna() & (lost["factor_high"] >= 1)
    known = lost[~unknown].sort_values(["factor_high", "factor_low"], ascending=False, kind="stable")
    for row in known.head(_MOST_SHOWN).to_dict("records"):
        more = f"{row['difference_low']:,.2f}"
        if row["difference_low"] != row["difference_high"]:
            more = f"at least {more}"
        yield f"  {row['bid_id']}: {_factor(row)}; at its prices the award would cost {more} {currency} more"
    yield from _hidden(known)
    if unknown.any():
        yield f"  nothing is known of {counted(int(unknown.sum()), 'bid')}: a longer time limit tells more"


def _factor(row: dict[Any, Any]) -> str:
    if row["outcome"] == "never":
        return "would not win for nothing"
    if row["outcome"] == "exact":
        return f"wins at {row['factor_low']:.4f}"
    low = "" if pd.isna(row["factor_low"]) else f"wins at {row['factor_low']:.4f}, "
    return f"{low}loses above {row['factor_high']:.4f}"


def _rules(table: pd.DataFrame, currency: str) -> Iterator[str]:
    """Say what rules cost, the dearest first."""
    yield f"Costs of {counted(len(table), 'rule')}: the objective less that of the best award without the rule"
    for row in table.head(_MOST_SHOWN).to_dict("records"):
        yield f"  {row['rule_id']}: {row['message']}{'' if row['at_limit'] else ' (the award does not stand at it)'}"
    yield from _hidden(table)


def _winners(table: pd.DataFrame, currency: str) -> Iterator[str]:
    """Say what fewer and more winners cost."""
    yield f"Objective by number of winners ({currency})"
    for row in table.to_dict("records"):
        yield f"  {row['sense'].replace('_', ' ')} {row['winners']}: {_found(row)}"


def _risk(table: pd.DataFrame, currency: str) -> Iterator[str]:
    """Say what caution costs."""
    level = table["level"].iloc[0] if len(table) else 0.0
    yield f"Cost by weight of the worst {1 - level:.1%} of what suppliers that fail may cost ({currency})"
    for row in table.to_dict("records"):
        known = pd.notna(row["objective"])
        costs = f"; expected {row['expected']:,.2f}, worst {row['worst']:,.2f}" if known else ""
        yield f"  weight {row['weight']:g}: {_found(row)}{costs}"


def _found(row: dict[Any, Any]) -> str:
    """Say what a point of a frontier costs."""
    if pd.isna(row["objective"]):
        return "no award keeps every rule" if row["status"] == "infeasible" else "none was found in the time"
    proved = "" if row["status"] == "optimal" or pd.isna(row["bound"]) else f", bound {row['bound']:,.2f}"
    return f"{row['objective']:,.2f}{proved}, {counted(row['won'], 'winner')}"


def _own_bids(table: pd.DataFrame) -> Iterator[str]:
    """Say what a supplier may see."""
    for row in table.to_dict("records"):
        wins = "" if pd.isna(row["factor"]) else f", would win at {row['factor']:.4f} of its prices"
        wins = "" if row["light"] == "green" else wins
        yield f"  {row['light']:<6} {row['bid_id']} ({row['item_id']}): rank {row['rank']}{wins}"


def _hidden(table: pd.DataFrame) -> Iterator[str]:
    if len(table) > _MOST_SHOWN:
        yield f"  ... and {len(table) - _MOST_SHOWN:,} more"
