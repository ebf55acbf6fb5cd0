"""Which displays a plan leaves broken, and which one line fewer would break or mend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from network.tables import Network
from optimizer.certificate.settlement import Settlement
from optimizer.worth.displays import Displays, displays_of

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DisplayState:
    """The displays at all nodes after a plan."""

    displays: Displays
    held: Ints
    """Units that every member holds, of all days and expiry days, shape ``(n_members,)``."""
    charge_before: int
    """Money lost by displays that are broken without a plan."""

    def charge(self) -> int:
        """Money lost by displays that are broken."""
        return _charge(self.displays, self.held)

    def charge_of_changes(self, row: Ints, units: Ints) -> Ints:
        """How much more money is lost now than if so many more units (or fewer, below 0) were at a stock row.

        Parameters
        ----------
        row : ndarray of int64, shape (n,)
            Rows of ``network.stock``, -1 where there is none; each change is made by itself.
        units : ndarray of int64, shape (n,)

        Returns
        -------
        ndarray of int64, shape (n,)
        """
        members = self.displays
        holding, short = _count(members, self.held)
        order = np.argsort(members.member_row, kind="stable")
        of_row = members.member_row[order]
        first = np.searchsorted(of_row, row)
        owner, place = runs(first, np.searchsorted(of_row, row, side="right") - first)
        member = order[place]
        display, least, now = members.member_display[member], members.member_min_units[member], self.held[member]
        then = now + units[owner]
        holding_then = holding[display] + (then >= 1).astype(np.int64) - (now >= 1)
        short_then = short[display] + (then < least).astype(np.int64) - (now < least)
        broken = (holding[display] > 0) & (short[display] > 0)
        change = broken.astype(np.int64) - ((holding_then > 0) & (short_then > 0))
        more = np.zeros(len(row), dtype=np.int64)
        np.add.at(more, owner, members.price[display] * change)
        return more

    def has_display(self, row: Ints) -> NDArray[np.bool_]:
        """Whether stock rows are members of some display; -1 is none."""
        return np.isin(row, self.displays.member_row)


def display_state(network: Network, settlement: Settlement) -> DisplayState:
    """Add up what the members of displays hold before and after a plan.

    Parameters
    ----------
    network : Network
    settlement : Settlement
        Of the plan's lines.

    Returns
    -------
    DisplayState
    """
    displays, stock, at = displays_of(network), network.stock, settlement.positions
    row = displays.member_row
    before = stock.on_hand[row] - stock.reserved[row] + stock.in_transit[row]
    net = np.zeros(len(stock), dtype=np.int64)
    net[at.row[at.row >= 0]] = (settlement.staying - at.give)[at.row >= 0]
    return DisplayState(displays, before + net[row], _charge(displays, before))


def _count(displays: Displays, held: Ints) -> tuple[Ints, Ints]:
    """How many members of every display hold at least one unit, and how many too few."""
    of_display, n = displays.member_display, len(displays)
    holding = np.bincount(of_display[held >= 1], minlength=n)
    return holding, np.bincount(of_display[held < displays.member_min_units], minlength=n)


def _charge(displays: Displays, held: Ints) -> int:
    holding, short = _count(displays, held)
    return int(np.sum(displays.price[(holding > 0) & (short > 0)]))
