"""What every backend is asked and what it answers."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.program import Program


@enum.unique
class Outcome(enum.Enum):
    """What a backend claims; nothing of it is believed without the certificate."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NOTHING = "nothing"
    """No solution and no proof within the limits."""


@dataclass(frozen=True, slots=True)
class Search:
    """Limits and help for one call of a backend."""

    seconds: float
    gap: float = 0.0
    """Relative gap at which the backend may stop."""
    hint: NDArray[np.float64] | None = None
    """Values of the program's columns to start from, where the backend can use them."""
    on_solution: Callable[[NDArray[np.float64]], None] | None = None
    """Called with the columns of each better solution, where the backend reports them while it runs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a backend found; benefit and bound in currency units."""

    outcome: Outcome
    columns: NDArray[np.float64] | None
    """Values of the program's columns."""
    bound: float | None
    """Upper limit of the objective, as the backend claims it."""
    row_duals: NDArray[np.float64] | None
    """Duals of the program's rows, for linear programs."""
    detail: str = ""


Backend = Callable[[Program, Search], Answer]
"""A mixed-integer backend; the same program goes to all of them."""
