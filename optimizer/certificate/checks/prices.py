"""The prices of a plan: which choices are marked down, along which paths, and what they share."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.clearance_tables import GroupKind
from optimizer.certificate.expected_sales import Shortfalls, forgone_margin
from optimizer.certificate.priced_plan import PricedPlan, choice_place
from optimizer.certificate.settlement import Settlement
from optimizer.certificate.violations import ViolationLog
from optimizer.worth.path_rules import PATH_RULES, path_is_allowed

Ints = NDArray[np.int64]

RULES: Final = (
    "known_choice",
    "may_be_marked_down",
    "rung",
    *PATH_RULES,
    "clearance_groups",
    "markdown_budgets",
    "sell_through",
)

_WORDS: Final = {
    "rises": "the price rises, by {} money units in all",
    "max_markdowns": "{} markdowns too many",
    "min_step_share": "a markdown is {} money units too small",
    "max_step_share": "a markdown is {} money units too large",
    "min_periods_between": "markdowns are {} periods too close to each other",
    "may_begin": "{} markdowns begin in periods that allow none",
}


def check_prices(priced: PricedPlan, log: ViolationLog) -> None:
    """Check every choice that is marked down by itself, and the groups."""
    network, choices = priced.world, priced.choices
    marked = priced.markdown

    def place(index: int) -> str:
        return choice_place(network, choices, int(marked[index]))

    message = "the request's scope, its responses or its response policy keep its list price"
    log.add("may_be_marked_down", ~priced.may[marked], np.ones(len(marked)), lambda index: (place(index), message))
    for rule, amount in path_is_allowed(choices, marked, priced.level).items():

        def describe(index: int, words: str = _WORDS[rule], amount: Ints = amount) -> tuple[str, str]:
            return place(index), words.format(amount[index])

        log.add(rule, amount > 0, amount, describe)
    _check_groups(priced, log)


def _check_groups(priced: PricedPlan, log: ViolationLog) -> None:
    """Check what the choices of a group that may be marked down have to do together."""
    choices, n_groups = priced.choices, len(priced.choices.group_kind)
    number = np.zeros((len(choices), choices.n_periods), dtype=np.int64)
    rung = np.append(choices.rung_number, 0)[choices.first_rung[priced.markdown, None] + priced.level - 1]
    number[priced.markdown] = np.where(priced.level > 0, rung, 0)
    member = np.flatnonzero((choices.group >= 0) & priced.may)
    group, marked = choices.group[member], number[member].any(axis=1)
    size, n_marked = np.bincount(group, minlength=n_groups), np.bincount(group[marked], minlength=n_groups)
    lowest = np.full((n_groups, choices.n_periods), np.iinfo(np.int64).max)
    highest = np.zeros((n_groups, choices.n_periods), dtype=np.int64)
    np.minimum.at(lowest, group, number[member])
    np.maximum.at(highest, group, number[member])
    apart = (lowest < highest).sum(axis=1)
    some = (n_marked > 0) & (n_marked < size)
    cases = (
        (GroupKind.TOGETHER, apart, "its products have different rungs in {} periods"),
        (GroupKind.ALL_OR_NONE, np.where(some, size - n_marked, 0), "{} of its products are not marked down"),
        (GroupKind.AT_MOST_ONE, np.maximum(n_marked - 1, 0), "{} of its products too many are marked down"),
    )
    for kind, amount, words in cases:

        def describe(index: int, words: str = words, amount: Ints = amount) -> tuple[str, str]:
            zone = choices.zone[int(np.flatnonzero(choices.group == index)[0])]
            return f"group {choices.group_id[index]}, zone {zone}", words.format(amount[index])

        log.add("clearance_groups", (choices.group_kind == kind) & (amount > 0), amount, describe)


def check_budgets(priced: PricedPlan, settlement: Settlement, log: ViolationLog) -> None:
    """Check that markdowns forgo no more margin than budgets allow."""
    choices = priced.choices
    if not len(choices.budget_id) or not len(priced.markdown):
        return
    of_choice = np.repeat(np.arange(len(choices)), np.diff(choices.first_budget))
    forgone = np.zeros(len(choices.budget_id), dtype=np.int64)
    np.add.at(forgone, choices.budget, forgone_margin(priced, settlement)[of_choice])
    over = forgone - choices.budget_amount

    def describe(index: int) -> tuple[str, str]:
        message = f"markdowns forgo {forgone[index]} money units of margin, at most {choices.budget_amount[index]}"
        return f"budget {choices.budget_id[index]}", message

    log.add("markdown_budgets", over > 0, over, describe)


def check_targets(priced: PricedPlan, found: Shortfalls, log: ViolationLog) -> None:
    """Check the sell-through targets that have no price."""
    targets, missed = found.targets, found.units
    hard = np.isnan(targets.price) & priced.may[targets.choice]

    def describe(index: int) -> tuple[str, str]:
        share = targets.share[index]
        message = f"sells {found.sold[index]:.6g} of {found.there[index]} units in time, must sell {share:.1%} of them"
        return choice_place(priced.world, priced.choices, int(targets.choice[index])), message

    log.add("sell_through", hard & (missed > 0), missed, describe)
