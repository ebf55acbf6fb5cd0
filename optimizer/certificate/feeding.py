"""Finds lines whose units come from nowhere: circles of transit nodes that pass the same units round within one day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from network.tables import Network
from optimizer.certificate.settlement import Settlement

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def unfed_lines(network: Network, settlement: Settlement) -> Flags:
    """Find the lines that no own stock reaches.

    A circle needs lanes without lead time: any other adds days. On one day, units are at a transit node because they
    were there before, came from a node without transit, or came over a lane with lead time; and wherever lines without
    lead time take them from there. What is not reached so, though its balance holds, feeds itself.

    Parameters
    ----------
    network : Network
    settlement : Settlement

    Returns
    -------
    ndarray of bool, shape (n_lines,)
        Lines out of transit nodes whose units cannot be traced back. Lines of a node that sends more than it has are
        not among them: that is a violation of its own.
    """
    lines = settlement.lines
    from_transit = network.nodes.transit[lines.origin]
    same_day = from_transit & (lines.arrives_day == lines.departs_day)
    events = settlement.events
    # Own stock that may not leave yet feeds nothing.
    fed = events.present_before() > events.withheld
    fed[settlement.to_event[~same_day]] = True
    passing = same_day & network.nodes.transit[lines.destination]
    reached = _reached(fed, settlement.from_event[passing], settlement.to_event[passing])
    covered = (events.present >= events.withheld)[settlement.from_event]
    return np.asarray(from_transit & covered & ~reached[settlement.from_event])


def _reached(start: Flags, tail: Ints, head: Ints) -> Flags:
    """Mark what can be reached from marked places over edges, round by round, each edge once."""
    order = np.argsort(tail, kind="stable")
    head = head[order]
    first = np.searchsorted(tail[order], np.arange(len(start) + 1))
    reached = start.copy()
    frontier = np.flatnonzero(start)
    while len(frontier):
        ahead = head[runs(first[frontier], first[frontier + 1] - first[frontier])[1]]
        frontier = np.unique(ahead[~reached[ahead]])
        reached[frontier] = True
    return reached
