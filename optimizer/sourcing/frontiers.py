"""What fewer or more winners cost, and what less risk costs: one proven award for each point of a frontier."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.events import Event, Measure, Per, Risk, RiskMeasure, RuleKind, Rules, Sense
from optimizer.award import Award, AwardResult
from optimizer.bidding.offers import Usable, offers_of
from optimizer.certificate.awards import certify_award
from optimizer.plan import UNKNOWN_MONEY, Status
from optimizer.sourcing.at_hand import searched

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

AT_MOST: Final = "at_most"
AT_LEAST: Final = "at_least"

WEIGHTS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Of the conditional value at risk in the objective."""

_FIRST_SHARE: Final = 0.25
"""Of the time, for the event as it is."""

_LEAST_SECONDS: Final = 0.2
"""No search is begun with less."""


@dataclass(frozen=True, slots=True)
class WinnersFrontier:
    """Best awards by number of winners, fewest first; shape ``(n,)`` each, money in ``10 ** -money_decimals``."""

    winners: Ints
    sense: NDArray[np.object_]
    """`AT_MOST` or `AT_LEAST` so many: whichever stands against the best award of the event as it is."""
    status: NDArray[np.object_]
    """`Status` values as words; after ``infeasible`` none further away is tried."""
    won: Ints
    """Suppliers that win in the award found, -1 without one."""
    objective: Ints
    """Of the award found; `UNKNOWN_MONEY` without one."""
    bound: Ints
    """Proved: no such award is below; `UNKNOWN_MONEY`: not known."""
    cost: Ints
    awards: tuple[Award | None, ...]

    def __len__(self) -> int:
        return len(self.winners)


@dataclass(frozen=True, slots=True)
class RiskFrontier:
    """Best awards by weight of risk, shape ``(n,)`` each, money in ``10 ** -money_decimals``."""

    level: Floats
    """The conditional value at risk is the mean of the worst ``1 - level``."""
    weight: Floats
    """0: only the expectation counts; 1: only the worst."""
    status: NDArray[np.object_]
    objective: Ints
    """Of the award found; `UNKNOWN_MONEY` without one, like the next ones."""
    bound: Ints
    cost: Ints
    """Without failures."""
    expected: Ints
    """Cost in expectation over the scenarios."""
    worst: Ints
    """Conditional value at risk of the cost."""
    won: Ints
    """Suppliers that win, -1 without an award."""
    awards: tuple[Award | None, ...]

    def __len__(self) -> int:
        return len(self.weight)


def winners_frontier(
    event: Event, award: Award | AwardResult | None = None, *, seconds: float = 60.0, most_points: int = 12
) -> WinnersFrontier:
    """Find the least objective for each number of winners.

    Parameters
    ----------
    event : Event
    award : Award or AwardResult, optional
        To start from; the bound of a result is believed, and one that is proved the best is not searched again.
    seconds : float
        Most time to spend; all points share it.
    most_points : int
        How many numbers of winners to try, those next to the best award's own first.

    Returns
    -------
    WinnersFrontier
        From the best award of the event downwards until so few are not enough, and upwards until there are no more.
    """
    until = time.monotonic() + seconds
    best = _best(event, award, _FIRST_SHARE * seconds)
    if best.award is None:
        return _winners_columns([], event)
    own, known = _won(event, best.award), [best.award]
    points = {own: (AT_MOST, best)}
    offers = offers_of(event)
    bidding = len(np.unique(event.bids.supplier[offers.usable == Usable.YES]))
    sides = [(AT_MOST, iter(range(own - 1, -1, -1))), (AT_LEAST, iter(range(own + 1, bidding + 1)))]
    last = min(most_points, bidding + 1)
    while sides and len(points) < last:
        sense, numbers = sides.pop(0)
        number = next(numbers, None)
        left = until - time.monotonic()
        if number is None or left < _LEAST_SECONDS:
            continue
        asked = _with_winners(event, sense, number)
        found = searched(asked, known, left / (last - len(points)))
        points[number] = (sense, found)
        known += [] if found.award is None else [found.award]
        if found.status is not Status.INFEASIBLE:
            sides.append((sense, numbers))
    return _winners_columns(_shared([(number, *points[number]) for number in sorted(points)], own, event), event)


