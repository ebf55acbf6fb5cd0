"""How many units the lines of a plan bring to, or take from, the position of each alert, and by which day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.tables import AlertKind, Network
from optimizer.certificate.positions import Lines

Ints = NDArray[np.int64]

NEVER: Final = -1
"""In a column of days: nothing arrives or leaves that counts."""

_SPAN: Final = 2**31
"""Above every day of a plan."""


@dataclass(frozen=True, slots=True)
class AlertService:
    """What lines do for alerts, shape ``(n_alerts,)`` each."""

    net_units: Ints
    """Shortage: received by ``needed_by_days`` less sent. Over-stock: sent less received. May be negative."""
    helping: tuple[Movements, Movements]
    """Units received and units sent, to ask for days."""
    hindering_units: Ints
    """Shortage: units sent. Over-stock: units received."""
    key: Ints
    is_shortage: NDArray[np.bool_]

    def day_of(self, units: Ints) -> Ints:
        """Day on which the net of each alert reaches so many units; `NEVER` for 0 units.

        Parameters
        ----------
        units : ndarray of int64, shape (n_alerts,)
            Between 0 and `net_units`.
        """
        received, sent = self.helping
        target = units + self.hindering_units
        day = np.full(len(units), NEVER, dtype=np.int64)
        for movements, mask in ((received, self.is_shortage), (sent, ~self.is_shortage)):
            asked = np.flatnonzero(mask & (units > 0))
            day[asked] = movements.day_reaching(self.key[asked], target[asked])
        return day


def alert_service(network: Network, lines: Lines) -> AlertService:
    """Add up what lines do for every alert of a network.

    Parameters
    ----------
    network : Network
    lines : Lines
        Lines of a plan, with positive units.

    Returns
    -------
    AlertService
    """
    alerts, n_nodes = network.alerts, max(len(network.nodes), 1)
    received = movements(lines.sku * n_nodes + lines.destination, lines.arrives_day, lines.units)
    sent = movements(lines.sku * n_nodes + lines.origin, lines.departs_day, lines.units)
    key = alerts.sku.astype(np.int64) * n_nodes + alerts.node
    is_shortage = alerts.kind == AlertKind.SHORTAGE
    last = np.full(len(key), _SPAN - 1, dtype=np.int64)
    in_time = received.until(key, np.minimum(alerts.needed_by_days, last))
    out = sent.until(key, last)
    hindering = np.where(is_shortage, out, received.until(key, last))
    return AlertService(
        net_units=np.where(is_shortage, in_time, out) - hindering,
        helping=(received, sent),
        hindering_units=hindering,
        key=key,
        is_shortage=is_shortage,
    )


@dataclass(frozen=True, slots=True)
class Movements:
    """Units by position and day, in that order."""

    keys: Ints
    """The positions, ascending."""
    code: Ints
    """Position number * `_SPAN` + day, ascending, shape ``(n_movements,)``."""
    total: Ints
    """Units of all movements before, shape ``(n_movements + 1,)``."""

    def until(self, key: Ints, day: Ints) -> Ints:
        """Units moved at positions up to and including a day."""
        number, found = self._number(key)
        first = np.searchsorted(self.code, number * _SPAN)
        end = np.searchsorted(self.code, number * _SPAN + day, side="right")
        return np.where(found & (day >= 0), self.total[end] - self.total[first], 0)

    def day_reaching(self, key: Ints, units: Ints) -> Ints:
        """Day on which so many units (at least 1, at most all) have moved at positions."""
        number, _ = self._number(key)
        first = np.searchsorted(self.code, number * _SPAN)
        reached = np.searchsorted(self.total, self.total[first] + units) - 1
        return np.asarray(self.code[reached] % _SPAN)

    def _number(self, key: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """Return the number of each position and whether anything moved there."""
        number = np.searchsorted(self.keys, key)
        padded = np.append(self.keys, -1)
        return number.astype(np.int64), padded[number] == key


def movements(key: Ints, day: Ints, units: Ints) -> Movements:
    """Sort movements of positive units by position and day."""
    keys, number = np.unique(key, return_inverse=True)
    code = number.astype(np.int64) * _SPAN + day
    order = np.argsort(code, kind="stable")
    return Movements(keys=keys, code=code[order], total=np.concatenate([[0], np.cumsum(units[order])]))
