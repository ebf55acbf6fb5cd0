"""Ranked choices as columns: what each brings, costs and leaves undone, with its complete plan."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.tables import Network
from optimizer.plan import Certificate, Plan
from optimizer.plan_files.decision_tables import decision_tables
from optimizer.plan_lines import only_sku
from optimizer.plan_parts import USED
from optimizer.request import Request

WHOLE_PLAN: Final = -1
"""In a column of alerts: the choice is one of the plan as a whole."""

MOST_BENEFIT: Final = "most_benefit"
"""The plan itself, or for an alert a plan that is worth more still."""
AS_PLANNED: Final = "as_planned"
"""For an alert: what the plan does."""
RESOLVED_IN_FULL: Final = "resolved_in_full"
"""For an alert that the plan does not resolve: all of its units by lines."""
DO_NOTHING: Final = "do_nothing"
"""For an alert: nothing of its SKU moves, and its prices stay."""
ONLY: Final = {name: f"{name}_only" for name in USED}
"""For an alert: the best that a single response does for its SKU, by response."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan that alternatives are looked for, and how."""

    network: Network
    request: Request
    plan: Plan
    certificate: Certificate
    """That of the plan; valid."""
    keep_share: float
    """Share of the best that alternatives keep at least."""
    notes: list[str]
    """What is not offered is added here, with why."""
    certify_seconds: float
    """What a certificate takes."""


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Choices ordered by alert (the whole plan first) and rank, shape ``(n_choices,)`` each; money in money units.

    Of an alert, `cost`, `dispatches`, `lines`, `units`, days, prices and emissions are those that its SKU adds to the
    rest of the plan; benefit and objective are always those of the complete plan.
    """

    alert: NDArray[np.int32]
    """Row of ``network.alerts``, or `WHOLE_PLAN`."""
    choice: NDArray[np.object_]
    """`MOST_BENEFIT`, a name of `optimizer.alternatives.rates`, or another constant of this module."""
    rank: NDArray[np.int32]
    """1 for the greatest objective among the choices of the alert."""
    benefit: NDArray[np.int64]
    objective: NDArray[np.int64]
    objective_lost: NDArray[np.int64]
    """Greatest objective among the choices of the alert, less this one."""
    cost: NDArray[np.int64]
    """What is spent on lanes, on purchases and on the use of exits."""
    dispatches: NDArray[np.int64]
    """Between nodes."""
    lines: NDArray[np.int64]
    units: NDArray[np.int64]
    """Units on all lines; a unit that passes a hub counts on each of its lanes."""
    last_day: NDArray[np.int32]
    """Day on which the last unit arrives, -1 when nothing moves."""
    mean_day: NDArray[np.float64]
    """Day on which a unit arrives on average, over all lines; NaN when nothing moves."""
    emissions_kg: NDArray[np.float64]
    """Kilograms of CO2 equivalent of the lines that it is known for (`optimizer.emissions`)."""
    emissions_known: NDArray[np.float64]
    """Share of the units that it is known for."""
    risk_resolved: NDArray[np.float64]
    """Share of the units that the alert, or all selecting alerts, ask for that the plan brings, takes or sells."""
    units_by_transfer: NDArray[np.int64]
    prices_marked_down: NDArray[np.int64]
    """(SKU, zone) choices."""
    units_by_liquidation: NDArray[np.int64]
    units_by_return: NDArray[np.int64]
    units_by_purchase: NDArray[np.int64]
    summary: NDArray[np.object_]
    """For people."""
    plans: tuple[Plan, ...]
    """The complete plan of every choice; each is certified for the request."""
    notes: tuple[str, ...] = ()
    """What is not offered, and why."""

    def __len__(self) -> int:
        return len(self.alert)

    def changed(self, network: Network, index: int) -> Plan:
        """Return the part of a choice's plan that it is about: all of it, or lines and prices of the alert's SKU."""
        plan, alert = self.plans[index], int(self.alert[index])
        return plan if alert == WHOLE_PLAN else only_sku(plan, int(network.alerts.sku[alert]))


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice before it is ranked: the columns of `Alternatives` of the same names."""

    alert: int
    choice: str
    benefit: int
    objective: int
    cost: int
    dispatches: int
    lines: int
    units: int
    last_day: int
    mean_day: float
    emissions_kg: float
    emissions_known: float
    risk_resolved: float
    units_by_transfer: int
    prices_marked_down: int
    units_by_liquidation: int
    units_by_return: int
    units_by_purchase: int
    summary: str
    plan: Plan


