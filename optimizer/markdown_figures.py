"""What markdowns are expected to sell and earn, choice by choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from network.tables import Network
from optimizer.certificate.expected_sales import units_by_period
from optimizer.certificate.positions import lines_of
from optimizer.certificate.settlement import Settlement, settle
from optimizer.plan import Markdowns, Plan, no_markdowns
from optimizer.worth.choices import Choices, choice_rows, choices_of
from optimizer.worth.economics import money
from optimizer.worth.price_paths import expected_sales, repriced, value_between

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MarkdownFigures:
    """Figures of the choices that are marked down, shape ``(n_choices,)`` or ``(n_choices, n_periods)``."""

    markdowns: Markdowns
    choice: Ints
    """Row of `choices_of`, -1: there is no such choice."""
    list_price: Floats
    """Currency per unit."""
    units: Floats
    """Units that the choice sells in each period, in expectation."""
    revenue: Floats
    """Price times units, in currency."""
    earned: Ints
    """What the choice is worth more after the plan than with its list price, in money units."""
    forgone: Ints
    """Margin given up: list price less price, times units, in money units."""

    def __len__(self) -> int:
        return len(self.markdowns)


def markdown_figures(network: Network, plan: Plan) -> MarkdownFigures:
    """Work out what a plan's markdowns sell and earn.

    Parameters
    ----------
    network : Network
    plan : Plan
        Of known lanes and products; a markdown of no choice sells nothing.

    Returns
    -------
    MarkdownFigures
        In the order of the plan's markdowns.
    """
    markdowns = plan.markdowns
    list_price = network.products.list_price[markdowns.sku]
    if not len(markdowns):
        none = np.empty(0, dtype=np.int64)
        return MarkdownFigures(markdowns, none, list_price, markdowns.price, markdowns.price, none, none)
    choices = choices_of(network)
    choice = choice_rows(choices, markdowns.sku, markdowns.zone)
    known = np.flatnonzero(choice >= 0)
    owner, rows = _stock_rows(choices, choice[known])
    of = known[owner]
    at_path = repriced(network, markdowns.take(known), choices)
    at_list = repriced(network, no_markdowns(), choices)
    settled = settle(at_path, lines_of(at_path, plan))
    sold = expected_sales(at_path, rows, units_by_period(at_path, settled, rows))
    units = np.zeros(markdowns.price.shape)
    np.add.at(units, of, sold)
    more = value_between(at_list, at_path)[rows]
    more += _value_of_lines(at_path, settled, rows)
    more -= _value_of_lines(at_list, settle(at_list, lines_of(at_list, plan)), rows)
    earned = np.zeros(len(markdowns), dtype=np.int64)
    np.add.at(earned, of, more)
    margin = (list_price[:, np.newaxis] - markdowns.price) * units
    forgone = money(margin.sum(axis=1), network.money_decimals)
    return MarkdownFigures(markdowns, choice, list_price, units, markdowns.price * units, earned, forgone)


def _stock_rows(choices: Choices, which: NDArray[np.integer[Any]]) -> tuple[Ints, Ints]:
    """Return the stock rows of some choices, and the place of each one's choice among them."""
    first = choices.first_row[which]
    owner, place = runs(first, choices.first_row[which + 1] - first)
    return owner, choices.rows[place]


def _value_of_lines(network: Network, settled: Settlement, rows: Ints) -> Ints:
    """Return what lines change the value of positions by, in money units, shape ``(n_rows,)``."""
    place = _place_of(network, settled.positions.row, rows)
    return np.where(place >= 0, np.append(settled.value_change(), 0)[place], 0)


def _place_of(network: Network, settled: Ints, rows: Ints) -> Ints:
    """Places of stock rows among those that lines touch, -1 where none does."""
    place = np.full(len(network.stock) + 1, -1, dtype=np.int64)
    place[settled] = np.arange(len(settled))
    place[-1] = -1
    return place[rows]
