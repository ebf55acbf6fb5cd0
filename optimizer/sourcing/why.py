"""What may be asked about an award that was found: what losing bids would have had to ask, and what each rule costs."""

from __future__ import annotations

from typing import Final

import pandas as pd

from network.events import Event
from optimizer.award import Award
from optimizer.sourcing.bid_feedback import for_supplier, prices_to_win_table
from optimizer.sourcing.price_to_win import prices_to_win
from optimizer.sourcing.rule_costs import rule_costs, rule_costs_table

_PRICES_SHARE: Final = 0.6
"""Of the time, for prices to win."""


def why_award(event: Event, award: Award, *, seconds: float, supplier_id: str = "") -> dict[str, pd.DataFrame]:
    """Explain an award by solving the event again.

    Parameters
    ----------
    event : Event
    award : Award
        A valid one.
    seconds : float
        Time for all of it.
    supplier_id : str
        Tell only what this supplier may know of its own bids; empty: everything.

    Returns
    -------
    dict of str to DataFrame
        ``bid_feedback`` for a supplier, else ``prices_to_win`` and ``rule_costs``.

    Raises
    ------
    ValueError
        The award breaks rules.
    """
    if supplier_id:
        return {"bid_feedback": for_supplier(event, prices_to_win(event, award, seconds=seconds), supplier_id)}
    prices = prices_to_win(event, award, seconds=_PRICES_SHARE * seconds)
    costs = rule_costs(event, award, seconds=(1 - _PRICES_SHARE) * seconds)
    return {"prices_to_win": prices_to_win_table(event, prices), "rule_costs": rule_costs_table(event, costs)}
