"""Price paths: how demand answers to them, and a network whose positions have them.

The section "Periods and demand" of docs/clearance.md. A repriced network carries `PricePaths`; what demand is and what
units are worth there is read from them (`optimizer.worth.demand`, `optimizer.worth.economics`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.tables import Network, PricePaths
from optimizer.plan import Markdowns
from optimizer.worth.choices import Choices

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Rows = NDArray[np.integer[Any]]


def multipliers(network: Network, choices: Choices, which: Rows, price: Floats) -> Floats:
    """m(p): what prices multiply demand by, without the prices of other SKUs.

    Parameters
    ----------
    network : Network
    choices : Choices
    which : ndarray of int, shape (k,)
        Rows of the choices.
    price : ndarray of float64, shape (k, T)
        Currency per unit.

    Returns
    -------
    ndarray of float64, shape (k, T)
    """
    raise NotImplementedError


def cross_factors(choices: Choices, price: Floats) -> Floats:
    """What the prices of the other SKUs of its group multiply the demand of each choice by.

    Parameters
    ----------
    choices : Choices
    price : ndarray of float64, shape (n_choices, T)
        Of every choice.

    Returns
    -------
    ndarray of float64, shape (n_choices, T)
        1 where there is no group or its cross elasticity is 0.
    """
    raise NotImplementedError


def demand_shares(
    network: Network, choices: Choices, which: Rows, price: Floats, others: Floats | None = None
) -> Floats:
    """x_t: expected demand up to the end of each period, as a multiple of that over the horizon at list price.

    Parameters
    ----------
    network : Network
    choices : Choices
    which : ndarray of int, shape (k,)
        Rows of the choices.
    price : ndarray of float64, shape (k, T)
        Currency per unit.
    others : ndarray of float64, shape (k, T), optional
        `cross_factors` of these choices; 1 when left out.

    Returns
    -------
    ndarray of float64, shape (k, T)
    """
    raise NotImplementedError


def list_paths(network: Network) -> PricePaths | None:
    """Paths of the choices that follow one even at their list price: with an exit period, or with uneven seasons."""
    raise NotImplementedError


def repriced(network: Network, markdowns: Markdowns) -> Network:
    """Give every position the path that its choice has under some markdowns; all other choices keep their list price.

    Parameters
    ----------
    network : Network
        Its own `paths` are left aside: the tables say what list prices mean.
    markdowns : Markdowns
        Known choices, at most once each, T prices each.

    Returns
    -------
    Network
        With `paths`; None where every position sells at list price all along.
    """
    raise NotImplementedError


def repricing_value(network: Network, repriced_network: Network) -> Ints:
    """V_path(before) - V_list(before) of every stock row, in money units, shape ``(n_positions,)``.

    Parameters
    ----------
    network : Network
        Read at list price, whatever its `paths`.
    repriced_network : Network
        The same one, `repriced`.
    """
    raise NotImplementedError


def expected_sales(network: Network, rows: Rows, units_by_period: Ints) -> Floats:
    """Units that positions sell in each period under the paths of a repriced network, in expectation.

    Parameters
    ----------
    network : Network
        Positions without a path sell evenly over the periods.
    rows : ndarray of int, shape (k,)
        Rows of ``network.stock``.
    units_by_period : ndarray of int64, shape (k, T)
        Y_t: units that count and are there by the end of each period.

    Returns
    -------
    ndarray of float64, shape (k, T)
    """
    raise NotImplementedError
