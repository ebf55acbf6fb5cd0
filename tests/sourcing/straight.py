"""Risky events as one mixed-integer program straight from the page: every scenario and every loss written out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from network.events import Event, RiskMeasure
from optimizer.bidding.failures import failures_of


def straight_objective(event: Event) -> float:
    """Least objective of an event of `risky_event` in the currency, NaN when no award is valid."""
    program = _Straight(event)
    program.add_awards()
    program.add_scenarios()
    if event.risk.survive_share is not None:
        program.add_losses(event.risk.survive_share)
    return program.least()


class _Straight:
    """Blocks of columns and rows over them: units `x` and winning `w` of bids, suppliers that win `u`, and the rest."""

    def __init__(self, event: Event) -> None:
        self.event = event
        n, n_items, n_suppliers = len(event.bids), len(event.items), len(event.suppliers)
        none = event.risk.measure == RiskMeasure.NONE
        self.chance = np.ones(1) if none else failures_of(event).probability / 1e6
        self.fails = np.zeros((1, n_suppliers), dtype=bool) if none else failures_of(event).fails
        cases = len(self.chance)
        sizes = {"x": n, "w": n, "u": n_suppliers, "missing": cases * n_items, "worst": 1, "excess": cases}
        sizes["delivered"] = n_suppliers * n
        self.first = dict(zip(sizes, np.cumsum([0, *sizes.values()]).tolist(), strict=False))
        self.total, self.whole = sum(sizes.values()), 2 * n + n_suppliers
        self.objective = np.zeros(self.total)
        self.rows: list[tuple[NDArray[np.float64], float, float]] = []

    def row(self, low: float, high: float, *entries: tuple[str, Any, Any]) -> None:
        """Add a row of (block, numbers in it, coefficient)."""
        coefficients = np.zeros(self.total)
        for block, at, value in entries:
            coefficients[self.first[block] + np.asarray(at)] += value
        self.rows.append((coefficients, low, high))

    def add_awards(self) -> None:
        """Quantities, capacities, and all units covered."""
        bids, suppliers = self.event.bids, self.event.suppliers
        for bid, supplier in enumerate(bids.supplier.tolist()):
            self.row(-np.inf, 0, ("x", bid, 1), ("w", bid, -bids.max_units[bid]))
            self.row(0, np.inf, ("x", bid, 1), ("w", bid, -bids.min_units[bid]))
            self.row(-np.inf, 0, ("w", bid, 1), ("u", supplier, -1))
        for supplier, capacity in enumerate(suppliers.capacity_units.tolist()):
            self.row(-np.inf, capacity, ("x", np.flatnonzero(bids.supplier == supplier), 1))
        for item, units in enumerate(self.event.items.units.tolist()):
            self.row(units, np.inf, ("x", np.flatnonzero(bids.item == item), 1))

    def add_scenarios(self) -> None:
        """What every scenario costs, in expectation and beyond a threshold."""
        event, risk = self.event, self.event.risk
        bids, n_items = event.bids, len(event.items)
        weight = risk.cvar_weight if risk.measure == RiskMeasure.CVAR else 0.0
        for case, chance in enumerate(self.chance.tolist()):
            arrives = ~self.fails[case, bids.supplier]
            for item, units in enumerate(event.items.units.tolist()):
                there = np.flatnonzero(arrives & (bids.item == item))
                self.row(units, np.inf, ("x", there, 1), ("missing", case * n_items + item, 1))
            cost = np.zeros(self.total)
            cost[self.first["x"] + np.flatnonzero(arrives)] = bids.unit_price[arrives]
            cost[self.first["u"] + np.arange(len(event.suppliers))] = event.suppliers.fixed_cost
            cost[self.first["missing"] + case * n_items + np.arange(n_items)] = event.items.shortage_penalty
            self.objective += (1 - weight) * chance * cost
            self.objective[self.first["excess"] + case] = weight * chance / (1 - risk.cvar_level)
            cost[[self.first["worst"], self.first["excess"] + case]] = -1
            self.rows.append((cost, -np.inf, 0.0))
        self.objective[self.first["worst"]] = weight

    def add_losses(self, share: float) -> None:
        """What bids that win deliver when a supplier is lost."""
        bids, n = self.event.bids, len(self.event.bids)
        for lost in range(len(self.event.suppliers)):
            for bid, supplier in enumerate(bids.supplier.tolist()):
                most = 0 if supplier == lost else int(bids.max_units[bid])
                self.row(-np.inf, 0, ("delivered", lost * n + bid, 1), ("w", bid, -most))
            for supplier, capacity in enumerate(self.event.suppliers.capacity_units.tolist()):
                self.row(-np.inf, capacity, ("delivered", lost * n + np.flatnonzero(bids.supplier == supplier), 1))
            for item, units in enumerate(self.event.items.units.tolist()):
                own = lost * n + np.flatnonzero(bids.item == item)
                self.row(np.ceil(units * share - 1e-9), np.inf, ("delivered", own, 1))

    def least(self) -> float:
        """Solve."""
        n, integrality = len(self.event.bids), np.zeros(self.total)
        integrality[: self.whole] = 1
        high = np.full(self.total, np.inf)
        high[n : self.whole] = 1
        matrix, low, top = (np.array(column) for column in zip(*self.rows, strict=True))
        limits = LinearConstraint(matrix, low, top)
        found = milp(self.objective, integrality=integrality, bounds=Bounds(0, high), constraints=limits)
        return float(found.fun) if found.success else float("nan")
