"""Why choices are marked down: what that earns, and what keeps them from going lower."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.joins import runs
from network.tables import Network
from optimizer.markdown_figures import MarkdownFigures
from optimizer.reasons.words import Words, amounts, same_words
from optimizer.worth.choices import Choices, choices_of

Ints = NDArray[np.int64]

_NEARLY_USED: Final = 0.95
"""Share of a budget from which it is said that it is used."""


def markdown_reasons(network: Network, figures: MarkdownFigures) -> Words:
    """Say in a short sentence why each choice of a plan is marked down.

    Parameters
    ----------
    network : Network
    figures : MarkdownFigures

    Returns
    -------
    ndarray of str, shape (n_choices,)
    """
    text = same_words("no price ladder for the product in this zone", len(figures))
    known = np.flatnonzero(figures.choice >= 0)
    if not len(known):
        return text
    choices = choices_of(network)
    at, earned, forgone = figures.choice[known], figures.earned[known], figures.forgone[known]
    text[known] = "worth " + amounts(network, earned) + " more than at list price"
    text[known] += ", gives up " + amounts(network, forgone) + " of margin"
    text[known] += _limit(network, choices, at, figures.markdowns.price[known], forgone)
    return text


def _limit(network: Network, choices: Choices, at: Ints, price: NDArray[np.float64], forgone: Ints) -> Words:
    """Say what keeps prices from being lower where one rule alone does."""
    last = price[:, -1]
    lowest = choices.rung_price[np.maximum(choices.first_rung[at + 1] - 1, 0)]
    list_price = network.products.list_price[choices.sku[at]]
    steps = np.count_nonzero(np.diff(price, axis=1, prepend=list_price[:, np.newaxis]), axis=1)
    most = choices.max_markdowns[at]
    text = _budgets(network, choices, at, forgone)
    text[(steps >= most) & (most != NO_LIMIT)] = "; no further markdown is allowed"
    text[last <= lowest] = "; no lower price is allowed"
    return text


def _budgets(network: Network, choices: Choices, at: Ints, forgone: Ints) -> Words:
    """Say which budget is all but used, of those that count a choice."""
    first = choices.first_budget[at]
    owner, place = runs(first, choices.first_budget[at + 1] - first)
    budget = choices.budget[place]
    used = np.zeros(len(choices.budget_amount), dtype=np.int64)
    np.add.at(used, budget, forgone[owner])
    text = same_words("", len(at))
    short = np.flatnonzero(used[budget] >= _NEARLY_USED * choices.budget_amount[budget])
    spent, amount = amounts(network, used[budget[short]]), amounts(network, choices.budget_amount[budget[short]])
    name = choices.budget_id[budget[short]].astype(np.object_)
    text[owner[short]] = "; " + spent + " of the " + amount + " of budget " + name + " are used"
    return text
