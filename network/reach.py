"""Questions asked of all nodes at once, by arrays: earliest days, and nodes whose loss cuts others off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.graph import usable_lanes
from network.tables import Network

Packed = NDArray[np.uint8]
"""Square matrix of bits, rows packed eight to a byte, shape ``(n_nodes, ceil(n_nodes / 8))``."""


_KEPT_CUTS: Final = 10
"""How many cuts of a critical node are listed."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Nodes that lose the same sources."""

    receivers: NDArray[np.int64]
    """The nodes that are cut off, rows of `Network.nodes`, ascending."""
    sources: NDArray[np.int64]
    """The nodes they can no longer get goods from, rows ascending."""

    @property
    def pairs(self) -> int:
        """Number of (source, receiver) pairs."""
        return len(self.receivers) * len(self.sources)


@dataclass(frozen=True, slots=True)
class CriticalNode:
    """A transit node without which some nodes can no longer be reached from others."""

    node: int
    """Row of `Network.nodes`."""
    pairs: int
    """How many (from, to) pairs of other nodes lose every way between them."""
    cuts: tuple[Cut, ...]
    """Who is cut off from whom, the ten cuts of most pairs, the largest first."""
    cut_off: NDArray[np.int64]
    """All nodes that lose sources, rows ascending."""
    isolated: NDArray[np.int64]
    """The nodes of `cut_off` that nothing reaches any more."""


def earliest_days(network: Network, destinations: NDArray[np.int64], sku: int | None = None) -> NDArray[np.float64]:
    """Earliest day on which units from each node can be at each destination.

    Parameters
    ----------
    destinations : ndarray of int, shape (n_destinations,)
        Rows of `Network.nodes`, each once.
    sku : int, optional
        Row of `Network.products`: leave out lanes that cannot carry it.

    Returns
    -------
    ndarray of float64, shape (n_destinations, n_nodes)
        Days; infinity where no way leads there, 0 from a node to itself.
    """
    lanes = network.lanes
    usable = usable_lanes(network, sku)
    origin, head = lanes.origin[usable], lanes.destination[usable]
    lead = lanes.lead_time_days[usable].astype(np.float64)
    place = np.full(len(network.nodes), -1, dtype=np.int64)
    place[destinations] = np.arange(len(destinations))
    days = np.full((len(destinations), len(network.nodes)), np.inf)
    direct = place[head] >= 0
    np.minimum.at(days, (place[head[direct]], origin[direct]), lead[direct])
    days[np.arange(len(destinations)), destinations] = 0.0
    hubs = network.nodes.transit
    between = hubs[origin] & hubs[head]
    # Settle the transit nodes among themselves first: they are few, and only they are passed through.
    while _relax(days, origin[between], head[between], lead[between]):
        pass
    onwards = hubs[head] & ~hubs[origin]
    _relax(days, origin[onwards], head[onwards], lead[onwards])
    return days


def critical_nodes(network: Network) -> tuple[CriticalNode, ...]:
    """Nodes whose loss cuts others off.

    Only transit nodes can be such: elsewhere nothing passes through. For each of them, reachability without it is
    compared with reachability with it; halving the set of transit nodes shares the work, so that n transit nodes cost
    n log n insertions instead of n squared. Memory is n_nodes squared bits, a few times over.

    Returns
    -------
    tuple of CriticalNode
        The node that breaks most pairs first.
    """
    usable = usable_lanes(network)
    n_nodes = len(network.nodes)
    reach = np.zeros((n_nodes, n_nodes), dtype=bool)
    reach[network.lanes.origin[usable], network.lanes.destination[usable]] = True
    direct: Packed = np.packbits(reach, axis=1)
    hubs = np.flatnonzero(network.nodes.transit).tolist()
    whole = direct.copy()
    for hub in hubs:
        _insert(whole, hub)
    found = [_losses(hub, whole, without) for hub, without in _without_each(direct, hubs)]
    return tuple(sorted((loss for loss in found if loss.pairs), key=lambda loss: (-loss.pairs, loss.node)))


def _relax(
    days: NDArray[np.float64], origin: NDArray[np.int32], head: NDArray[np.int32], lead: NDArray[np.float64]
) -> bool:
    """Take each lane once from its origin; True when any day improved."""
    if not len(origin):
        return False
    order = np.argsort(origin, kind="stable")
    origin, head, lead = origin[order], head[order], lead[order]
    starts = np.flatnonzero(np.diff(origin, prepend=-1))
    tails = origin[starts]
    improved = False
    # Blocks of destinations bound the memory: lanes x destinations can be large.
    block = max(1, 4_000_000 // len(origin))
    for first in range(0, len(days), block):
        part = days[first : first + block]
        best = np.minimum.reduceat(part[:, head] + lead, starts, axis=1)
        improved |= bool(np.any(best < part[:, tails]))
        part[:, tails] = np.minimum(part[:, tails], best)
    return improved


def _insert(reach: Packed, hub: int) -> None:
    """Allow ways through `hub`: whoever reaches it reaches what it reaches (Warshall's step)."""
    reaches_hub = (reach[:, hub >> 3] >> (7 - (hub & 7))) & 1 == 1
    reach[reaches_hub] |= reach[hub]


def _without_each(reach: Packed, hubs: list[int]) -> Iterator[tuple[int, Packed]]:
    """Yield each hub with the reachability through all other hubs, given that through the hubs not listed."""
    if not hubs:
        return
    if len(hubs) == 1:
        yield hubs[0], reach
        return
    middle = len(hubs) // 2
    for kept, inserted in ((hubs[:middle], hubs[middle:]), (hubs[middle:], hubs[:middle])):
        part = reach.copy()
        for hub in inserted:
            _insert(part, hub)
        yield from _without_each(part, kept)


def _losses(hub: int, whole: Packed, without: Packed) -> CriticalNode:
    """Compare reachability with and without a hub, over pairs of other nodes."""
    n_nodes = len(whole)
    lost = np.unpackbits(whole & ~without, axis=1, count=n_nodes).astype(bool)
    lost[hub] = False
    lost[:, hub] = False
    np.fill_diagonal(lost, False)
    cut_off = np.flatnonzero(lost.any(axis=0))
    still = np.unpackbits(without, axis=1, count=n_nodes)[:, cut_off].astype(bool)
    still[hub] = False
    still[cut_off, np.arange(len(cut_off))] = False
    isolated = cut_off[~still.any(axis=0)]
    return CriticalNode(hub, int(np.count_nonzero(lost)), _cuts(lost, cut_off), cut_off, isolated)


def _cuts(lost: NDArray[np.bool_], cut_off: NDArray[np.int64]) -> tuple[Cut, ...]:
    """Group the nodes that lose the same sources."""
    if not len(cut_off):
        return ()
    signatures = np.packbits(lost[:, cut_off], axis=0).T
    _, group = np.unique(np.ascontiguousarray(signatures).view(f"V{signatures.shape[1]}").ravel(), return_inverse=True)
    sizes = np.bincount(group) * lost[:, cut_off].sum(axis=0)[np.unique(group, return_index=True)[1]]
    largest = np.argsort(-sizes, kind="stable")[:_KEPT_CUTS].tolist()
    members = [cut_off[group == number] for number in largest]
    return tuple(Cut(receivers, np.flatnonzero(lost[:, receivers[0]])) for receivers in members)
