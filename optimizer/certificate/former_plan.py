"""What a plan changes of a plan made before it, line by line, and what the changes cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.tables import Network
from optimizer.certificate.positions import LineColumns
from optimizer.request import FormerPlan
from optimizer.worth.change_price import change_prices

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Changes:
    """Lines of a former plan and of another one, matched; shape ``(n_matched,)`` unless said otherwise."""

    lane: Ints
    sku: Ints
    arrives_day: Ints
    units_then: Ints
    """In the former plan; 0 where it lacks the line."""
    units_now: Ints
    price: Ints
    """Money per unit changed."""
    frozen: NDArray[np.bool_]
    """The former plan has the line, and it leaves before `frozen_before_day`."""
    of_line: Ints
    """Row here of every line of the other plan, shape ``(n_lines,)``."""

    def charge(self) -> int:
        """Money that all changes cost."""
        return int(np.sum(self.price * np.abs(self.units_now - self.units_then)))

    def charge_of_lines(self, units: Ints) -> Ints:
        """How much more, or less if below 0, each line's change costs than leaving the line out would."""
        now, then = self.units_now[self.of_line], self.units_then[self.of_line]
        more = np.abs(now - then) - np.abs(now - units - then)
        return np.asarray(self.price[self.of_line] * more)


def changes_of(network: Network, former: FormerPlan, columns: LineColumns) -> Changes:
    """Match lines with those of a former plan: same lane, SKU, day of arrival and expiry day.

    Parameters
    ----------
    network : Network
    former : FormerPlan
    columns : LineColumns
        Lines with known lanes and SKUs.

    Returns
    -------
    Changes
    """
    keys = np.concatenate([_keys(former.plan), _keys(columns)])
    matched, number = np.unique(keys, axis=0, return_inverse=True)
    of_former, of_line = np.split(number.reshape(-1).astype(np.int64), [former.plan.n_lines])
    then, now = (np.zeros(len(matched), dtype=np.int64) for _ in range(2))
    np.add.at(then, of_former, former.plan.units.astype(np.int64))
    np.add.at(now, of_line, columns.units.astype(np.int64))
    leaves = matched[:, 2] - network.lanes.lead_time_days[matched[:, 0]]
    was_there = np.zeros(len(matched), dtype=np.bool_)
    was_there[of_former] = True
    last = former.frozen_before_day
    return Changes(
        lane=matched[:, 0],
        sku=matched[:, 1],
        arrives_day=matched[:, 2],
        units_then=then,
        units_now=now,
        price=change_prices(network, former).on(matched[:, 0], leaves),
        frozen=was_there & ((leaves < last) | (last >= NO_LIMIT)),
        of_line=of_line,
    )


def _keys(columns: LineColumns) -> Ints:
    """Lane, SKU, day of arrival and expiry day of lines, shape ``(n_lines, 4)``."""
    named = (columns.lane, columns.sku, columns.arrives_day, columns.expiry_day)
    return np.column_stack([column.astype(np.int64) for column in named])
