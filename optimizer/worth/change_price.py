"""What a change against a former plan costs: one reading for builder, certificate and reasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.request import FormerPlan
from optimizer.worth.economics import money


@dataclass(frozen=True, slots=True)
class ChangePrices:
    """Steps of the price of a change by the day a line leaves, shape ``(n_steps,)`` each."""

    from_day: NDArray[np.int64]
    price: NDArray[np.int64]
    """Money per unit changed."""

    def on(self, leaves_day: NDArray[np.int64]) -> NDArray[np.int64]:
        """Money per unit by which a line that leaves on a day differs from the former plan; 0 before the first step."""
        return np.append(0, self.price)[np.searchsorted(self.from_day, leaves_day, side="right")]


def change_prices(network: Network, former: FormerPlan | None) -> ChangePrices:
    """Read the prices of changes against a former plan; without one, changes are free."""
    steps = () if former is None else former.change_prices
    return ChangePrices(
        from_day=np.array([day for day, _ in steps], dtype=np.int64),
        price=money(np.array([price for _, price in steps], dtype=np.float64), network.money_decimals),
    )
