"""``counterpoise alternatives DIR [PLAN_DIR]``: other plans to choose from, for the whole and for single alerts."""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from cli.analysing import DEFAULT_SECONDS, answered, plan_or_solved, read_all, rows_for_json
from cli.exit_codes import ExitCode
from cli.failures import CommandError
from cli.progress import Progress
from cli.wording import counted, wrapped
from network import Network
from optimizer.alternatives import WHOLE_PLAN, Alternatives, alternatives_table


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
            row | {"lines_moved": _lines(network, found, index)} for index, row in enumerate(rows_for_json(table))
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


def _lines(network: Network, found: Alternatives, index: int) -> list[dict[str, Any]]:
    """Lines of a choice with ids; of the whole plan too many to be of use here."""
    if found.alert[index] == WHOLE_PLAN:
        return []
    plan, lanes, names = found.plans[index], network.lanes, network.nodes.node_id
    return [
        {
            "lane_id": lanes.lane_id[lane],
            "origin": names[lanes.origin[lane]],
            "destination": names[lanes.destination[lane]],
            "sku_id": network.products.sku_id[sku],
            "units": units,
            "arrives_day": day,
        }
        for lane, sku, units, day in (
            (int(plan.lane[line]), int(plan.sku[line]), int(plan.units[line]), int(plan.arrives_day[line]))
            for line in found.changed_lines(network, index).tolist()
        )
    ]


def _page(network: Network, found: Alternatives, table: pd.DataFrame) -> Iterator[str]:
    """Write the choices for people: a block for the whole plan and one per alert."""
    rows = list(enumerate(table.to_dict("records")))
    for alert, group in itertools.groupby(rows, key=lambda row: int(found.alert[row[0]])):
        yield "The whole plan" if alert == WHOLE_PLAN else _alert_words(network, alert)
        for index, choice in group:
            yield from wrapped(f"{choice['rank']}. {choice['summary']}", 2)
            yield from wrapped(_numbers(choice, network.currency), 5)
            if alert != WHOLE_PLAN:
                yield from _moves(_lines(network, found, index))
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
    return (
        f"objective {choice['objective']:,.2f}{lost} {currency}, cost {choice['cost']:,.2f}, "
        f"{counted(choice['units'], 'unit')} on {counted(choice['dispatches'], 'dispatch', 'dispatches')}{days}, "
        f"{carbon}, resolves {choice['risk_resolved']:.0%} of the units alerted"
    )


def _moves(lines: list[dict[str, Any]], most: int = 8) -> Iterator[str]:
    units = np.array([line["units"] for line in lines], dtype=np.int64)
    for index in np.argsort(-units, kind="stable")[:most].tolist():
        line = lines[index]
        yield f"       {line['units']:,} x {line['origin']} to {line['destination']}, day {line['arrives_day']}"
    if len(lines) > most:
        yield f"       ... and {counted(len(lines) - most, 'more line')}"
