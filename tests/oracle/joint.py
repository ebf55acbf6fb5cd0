"""The best plan of prices and lines together, by brute force over all paths.

For every combination of allowed paths the lines are solved in the world with these prices: by the integer program, or
by trying every set of lines where there are few. Budgets and sell-through targets depend on both: the program knows
nothing of them, so its answer only says how good a combination could be, and a combination is settled where that is
not better than a plan known, or where the program's plan keeps them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.oracle.asked import Line
from tests.oracle.brute_force import allowed_line_sets, count_line_sets
from tests.oracle.choices import (
    Cell,
    Markdowns,
    PriceChoice,
    Prices,
    allowed_paths,
    breaks_group,
    broken_path_rules,
    groups_in_zone,
    may_be_marked_down,
    price_choices,
)
from tests.oracle.directory import Directory
from tests.oracle.evaluation import broken_rules
from tests.oracle.formulation import UnprovedError, solve_oracle
from tests.oracle.repricing import (
    budget,
    budgets_broken,
    counted_cells,
    forgone_at,
    repriced,
    repricing,
    shortfall_price,
    targets_missed,
)
from tests.oracle.scope import penalty_weight
from tests.oracle.valuation import WEIGHTS, Worth, ends, evaluate, value_change

SELL_THROUGH: Final = "clearance_rules.sell_through_price"
FEW_LINE_SETS: Final = 200
"""Up to so many sets of lines are all tried."""

Dispatches = Mapping[str, int]


@dataclass(frozen=True)
class JointPlan:
    """Lines, the dispatches that carry them, and the prices that change."""

    lines: tuple[Line, ...] = ()
    dispatches: dict[str, int] = field(default_factory=dict)
    markdowns: dict[Cell, Prices] = field(default_factory=dict)


@dataclass(frozen=True)
class JointAnswer:
    """``optimal`` with a plan and its worth, or ``infeasible``."""

    status: str
    plan: JointPlan = field(default_factory=JointPlan)
    worth: Worth | None = None

    @property
    def objective(self) -> int | None:
        """The greatest objective of any allowed plan, in money."""
        return None if self.worth is None else self.worth.objective


class Market:
    """A directory, its choices, and its worlds at the prices asked for so far."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.choices = price_choices(directory)
        self.keys = [key for choice in self.choices.values() for key in choice.keys]
        self.at_list = repriced(directory, self.choices, {})
        free = [choice for choice in self.choices.values() if may_be_marked_down(directory, choice)]
        self.free = {choice.cell: allowed_paths(directory, choice) for choice in free}
        """Allowed paths of the choices that may be marked down."""

    def world(self, markdowns: Markdowns) -> Directory:
        """The directory at other prices."""
        return repriced(self.directory, self.choices, markdowns)

    def worth(self, plan: JointPlan) -> Worth:
        """Worth of a plan. Says nothing about whether the plan is allowed."""
        world = self.world(plan.markdowns)
        lines = evaluate(world, plan.lines, plan.dispatches)
        prices, weighed = (repricing(world, self.at_list, self.keys, weighted=weighted) for weighted in (False, True))
        adjustments = dict(lines.adjustments)
        if WEIGHTS in adjustments:
            adjustments[WEIGHTS] += weighed - prices
        if any("sell_through_price" in choice.rules for choice in self.choices.values()):
            adjustments[SELL_THROUGH] = self.shortfalls(self.at_list, ()) - self.shortfalls(world, plan.lines)
        return Worth(lines.benefit + prices, adjustments)

    def shortfalls(self, world: Directory, lines: Sequence[Line]) -> int:
        """Money that the objective loses for targets missed."""
        return sum(shortfall_price(world, choice, lines) for choice in self.choices.values())

    def broken(self, plan: JointPlan) -> list[str]:
        """Names and places of the rules that a plan breaks; empty when it is allowed."""
        broken = list(self._broken_price_rules(plan.markdowns))
        if broken:
            return broken
        world = self.world(plan.markdowns)
        return broken_rules(world, plan.lines, plan.dispatches) + self.broken_together(world, plan.lines)

    def broken_together(self, world: Directory, lines: Sequence[Line]) -> list[str]:
        """Budgets and hard targets, which prices and lines keep together."""
        return [
            *(f"markdown_budgets: {name}" for name in budgets_broken(world, self.choices, lines)),
            *(f"sell_through: {cell}" for cell in targets_missed(world, self.choices.values(), lines)),
        ]

    def _broken_price_rules(self, markdowns: Markdowns) -> Iterator[str]:
        for cell, prices in markdowns.items():
            if cell not in self.choices:
                yield f"known_choice: {cell}"
            elif cell not in self.free:
                yield f"may_be_marked_down: {cell}"
            else:
                yield from (f"{rule}: {cell}" for rule in broken_path_rules(self.directory, self.choices[cell], prices))
        yield from self.groups_broken(markdowns)

    def groups_broken(self, markdowns: Markdowns) -> Iterator[str]:
        """Groups whose choices do not go together, of those that may be marked down."""
        for group, cells in groups_in_zone(self.directory, self.choices):
            free = [self.choices[cell] for cell in cells if cell in self.free]
            members = [(choice, markdowns.get(choice.cell, at_list(choice, self.directory))) for choice in free]
            if members and breaks_group(group, members):
                yield f"clearance_groups: {group.group_id}"

    def combinations(self) -> Iterator[dict[Cell, Prices]]:
        """Every way to mark down that groups allow."""
        for chosen in itertools.product(*self.free.values()):
            paths = dict(zip(self.free, chosen, strict=True))
            markdowns = {
                cell: prices for cell, prices in paths.items() if prices != at_list(self.choices[cell], self.directory)
            }
            if not list(self.groups_broken(markdowns)):
                yield markdowns

    def count_combinations(self) -> int:
        """How many combinations of paths there are before groups are asked."""
        return math.prod(len(paths) for paths in self.free.values())


