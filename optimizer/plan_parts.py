"""What a plan's lines are: transfers between nodes, units that leave through exits, units that are bought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.clearance_tables import ExitKind
from network.outside import exit_of_lane, outside_lanes, quote_of_lane
from network.tables import Network
from optimizer.plan import Plan
from optimizer.request import LIQUIDATION, MARKDOWN, PURCHASE, RETURN, TRANSFER

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class PlanParts:
    """Rows of a plan's lines and dispatches by what they are."""

    transfers: Rows
    """Lines between nodes."""
    exits: Rows
    """Lines to exits."""
    exit: NDArray[np.int32]
    """Row of ``network.exits`` of each of them."""
    purchases: Rows
    """Lines from quotes."""
    quote: NDArray[np.int32]
    """Row of ``network.quotes`` of each of them."""
    dispatches: Rows
    """Rows of `Plan.dispatch_lane` between nodes."""


def parts_of(network: Network, plan: Plan) -> PlanParts:
    """Tell the lines of a plan apart.

    Parameters
    ----------
    network : Network
    plan : Plan
        Of known lanes.
    """
    exits, quotes = exit_of_lane(network), quote_of_lane(network)
    between = ~outside_lanes(network)
    leaves, bought = np.flatnonzero(exits[plan.lane] >= 0), np.flatnonzero(quotes[plan.lane] >= 0)
    return PlanParts(
        transfers=np.flatnonzero(between[plan.lane]),
        exits=leaves,
        exit=exits[plan.lane[leaves]],
        purchases=bought,
        quote=quotes[plan.lane[bought]],
        dispatches=np.flatnonzero(between[plan.dispatch_lane]),
    )


USED: Final = (TRANSFER, MARKDOWN, LIQUIDATION, RETURN, PURCHASE)
"""Responses in the order in which they are told."""


def lines_by_response(network: Network, plan: Plan) -> dict[str, Rows]:
    """Rows of a plan's lines by the response that they are; markdowns are no lines.

    Parameters
    ----------
    network : Network
    plan : Plan
        Of known lanes.
    """
    parts = parts_of(network, plan)
    returned = network.exits.kind[parts.exit] == ExitKind.RETURN
    return {
        TRANSFER: parts.transfers,
        LIQUIDATION: parts.exits[~returned],
        RETURN: parts.exits[returned],
        PURCHASE: parts.purchases,
    }


@dataclass(frozen=True, slots=True)
class PlanSize:
    """How much a plan does."""

    lines: int
    """Transfers; so the next two."""
    units: int
    dispatches: int
    choices: int
    """(SKU, zone) choices that are marked down."""
    by_response: Mapping[str, tuple[int, int]]
    """Lines and units by response, without markdowns."""


NO_SIZE: Final = PlanSize(0, 0, 0, 0, {})
"""Of no plan at all."""


def plan_size(network: Network, plan: Plan | None) -> PlanSize:
    """Count what a plan does; nothing without one."""
    if plan is None:
        return NO_SIZE
    counts = {name: (len(rows), int(plan.units[rows].sum())) for name, rows in lines_by_response(network, plan).items()}
    runs = int(plan.dispatches[parts_of(network, plan).dispatches].sum())
    lines, units = counts[TRANSFER]
    return PlanSize(lines, units, runs, len(plan.markdowns), counts)
