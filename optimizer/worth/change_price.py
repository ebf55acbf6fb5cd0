"""What a change against a former plan costs: one reading for builder, certificate and reasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.outside import feeding_lanes
from network.tables import Network
from optimizer.request import FormerPlan
from optimizer.worth.economics import money


@dataclass(frozen=True, slots=True)
class ChangePrices:
    """Steps of the price of a change by the day a line leaves, shape ``(n_steps,)`` unless said otherwise."""

    from_day: NDArray[np.int64]
    price: NDArray[np.int64]
    """Money per unit changed."""
    free: NDArray[np.bool_]
    """Changes on the lane cost nothing, shape ``(n_lanes,)``: what feeds a purchase is no change of its own."""

    def on(self, lane: NDArray[np.int64], leaves_day: NDArray[np.int64]) -> NDArray[np.int64]:
        """Money per unit by which a line that leaves on a day differs from the former plan; 0 before the first step.

        Rows beyond those of the network are lanes that somebody thinks of adding.
        """
        free = np.append(self.free, False)[np.minimum(lane, len(self.free))]
        step = np.searchsorted(self.from_day, leaves_day, side="right")
        return np.where(free, 0, np.append(0, self.price)[step])


def change_prices(network: Network, former: FormerPlan | None) -> ChangePrices:
    """Read the prices of changes against a former plan; without one, changes are free."""
    steps = () if former is None else former.change_prices
    return ChangePrices(
        from_day=np.array([day for day, _ in steps], dtype=np.int64),
        price=money(np.array([price for _, price in steps], dtype=np.float64), network.money_decimals),
        free=feeding_lanes(network),
    )
