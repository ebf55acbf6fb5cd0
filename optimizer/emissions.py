"""Greenhouse gas of transfers: distance as the crow flies, times tonnes, times one factor.

The factor is that of Cefic and ECTA for road freight in Europe: 62 g CO2 per tonne-kilometre, at an average load of
80 % of the vehicle and 25 % empty running (McKinnon and Piecyk, "Measuring and Managing CO2 Emissions of European
Chemical Transport", 2011; Cefic and ECTA, "Guidelines for Measuring and Managing CO2 Emission from Freight Transport
Operations", 2011). It counts what is carried, not how many vehicles run, and compares plans rather than reporting a
company's emissions: roads are longer than the crow flies, and other vehicles need other factors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.plan import Plan

KG_PER_TONNE_KM: Final = 0.062
"""Kilograms of CO2 equivalent per tonne and kilometre."""

_EARTH_RADIUS_KM: Final = 6371.0088
_KG_PER_TONNE: Final = 1000.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Emissions:
    """What some lines emit."""

    kg: float
    """Kilograms of CO2 equivalent of the lines that it is known for."""
    known_share: float
    """Share of the units on lines whose coordinates and weight are given; 1 when nothing moves."""


def lane_km(network: Network) -> Floats:
    """Great-circle distance between the ends of every lane in km, shape (n_lanes,); NaN without coordinates."""
    nodes, lanes = network.nodes, network.lanes
    latitude, longitude = np.radians(nodes.latitude), np.radians(nodes.longitude)
    a, b = lanes.origin, lanes.destination
    across = np.sin((latitude[b] - latitude[a]) / 2) ** 2
    along = np.cos(latitude[a]) * np.cos(latitude[b]) * np.sin((longitude[b] - longitude[a]) / 2) ** 2
    return np.asarray(2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(across + along, 0.0, 1.0))))


def lane_emissions_per_kg(network: Network, kg_per_tonne_km: float = KG_PER_TONNE_KM) -> Floats:
    """Kilograms of CO2 equivalent per kilogram carried, of every lane, shape (n_lanes,); NaN when not known."""
    return lane_km(network) * kg_per_tonne_km / _KG_PER_TONNE


def line_emissions_kg(network: Network, plan: Plan, kg_per_tonne_km: float = KG_PER_TONNE_KM) -> Floats:
    """Kilograms of CO2 equivalent of every line of a plan, shape (n_lines,); NaN when not known.

    Parameters
    ----------
    network : Network
    plan : Plan
        Of known lanes and products.
    kg_per_tonne_km : float, optional
        Kilograms of CO2 equivalent per tonne and kilometre.
    """
    per_kg = lane_emissions_per_kg(network, kg_per_tonne_km)[plan.lane]
    return np.asarray(per_kg * network.products.unit_weight_kg[plan.sku] * plan.units)


def emissions_of(network: Network, plan: Plan, kg_per_tonne_km: float = KG_PER_TONNE_KM) -> Emissions:
    """Add up what the lines of a plan emit, and say for which share of the units that is known."""
    kg = line_emissions_kg(network, plan, kg_per_tonne_km)
    known = np.isfinite(kg)
    units = int(plan.units.sum())
    share = 1.0 if units == 0 else float(plan.units[known].sum() / units)
    return Emissions(kg=float(kg[known].sum()), known_share=share)
