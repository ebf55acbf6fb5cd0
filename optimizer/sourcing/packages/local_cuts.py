"""Compiled: cuts of a covering program from a few of its items at a time.

Columns are seen as patterns: bits say which of the few items a column has. Covers of all of them are packed into the
fractional solution; where less than one whole cover can be packed, the prices of that packing are a cut.
"""
# Types are those that numba finds; `cutting` makes the columns.
# mypy: disable-error-code="no-untyped-def, untyped-decorator"

import numpy as np

from optimizer.compiled import njit

_NOISE = 1e-9
_WHOLE = 1e-5
"""How near to whole numbers the weights of a cut are once they are scaled."""
_LARGEST_SCALE = 60
_ROUNDED_SCALE = 5000.0
"""Scale of weights that are no small fractions: rounding only makes such a cut a little weaker."""


@njit(cache=True, nogil=True)
def grown(first_of_column, of_column, first_of_item, of_item, value, noise, seed, size):
    """Items near one of them: those that most of the fractional columns, as far as these are fractional, share."""
    n = len(first_of_item) - 1
    score, total = np.zeros(n), np.full(n, _NOISE)
    touched, inside = np.zeros(len(value), np.bool_), np.zeros(n, np.bool_)
    for i in range(n):
        for at in range(first_of_item[i], first_of_item[i + 1]):
            total[i] += value[of_item[at]]
    chosen = np.empty(size, np.int64)
    item, count = seed, 0
    while item >= 0:
        chosen[count], inside[item] = item, True
        count += 1
        for at in range(first_of_item[item], first_of_item[item + 1]):
            j = of_item[at]
            if not touched[j]:
                touched[j] = True
                for other in range(first_of_column[j], first_of_column[j + 1]):
                    score[of_column[other]] += min(value[j], 1.0 - value[j])
        item, best = -1, _NOISE
        if count < size:
            for i in range(n):
                rank = score[i] / total[i] * noise[i]
                if not inside[i] and rank > best:
                    item, best = i, rank
    return chosen[:count]


@njit(cache=True, nogil=True)
def _by_item(n, pattern, count):
    """Write which of the first patterns have each item."""
    first = np.zeros(n + 1, np.int64)
    for k in range(count):
        for b in range(n):
            first[b + 1] += (pattern[k] >> b) & 1
    first = np.cumsum(first)
    owner, free = np.empty(first[n], np.int64), first[:-1].copy()
    for k in range(count):
        for b in range(n):
            if (pattern[k] >> b) & 1:
                owner[free[b]] = k
                free[b] += 1
    return first, owner


@njit(cache=True, nogil=True)
def _reached(n, first, owner, pattern):
    """Return the sets of items that can be missing when a cover is made from the highest missing item on."""
    reached = np.zeros(1 << n, np.bool_)
    reached[-1] = True
    highest = n - 1
    for some in range((1 << n) - 1, 0, -1):
        if some < 1 << highest:
            highest -= 1
        if reached[some]:
            for at in range(first[highest], first[highest + 1]):
                reached[some & ~pattern[owner[at]]] = True
    return np.flatnonzero(reached)


@njit(cache=True, nogil=True)
def _covered(sets, first, owner, pattern, weight, least, last):
    """Write the least weight that covers each of some sets of items, 0 first, and a pattern of it."""
    least[0], highest = 0.0, 0
    for some in sets[1:]:
        while some >= 1 << (highest + 1):
            highest += 1
        lowest = np.inf
        for at in range(first[highest], first[highest + 1]):
            k = owner[at]
            other = least[some & ~pattern[k]] + weight[k]
            if other < lowest:
                lowest, last[some] = other, k
        least[some] = lowest


@njit(cache=True, nogil=True)
def _packed(n, first, owner, pattern, room, enough, most_steps):
    """Pack covers by the simplex method, a cover of least weight at a time: prices, and whether too few fit.

    The basis is kept as an explicit inverse: there are few patterns.
    """
    m = len(room)
    inverse, left, worth = np.eye(m), room.copy(), np.zeros(m)
    least, last = np.empty(1 << n), np.empty(1 << n, np.int64)
    sets = _reached(n, first, owner, pattern)
    price, entering = np.zeros(m), np.empty(m)
    for _ in range(most_steps):
        price[:] = worth @ inverse
        entering[:] = 0.0
        slack = price.argmin()
        leaves_room = price[slack] < -_NOISE
        if leaves_room:
            entering[slack] = 1.0
        else:
            _covered(sets, first, owner, pattern, price, least, last)
            missing = (1 << n) - 1
            if least[missing] >= 1.0 - 1e-7:
                return price, True
            while missing:
                k = last[missing]
                entering[k] = 1.0
                missing &= ~pattern[k]
        step = inverse @ entering
        row, shortest = -1, np.inf
        for i in range(m):
            if step[i] > _NOISE and left[i] / step[i] < shortest:
                row, shortest = i, left[i] / step[i]
        if row < 0:
            return price, False
        inverse[row] /= step[row]
        left[row] /= step[row]
        for i in range(m):
            if i != row and step[i] != 0.0:
                inverse[i] -= step[i] * inverse[row]
                left[i] -= step[i] * left[row]
        worth[row] = 0.0 if leaves_room else 1.0
        if worth @ left >= enough:
            return price, False
    return price, False


@njit(cache=True, nogil=True)
def local_cut(n, pattern, room, enough, most_steps):
    """Find a cut ``sum(weight * columns of the pattern) >= least``; return its weights and 0 where there is none.

    The first ``len(room)`` patterns have columns in the fractional solution, as many as `room` says; the others get
    their weights one after the other, each as small as it can be. Weights are whole, so that the least is exact.
    """
    weight, count = np.zeros(len(pattern)), len(room)
    first, owner = _by_item(n, pattern, count)
    price, is_short = _packed(n, first, owner, pattern, room, enough, most_steps)
    if not is_short:
        return weight, 0.0
    scale = _ROUNDED_SCALE
    for factor in range(1, _LARGEST_SCALE + 1):
        if np.abs(price * factor - np.rint(price * factor)).max() < _WHOLE:
            scale = float(factor)
            break
    weight[:count] = np.maximum(np.rint(price * scale), 0.0)
    least, last = np.empty(1 << n), np.empty(1 << n, np.int64)
    _covered(np.arange(1 << n), first, owner, pattern, weight[:count], least, last)
    whole = (1 << n) - 1
    for k in range(count, len(pattern)):
        rest = ~pattern[k]
        weight[k] = max(least[whole] - least[whole & rest], 0.0)
        for some in range(1, 1 << n):
            least[some] = min(least[some], least[some & rest] + weight[k])
    return weight, least[whole]
