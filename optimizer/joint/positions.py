"""The positions of choices that may be marked down, as what bounds and programs of joint plans are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.certificate.counting import counted_without_plan
from optimizer.certificate.positions import positions_at
from optimizer.joint.options import Options
from optimizer.plan import no_markdowns
from optimizer.request import Request
from optimizer.scope import penalty_weights
from optimizer.worth.choices import Choices
from optimizer.worth.demand import DemandKind, demand_of
from optimizer.worth.economics import give_units, opening_units, unit_worth
from optimizer.worth.lots import expires
from optimizer.worth.price_paths import repriced

if TYPE_CHECKING:
    from optimizer.joint.path_worths import Members, Paths, Rows

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_DEVIATIONS, _TAILS = 12.0, 30.0
"""Units beyond so many standard deviations and lengths of a geometric tail are sold with no chance that counts."""


@dataclass(frozen=True, slots=True)
class Joint:
    """A request, its options, and the positions of their members, member by member; shape ``(n_positions,)`` each."""

    network: Network
    request: Request
    choices: Choices
    options: Options
    row: Ints
    """Row of ``network.stock``."""
    member: Ints
    first_position: Ints
    """Where the positions of each member begin, shape ``(n_members + 1,)``."""
    penalty: Floats
    """b in the objective, money per unit."""
    left_over: Ints
    """L."""
    low: Ints
    """Units that are there whatever the lines do."""
    before: Ints
    """Units that are there without lines, late ones too."""
    counted: Ints
    """How many of them count at list price."""
    high: Ints
    """Units that are there at most, as far as any is sold with a chance that counts."""

    def __len__(self) -> int:
        return len(self.row)


def joint_of(network: Network, request: Request, choices: Choices, options: Options) -> Joint:
    """Collect the positions of all members; `network` at list price."""
    n_rows = np.diff(choices.first_row)[options.choice]
    first = np.concatenate([[0], np.cumsum(n_rows)]).astype(np.int64)
    member = np.repeat(np.arange(len(options)), n_rows)
    row = choices.rows[np.repeat(choices.first_row[options.choice] - first[:-1], n_rows) + np.arange(first[-1])]
    stock, n_nodes = network.stock, len(network.nodes)
    sends, receives = np.zeros(n_nodes, dtype=bool), np.zeros(n_nodes, dtype=bool)
    sends[network.lanes.origin] = True
    receives[network.lanes.destination] = True
    given = np.bincount(stock.sku, weights=give_units(network), minlength=len(network.products)).astype(np.int64)
    before = (opening_units(network) + stock.in_transit)[row]
    low = before - np.where(sends[stock.node[row]], give_units(network)[row], 0)
    high = before + np.where(receives[stock.node[row]], given[stock.sku[row]], 0)
    world = repriced(network, no_markdowns())
    return Joint(
        network=network,
        request=request,
        choices=choices,
        options=options,
        row=row,
        member=member,
        first_position=first,
        penalty=(stock.shortage_penalty * penalty_weights(network, request))[row] * 10.0**network.money_decimals,
        left_over=unit_worth(replace(network, paths=None), row).left_over_worth,
        low=low,
        before=before,
        counted=counted_without_plan(
            world, positions_at(world, stock.node[row].astype(np.int64), stock.sku[row].astype(np.int64))
        ),
        high=np.maximum(np.minimum(high, _all_but_sold(network, options, row, member)), before),
    )


def late_or_expiring(joint: Joint) -> bool:
    """Whether how many units count depends on the path: some arrive late, or expire."""
    stock, sku = joint.network.stock, joint.network.stock.sku[joint.row]
    late = (stock.in_transit[joint.row] > 0) & (stock.in_transit_arrival_day[joint.row] > 0)
    return bool(np.any(late) or np.any(expires(joint.network)[sku]))


def _all_but_sold(network: Network, options: Options, row: Ints, member: Ints) -> Ints:
    """Units beyond which none is sold under any path with a chance that counts."""
    if not len(options):
        return np.zeros(0, dtype=np.int64)
    most = np.maximum.reduceat(options.demand_share[:, -1], options.first_path[:-1])[member]
    demand = demand_of(replace(network, paths=None), row)
    counted, mean = demand.kind == DemandKind.COUNTS, demand.mean * most
    variance = np.where(counted, mean * (1 + demand.spread), demand.spread**2 * most)
    further = _DEVIATIONS * np.sqrt(variance) + np.where(counted, _TAILS * (1 + demand.spread), 0.0)
    return np.ceil(mean + np.where(demand.is_certain, 0.0, further)).astype(np.int64) + 1


@dataclass(frozen=True, slots=True)
class SharedPrices:
    """Prices of what choices share; any prices at least 0 make a bound."""

    budget: Floats
    """Money per unit of money that markdowns forgo, shape ``(n_budgets,)``."""
    target: Floats
    """Money per unit short of a sell-through target, by path of the options, shape ``(n_paths,)``."""

    def forgone(self, choices: Choices) -> Floats:
        """Price of a unit of forgone money of every choice, shape ``(n_choices,)``."""
        of_choice = np.repeat(np.arange(len(choices)), np.diff(choices.first_budget))
        sums = np.bincount(of_choice, weights=self.budget[choices.budget], minlength=len(choices))
        return sums.astype(np.float64)


def free_of_charge(joint: Joint) -> SharedPrices:
    """Budgets and targets without a price: they are left aside."""
    return SharedPrices(np.zeros(len(joint.choices.budget_amount)), np.zeros(len(joint.options.price)))


Compiled = tuple["Rows", "Members", "Paths"]


def columns_of(joint: Joint, unit_price: Floats, shared: SharedPrices) -> Compiled:
    """Write what the compiled code reads; positions have equal shares of their family.

    Parameters
    ----------
    joint : Joint
    unit_price : ndarray of float64, shape (n_positions,)
        Money that a unit is worth elsewhere.
    shared : SharedPrices
    """
    from optimizer.joint.path_worths import Members, Paths, Rows  # noqa: PLC0415 (loads a compiler)

    network, options, choices = joint.network, joint.options, joint.choices
    demand = demand_of(replace(network, paths=None), joint.row)
    family = options.family[joint.member]
    choice, rules = options.choice, network.clearance_rules
    rule = choices.rule[choice]
    share, period = np.zeros(len(choice)), np.full(len(choice), choices.n_periods - 1, dtype=np.int64)
    if len(rules):
        target = (rule >= 0) & ~np.isnan(rules.sell_through_share[rule])
        share[target] = rules.sell_through_share[rule[target]]
        period[target] = np.minimum(rules.sell_through_by_period[rule[target]], choices.n_periods) - 1
    rows = Rows(
        member=joint.member,
        kind=demand.kind.astype(np.int64),
        mean=demand.mean,
        spread=demand.spread,
        penalty=joint.penalty,
        left_over=joint.left_over.astype(np.float64),
        low=joint.low,
        high=joint.high,
        price=unit_price,
        share=1.0 / np.maximum(np.bincount(family, minlength=options.n_families), 1)[family],
    )
    members = Members(
        list_price=choices.list_money[choice].astype(np.float64),
        forgone_price=shared.forgone(choices)[choice],
        target_period=period,
        target_share=share,
        first_path=options.first_path,
    )
    paths = Paths(
        price=np.rint(options.price * 10.0**network.money_decimals),
        demand_share=options.demand_share,
        target_price=shared.target,
    )
    return rows, members, paths
