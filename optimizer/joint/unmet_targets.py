"""Why no markdowns are allowed: hard sell-through targets that no path reaches, or none within budgets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from network.tables import Network
from optimizer.clearance.clearing import Clearing, clearance
from optimizer.plan import Conflict
from optimizer.request import Request
from optimizer.worth.choices import Choices

_NO_BUDGET = np.iinfo(np.int64).max // 4


def unmet_targets(
    network: Network, request: Request, choices: Choices, found: Clearing, seconds: float
) -> tuple[Conflict, ...]:
    """Name the rules that known stock cannot keep, and by how much.

    Parameters
    ----------
    network : Network
    request : Request
    choices : Choices
    found : Clearing
        Infeasible.
    seconds : float
        For looking without budgets.

    Returns
    -------
    tuple of Conflict
        Targets with the units that the best path is short of; or else the budgets, with amounts that are enough.
    """
    if found.missed:
        return tuple(
            _target(network, choices, *each)
            for each in ((missed.choice, missed.target_units, missed.reachable_units) for missed in found.missed)
        )
    free = replace(choices, budget_amount=np.full(len(choices.budget_amount), _NO_BUDGET))
    without = clearance(network, request, choices=free, seconds=seconds, gap=1e-2)
    if not without.is_feasible:
        return ()
    scale = 10.0**network.money_decimals
    over = np.ceil(without.forgone - choices.budget_amount) / scale
    return tuple(
        Conflict(
            rule="markdown_budgets.amount",
            place=f"budget {choices.budget_id[budget]}",
            amount=float(over[budget]),
            message=(
                f"sell-through targets are not met within the {choices.budget_amount[budget] / scale:,.2f} of this "
                f"budget; with {over[budget]:,.2f} more, in all budgets named here, they are"
            ),
        )
        for budget in np.flatnonzero(over > 0.0).tolist()
    )


def _target(network: Network, choices: Choices, choice: int, target_units: float, reachable_units: float) -> Conflict:
    """Say what the best path is short of a target."""
    sku, zone = network.products.sku_id[choices.sku[choice]], choices.zone[choice]
    short = target_units - reachable_units
    return Conflict(
        rule="clearance_rules.sell_through_share",
        place=f"SKU {sku}, zone {zone}",
        amount=short,
        message=(
            f"{target_units:,.2f} units have to be sold in time; the best price path sells {reachable_units:,.2f}: "
            f"lower the share by what {short:,.2f} units are, allow deeper or earlier markdowns, or price the target"
        ),
    )