def at_list(choice: PriceChoice, directory: Directory) -> Prices:
    """The list price in all periods."""
    return (choice.list_price,) * directory.periods


def solve_joint(directory: Directory) -> JointAnswer:
    """Find the plan of prices and lines with the greatest objective, or prove that none is allowed."""
    market = Market(directory)
    few = count_line_sets(market.at_list) <= FEW_LINE_SETS
    answer = _by_trying_all(market) if few else _by_programs(market)
    if answer.worth is not None:
        broken = market.broken(answer.plan)
        if broken:
            raise AssertionError(f"the oracle's own plan breaks rules: {broken}")
    return answer


def _by_trying_all(market: Market) -> JointAnswer:
    """Every combination of paths with every allowed set of lines, each with its best dispatches."""
    best, best_objective = None, 0
    book = ChoiceBook(market)
    combinations = list(market.combinations())
    for lines, dispatches in allowed_line_sets(market.at_list):
        unmarked = evaluate(market.at_list, lines, dispatches).objective
        for markdowns in combinations:
            objective = unmarked + book.gain(markdowns, lines)
            if (best is None or objective > best_objective) and book.keeps_together(markdowns, lines):
                best, best_objective = JointPlan(tuple(lines), dispatches, markdowns), objective
    if best is None:
        return JointAnswer("infeasible")
    worth = market.worth(best)
    if worth.objective != best_objective + market.shortfalls(market.at_list, ()):
        raise AssertionError(f"the book promises {best_objective} and its plan is worth {worth}")
    return JointAnswer("optimal", best, worth)


def _by_programs(market: Market) -> JointAnswer:
    """Every combination of paths with the lines that the integer program finds best at its prices."""
    best, doubtful = JointAnswer("infeasible"), []
    most_gained = market.shortfalls(market.at_list, ())
    for markdowns in market.combinations():
        world = market.world(markdowns)
        answer = solve_oracle(world)
        if answer.worth is None:
            return JointAnswer("infeasible")
        plan = JointPlan(answer.lines, answer.dispatches, markdowns)
        worth = market.worth(plan)
        soft = worth.adjustments.get(SELL_THROUGH, 0)
        kept = not market.broken_together(world, answer.lines)
        if kept and (best.worth is None or worth.objective > best.worth.objective):
            best = JointAnswer("optimal", plan, worth)
        if not kept or soft < most_gained:
            doubtful.append(worth.objective - soft + most_gained)
    if any(best.worth is None or most > best.worth.objective for most in doubtful):
        raise UnprovedError("budgets and targets decide between lines")
    return best


@dataclass(frozen=True)
class ChoiceTerms:
    """What one choice adds under its path and some lines, in money."""

    gain: int
    """Of the objective, compared with the same lines at its list price, less what a missed target costs."""
    forgone: int
    misses_target: bool


class ChoiceBook:
    """Terms of choices one by one: each depends on its own path, those of its group, and its own lines."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.relatives: dict[Cell, list[Cell]] = {cell: [cell] for cell in market.choices}
        for group, cells in groups_in_zone(market.directory, market.choices):
            if group.cross_elasticity:
                self.relatives |= dict.fromkeys(cells, cells)
        budgets = sorted({row.name for row in market.directory.prices.budgets})
        self.budgets = [
            (budget(market.directory, name), counted_cells(market.directory, market.choices, name)) for name in budgets
        ]
        self.known: dict[tuple[object, ...], ChoiceTerms] = {}

    def gain(self, markdowns: Markdowns, lines: Sequence[Line]) -> int:
        """What markdowns add to the objective of some lines, less what missed targets cost."""
        return sum(self.terms(cell, markdowns, lines).gain for cell in self.market.choices)

    def keeps_together(self, markdowns: Markdowns, lines: Sequence[Line]) -> bool:
        """Whether budgets and hard targets are kept."""
        terms = {cell: self.terms(cell, markdowns, lines) for cell in self.market.choices}
        within = all(sum(terms[cell].forgone for cell in cells) <= amount for amount, cells in self.budgets)
        return within and not any(term.misses_target for term in terms.values())

    def terms(self, cell: Cell, markdowns: Markdowns, lines: Sequence[Line]) -> ChoiceTerms:
        """Terms of one choice."""
        keys = self.market.choices[cell].keys
        here = tuple(line for line in lines if any(key in keys for key in ends(self.market.directory, line)))
        paths = tuple((other, markdowns[other]) for other in self.relatives[cell] if other in markdowns)
        known = (cell, paths, here)
        if known not in self.known:
            self.known[known] = self._terms(self.market.choices[cell], dict(paths), here)
        return self.known[known]

    def _terms(self, choice: PriceChoice, paths: Markdowns, lines: Sequence[Line]) -> ChoiceTerms:
        at_list = self.market.at_list
        world = self.market.world(paths)
        gain = repricing(world, at_list, choice.keys, weighted=True) - shortfall_price(world, choice, lines)
        for key in choice.keys:
            weight = penalty_weight(world, key)
            gain += value_change(world, key, lines, weight) - value_change(at_list, key, lines, weight)
        forgone = sum(forgone_at(world, key, lines) for key in choice.keys)
        return ChoiceTerms(gain, forgone, bool(targets_missed(world, [choice], lines)))
