"""How two awards of one event differ: bid by bid, winner by winner, and in money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.events import Event
from optimizer.award import Award, AwardCertificate
from optimizer.certificate.awards import certify_award, reading_of, value_of

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AwardLineChanges:
    """Bids of which another number of units is bought, shape ``(n_changes,)`` each; money as in the event."""

    bid: Ints
    """Row of ``event.bids``."""
    units_before: Ints
    """0: the bid wins only in the second award."""
    units_after: Ints
    spend_before: Ints
    """Without freight, money."""
    spend_after: Ints

    def __len__(self) -> int:
        return len(self.bid)


@dataclass(frozen=True, slots=True)
class WinnerChanges:
    """Suppliers from whom something else is bought, shape ``(n_changes,)`` each; units 0: the supplier wins nothing."""

    supplier: Ints
    """Row of ``event.suppliers``."""
    units_before: Ints
    units_after: Ints
    spend_before: Ints
    spend_after: Ints

    def __len__(self) -> int:
        return len(self.supplier)


@dataclass(frozen=True, slots=True)
class AwardDifference:
    """What the second of two awards does otherwise; money in units of ``10 ** -money_decimals``."""

    lines: AwardLineChanges
    winners: WinnerChanges
    before: AwardCertificate
    after: AwardCertificate
    ledger: Mapping[str, int]
    """Every term of the ledger, after less before; adds up to `cost`."""
    adjustments: Mapping[str, int]
    """Every adjustment of the objective, after less before."""

    @property
    def cost(self) -> int:
        """Cost, after less before."""
        return self.after.cost - self.before.cost

    @property
    def objective(self) -> int:
        """Objective, after less before."""
        return self.after.objective - self.before.objective


def award_difference(event: Event, before: Award, after: Award) -> AwardDifference:
    """Compare two awards.

    Parameters
    ----------
    event : Event
        What both are certified for.
    before, after : Award
        Of known bids; they may break rules, which their certificates then say.

    Returns
    -------
    AwardDifference
    """
    reading, n = reading_of(event), len(event.bids)
    first, second = certify_award(event, before, reading), certify_award(event, after, reading)
    units = before.by_bid(n), after.by_bid(n)
    spend = [value_of(event, reading, each).spend for each in units]
    lines = np.flatnonzero(units[0] != units[1])
    by_supplier = [_sums(event, each) for each in (*units, *spend)]
    winners = np.unique(event.bids.supplier[lines]).astype(np.int64)
    return AwardDifference(
        lines=AwardLineChanges(lines, *(each[lines] for each in (*units, *spend))),
        winners=WinnerChanges(winners, *(each[winners] for each in by_supplier)),
        before=first,
        after=second,
        ledger=_changes(first.ledger, second.ledger),
        adjustments=_changes(first.adjustments, second.adjustments),
    )


def award_difference_tables(event: Event, difference: AwardDifference) -> dict[str, pd.DataFrame]:
    """Write down what the second award does otherwise, money in the currency.

    Parameters
    ----------
    event : Event
    difference : AwardDifference

    Returns
    -------
    dict of str to DataFrame
        ``lines``, ``winners`` and ``ledger`` (terms of the ledger, then adjustments).
    """
    bids, lines, winners = event.bids, difference.lines, difference.winners
    scale = 10.0**event.money_decimals
    terms = [*difference.ledger, *difference.adjustments]
    amounts = [
        [{**each.ledger, **each.adjustments}.get(term, 0) / scale for term in terms]
        for each in (difference.before, difference.after)
    ]
    return {
        "lines": pd.DataFrame(
            {
                "change": _change(lines.units_before, lines.units_after),
                "bid_id": bids.bid_id[lines.bid],
                "supplier_id": event.suppliers.supplier_id[bids.supplier[lines.bid]],
                "item_id": event.items.item_id[bids.item[lines.bid]],
                "units_before": lines.units_before,
                "units_after": lines.units_after,
                "spend_before": lines.spend_before / scale,
                "spend_after": lines.spend_after / scale,
            }
        ),
        "winners": pd.DataFrame(
            {
                "change": _change(winners.units_before, winners.units_after),
                "supplier_id": event.suppliers.supplier_id[winners.supplier],
                "units_before": winners.units_before,
                "units_after": winners.units_after,
                "spend_before": winners.spend_before / scale,
                "spend_after": winners.spend_after / scale,
            }
        ),
        "ledger": pd.DataFrame({"term": terms, "before": amounts[0], "after": amounts[1]}),
    }


def _sums(event: Event, by_bid: Ints) -> Ints:
    """Add up by supplier, shape ``(n_suppliers,)``."""
    total = np.zeros(len(event.suppliers), dtype=np.int64)
    np.add.at(total, event.bids.supplier, by_bid)
    return total


def _change(before: Ints, after: Ints) -> NDArray[np.object_]:
    """Say what became of units: ``added``, ``removed`` or ``changed``."""
    return np.select([before == 0, after == 0], ["added", "removed"], "changed").astype(np.object_)


def _changes(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """Take terms from each other; one that is missing counts 0."""
    return {term: after.get(term, 0) - before.get(term, 0) for term in {**before, **after}}
