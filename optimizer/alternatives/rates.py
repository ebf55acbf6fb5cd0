"""What an alternative keeps low, as rates per dispatch, unit and kilogram of every lane: counted, and priced."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.outside import outside_lanes
from network.tables import Network
from optimizer.emissions import lane_emissions_per_kg
from optimizer.plan import Plan

Floats = NDArray[np.float64]

FEWEST_DISPATCHES: Final = "fewest_dispatches"
EARLIEST: Final = "earliest"
LEAST_EMISSIONS: Final = "least_emissions"


@dataclass(frozen=True, slots=True)
class Rates:
    """How much of something every lane uses, shape ``(n_lanes,)`` each."""

    per_dispatch: Floats
    per_unit: Floats
    per_kg: Floats

    def total(self, network: Network, plan: Plan) -> float:
        """Add up what a plan uses."""
        weight_kg = np.nan_to_num(network.products.unit_weight_kg, nan=0.0)[plan.sku]
        of_lines = plan.units * (self.per_unit[plan.lane] + self.per_kg[plan.lane] * weight_kg)
        return float(of_lines.sum() + (plan.dispatches * self.per_dispatch[plan.dispatch_lane]).sum())


def rates_of(network: Network) -> dict[str, Rates]:
    """Return what alternatives keep low, by their names; without what is nothing, or not known, everywhere.

    * `FEWEST_DISPATCHES`: dispatches between nodes;
    * `EARLIEST`: days that units are on the way: units of every line times the lead time of its lane;
    * `LEAST_EMISSIONS`: kilograms of CO2 equivalent. A lane without coordinates counts as far as the longest that is
      known, so that no plan looks clean for using lanes that nothing is known of.
    """
    nothing = np.zeros(len(network.lanes))
    lead = network.lanes.lead_time_days.astype(np.float64)
    per_kg = lane_emissions_per_kg(network)
    known = np.isfinite(per_kg)
    between = np.where(outside_lanes(network), 0.0, 1.0)
    found = {FEWEST_DISPATCHES: Rates(per_dispatch=between, per_unit=nothing, per_kg=nothing)}
    if np.any(lead > 0):
        found[EARLIEST] = Rates(per_dispatch=nothing, per_unit=lead, per_kg=nothing)
    if known.any() and np.any(np.nan_to_num(network.products.unit_weight_kg, nan=0.0) > 0):
        farthest = np.where(known, per_kg, per_kg[known].max())
        found[LEAST_EMISSIONS] = Rates(per_dispatch=nothing, per_unit=nothing, per_kg=farthest)
    return found


def priced(network: Network, rates: Rates, price: float) -> Network:
    """Charge lanes a price for what they use, beside their own costs.

    Plans break no other rule on the priced network than on the network itself, and one that is best there uses the
    least that its benefit allows.

    Parameters
    ----------
    network : Network
    rates : Rates
    price : float
        Currency for one of what the rates count, at least 0.
    """
    lanes = network.lanes
    dearer = replace(
        lanes,
        fixed_cost=lanes.fixed_cost + price * rates.per_dispatch,
        cost_per_unit=lanes.cost_per_unit + price * rates.per_unit,
        cost_per_kg=lanes.cost_per_kg + price * rates.per_kg,
    )
    return replace(network, lanes=dearer)
