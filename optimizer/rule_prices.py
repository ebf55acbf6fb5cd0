"""What every rule that stands against a plan costs: the best plan without it, less the best plan with it.

Each price is a search of its own, which starts from the plan at hand. Two searches that prove their plans give the
price exactly; else objective and bound of both say what it is at least and at most.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.tables import Network
from optimizer.certificate import certify
from optimizer.plan import UNKNOWN_MONEY, Certificate, Plan
from optimizer.request import Request
from optimizer.rules_in_force import ONE_BY_ONE, Rule, place_of, rules_in_force, without_rule
from optimizer.search.warm_search import search_with_prices

_KINDS_SHARE: Final = 0.6
"""Of the time, for dropping each rule everywhere; the rest is for single rows."""

_LEAST_SECONDS: Final = 0.2
_LEAST_CERTIFICATES: Final = 20
"""No search is begun with less time than this, or than so many certificates take: few rules priced rather than many
searches that end before they have found anything."""


@dataclass(frozen=True, slots=True)
class RulePrices:
    """Rules and their prices, shape ``(n_prices,)`` each; money in money units, `UNKNOWN_MONEY` where not known."""

    rule: NDArray[np.object_]
    """The input field that makes the rule, for example ``lanes.max_dispatches``."""
    place: NDArray[np.object_]
    """Id of one row of the field's table; empty: the rule dropped in all rows."""
    rows: NDArray[np.int64]
    """How many rows are at their limit in the plan; 0 for a rule of the request."""
    price_low: NDArray[np.int64]
    """Proved: the rule costs at least this much."""
    price_high: NDArray[np.int64]
    """Proved: the rule costs at most this much."""
    gain: NDArray[np.int64]
    """How much more than the plan at hand the best plan without the rule earns that was found."""
    message: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.rule)


@dataclass(frozen=True, slots=True)
class _Price:
    """One row of `RulePrices`."""

    rule: str
    place: str
    rows: int
    price_low: int
    price_high: int
    gain: int
    message: str


def rule_prices(
    network: Network,
    request: Request,
    plan: Plan,
    *,
    bound: int | None = None,
    seconds: float = 20.0,
    most_places: int = 12,
) -> RulePrices:
    """Price the rules that stand against a plan.

    Parameters
    ----------
    network : Network
    request : Request
    plan : Plan
        A valid one, the better the more telling the prices.
    bound : int, optional
        Proven upper limit of the objective with all rules, in money units; searched for where it is not given.
    seconds : float
        Most time to spend.
    most_places : int
        How many single rows to price, those first that most of the plan's objective hangs on.

    Returns
    -------
    RulePrices
        Every rule that `optimizer.rules_in_force` finds, the dearest first; then single rows.

    Raises
    ------
    ValueError
        The plan breaks rules.
    """
    started = time.monotonic()
    certificate = certify(network, request, plan)
    least_seconds = max(_LEAST_SECONDS, _LEAST_CERTIFICATES * (time.monotonic() - started))
    if not certificate.valid:
        raise ValueError(f"the plan breaks rules: {certificate.violations[0].message}; repair it first")
    rules = rules_in_force(network, request, plan)
    kinds_until = started + (_KINDS_SHARE if any(rule.name in ONE_BY_ONE for rule in rules) else 1.0) * seconds
    case = _Case(network, request, plan, certificate, bound, least_seconds)
    if bound is None and rules:
        case = replace(case, bound=case.proved(case.share(kinds_until, len(rules) + 1)))
    kinds = [case.price(rule, None, case.share(kinds_until, len(rules) - i)) for i, rule in enumerate(rules)]
    order = sorted(range(len(rules)), key=lambda i: -kinds[i].gain)
    places = list(_places(case, [rules[i] for i in order if kinds[i].gain > 0], most_places))
    until = started + seconds
    single = [case.price(rule, row, case.share(until, len(places) - i)) for i, (rule, row) in enumerate(places)]
    return _columns([kinds[i] for i in order] + sorted(single, key=lambda price: -price.gain))


