"""The small case with prices that may fall, and every rule of prices broken once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from optimizer.plan import Markdowns
from tests.optimizer.small_case import NODES, SmallCase

PERIODS: Final = 5
LADDER: Final = pd.DataFrame({"rung": [1, 2, 3, 4], "price_share": [0.9, 0.8, 0.7, 0.6]})
RESPONSE: Final = pd.DataFrame({"elasticity": [-1.5]})
TWICE: Final = (10.0, 9.0, 9.0, 8.0, 8.0)
"""Prices of A that keep every rule."""

Prices = Sequence[float]


def priced(case: SmallCase, **tables: pd.DataFrame) -> SmallCase:
    """The case with a zone Z of all stores, a ladder for every SKU, and five periods; and other tables where given."""
    nodes = NODES.assign(zone=["", "", "", "Z", "Z", "Z"])
    found = case.with_tables(**({"nodes": nodes, "price_ladders": LADDER, "price_response": RESPONSE} | tables))
    return replace(found, network=replace(found.network, periods=PERIODS))


def marked_down(case: SmallCase, zone: str = "Z", **prices: Prices) -> SmallCase:
    """The case with prices by SKU in one zone."""
    sku = [list(case.network.products.sku_id).index(name) for name in prices]
    markdowns = Markdowns(
        np.array(sku, dtype=np.int32), np.array([zone] * len(sku), dtype=np.object_), np.array([*prices.values()])
    )
    return case.with_columns(markdowns=markdowns)


def _with_rules(case: SmallCase, prices: Prices = TWICE, **rules: float) -> SmallCase:
    return marked_down(priced(case, clearance_rules=pd.DataFrame([{"sku_id": "A"} | rules])), A=prices)


def _with_group(case: SmallCase, kind: str, **prices: Prices) -> SmallCase:
    groups = pd.DataFrame({"group_id": "G", "sku_id": ["A", "B"], "kind": kind})
    return marked_down(priced(case, clearance_groups=groups), **prices)


PRICE_MUTATIONS: Final[dict[str, Callable[[SmallCase], SmallCase]]] = {
    "known_choice": lambda case: marked_down(priced(case), zone="Y", A=TWICE),
    "may_be_marked_down": lambda case: marked_down(priced(case), C=(5.0, 4.5, 4.5, 4.5, 4.5)),
    "rung": lambda case: marked_down(priced(case), A=(10.0, 9.0, 8.5, 8.0, 8.0)),
    "rises": lambda case: marked_down(priced(case), A=(10.0, 9.0, 8.0, 9.0, 9.0)),
    "max_markdowns": lambda case: _with_rules(case, max_markdowns=1),
    "min_step_share": lambda case: _with_rules(case, min_step_share=0.15),
    "max_step_share": lambda case: _with_rules(case, max_step_share=0.05),
    "min_periods_between": lambda case: _with_rules(case, min_periods_between=3),
    "may_begin": lambda case: _with_rules(case, no_touch_before_exit_periods=2),
    "clearance_groups": lambda case: _with_group(case, "together", A=TWICE, B=(8.0, 7.2, 7.2, 7.2, 6.4)),
    "markdown_budgets": lambda case: marked_down(
        priced(case, markdown_budgets=pd.DataFrame({"budget_id": ["M"], "amount": [0.01]})), A=TWICE
    ),
    "sell_through": lambda case: priced(
        case,
        clearance_rules=pd.DataFrame({"sku_id": ["A"], "sell_through_share": [1.0], "sell_through_by_period": [1]}),
    ),
}
"""One mutation for each rule of prices that breaks this rule and no other."""

ALSO_BROKEN: Final[dict[str, tuple[str, Callable[[SmallCase], SmallCase]]]] = {
    "all or none": ("clearance_groups", lambda case: _with_group(case, "all_or_none", A=TWICE)),
    "at most one": (
        "clearance_groups",
        lambda case: _with_group(case, "at_most_one", A=TWICE, B=(8.0, 7.2, 7.2, 7.2, 7.2)),
    ),
    "a markdown is no response": (
        "may_be_marked_down",
        lambda case: marked_down(priced(case), A=TWICE).with_request(responses=("transfer",)),
    ),
    "a choice twice": (
        "known_choice",
        lambda case: priced(case).with_columns(
            markdowns=Markdowns(
                np.zeros(2, dtype=np.int32), np.array(["Z", "Z"], dtype=np.object_), np.array([TWICE, TWICE])
            )
        ),
    ),
    "prices that are no numbers": ("rung", lambda case: marked_down(priced(case), A=(10.0, np.nan, 9.0, 9.0, 9.0))),
    "prices beyond all numbers": ("rung", lambda case: marked_down(priced(case), A=(10.0, 1e300, -np.inf, 9.0, 9.0))),
    "an unknown product": (
        "known_choice",
        lambda case: priced(case).with_columns(
            markdowns=Markdowns(np.array([99], dtype=np.int32), np.array(["Z"], dtype=np.object_), np.array([TWICE]))
        ),
    ),
    "too few periods": ("columns", lambda case: marked_down(priced(case), A=TWICE[:-1])),
    "products that are no rows": (
        "columns",
        lambda case: priced(case).with_columns(
            markdowns=Markdowns(np.array([0.5]), np.array(["Z"], dtype=np.object_), np.array([TWICE]))
        ),
    ),
    "columns of different lengths": (
        "columns",
        lambda case: priced(case).with_columns(
            markdowns=Markdowns(np.zeros(2, dtype=np.int32), np.array(["Z"], dtype=np.object_), np.array([TWICE]))
        ),
    ),
    "prices without a ladder": ("known_choice", lambda case: marked_down(case, A=(9.0,))),
}
"""Other ways to break a rule of prices: name, rule, mutation."""
