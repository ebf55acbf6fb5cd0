"""The markdowns of any plan: those that make sense, and the networks with and without them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.certificate.violations import ViolationLog
from optimizer.plan import Markdowns, Plan
from optimizer.request import Request
from optimizer.worth.choices import Choices, choice_rows, choices_of, may_be_marked_down
from optimizer.worth.path_rules import OFF_LADDER, levels_of, prices_at
from optimizer.worth.price_paths import list_paths, repriced, value_between

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PricedPlan:
    """The prices of a plan, and what they are worth before its lines."""

    choices: Choices
    markdown: Ints
    """Choices that are marked down, ascending, shape ``(n_marked,)``."""
    level: Ints
    """Their prices as `levels_of` says them, shape ``(n_marked, T)``."""
    may: NDArray[np.bool_]
    """Choices that may be marked down, shape ``(n_choices,)``."""
    listed: Network
    """With the paths of list prices."""
    world: Network
    """With those of the plan."""
    repricing: Ints
    """V_path(before) - V_list(before) of every stock row, in money units."""

    def value(self, penalty_weight: Floats | None = None) -> int:
        """Sum of `repricing`; with other factors of the shortage penalty where given, shape ``(n_stock,)``."""
        if penalty_weight is None or not len(self.markdown):
            return int(self.repricing.sum())
        return int(value_between(self.listed, self.world, penalty_weight).sum())


def check_markdown_columns(network: Network, plan: Plan, log: ViolationLog) -> None:
    """Check that the columns of markdowns are what they should be: row numbers, texts and a price for each period."""
    sku, zone, price = (np.asarray(getattr(plan.markdowns, name)) for name in ("sku", "zone", "price"))
    if not sku.size and not zone.size and not price.size:
        return
    for name, column, kinds, ndim in (("sku", sku, "iu", 1), ("zone", zone, "OU", 1), ("price", price, "fiu", 2)):
        if column.dtype.kind not in kinds or (name == "sku" and not np.can_cast(column.dtype, np.int64)):
            log.add_one("columns", f"column markdowns.{name}", f"cannot hold {column.dtype}")
        if column.ndim != ndim:
            log.add_one("columns", f"column markdowns.{name}", f"has {column.ndim} dimensions, needs {ndim}")
    if {len(column) for column in (sku, zone, price) if column.ndim} != {sku.size}:
        log.add_one("columns", "columns markdowns.sku, zone, price", "have different lengths")
    if price.ndim == 2 and price.shape[1] != network.periods:
        message = f"has {price.shape[1]} prices for each choice, the horizon has {network.periods} periods"
        log.add_one("columns", "column markdowns.price", message)


def priced_plan(network: Network, request: Request, plan: Plan, log: ViolationLog) -> PricedPlan:
    """Select the markdowns that make sense: of known choices, once each, with prices of their ladders; log the others.

    Parameters
    ----------
    network : Network
    request : Request
    plan : Plan
        One whose markdowns passed `check_markdown_columns`.
    log : ViolationLog
        Receives the rules known_choice and rung.

    Returns
    -------
    PricedPlan
    """
    choices = choices_of(network)
    listed = replace(network, paths=list_paths(network, choices))
    may = may_be_marked_down(network, request, choices)
    none = np.zeros(0, dtype=np.int64)
    if not len(plan.markdowns):
        no_levels = np.zeros((0, network.periods), dtype=np.int64)
        return PricedPlan(choices, none, no_levels, may, listed, listed, np.zeros(len(network.stock), dtype=np.int64))
    choice, level = _usable(network, choices, plan.markdowns, log)
    order = np.argsort(choice)
    choice, level = choice[order], level[order]
    # Where prices rise, which no plan may do, they count as if they had stayed.
    price = prices_at(choices, choice, np.maximum.accumulate(level, axis=1))
    usable = Markdowns(choices.sku[choice], choices.zone[choice], price)
    world = repriced(network, usable, choices)
    marked = np.flatnonzero(np.any(level > 0, axis=1))
    repricing = value_between(listed, world)
    return PricedPlan(choices, choice[marked], level[marked], may, listed, world, repricing)


def _usable(network: Network, choices: Choices, markdowns: Markdowns, log: ViolationLog) -> tuple[Ints, Ints]:
    """Choice and levels of the markdowns that make sense."""
    sku, zone = np.asarray(markdowns.sku).astype(np.int64), np.asarray(markdowns.zone, dtype=np.object_)
    price = np.asarray(markdowns.price, dtype=np.float64)
    known = (sku >= 0) & (sku < len(network.products))
    choice = np.full(len(sku), -1, dtype=np.int64)
    choice[known] = choice_rows(choices, sku[known], zone[known])
    first = np.zeros(len(sku), dtype=np.bool_)
    first[np.unique(choice, return_index=True)[1]] = True
    known = first & (choice >= 0)

    def describe_unknown(index: int) -> tuple[str, str]:
        name = network.products.sku_id[sku[index]] if 0 <= sku[index] < len(network.products) else f"row {sku[index]}"
        why = "has no price ladder or no stock there" if choice[index] < 0 else "is marked down in another row, too"
        return f"SKU {name}, zone {zone[index]}", why

    log.add("known_choice", ~known, np.ones(len(sku)), describe_unknown)
    kept = np.flatnonzero(known)
    level = levels_of(choices, choice[kept], price[kept], network.money_decimals)
    off = (level == OFF_LADDER).sum(axis=1)

    def describe_off(index: int) -> tuple[str, str]:
        period = int(np.argmax(level[index] == OFF_LADDER))
        found = price[kept[index], period]
        message = f"{found:g} in period {period + 1} is neither the list price nor an allowed price of the ladder"
        return choice_place(network, choices, int(choice[kept[index]])), message

    log.add("rung", off > 0, off, describe_off)
    return choice[kept[off == 0]], level[off == 0]


def choice_place(network: Network, choices: Choices, choice: int) -> str:
    """Name a choice for people."""
    return f"SKU {network.products.sku_id[choices.sku[choice]]}, zone {choices.zone[choice]}"