def risk_frontier(
    event: Event,
    award: Award | None = None,
    *,
    seconds: float = 60.0,
    weights: Sequence[float] = WEIGHTS,
    levels: Sequence[float] | None = None,
) -> RiskFrontier:
    """Find the least objective for each weight, and level, of risk.

    Parameters
    ----------
    event : Event
        With scenarios or failure probabilities.
    award : Award, optional
        To start from.
    seconds : float
        Most time to spend; all points share it.
    weights : sequence of float
        Of the conditional value at risk.
    levels : sequence of float, optional
        Where its worst cases begin; that of the event when not given.

    Returns
    -------
    RiskFrontier
        Every weight at every level.

    Raises
    ------
    ValueError
        An item has neither ``shortage_penalty`` nor ``uncovered_penalty``.
    """
    items = event.items
    priceless = np.flatnonzero(np.isnan(items.shortage_penalty) & np.isnan(items.uncovered_penalty))
    if len(priceless):
        raise ValueError(
            f"item {items.item_id[priceless[0]]!r} has no price for units that do not arrive: give its shortage_penalty"
        )
    until = time.monotonic() + seconds
    asked = [
        replace(event.risk, measure=RiskMeasure.CVAR, cvar_level=level, cvar_weight=weight)
        for level in ([event.risk.cvar_level] if levels is None else levels)
        for weight in weights
    ]
    known = [] if award is None else [award]
    points: list[tuple[Risk, AwardResult]] = []
    for number, risk in enumerate(asked):
        share = max((until - time.monotonic()) / (len(asked) - number), _LEAST_SECONDS)
        found = searched(replace(event, risk=risk), known, share)
        points.append((risk, found))
        known += [] if found.award is None else [found.award]
    return _risk_columns(points, event)


def _best(event: Event, award: Award | AwardResult | None, seconds: float) -> AwardResult:
    """Find the best award of the event as it is, and prove it as far as that was not done."""
    if not isinstance(award, AwardResult):
        return searched(event, [] if award is None else [award], seconds)
    if award.status is Status.OPTIMAL or award.award is None:
        return award
    found = searched(event, [award.award], seconds)
    bounds = [bound for bound in (award.bound, found.bound) if bound is not None]
    return replace(found, bound=max(bounds, default=None))


def _with_winners(event: Event, sense: str, number: int) -> Event:
    """Add the rule that at most, or at least, so many suppliers win."""
    cells: dict[str, Any] = {
        "rule_id": f"{sense} {number} winners",
        "kind": RuleKind.LIMIT,
        "sense": Sense.AT_MOST if sense == AT_MOST else Sense.AT_LEAST,
        "measure": Measure.WINNERS,
        "supplier": -1,
        "supplier_group": "",
        "incumbents": False,
        "item": -1,
        "item_group": "",
        "per": Per.ALL,
        "if_winning": False,
        "amount": float(number),
        "share": np.nan,
        "violation_price": np.nan,
    }
    rules = event.rules
    columns: dict[str, NDArray[Any]] = {
        name: np.append(getattr(rules, name), np.array([cell], dtype=getattr(rules, name).dtype))
        for name, cell in cells.items()
    }
    return replace(event, rules=Rules(**columns, extra={}))


def _shared(points: list[tuple[int, str, AwardResult]], own: int, event: Event) -> list[tuple[int, str, AwardResult]]:
    """Let every point have the best award found by any that keeps its number, and the best bound that holds for it.

    The best award has its own number of winners: its bound is one of all awards.
    """
    won = [_won(event, found.award) for _, _, found in points]
    shared = []
    for number, sense, found in points:
        kept = [
            other
            for (_, _, other), winners in zip(points, won, strict=True)
            if winners >= 0 and (winners <= number if sense == AT_MOST else winners >= number)
        ]
        wider = [
            other.bound
            for at, side, other in points
            if other.bound is not None
            and (at == own or (side == sense and (at >= number if sense == AT_MOST else at <= number)))
        ]
        best = min(kept, key=_objective, default=found)
        bound = max(wider, default=None)
        known = replace(best, status=_status(found, best, bound), bound=bound)
        shared.append((number, sense, found if found.status is Status.INFEASIBLE else known))
    return shared


