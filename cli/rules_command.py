"""``counterpoise rules DIR [PLAN_DIR]``: what every rule that stands against a plan costs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

from cli.analysing import DEFAULT_SECONDS, answered, plan_or_solved, read_all, rows_for_json
from cli.exit_codes import ExitCode
from cli.progress import Progress
from network import Network
from network.words import counted
from optimizer.rule_prices import RulePrices, rule_prices_table


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Read or find the plan, price its rules, print them."""
    network, request, parameters = read_all(arguments, progress)
    plan, bound = plan_or_solved(arguments.plan_directory, network, request, parameters, progress)
    seconds = arguments.time_limit or DEFAULT_SECONDS
    prices: RulePrices = answered(
        "optimizer.rule_prices:rule_prices",
        (network, request, plan),
        {"bound": bound, "seconds": seconds},
        seconds=seconds,
        progress=progress,
        what="pricing rules",
    )
    if arguments.json:
        rows = rows_for_json(rule_prices_table(network, prices))
        times = {**progress.seconds, "total": progress.elapsed_seconds}
        print(json.dumps({"rules": rows, "seconds": times}, allow_nan=False))
    else:
        print("\n".join(_page(network, prices)))
    return ExitCode.DONE


def _page(network: Network, prices: RulePrices) -> Iterator[str]:
    if not len(prices):
        yield "No rule stands against the plan"
        return
    yield f"What rules cost ({network.currency}): the best plan without them, less the best with them"
    for rule, place, rows, message in zip(prices.rule, prices.place, prices.rows, prices.message, strict=True):
        where = f" {place}" if place else f" ({counted(int(rows), 'row')})" if rows else ""
        yield f"  {rule}{where}: {message}"