@dataclass(frozen=True, slots=True)
class _Case:
    """The plan, and what is known of it."""

    network: Network
    request: Request
    plan: Plan
    certificate: Certificate
    bound: int | None
    least_seconds: float
    """What a search needs."""

    def share(self, until: float, left: int) -> float:
        """Return the seconds of the next of so many searches: a share, or what a search needs; 0 when time is over."""
        there_is = until - time.monotonic()
        return max(there_is / left, self.least_seconds) if there_is >= self.least_seconds else 0.0

    def proved(self, seconds: float) -> int | None:
        """Prove how much any plan can be worth with all rules; None where the time does not suffice."""
        if seconds <= 0:
            return None
        return search_with_prices(self.network, self.request, [self.plan], seconds=seconds).bound

    def price(self, rule: Rule, row: int | None, seconds: float) -> _Price:
        """Search for the best plan without a rule, or without one row of it."""
        place = "" if row is None else place_of(self.network, rule, row)
        count = len(rule.rows) if row is None else 1
        if seconds <= 0:
            words = "not computed: the time was over"
            return _Price(rule.name, place, count, UNKNOWN_MONEY, UNKNOWN_MONEY, UNKNOWN_MONEY, words)
        rows = None if row is None else np.array([row])
        network, request = without_rule(self.network, self.request, rule, rows)
        found = search_with_prices(network, request, [self.plan], seconds=seconds)
        before, bound = self._before(network, request)
        if found.certificate is None:
            words = "not computed: no plan without it was found in the time"
            return _Price(rule.name, place, count, UNKNOWN_MONEY, UNKNOWN_MONEY, UNKNOWN_MONEY, words)
        gain = max(found.certificate.objective - before, 0)
        low = 0 if bound is None else max(found.certificate.objective - bound, 0)
        high = UNKNOWN_MONEY if found.bound is None else max(found.bound - before, low)
        return _Price(rule.name, place, count, low, high, gain, self._words(gain, low, high))

    def _before(self, network: Network, request: Request) -> tuple[int, int | None]:
        """Return the plan's objective and the bound with the rule, as money counts without the rule."""
        if request.severity_weights and request is not self.request:
            # Other alerts may select now, and weigh in.
            return certify(network, request, self.plan).objective, None
        return self.certificate.objective, self.bound

    def _words(self, gain: int, low: int, high: int) -> str:
        scale, currency = 10**self.network.money_decimals, self.network.currency
        if high != UNKNOWN_MONEY and high <= low + scale // 100:
            return f"costs {low / scale:,.2f} {currency}"
        most = "not known at most" if high == UNKNOWN_MONEY else f"at most {high / scale:,.2f}"
        found = (
            f"a plan that earns {gain / scale:,.2f} more was found without it" if gain else "no better plan was found"
        )
        return f"costs at least {low / scale:,.2f}, {most} {currency}; {found}"


def _places(case: _Case, rules: list[Rule], most: int) -> Iterator[tuple[Rule, int]]:
    """Yield single rows of rules, in turn from each rule, those first that most of the plan's objective hangs on."""
    ordered = []
    for rule in rules:
        if rule.name in ONE_BY_ONE and len(rule.rows) > 1:
            hangs = _hangs_on(case, rule)[rule.rows]
            ordered.append((rule, rule.rows[np.argsort(-hangs, kind="stable")]))
    given = 0
    for turn in range(most):
        for rule, rows in ordered:
            if turn < len(rows) and given < most:
                given += 1
                yield rule, int(rows[turn])


def _hangs_on(case: _Case, rule: Rule) -> NDArray[np.float64]:
    """Add up what the lines bring that touch each row of a rule's table."""
    network, plan, brings = case.network, case.plan, case.certificate.line_objective.astype(np.float64)
    lanes = network.lanes
    table, column = rule.name.split(".")
    if table == "lanes":
        return _sums(plan.lane, brings, len(lanes))
    if table == "nodes":
        ends = lanes.origin if column in ("pick_capacity_units", "max_outbound_lanes") else lanes.destination
        return _sums(ends[plan.lane], brings, len(network.nodes))
    if table == "stock":
        return _sums(network.stock_row(lanes.origin[plan.lane], plan.sku), brings, len(network.stock))
    if table == "alerts":
        # What the SKU of a demand brings least is where the demand costs most.
        return -_sums(plan.sku, brings, len(network.products))[network.alerts.sku]
    return np.zeros(len(network.lane_rules))


def _sums(rows: NDArray[np.integer[Any]], values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Add values up by row; those of no row (-1) are left out."""
    known = rows >= 0
    return np.bincount(rows[known], weights=values[known], minlength=count).astype(np.float64)


def _columns(prices: list[_Price]) -> RulePrices:
    columns: dict[str, NDArray[Any]] = {}
    for item in fields(_Price):
        kind = np.int64 if item.type == "int" else np.object_
        columns[item.name] = np.array([getattr(price, item.name) for price in prices], dtype=kind)
        columns[item.name].setflags(write=False)
    return RulePrices(**columns)


def rule_prices_table(network: Network, prices: RulePrices) -> pd.DataFrame:
    """Return prices in the currency; what is not known is empty."""
    scale = 10**network.money_decimals

    def amount(column: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.where(column == UNKNOWN_MONEY, np.nan, column / scale)

    return pd.DataFrame(
        {
            "rule": prices.rule,
            "place": prices.place,
            "rows": prices.rows,
            "price_low": amount(prices.price_low),
            "price_high": amount(prices.price_high),
            "gain": amount(prices.gain),
            "message": prices.message,
        }
    )