def _objective(found: AwardResult) -> int:
    """Of a result with an award, money."""
    return 0 if found.objective is None else found.objective


def _status(found: AwardResult, best: AwardResult, bound: int | None) -> Status:
    """Say how good the best award of a point is, by what its own search found and what is proved in all."""
    if best.award is None or found.status is Status.OPTIMAL:
        return found.status
    return Status.OPTIMAL if bound is not None and bound >= _objective(best) else Status.FEASIBLE


def _won(event: Event, award: Award | None) -> int:
    """Count suppliers that win, -1 without an award."""
    return -1 if award is None else len(np.unique(event.bids.supplier[award.bid]))


def _money(values: Iterable[int | None]) -> Ints:
    return np.array([UNKNOWN_MONEY if value is None else value for value in values], dtype=np.int64)


def _words(results: Iterable[AwardResult]) -> NDArray[np.object_]:
    return np.array([result.status.value for result in results], dtype=np.object_)


def _costs(results: Iterable[AwardResult]) -> Ints:
    return _money(None if result.certificate is None else result.certificate.cost for result in results)


def _winners_columns(points: list[tuple[int, str, AwardResult]], event: Event) -> WinnersFrontier:
    results = [result for _, _, result in points]
    return WinnersFrontier(
        winners=np.array([number for number, _, _ in points], dtype=np.int64),
        sense=np.array([sense for _, sense, _ in points], dtype=np.object_),
        status=_words(results),
        won=np.array([_won(event, result.award) for result in results], dtype=np.int64),
        objective=_money(result.objective for result in results),
        bound=_money(result.bound for result in results),
        cost=_costs(results),
        awards=tuple(result.award for result in results),
    )


def _risk_columns(points: list[tuple[Risk, AwardResult]], event: Event) -> RiskFrontier:
    results = [result for _, result in points]
    measured = [
        [_measured(event, replace(risk, cvar_weight=weight), result.award) for risk, result in points]
        for weight in (0.0, 1.0)
    ]
    return RiskFrontier(
        level=np.array([risk.cvar_level for risk, _ in points]),
        weight=np.array([risk.cvar_weight for risk, _ in points]),
        status=_words(results),
        objective=_money(result.objective for result in results),
        bound=_money(result.bound for result in results),
        cost=_costs(results),
        expected=_money(measured[0]),
        worst=_money(measured[1]),
        won=np.array([_won(event, result.award) for result in results], dtype=np.int64),
        awards=tuple(result.award for result in results),
    )


def _measured(event: Event, risk: Risk, award: Award | None) -> int | None:
    """Return the risk measure of an award's cost, as its certificate has it."""
    if award is None:
        return None
    certificate = certify_award(replace(event, risk=risk), award)
    return certificate.cost + certificate.adjustments["risk"]


def winners_frontier_table(event: Event, frontier: WinnersFrontier) -> pd.DataFrame:
    """Write a frontier down, money in the currency; what is not known is empty."""
    return _table(event, frontier)


def risk_frontier_table(event: Event, frontier: RiskFrontier) -> pd.DataFrame:
    """Write a frontier down, money in the currency; what is not known is empty."""
    return _table(event, frontier)


def _table(event: Event, frontier: WinnersFrontier | RiskFrontier) -> pd.DataFrame:
    scale, columns = 10.0**event.money_decimals, {}
    for item in fields(frontier):
        column = getattr(frontier, item.name)
        if item.name in {"objective", "bound", "cost", "expected", "worst"}:
            column = np.where(column == UNKNOWN_MONEY, np.nan, column / scale)
        if item.name != "awards":
            columns[item.name] = column
    return pd.DataFrame(columns)
