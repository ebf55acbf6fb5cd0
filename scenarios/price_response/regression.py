"""How counted sales answer to prices: a Poisson regression with effects of cells and weeks, and partial pooling.

The units of a cell (a product in a zone) in a week have the mean ``base(cell) * season(week) * exp(drivers @ effect)``.
Base and season take thousands of values that nobody asks for. They are absorbed: at the solution, drivers from which
(weighted) means of cells and weeks are taken away give the same effects, and the errors of the full regression. So the
statistics library sees a few columns only.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_STEPS: Final = 50
_PASSES: Final = 200
_CLOSE: Final = 1e-8
_MOVES: Final = 1e-6


class StatisticsMissingError(RuntimeError):
    """The library that does the regression is not installed; the message says how to install it."""


@dataclass(frozen=True, slots=True)
class CountFit:
    """Effects of drivers on counted units."""

    effect: NDArray[np.float64]
    """Shape ``(n_drivers,)``: change of the logarithm of demand per unit of a driver."""
    covariance: NDArray[np.float64]
    """Shape ``(n_drivers, n_drivers)``, robust to units of one product that move together."""
    base: NDArray[np.float64]
    """Units per week of each cell with all drivers at 0 in an average week, shape ``(n_cells,)``."""
    season: NDArray[np.float64]
    """Factor of each week, 1 on average, shape ``(n_weeks,)``."""
    dispersion: float
    """``(variance - mean) / mean ** 2`` of units: 0 for Poisson, above it negative binomial."""


def fit_counts(
    units: NDArray[np.float64],
    drivers: NDArray[np.float64],
    cell: NDArray[np.int64],
    week: NDArray[np.int64],
    product: NDArray[np.int64],
) -> CountFit:
    """Fit effects of drivers on units by pseudo-maximum likelihood.

    Poisson, because its effects are right whatever the variance is as long as the mean is right; how far the variance
    is above the mean is estimated after it, and the errors do not rely on it.

    Parameters
    ----------
    units : ndarray, shape (n,)
    drivers : ndarray, shape (n, n_drivers)
        At 0 where nothing was done. One that never moves within cells and weeks gets effect and error 0.
    cell, week, product : ndarray of int64, shape (n,)
        Numbers from 0. Every cell and every week has units. Rows of one product may move together.
    """
    glm: Any = _library().GLM
    absorbed = (cell, week)
    moves = np.ptp(_without_means(drivers, np.ones(len(units)), absorbed), axis=0) > _MOVES
    drivers, effect = drivers[:, moves], np.zeros(np.count_nonzero(moves))
    for _ in range(_STEPS):
        base, season, mean = _levels(units, np.exp(drivers @ effect), absorbed)
        within = _without_means(drivers, mean, absorbed)
        model = glm(units, within, family=_library().families.Poisson(), offset=np.log(mean) - within @ effect)
        former, effect = effect, model.fit(start_params=effect, maxiter=1).params
        if np.abs(effect - former).max() < _CLOSE:
            break
    fit = model.fit(start_params=effect, cov_type="cluster", cov_kwds={"groups": product})
    over = np.sum((units - mean) ** 2 - mean) / np.sum(mean**2)
    full, covariance = np.zeros(len(moves)), np.zeros((len(moves), len(moves)))
    full[moves], covariance[np.ix_(moves, moves)] = effect, fit.cov_params()
    return CountFit(full, covariance, base, season, max(float(over), 0.0))


def pooled(effect: NDArray[np.float64], error: NDArray[np.float64]) -> tuple[pd.DataFrame, float, float]:
    """Draw estimates of groups towards what all groups have in common, the less certain ones further.

    Parameters
    ----------
    effect, error : ndarray, shape (n_groups,)
        Estimates and their standard errors.

    Returns
    -------
    tuple of (DataFrame, float, float)
        Columns ``effect`` and ``error`` of every group; then the effect of a group that was not seen, and its error.
    """
    known = error > 0
    if np.count_nonzero(known) < 2:
        return pd.DataFrame({"effect": effect, "error": error}), float(effect.sum()), float(error.sum())
    combine = _library("statsmodels.stats.meta_analysis").combine_effects
    between = max(float(combine(effect[known], error[known] ** 2, method_re="iterated").tau2), 1e-12)
    error = np.where(known, error, np.inf)
    weight = 1 / (error**2 + between)
    centre, centre_variance = float(weight @ effect / weight.sum()), float(1 / weight.sum())
    own = between * weight
    variance = (1 - own) * between + (1 - own) ** 2 * centre_variance
    groups = pd.DataFrame({"effect": own * effect + (1 - own) * centre, "error": np.sqrt(variance)})
    return groups, centre, float(np.sqrt(between + centre_variance))


def _levels(
    units: NDArray[np.float64], factor: NDArray[np.float64], absorbed: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Levels of cells and weeks at which the fitted units of each add up to those sold, and the fitted units."""
    cell, week = absorbed
    of_cell, of_week = np.bincount(cell, units), np.bincount(week, units)
    season = np.ones(len(of_week))
    for _ in range(_PASSES):
        base = of_cell / np.bincount(cell, factor * season[week])
        former, season = season, of_week / np.bincount(week, factor * base[cell])
        if np.abs(season / former - 1).max() < _CLOSE:
            break
    level = season.mean()
    return base * level, season / level, base[cell] * season[week] * factor


def _without_means(
    columns: NDArray[np.float64], weight: NDArray[np.float64], absorbed: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> NDArray[np.float64]:
    """Take weighted means of cells and of weeks away from every column, in turns until nothing is left of them."""
    weights = [np.bincount(number, weight) for number in absorbed]
    columns = columns.copy()
    for _ in range(_PASSES):
        largest = 0.0
        for number, total in zip(absorbed, weights, strict=True):
            sums = [np.bincount(number, weight * columns[:, j]) / total for j in range(columns.shape[1])]
            means = np.column_stack(sums)
            largest = max(largest, float(np.abs(means).max()))
            columns -= means[number]
        if largest < _CLOSE:
            break
    return columns


def _library(module: str = "statsmodels.api") -> Any:
    """Import a module of the statistics library, which only this file needs."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise StatisticsMissingError(
            "the package statsmodels makes the estimates and is not installed: pip install 'counterpoise[estimate]'"
        ) from error
