"""One choice as numbers and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from network.tables import Network
from optimizer.alternatives.choices import Choice
from optimizer.alternatives.rates import EARLIEST, FEWEST_DISPATCHES, LEAST_EMISSIONS
from optimizer.emissions import emissions_of
from optimizer.plan import Certificate, Plan
from optimizer.plan_lines import only_sku
from optimizer.plan_parts import lines_by_response, parts_of
from optimizer.request import LIQUIDATION, PURCHASE, RETURN, TRANSFER


@dataclass(frozen=True, slots=True)
class Wording:
    """How to speak of something that is kept low."""

    name: str
    what: str
    none: str

    def said(self, used: float, before: float) -> str:
        """Say how much is used, and how much less that is."""
        return f"{self.name}: {used:,.6g} {self.what} instead of {before:,.6g}"


WORDS: Final[Mapping[str, Wording]] = MappingProxyType(
    {
        FEWEST_DISPATCHES: Wording("fewest dispatches", "dispatches", "no plan was found that runs fewer dispatches"),
        EARLIEST: Wording(
            "earliest", "days of units on the way", "no plan was found whose units are on the way for fewer days"
        ),
        LEAST_EMISSIONS: Wording("least emissions", "kg CO2e", "no plan was found that emits less"),
    }
)


def kept_words(objective: int, best: int, what: str) -> str:
    """Say what share of the best is kept."""
    return f", keeps {objective / best:.1%} of {what}" if best > 0 else ""


def described(
    network: Network,
    alert: int,
    plan: Plan,
    certificate: Certificate,
    *,
    choice: str,
    summary: str,
    risk_resolved: float,
    sku: int | None = None,
    beside: tuple[int, int] = (0, 0),
) -> Choice:
    """Count what a choice brings and costs.

    Parameters
    ----------
    network : Network
    alert : int
        Row of ``network.alerts`` or `WHOLE_PLAN`.
    plan : Plan
        Complete.
    certificate : Certificate
        That of the plan.
    choice, summary : str
        For programs and for people.
    risk_resolved : float
    sku : int, optional
        Count only this SKU's lines and prices.
    beside : tuple of int
        Cost in money units and dispatches of the rest of the plan, not to be counted.
    """
    own = plan if sku is None else only_sku(plan, sku)
    emitted = emissions_of(network, own)
    by_response = {name: int(own.units[rows].sum()) for name, rows in lines_by_response(network, own).items()}
    return Choice(
        alert=alert,
        choice=choice,
        benefit=certificate.benefit,
        objective=certificate.objective,
        cost=spent(certificate) - beside[0],
        dispatches=runs_between(network, plan) - beside[1],
        lines=own.n_lines,
        units=int(own.units.sum()),
        last_day=int(own.arrives_day.max(initial=-1)),
        mean_day=float(np.average(own.arrives_day, weights=own.units)) if own.n_lines else float("nan"),
        emissions_kg=emitted.kg,
        emissions_known=emitted.known_share,
        risk_resolved=risk_resolved,
        units_by_transfer=by_response[TRANSFER],
        prices_marked_down=len(own.markdowns),
        units_by_liquidation=by_response[LIQUIDATION],
        units_by_return=by_response[RETURN],
        units_by_purchase=by_response[PURCHASE],
        summary=summary,
        plan=plan,
    )


def spent(certificate: Certificate) -> int:
    """Return what a plan spends in money units: on lanes, on purchases and on the use of exits."""
    return -sum(amount for term, amount in certificate.ledger.items() if term.startswith(_SPENT))


_SPENT: Final = ("lanes.", "quotes.", "quote_suppliers.", "exits.fixed_cost")
"""Beginnings of the ledger's terms."""


def runs_between(network: Network, plan: Plan) -> int:
    """Count the dispatches between nodes."""
    return int(plan.dispatches[parts_of(network, plan).dispatches].sum())
