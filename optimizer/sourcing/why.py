"""Everything that is asked about one award, answered in one process: the award is proved once for all questions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from network.events import Event
from optimizer.award import AwardResult
from optimizer.sourcing.at_hand import at_hand
from optimizer.sourcing.bid_feedback import for_supplier, prices_to_win_table
from optimizer.sourcing.finishing import finish_award
from optimizer.sourcing.frontiers import (
    risk_frontier,
    risk_frontier_table,
    winners_frontier,
    winners_frontier_table,
)
from optimizer.sourcing.price_to_win import prices_to_win
from optimizer.sourcing.rule_costs import rule_costs, rule_costs_table

QUESTIONS: Final = ("prices", "rules", "winners", "risk")
"""What losing bids would have had to ask, what each rule costs, and the frontiers by number of winners and by risk."""

_PROOF_SHARE: Final = 0.2
"""Of the time, for the bound of the award."""

_LEAST_SECONDS: Final = 1.0
"""For the same, however long it took to get here."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was found; money in ``10 ** -money_decimals``."""

    objective: int
    """Of the award that the answers are about: the given one, or a better one that was found on the way."""
    bound: int | None
    better: bool
    """A better award was found."""
    tables: dict[str, pd.DataFrame]
    """By question."""


def answers(
    event: Event, award: AwardResult, asked: Sequence[str], *, until: float, gap: float, supplier_id: str | None = None
) -> Answers:
    """Answer questions about an award.

    Parameters
    ----------
    event : Event
    award : AwardResult
        A valid award, with a bound where one was proved.
    asked : sequence of str
        Of `QUESTIONS`.
    until : float
        When all must be answered, on the clock of `time.monotonic`, which all processes of a machine share.
    gap : float
        Width of a price to win at which it counts as exact.
    supplier_id : str, optional
        Show only what this supplier may see.
    """
    hand = at_hand(event, award, _PROOF_SHARE * max(until - time.monotonic(), _LEAST_SECONDS))
    result = finish_award(
        event,
        hand.award,
        bound=hand.bound,
        stopped_by=award.stopped_by,
        backend=award.backend,
        backend_reason=award.backend_reason,
    )
    tables: dict[str, pd.DataFrame] = {}
    for number, question in enumerate(asked):
        left = max(until - time.monotonic(), 0.0) / (len(asked) - number)
        if question == "prices":
            prices = prices_to_win(event, result, seconds=left, gap=gap)
            own = None if supplier_id is None else for_supplier(event, prices, supplier_id)
            tables[question] = prices_to_win_table(event, prices) if own is None else own
        elif question == "rules":
            tables[question] = rule_costs_table(event, rule_costs(event, result, seconds=left))
        elif question == "winners":
            tables[question] = winners_frontier_table(event, winners_frontier(event, result, seconds=left))
        else:
            tables[question] = risk_frontier_table(event, risk_frontier(event, hand.award, seconds=left))
    return Answers(hand.objective, hand.bound, hand.award is not award.award, tables)
