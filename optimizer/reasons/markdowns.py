"""Why choices are marked down: what that earns, and what keeps them from going lower."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.tables import Network
from optimizer.markdown_figures import MarkdownFigures
from optimizer.reasons.words import Words, amounts, same_words, words
from optimizer.worth.choices import Choices, choices_of

Ints = NDArray[np.int64]


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
    text[known] = _steps(figures, known) + ": worth " + amounts(network, earned) + " more than at list price"
    text[known] += ", gives up " + amounts(network, forgone) + " of margin"
    text[known] += _floor(network, choices, at, figures.markdowns.price[known])
    return text


def _steps(figures: MarkdownFigures, rows: NDArray[np.intp]) -> Words:
    """Prices and the periods from which they hold: ``8 from period 2, 6 from period 5``."""
    told = []
    for row in rows.tolist():
        price, before = figures.markdowns.price[row], figures.list_price[row]
        falls = np.flatnonzero(price != np.append(before, price[:-1]))
        told.append(", ".join(f"{price[period]:.2f} from period {period + 1}" for period in falls.tolist()))
    return words(told)


def _floor(network: Network, choices: Choices, at: Ints, price: NDArray[np.float64]) -> Words:
    """Say what keeps a price from being lower where one rule alone does."""
    last = price[:, -1]
    lowest = choices.rung_price[np.maximum(choices.first_rung[at + 1] - 1, 0)]
    list_price = network.products.list_price[choices.sku[at]]
    steps = np.count_nonzero(np.diff(price, axis=1, prepend=list_price[:, np.newaxis]), axis=1)
    most = choices.max_markdowns[at]
    text = same_words("", len(at))
    text[(steps >= most) & (most != NO_LIMIT)] = "; no further markdown is allowed"
    text[last <= lowest] = "; no lower price is allowed"
    return text