def ranked(choices: list[Choice], notes: tuple[str, ...]) -> Alternatives:
    """Order choices by alert and objective; of equal ones the one that came first is ahead."""
    order = sorted(range(len(choices)), key=lambda i: (choices[i].alert, -choices[i].objective, i))
    chosen = [choices[i] for i in order]
    alert = np.array([choice.alert for choice in chosen], dtype=np.int32)
    starts = np.searchsorted(alert, alert)
    objective = np.array([choice.objective for choice in chosen], dtype=np.int64)
    columns: dict[str, NDArray[Any]] = {
        "rank": (np.arange(len(chosen)) - starts + 1).astype(np.int32),
        "objective_lost": objective[starts] - objective,
    }
    types = {"alert": np.int32, "last_day": np.int32, "choice": np.object_, "summary": np.object_}
    floats = ("mean_day", "emissions_kg", "emissions_known", "risk_resolved")
    for name in [item.name for item in fields(Choice) if item.name != "plan"]:
        kind = np.float64 if name in floats else types.get(name, np.int64)
        columns[name] = np.array([getattr(choice, name) for choice in chosen], dtype=kind)
    for column in columns.values():
        column.setflags(write=False)
    return Alternatives(**columns, plans=tuple(choice.plan for choice in chosen), notes=notes)


USE_COLUMNS: Final = (
    "units_by_transfer",
    "prices_marked_down",
    "units_by_liquidation",
    "units_by_return",
    "units_by_purchase",
)
"""Columns that say how much each response does."""


def choice_tables(network: Network, found: Alternatives) -> dict[str, pd.DataFrame]:
    """Write alternatives as tables of a plan directory, by name: the choices, and what each decides."""
    tables: dict[str, list[pd.DataFrame]] = {name: [] for name in DECIDED}
    ids = np.append(network.alerts.alert_id, "")[found.alert]
    for index in range(len(found)):
        decided = decision_tables(network, found.changed(network, index), None, None)
        for name, parts in tables.items():
            own = decided[name][[column for column in decided[name] if column not in UNTOLD]]
            head = {"alert_id": ids[index], "choice": found.choice[index]}
            parts.append(pd.concat([pd.DataFrame(head, index=own.index), own], axis=1))
    joined = {f"alternative_{name}": pd.concat(parts, ignore_index=True) for name, parts in tables.items() if parts}
    return {"alternatives": alternatives_table(network, found), **joined}


DECIDED: Final = ("transfers", "markdowns", "exits", "purchases")
"""Tables that say what a choice decides."""

UNTOLD: Final = frozenset({"lot_id", "benefit", "reason", "supplier", "cost", "proceeds"})
"""Columns of these tables that are not told of choices."""


def alternatives_table(network: Network, found: Alternatives) -> pd.DataFrame:
    """Choices with ids instead of rows and amounts in the currency; what is not known is empty."""
    scale = 10**network.money_decimals
    ids = np.append(network.alerts.alert_id, "")
    return pd.DataFrame(
        {
            "alert_id": ids[found.alert],
            "rank": found.rank,
            "choice": found.choice,
            "benefit": found.benefit / scale,
            "objective": found.objective / scale,
            "objective_lost": found.objective_lost / scale,
            "cost": found.cost / scale,
            "lines": found.lines,
            "units": found.units,
            "dispatches": found.dispatches,
            "last_day": pd.arrays.IntegerArray(found.last_day.astype(np.int64), found.last_day < 0),
            "mean_day": found.mean_day,
            "emissions_kg": found.emissions_kg,
            "emissions_known": found.emissions_known,
            "risk_resolved": found.risk_resolved,
            **{name: getattr(found, name) for name in USE_COLUMNS},
            "summary": found.summary,
        }
    )
