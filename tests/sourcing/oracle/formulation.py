"""An event as a program: a 0-1 column for every quantity that a bid can sell, so that prices are looked up."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction

from tests.sourcing.oracle.measures import amount_of, parts
from tests.sourcing.oracle.offers import adjustment, most, quantities, spend
from tests.sourcing.oracle.program import Program, plus, times
from tests.sourcing.oracle.reading import MILLION, Rule, World
from tests.sourcing.oracle.valuation import tied, whole_units

Pair = tuple[int, int]


class Formulation:
    """Columns of an event by what they mean."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.program = Program()
        self.taken: list[dict[int, int]] = [{} for _ in world.bids]
        """By bid: units and their 0-1 column."""
        self._take()
        self.wins: dict[Pair, int] = {pair: self._any(*pair) for pair in itertools.product(*self._both())}
        self.winner = [self.program.any_of(self.wins[s, i] for i in self._both()[1]) for s in self._both()[0]]
        self._alternates()
        self._suppliers_and_items()
        self._objective()
        for rule in world.rules:
            if rule.kind == "limit":
                self._limit(rule)
            elif rule.kind == "consistent":
                self._consistent(rule)
        if world.survive is not None:
            self._survive()

    def units(self, values: list[int] | None) -> list[int] | None:
        """Units by bid of a solution."""
        if values is None:
            return None
        return [sum(units * values[column] for units, column in taken.items()) for taken in self.taken]

    def _both(self) -> tuple[range, range]:
        return range(len(self.world.suppliers)), range(len(self.world.items))

    def _take(self) -> None:
        """Quantities: one of each bid at most; one column for a whole package."""
        packages = tied(self.world, "package")
        whole = {number: self.program.column() for own in packages.values() for number in own[:1]}
        for number, bid in enumerate(self.world.bids):
            if bid.package:
                first = packages[bid.supplier, bid.package][0]
                ways = quantities(self.world, bid)
                self.taken[number] = dict.fromkeys(ways, whole[first])
            else:
                self.taken[number] = {units: self.program.column() for units in quantities(self.world, bid)}
                self.program.at_most(dict.fromkeys(self.taken[number].values(), 1), 1)

    def _any(self, supplier: int, item: int) -> int:
        own = (number for number, bid in enumerate(self.world.bids) if (bid.supplier, bid.item) == (supplier, item))
        return self.program.any_of({column for number in own for column in self.taken[number].values()})

    def _alternates(self) -> None:
        for own in tied(self.world, "alternate").values():
            columns = {column for number in own for column in self.taken[number].values()}
            self.program.at_most(dict.fromkeys(columns, 1), 1)

    def sums(self, who: Iterable[int], what: Iterable[int], worth: Callable[[int, int], int]) -> Counter[int]:
        """Sum over bids of suppliers for items of what their units are worth."""
        who, what = set(who), set(what)
        return plus(
            *(
                {column: worth(number, units)}
                for number, bid in enumerate(self.world.bids)
                if bid.supplier in who and bid.item in what
                for units, column in self.taken[number].items()
            )
        )

    def bought(self, who: Iterable[int], what: Iterable[int]) -> Counter[int]:
        return self.sums(who, what, lambda _, units: units)

    def _suppliers_and_items(self) -> None:
        world, (sellers, lines) = self.world, self._both()
        for number, supplier in enumerate(world.suppliers):
            if supplier.capacity is not None:
                load = self.sums([number], lines, lambda bid, units: units * world.bids[bid].load)
                self.program.at_most(load, supplier.capacity)
        for number, item in enumerate(world.items):
            if item.most is not None:
                self.program.at_most(self.bought(sellers, [number]), item.most)
            if item.penalty is None:
                self.program.at_least(self.bought(sellers, [number]), item.units)

    def _missing(self, who: Iterable[int], item: int) -> int:
        """A column of at least the units of an item that suppliers do not bring."""
        missing = self.program.column(0, self.world.items[item].units)
        self.program.at_least(plus({missing: 1}, self.bought(who, [item])), self.world.items[item].units)
        return missing

    def _objective(self) -> None:
        """The objective times `scale`, so that probabilities and shares are whole numbers."""
        world, (sellers, lines) = self.world, self._both()
        fixed = {self.winner[number]: supplier.fixed for number, supplier in enumerate(world.suppliers)}
        adjusted = self.sums(sellers, lines, lambda bid, units: adjustment(world, world.bids[bid], units))
        self.scale = 1
        if world.measure == "none":
            penalties = [{self._missing(sellers, number): item.penalty or 0} for number, item in enumerate(world.items)]
            costs = plus(self._paid(sellers), *penalties)
        else:
            costs = self._at_risk()
        self.program.objective = plus(costs, times(plus(fixed, adjusted), self.scale))

    def _paid(self, who: Iterable[int]) -> Counter[int]:
        bids = self.world.bids
        return self.sums(who, self._both()[1], lambda bid, units: spend(bids[bid], units) + bids[bid].freight * units)

    def _at_risk(self) -> Counter[int]:
        """Costs beside those that are fixed, by scenario, weighted."""
        world, (sellers, lines) = self.world, self._both()
        costs, weights = [], []
        for weight, failing in world.scenarios:
            there = [number for number in sellers if number not in failing]
            short = [{self._missing(there, item): world.items[item].shortage or 0} for item in lines]
            costs.append(plus(self._paid(there), *short))
            weights.append(Fraction(weight, MILLION))
        worst = Fraction(world.cvar_weight if world.measure == "cvar" else 0, MILLION)
        tail = 1 - Fraction(world.cvar_level, MILLION)
        mean = [(1 - worst) * weight for weight in weights]
        above = [worst * weight / tail for weight in weights]
        self.scale = _common([*mean, *above, worst])
        total = plus(*(times(cost, int(part * self.scale)) for cost, part in zip(costs, mean, strict=True)))
        if worst:
            high = max(-self.program.least(times(cost, -1)) for cost in costs)
            threshold = self.program.column(0, high)
            total[threshold] += int(worst * self.scale)
            for cost, part in zip(costs, above, strict=True):
                excess = self.program.column(0, high)
                self.program.at_most(plus(cost, {threshold: -1, excess: -1}), 0)
                total[excess] += int(part * self.scale)
        return total

    def _value(self, measure: str, who: tuple[int, ...], what: tuple[int, ...]) -> Counter[int]:
        if measure == "volume":
            return self.bought(who, what)
        if measure == "spend":
            return self.sums(who, what, lambda bid, units: spend(self.world.bids[bid], units))
        if measure == "lots":
            return Counter({self.wins[pair]: 1 for pair in itertools.product(who, what)})
        return Counter({self.program.any_of(self.wins[number, item] for item in what): 1 for number in who})

    def _broken(self, rule: Rule, terms: Counter[int], bound: int, step: int, only: Counter[int]) -> None:
        """Terms are at most a number; a rule with a price may break that by whole steps.

        `only` is 0 where the row holds, and at least 1 where it does not.
        """
        highest = -self.program.least(times(terms, -1)) - bound
        row = plus(terms, times(only, -max(0, highest)))
        if rule.price is not None:
            slack = self.program.column(0, max(0, -(-highest // step)))
            self.program.objective[slack] += rule.price * self.scale
            row[slack] -= step
        self.program.at_most(row, bound)

    def _limit(self, rule: Rule) -> None:
        everyone = tuple(self._both()[0])
        for who, what in parts(self.world, rule):
            have, bound = times(self._value(rule.measure, who, what), MILLION), 0
            if rule.share is None:
                bound = amount_of(self.world, rule) * MILLION
            else:
                have = plus(have, times(self._value(rule.measure, everyone, what), -rule.share))
            only: Counter[int] = Counter()
            if rule.if_winning:
                idle = self.program.column()
                winning = self.program.any_of(self.wins[pair] for pair in itertools.product(who, what))
                self.program.at_most({idle: 1, winning: 1}, 1)
                only[idle] = 1
            step = MILLION * (self.world.unit if rule.measure == "spend" else 1)
            if rule.sense != "at_least":
                self._broken(rule, have, bound, step, only)
            if rule.sense != "at_most":
                self._broken(rule, times(have, -1), -bound, step, only)

    def _consistent(self, rule: Rule) -> None:
        items = [number for number in rule.items if self.world.items[number].units]
        free = round((rule.amount or Fraction(0)) * MILLION)
        for number, item in itertools.product(rule.suppliers, items[1:]):
            first, here = self.world.items[items[0]].units, self.world.items[item].units
            one = times(self.bought([number], [item]), first)
            apart = times(plus(one, times(self.bought([number], items[:1]), -here)), MILLION)
            slack = self.program.column(0, 0 if rule.price is None else 10_000)
            self.program.objective[slack] += (rule.price or 0) * self.scale
            for side in (1, -1):
                row = plus(times(apart, side), {slack: -first * MILLION})
                self.program.at_most(row, free * first * here)

    def _survive(self) -> None:
        """Every set of items that must be covered keeps enough, whichever winner fails (Hall's condition)."""
        world, (sellers, lines) = self.world, self._both()
        needed = {
            n: -(-world.survive * world.items[n].units // MILLION) for n in lines if world.items[n].penalty is None
        }
        for size in range(1, len(needed) + 1):
            for chosen in itertools.combinations(needed, size):
                able = []
                for number in sellers:
                    reach = self.sums([number], chosen, lambda bid, _: most(world, world.bids[bid]))
                    column = self.program.column(
                        0, min(whole_units(world, number), -self.program.least(times(reach, -1)))
                    )
                    self.program.at_most(plus({column: 1}, times(reach, -1)), 0)
                    able.append(column)
                need = sum(needed[number] for number in chosen)
                for lost in sellers:
                    others = {column: 1 for number, column in enumerate(able) if number != lost}
                    self.program.at_least(plus(others, {self.winner[lost]: -need}), 0)


def _common(numbers: list[Fraction]) -> int:
    """The least number that makes all of them whole."""
    scale = 1
    for number in numbers:
        scale *= (number * scale).denominator
    return scale
