"""Prices of switches and limits, carried from one transfer model of a request to another with other worths.

The models differ in which flows could pay, not in what ties them together, so pricing goes on where it was.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.search.pricing import Multipliers
from optimizer.search.slope_scaling import Slopes, sum_by_switch
from optimizer.transfer import TransferModel

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def carried(multipliers: Multipliers, before: TransferModel, now: TransferModel) -> Multipliers:
    """Find the members and limits of one model in another.

    Parameters
    ----------
    multipliers : Multipliers
        Of the model `before`.
    before, now : TransferModel
        Of one request.

    Returns
    -------
    Multipliers
        Of the model `now`; limits that were not there cost nothing.
    """
    share = _by_member(multipliers.share, before, now)
    n = np.maximum(np.bincount(now.model.members.switch, minlength=len(now.model.switches)), 1)
    share = np.where(np.isnan(share), 0.5 / n[now.model.members.switch], share)
    share = share / np.maximum(sum_by_switch(now.model, share), 1e-9)[now.model.members.switch]
    return Multipliers(share, _limit_prices(multipliers.limit_price, before, now), multipliers.step)


def carried_slopes(slopes: Slopes, before: TransferModel, now: TransferModel) -> Slopes:
    """Find the switches and limits of one model in another.

    Parameters
    ----------
    slopes : Slopes
        Of the model `before`.
    before, now : TransferModel
        Of one request.

    Returns
    -------
    Slopes
        Of the model `now`; NaN for switches that were not there, and no price for such limits.
    """
    member = _by_member(slopes.dearer[before.model.members.switch], before, now)
    known = ~np.isnan(member)
    n_known = np.bincount(now.model.members.switch, weights=known, minlength=len(now.model.switches))
    total = sum_by_switch(now.model, np.where(known, member, 0.0))
    dearer = np.where(n_known > 0, total / np.maximum(n_known, 1.0), np.nan)
    return Slopes(dearer, _limit_prices(slopes.limit_price, before, now))


def _by_member(values: Floats, before: TransferModel, now: TransferModel) -> Floats:
    """Values of the members of one model for those of another, NaN for members that were not there."""
    return _looked_up(*_codes(_member_columns(before), _member_columns(now)), values)


def _limit_prices(price: Floats, before: TransferModel, now: TransferModel) -> Floats:
    """Prices of the limits of one model for those of another, 0 for limits that were not there."""
    return np.nan_to_num(_looked_up(*_codes(_limit_columns(before), _limit_columns(now)), price), nan=0.0)


def _member_columns(built: TransferModel) -> list[NDArray[np.generic]]:
    """Say what a member stands for: its line, and which of the line's switches."""
    flow = built.model.members.flow
    return [
        *(column[flow] for column in (built.flow_lane, built.flow_sku, built.flow_arrives_day, built.flow_expiry_day)),
        _place_among(flow),
    ]


def _limit_columns(built: TransferModel) -> list[NDArray[np.generic]]:
    """Say what a limit stands for: rule and place, and which of those of the rule there."""
    columns: list[NDArray[np.generic]] = [built.limit_rule.astype(str), *built.limit_place.T]
    return [*columns, _place_among(_code(columns))]


def _place_among(code: NDArray[np.integer]) -> Ints:
    """Count the entries with the same code before each."""
    order = np.argsort(code, kind="stable")
    ranked = code[order]
    place = np.empty(len(code), dtype=np.int64)
    place[order] = np.arange(len(code)) - np.searchsorted(ranked, ranked)
    return place


def _code(columns: list[NDArray[np.generic]]) -> Ints:
    """Give every different row of some columns a number."""
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        values, number = np.unique(column, return_inverse=True)
        code = np.unique(code * len(values) + number, return_inverse=True)[1].astype(np.int64)
    return code


def _codes(before: list[NDArray[np.generic]], now: list[NDArray[np.generic]]) -> tuple[Ints, Ints]:
    """Give the rows of two tables numbers, the same row the same."""
    code = _code([np.concatenate(pair) for pair in zip(before, now, strict=True)])
    return code[: len(before[0])], code[len(before[0]) :]


def _looked_up(known: Ints, wanted: Ints, values: Floats) -> Floats:
    """Return the values of the wanted codes among the known ones, NaN where there is none."""
    if not len(known):
        return np.full(len(wanted), np.nan)
    order = np.argsort(known, kind="stable")
    at = order[np.minimum(np.searchsorted(known[order], wanted), len(known) - 1)]
    return np.where(known[at] == wanted, values[at], np.nan)
