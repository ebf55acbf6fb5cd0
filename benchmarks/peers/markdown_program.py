"""The direct program of markdowns: a binary for every path of every decision, one row for every budget."""

from __future__ import annotations

import warnings
from itertools import pairwise

import numpy as np
import pulp
from numpy.typing import NDArray

from benchmarks.peers.clock import Clock, Found
from benchmarks.peers.price_paths import MARGIN, Clearance, plan_of_paths, written_out
from network import Network
from network.clearance_tables import GroupKind
from optimizer.backends import BACKENDS, Search
from optimizer.program import Program
from optimizer.request import Request

_ANSWER_SHARE = 0.02
"""Of the time, for reading a solver's answer as a plan."""

_WRITING_SHARE = 0.5
"""Of the time for building: what PuLP takes to write the file that CBC reads."""


def highs(network: Network, request: Request, clock: Clock) -> Found:
    """HiGHS, through MathOpt."""
    clock.enter("build")
    clearance = written_out(network, request)
    program, first = _program(clearance)
    clock.enter("solve")
    answer = BACKENDS["highs"](program, Search(seconds=clock.left * (1 - _ANSWER_SHARE)))
    if answer.columns is None:
        return Found(None, answer.bound, answer.detail)
    path = [int(part.argmax()) for part in np.split(answer.columns, first[1:-1])]
    return Found(plan_of_paths(clearance, path), answer.bound, answer.detail)


def pulp_cbc(network: Network, request: Request, clock: Clock) -> Found:
    """PuLP and the CBC that comes with it, in loops over names."""
    clock.enter("build")
    left = clock.left
    clearance = written_out(network, request)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of what PuLP 4 will change
        problem, chosen = _problem(clearance)
        clock.enter("solve")
        writing = _WRITING_SHARE * (left - clock.left)
        problem.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=max(clock.left - writing, 1.0)))
    detail = pulp.LpSolution[problem.sol_status]
    if problem.sol_status not in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        return Found(None, detail=detail)
    path = [int(np.argmax([variable.value() or 0.0 for variable in paths])) for paths in chosen]
    return Found(plan_of_paths(clearance, path), detail=detail)


def _program(clearance: Clearance) -> tuple[Program, NDArray[np.int64]]:
    """Write the program as arrays; also return where the columns of each decision begin."""
    decisions, budget = clearance.decisions, clearance.budget - MARGIN
    first = np.append(0, np.cumsum([len(each.worth) for each in decisions])).astype(np.int64)
    columns = [np.arange(begin, end) for begin, end in pairwise(first.tolist())]
    entries, low, high = [], [1.0] * len(decisions), [1.0] * len(decisions)
    entries += [(row, column, np.ones(len(column))) for row, column in enumerate(columns)]
    for number, amount in enumerate(np.maximum(budget, 0.0).tolist()):
        entries += [
            (len(low), column, each.forgone[number])
            for each, column in zip(decisions, columns, strict=True)
            if number in each.forgone
        ]
        low, high = [*low, -np.inf], [*high, amount]
    for group in clearance.tied(GroupKind.AT_MOST_ONE):
        entries += [(len(low), columns[row][1:], np.ones(len(columns[row]) - 1)) for row in group]
        low, high = [*low, 0.0], [*high, 1.0]
    for one, *others in clearance.tied(GroupKind.ALL_OR_NONE):
        for other in others:
            entries += [(len(low), columns[one][1:], np.ones(len(columns[one]) - 1))]
            entries += [(len(low), columns[other][1:], -np.ones(len(columns[other]) - 1))]
            low, high = [*low, 0.0], [*high, 0.0]
    row = np.concatenate([np.full(len(column), row) for row, column, _ in entries])
    column, coefficient = np.concatenate([each[1] for each in entries]), np.concatenate([each[2] for each in entries])
    order, n = np.lexsort((column, row)), int(first[-1])
    program = Program(
        objective=np.concatenate([each.worth for each in decisions]),
        low=np.zeros(n),
        high=np.ones(n),
        integer=np.ones(n, dtype=np.bool_),
        row=row[order],
        column=column[order],
        coefficient=coefficient[order],
        row_low=np.array(low),
        row_high=np.array(high),
        row_unit=np.ones(len(low)),
        offset=0.0,
        first_member_row=len(low),
        first_limit_row=len(low),
    )
    return program, first


def _problem(clearance: Clearance) -> tuple[pulp.LpProblem, list[list[pulp.LpVariable]]]:
    """Write the same for PuLP; also return the variables of each decision."""
    problem = pulp.LpProblem("markdowns", pulp.LpMaximize)
    chosen = [
        [pulp.LpVariable(f"path_{i}_{at}", cat="Binary") for at in range(len(each.worth))]
        for i, each in enumerate(clearance.decisions)
    ]
    pairs = list(zip(clearance.decisions, chosen, strict=True))
    problem += pulp.lpSum(worth * path for each, paths in pairs for worth, path in zip(each.worth, paths, strict=True))
    for paths in chosen:
        problem += pulp.lpSum(paths) == 1
    for number, amount in enumerate(clearance.budget.tolist()):
        spent = [
            lost * path
            for each, paths in pairs
            if number in each.forgone
            for lost, path in zip(each.forgone[number], paths, strict=True)
        ]
        problem += pulp.lpSum(spent) <= max(amount - MARGIN, 0.0)
    for group in clearance.tied(GroupKind.AT_MOST_ONE):
        problem += pulp.lpSum(path for row in group for path in chosen[row][1:]) <= 1
    for one, *others in clearance.tied(GroupKind.ALL_OR_NONE):
        for other in others:
            problem += pulp.lpSum(chosen[one][1:]) == pulp.lpSum(chosen[other][1:])
    return problem, chosen
