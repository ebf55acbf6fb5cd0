"""``counterpoise alternatives DIR [PLAN_DIR]``: other plans to choose from, for the whole and for single alerts."""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import pandas as pd

from cli.analysing import DEFAULT_SECONDS, answered, plan_or_solved, read_all, rows_for_json
from cli.decision_report import price_steps
from cli.exit_codes import ExitCode
from cli.failures import CommandError
from cli.progress import Progress
from cli.wording import wrapped
from network import Network
from network.words import counted
from optimizer.alternatives import WHOLE_PLAN, Alternatives, alternatives_table
from optimizer.alternatives.choices import UNTOLD
from optimizer.plan_files.decision_tables import decision_tables
from optimizer.plan_lines import no_lines

_MOST_LINES: Final = 8
"""Of a choice that are said for people."""


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Read or find the plan, look for alternatives, print them."""
    network, request, parameters = read_all(arguments, progress)
    alerts = _alert_rows(network, arguments.alert)
    plan, _ = plan_or_solved(arguments.plan_directory, network, request, parameters, progress)
    seconds = arguments.time_limit or DEFAULT_SECONDS
    asked = {"seconds": seconds, "alerts": alerts, "most_alerts": arguments.most_alerts, "whole_plan": alerts is None}
    found: Alternatives = answered(
        "optimizer.alternatives:alternatives",
        (network, request, plan),
        asked | {"keep_share": arguments.keep},
        seconds=seconds,
        progress=progress,
        what="looking for alternatives",
    )
    table = alternatives_table(network, found)
    if arguments.json:
        choices = [
            row | {name: rows_for_json(cells) for name, cells in _decisions(network, found, index).items()}
            for index, row in enumerate(rows_for_json(table))
        ]
        times = {**progress.seconds, "total": progress.elapsed_seconds}
        print(json.dumps({"alternatives": choices, "notes": list(found.notes), "seconds": times}, allow_nan=False))
    else:
        print("\n".join(_page(network, found, table)))
    return ExitCode.DONE


def _alert_rows(network: Network, ids: list[str] | None) -> list[int] | None:
    """Rows of the alerts that are named."""
    if ids is None:
        return None
    row_of = {alert_id: row for row, alert_id in enumerate(network.alerts.alert_id.tolist())}
    unknown = [alert_id for alert_id in ids if alert_id not in row_of]
    if unknown:
        raise CommandError(f"--alert: no alert is called {', '.join(map(repr, unknown))}", ExitCode.USAGE)
    return [row_of[alert_id] for alert_id in dict.fromkeys(ids)]


def _decisions(network: Network, found: Alternatives, index: int) -> dict[str, pd.DataFrame]:
    """Tables of what a choice for an alert decides; of the whole plan too much to be of use here."""
    plan = no_lines() if found.alert[index] == WHOLE_PLAN else found.changed(network, index)
    tables = decision_tables(network, plan, None, None)
    return {name: table.drop(columns=list(UNTOLD), errors="ignore") for name, table in tables.items()}


def _page(network: Network, found: Alternatives, table: pd.DataFrame) -> Iterator[str]:
    """Write the choices for people: a block for the whole plan and one per alert."""
    rows = list(enumerate(table.to_dict("records")))
    for alert, group in itertools.groupby(rows, key=lambda row: int(found.alert[row[0]])):
        yield "The whole plan" if alert == WHOLE_PLAN else _alert_words(network, alert)
        for index, choice in group:
            yield from wrapped(f"{choice['rank']}. {choice['summary']}", 2)
            yield from wrapped(_numbers(choice, network.currency), 5)
            if alert != WHOLE_PLAN:
                yield from _told(_decisions(network, found, index))
        yield ""
    if found.notes:
        yield "Not offered"
        for note in found.notes:
            yield from wrapped(note, 2)


def _alert_words(network: Network, alert: int) -> str:
    alerts = network.alerts
    position = f"{network.products.sku_id[alerts.sku[alert]]} at {network.nodes.node_id[alerts.node[alert]]}"
    return f"Alert {alerts.alert_id[alert]}, {position}"


def _numbers(choice: dict[Any, Any], currency: str) -> str:
    days = "" if pd.isna(choice["last_day"]) else f", last day {choice['last_day']}, mean {choice['mean_day']:.1f}"
    known = choice["emissions_known"]
    carbon = "CO2e not known" if known == 0 else f"{choice['emissions_kg']:,.1f} kg CO2e"
    carbon += f" (of {known:.0%} of the units)" if 0 < known < 1 else ""
    lost = "" if choice["objective_lost"] == 0 else f" ({choice['objective_lost']:,.2f} less)"
    adjusted = choice["objective"] != choice["benefit"]
    benefit = f"benefit {choice['benefit']:,.2f}, " if adjusted else ""
    worth = f"{'objective' if adjusted else 'benefit'} {choice['objective']:,.2f}"
    return (
        f"{benefit}{worth}{lost} {currency}, cost {choice['cost']:,.2f}, "
        f"{counted(choice['units'], 'unit')} on {counted(choice['dispatches'], 'dispatch', 'dispatches')}{days}, "
        f"{carbon}, resolves {choice['risk_resolved']:.0%} of the units alerted"
    )


def _told(tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    """Say what a choice decides, a line each, those with most units first."""
    words: dict[str, Callable[[dict[Any, Any]], str]] = {
        "transfers": lambda line: f"{line['origin']} to {line['destination']}, day {line['arrives_day']}",
        "exits": lambda line: f"{line['node_id']} to {line['exit_id']}, day {line['day']}",
        "purchases": lambda line: f"{line['quote_id']} to {line['node_id']}, day {line['day']}, bought",
    }
    for name, where in words.items():
        lines = tables[name].sort_values("units", ascending=False, kind="stable")
        for line in lines.head(_MOST_LINES).to_dict("records"):
            yield f"       {line['units']:,} x {where(line)}"
        if len(lines) > _MOST_LINES:
            yield f"       ... and {counted(len(lines) - _MOST_LINES, 'more line')}"
    for zone, path in tables["markdowns"].groupby("zone", sort=False):
        yield f"       in {zone}: {path['list_price'].iloc[0]:,.2f} -> {price_steps(path)}"
