"""What any award costs at least, computed exactly from prices of items."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from optimizer.sourcing.packages.covering import MUST, Covering

Ints = NDArray[np.int64]


def bound_at(covering: Covering, price: Ints) -> int:
    """Least cost of any choice when items are paid instead of required.

    Parameters
    ----------
    price : ndarray of int64, shape (n_items,)
        Money for covering each item; below 0: what each further time costs, where there is a limit of times.

    Returns
    -------
    int
        Money; valid whatever the prices are. Weights and lots are left out of account.
    """
    price = np.where(covering.skip_cost == MUST, price, np.minimum(price, covering.skip_cost))
    price = np.where(covering.most_times < NO_LIMIT, price, np.maximum(price, 0))
    paid = np.maximum(price, 0).sum() + (np.minimum(price, 0) * np.where(price < 0, covering.most_times, 0)).sum()
    worth = np.zeros(covering.n_columns, dtype=np.int64)
    np.add.at(worth, covering.column_of, price[covering.item])
    gain = np.zeros(len(covering.fixed_cost), dtype=np.int64)
    np.add.at(gain, covering.supplier, np.maximum(worth - covering.cost, 0))
    gain = np.maximum(gain - covering.fixed_cost, 0)
    gains = [int(gain.sum())]
    for group, most in zip(covering.winner_group, covering.most_winners.tolist(), strict=True):
        inside = np.sort(gain[group])[::-1]
        gains.append(int(gain[~group].sum() + inside[:most].sum()))
    return int(paid) - min(gains)
