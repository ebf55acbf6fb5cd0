"""Choices of markdowns: which (SKU, zone) may have which prices when, by the rows of the tables that decide.

The sections "Periods and demand" and "Which paths are allowed" of docs/clearance.md, read once for the search and the
certificate. Prices, floors and steps are compared as money, in whole units of ``10 ** -money_decimals``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.request import Request

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Choices:
    """(SKU, zone) pairs with a price ladder and stock, by SKU and then zone; shape ``(n,)`` each unless it says more."""

    sku: NDArray[np.int32]
    """Row of ``network.products``."""
    zone: NDArray[np.object_]
    list_price: Floats
    list_money: Ints
    """The same in money units."""
    first_row: Ints
    """Where the stock rows of each choice begin in `rows`, shape ``(n + 1,)``."""
    rows: Ints
    """Rows of ``network.stock``."""
    rule: Ints
    """Row of ``network.clearance_rules``, -1: no rules."""
    max_markdowns: Ints
    """`NO_LIMIT`: any number."""
    min_step: Ints
    """Least markdown in money units."""
    max_step: Ints
    """Greatest markdown in money units."""
    min_periods_between: Ints
    first_rung: Ints
    """Where the rungs of each choice begin in the next three, shape ``(n + 1,)``."""
    rung_price: Floats
    """Allowed prices below the list price, falling; currency per unit, shape ``(n_rungs,)``."""
    rung_money: Ints
    """The same in money units."""
    rung_number: Ints
    """Place on the ladder as written, from 1: the n-th price whether it is allowed or not."""
    season: Floats
    """w_t: share of demand by period at list price; 0 after the exit period, shape ``(n, T)``."""
    exit_period: Ints
    """Last period with sales, T where no rule says less."""
    may_begin: Flags
    """Periods at whose beginning the price may fall, shape ``(n, T)``."""
    elasticity: Floats
    """At most 0."""
    elasticity_std: Floats
    first_point: Ints
    """Where the points of each choice begin in the next two, shape ``(n + 1,)``; without points elasticity decides."""
    point_share: Floats
    """Shares of the list price, rising up to 1, shape ``(n_points,)``."""
    point_multiplier: Floats
    group: Ints
    """Row of the (group, zone), -1: in no group."""
    group_kind: NDArray[np.int8]
    """`GroupKind` values, shape ``(n_groups,)``, like the next two."""
    cross_elasticity: Floats
    group_id: NDArray[np.object_]
    first_budget: Ints
    """Where the budgets of each choice begin in `budget`, shape ``(n + 1,)``."""
    budget: Ints
    """Rows of the next two."""
    budget_amount: Ints
    """Money units, shape ``(n_budgets,)``."""
    budget_id: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.sku)

    @property
    def n_periods(self) -> int:
        """T."""
        return int(self.season.shape[1])


def choices_of(network: Network) -> Choices:
    """Read every choice of a network."""
    raise NotImplementedError


def may_be_marked_down(network: Network, request: Request, choices: Choices) -> Flags:
    """Whether a request allows each choice to be marked down, shape ``(n,)``.

    The SKU is in scope, so are all nodes of the zone with stock of it, and neither the request's responses nor the
    response policy for an alert of the SKU there leave out markdowns.
    """
    raise NotImplementedError


def choice_rows(choices: Choices, sku: NDArray[np.integer[Any]], zone: NDArray[np.object_]) -> Ints:
    """Rows of choices for (SKU, zone) pairs, -1 where there is no such choice, shape ``(k,)``."""
    raise NotImplementedError
