"""Compiled: the best options at prices of forgone margin, smoothed and exact, and moves that keep within budgets."""
# Types are those that numba finds; `budgets` says what the columns are.
# mypy: disable-error-code="no-untyped-def, untyped-decorator"

import math

import numpy as np

from optimizer.compiled import njit


@njit(cache=True, nogil=True)
def best_of(first_option, value, forgone, price, worth, option):
    """Write the best option of every unit at its prices, and what it is worth there; minus infinity and -1: none."""
    for u in range(len(first_option) - 1):
        worth[u], option[u] = -np.inf, -1
        for o in range(first_option[u], first_option[u + 1]):
            amount = value[o]
            for k in range(forgone.shape[1]):
                amount -= price[u, k] * forgone[o, k]
            if amount > worth[u]:
                worth[u], option[u] = amount, o


@njit(cache=True, nogil=True)
def smoothed(first_option, value, forgone, price, heat, worth, usage):
    """Write ``heat * log(sum of exp(worth / heat))`` of every unit's options, and what they forgo in the mean."""
    for u in range(len(first_option) - 1):
        most = -np.inf
        for o in range(first_option[u], first_option[u + 1]):
            amount = value[o]
            for k in range(forgone.shape[1]):
                amount -= price[u, k] * forgone[o, k]
            most = max(most, amount)
        total = 0.0
        usage[u] = 0.0
        for o in range(first_option[u], first_option[u + 1]):
            amount = value[o]
            for k in range(forgone.shape[1]):
                amount -= price[u, k] * forgone[o, k]
            if most - amount > 40.0 * heat:
                continue
            weight = math.exp((amount - most) / heat)
            total += weight
            for k in range(forgone.shape[1]):
                usage[u, k] += weight * forgone[o, k]
        worth[u] = most + heat * math.log(total) if total > 0.0 else -np.inf
        if total > 0.0:
            usage[u] /= total


@njit(cache=True, nogil=True)
def _change(u, old, new, forgone, first_held, held_part, held, load, limit, price):
    """How far a move of one unit lowers what is over its budgets; what it leaves unused, at the budgets' prices.

    Less than 0: the move is not allowed.
    """
    relief, unused = 0.0, 0.0
    for at in range(first_held[u], first_held[u + 1]):
        k, b = held_part[at], held[at]
        step = (forgone[new, k] if new >= 0 else 0.0) - (forgone[old, k] if old >= 0 else 0.0)
        over, then = load[b] - limit[b], load[b] + step - limit[b]
        if then > max(over, 0.0):
            return -1.0, 0.0
        if over > 0.0:
            relief += over - max(then, 0.0)
            unused += price[b] * max(-then, 0.0)
    return relief, unused


@njit(cache=True, nogil=True)
def move(
    first_option, value, forgone, unit_price, price, first_held, held_part, held, load, limit, chosen, may_rest,
    may_start, n_most, least_gain
):  # fmt: skip
    """Move single units, best move first, until budgets hold and no move of one unit earns more.

    No move is made for less than `least_gain`. `chosen` and `load` are changed. `may_rest` says which units may go back
    to the list price, `may_start` which may leave it. Returns whether all budgets hold.
    """
    for _ in range(n_most):
        over = False
        for b in range(len(load)):
            over = over or load[b] > limit[b]
        best, best_u, best_o = 0.0 if over else least_gain, -1, -1
        for u in range(len(chosen)):
            old = chosen[u]
            if old < 0 and not may_start[u]:
                continue
            now = value[old] if old >= 0 else 0.0
            for o in range(first_option[u] - 1, first_option[u + 1]):
                new = o if o >= first_option[u] else -1
                if new == old or (new < 0 and not may_rest[u]):
                    continue
                gain = (value[new] if new >= 0 else 0.0) - now
                if not over and gain <= best + 0.5:
                    continue
                relief, unused = _change(u, old, new, forgone, first_held, held_part, held, load, limit, price)
                if relief < 0.0 or (over and relief == 0.0):
                    continue
                score = gain
                if over:
                    loss = unused - gain
                    for k in range(forgone.shape[1]):
                        step = (forgone[new, k] if new >= 0 else 0.0) - (forgone[old, k] if old >= 0 else 0.0)
                        loss += unit_price[u, k] * step
                    score = relief / (max(loss, 0.0) + 1.0)
                if score > best:
                    best, best_u, best_o = score, u, new
        if best_u < 0:
            return not over
        old = chosen[best_u]
        for at in range(first_held[best_u], first_held[best_u + 1]):
            k, b = held_part[at], held[at]
            load[b] += (forgone[best_o, k] if best_o >= 0 else 0.0) - (forgone[old, k] if old >= 0 else 0.0)
        chosen[best_u] = best_o
    for b in range(len(load)):
        if load[b] > limit[b]:
            return False
    return True
