"""The least that has to be given up of some kinds of rules so that an event has an award: one elastic re-solve."""

from __future__ import annotations

import enum
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events import Event, RuleKind
from optimizer.award import Award
from optimizer.backends import BACKENDS, Search
from optimizer.program import Program, with_entries, with_rows
from optimizer.sourcing.award_rows import RowKind
from optimizer.sourcing.model import AwardModel, award_model, award_of_columns, award_program

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_WHOLE = 1e4
"""What all there is of a kind counts: one unit of it stays above solvers' tolerances."""


@enum.unique
class Kind(enum.Enum):
    """What may be relaxed, named by the input field."""

    COVER = "items.uncovered_penalty"
    CAPACITY = "suppliers.capacity_units"
    AMOUNT = "rules.amount"
    SHARE = "rules.share"
    SURVIVAL = "risk.survive_share"


def elastic_award(event: Event, kinds: frozenset[Kind], seconds: float) -> Award | None:
    """Find an award that breaks only rules of some kinds, and these by as little as possible.

    Units left uncovered, units of capacity and whole units of rules are counted in shares of all there are, so that
    none of them decides alone.

    Returns
    -------
    Award or None
        None when no award keeps all other rules, or the time did not suffice.
    """
    built = award_model(_loosened(event, kinds))
    program = award_program(built)
    objective, low = np.zeros(program.n_columns), program.row_low.copy()
    low[program.first_limit_row + np.flatnonzero(built.limit_kind == RowKind.TOTAL)] = -np.inf
    program = replace(program, objective=objective, offset=0.0, row_low=low)
    rules = _relaxed_rules(event, kinds)
    for slack, rule in (
        (built.limit_slack, built.limits.rule),
        (built.consistency_slack, built.consistencies.rule),
    ):
        own = slack[rules[rule] & (slack >= 0)]
        objective[own] = -_WHOLE / np.maximum(program.high[own], 1)
    if Kind.COVER in kinds:
        must = np.flatnonzero(built.model.positions.least_units > 0)
        rows = len(built.model.positions) + np.arange(len(must))
        weight = _WHOLE / max(int(built.model.positions.least_units.sum()), 1)
        program = _with_slack(program, rows, np.full(len(rows), 1.0), np.full(len(rows), weight))
    if Kind.CAPACITY in kinds:
        program = _with_loads(event, built, program)
    answer = BACKENDS["highs"](program, Search(seconds=seconds, gap=1e-6))
    return None if answer.columns is None else award_of_columns(built, answer.columns)


def _loosened(event: Event, kinds: frozenset[Kind]) -> Event:
    """Leave out what the elastic rows say instead, and costs of winning, which do not matter here."""
    suppliers = replace(event.suppliers, fixed_cost=np.zeros(len(event.suppliers)))
    if Kind.CAPACITY in kinds:
        suppliers = replace(suppliers, capacity_units=np.full(len(suppliers), NO_LIMIT))
    priced = np.where(_relaxed_rules(event, kinds), 1.0, event.rules.violation_price)
    risk = replace(event.risk, survive_share=None) if Kind.SURVIVAL in kinds else event.risk
    return replace(event, suppliers=suppliers, rules=replace(event.rules, violation_price=priced), risk=risk)


def _relaxed_rules(event: Event, kinds: frozenset[Kind]) -> NDArray[np.bool_]:
    """Mandatory rules that are of the kinds; the tolerance of a consistency is its amount."""
    rules = event.rules
    mandatory = np.isnan(rules.violation_price) & (rules.kind != RuleKind.ADJUST)
    by_share = (rules.kind == RuleKind.LIMIT) & ~np.isnan(rules.share)
    return np.asarray(mandatory & np.where(by_share, Kind.SHARE in kinds, Kind.AMOUNT in kinds))


def _with_slack(program: Program, rows: Ints, sign: Floats, weight: Floats) -> Program:
    """Give rows a slack of the given sign that costs something."""
    n = len(rows)
    loose = with_entries(program, rows, program.n_columns + np.arange(n), sign)
    return replace(
        loose,
        objective=np.concatenate([program.objective, -weight]),
        low=np.concatenate([program.low, np.zeros(n)]),
        high=np.concatenate([program.high, np.full(n, np.inf)]),
        integer=np.concatenate([program.integer, np.zeros(n, dtype=np.bool_)]),
    )


def _with_loads(event: Event, built: AwardModel, program: Program) -> Program:
    """Add what each supplier's bids take of its capacity, with a slack."""
    capacity, flows = event.suppliers.capacity_units, built.flows
    limited = np.flatnonzero(capacity < NO_LIMIT)
    number = np.full(len(capacity), -1, dtype=np.int64)
    number[limited] = np.arange(len(limited))
    flow = np.flatnonzero(number[flows.supplier] >= 0)
    n = len(limited)
    loaded = with_rows(program, np.full(n, -np.inf), capacity[limited].astype(np.float64), np.ones(n))
    rows = program.n_rows + np.arange(n)
    weight = event.bids.capacity_per_unit[flows.bid[flow]].astype(np.float64)
    loaded = with_entries(loaded, rows[number[flows.supplier[flow]]], flow, weight)
    share = _WHOLE / max(int(capacity[limited].sum()), 1)
    return _with_slack(loaded, rows, np.full(n, -1.0), np.full(n, share))
