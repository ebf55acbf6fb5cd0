"""Small joint plans as one mixed-integer program: price paths are switches, budgets and targets are limits.

Each option of a family is a switch, of which exactly one is on. Under an option every position has a place of its own
for the units that count there, with what they are worth under the option's path; units flow to it only while the
option is on. What the option is worth without any line is what its switch brings.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.tables import Network, PricePaths
from optimizer.certificate.counting import counted_without_plan
from optimizer.certificate.positions import positions_at
from optimizer.joint.envelopes import Envelopes, envelopes, worth_of
from optimizer.joint.option_rows import Fixed, LimitRows, Place, PlaceRows, tied
from optimizer.joint.positions import Joint, columns_of, free_of_charge
from optimizer.model import (
    UNLIMITED,
    Flows,
    Increments,
    Limits,
    Members,
    Model,
    Positions,
    Switches,
    Terms,
)
from optimizer.plan import no_markdowns
from optimizer.program import Program, linear_program
from optimizer.scope import penalty_weights
from optimizer.transfer import TransferModel, build
from optimizer.transfer.blocks import NO_BASE
from optimizer.transfer.growing import Growing
from optimizer.worth.price_paths import repriced, repricing_value

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_MOST_SLACK: Final = 10**9
"""Most units by which a target is missed."""


@dataclass(frozen=True, slots=True)
class JointProgram:
    """The model of a joint request, and how to read it."""

    built: TransferModel
    """With the joint model; its lines are read as those of any transfer model."""
    first_option_switch: int
    """Switch of the first option of the first family; the others follow."""
    n_slacks: int
    """The last switches are units by which targets are missed, and need not be whole."""

    def program(self) -> Program:
        """Write it for solvers."""
        program = linear_program(self.built.model)
        integer = program.integer.copy()
        model = self.built.model
        last = len(model.flows) + len(model.increments) + len(model.switches)
        integer[last - self.n_slacks : last] = False
        return replace(program, integer=integer)

    def options_in(self, joint: Joint, columns: Floats) -> Ints:
        """Read the option of every family from a solver's columns."""
        model = self.built.model
        first = len(model.flows) + len(model.increments) + self.first_option_switch
        counts = columns[first : first + int(joint.options.first_option[-1])]
        starts = joint.options.first_option
        return np.array([int(np.argmax(counts[one:two])) for one, two in itertools.pairwise(starts.tolist())])


def joint_program(joint: Joint) -> JointProgram:
    """Write a joint request as a model.

    Parameters
    ----------
    joint : Joint
        None of its SKUs expires.

    Returns
    -------
    JointProgram
        Exact but for late units, which count as far as any path lets them and are there for all prices, and for budgets
        and targets, which are counted in small steps.
    """
    loosest = envelopes(joint, np.zeros(len(joint)), free_of_charge(joint))
    loose = _loosest(joint)
    built = build(loose, joint.request, worth_of(joint, loosest), every_line=True)
    places, fixed = _places(joint, built)
    model, limits = _with_options(joint, built.model, places, fixed)
    nothing = built.model.do_nothing - _worth_of_nothing(joint, loose, built, loosest) - limits.before
    return JointProgram(
        replace(built, model=replace(model, do_nothing=nothing)), len(built.model.switches), len(limits.slack_cost)
    )


def _loosest(joint: Joint) -> Network:
    """Give every choice the demand that lets most units count: the largest of its paths, as late as can be."""
    network, options, choices = joint.network, joint.options, joint.choices
    world = repriced(network, no_markdowns())
    if not len(options):
        return world
    share = np.minimum.reduceat(options.demand_share, options.first_path[:-1], axis=0)
    share[:, -1] = np.maximum.reduceat(options.demand_share[:, -1], options.first_path[:-1])
    price = np.repeat(choices.list_price[options.choice][:, None], share.shape[1], axis=1)
    of_stock = np.full(len(network.stock), -1, dtype=np.int32) if world.paths is None else world.paths.of_stock.copy()
    known = 0 if world.paths is None else len(world.paths.price)
    of_stock[joint.row] = known + joint.member
    if world.paths is not None:
        price, share = np.concatenate([world.paths.price, price]), np.concatenate([world.paths.demand_share, share])
    return replace(network, paths=PricePaths(of_stock, price, share))


def _places(joint: Joint, built: TransferModel) -> tuple[list[Place], Fixed]:
    """Value all positions under all paths: those that lines reach unit by unit, the others as they are."""
    from optimizer.joint.path_worths import chances  # noqa: PLC0415 (loads a compiler)

    options = joint.options
    rows, members, paths = columns_of(joint, np.zeros(len(joint)), free_of_charge(joint))
    model_position = _model_positions(joint, built)
    increments = built.model.increments
    most = np.bincount(increments.position, weights=increments.most_units, minlength=len(built.position_base))
    reward = _rewards(joint)
    forgone, sold = np.zeros(len(options.price)), np.zeros(len(options.price))
    sold_before = np.zeros(len(options))
    places: list[Place] = []
    for position, at in enumerate(model_position.tolist()):
        member = int(joint.member[position])
        own = slice(int(options.first_path[member]), int(options.first_path[member + 1]))
        base = int(built.position_base[at]) if at >= 0 else int(joint.counted[position])
        count = max(base, 0) + (int(most[at]) if at >= 0 else 0)
        chance = chances(rows, members, paths, position, count)
        price = paths.price[own]
        after = np.append(price[:, 1:], np.zeros((len(price), 1)), axis=1)
        paid = price - after
        paid[:, -1] += np.rint(joint.penalty[position]) - joint.left_over[position]
        worth = joint.left_over[position] + np.rint(np.einsum("pt,ptn->pn", paid, chance)).astype(np.int64)
        in_period = np.diff(chance, axis=1, prepend=0.0)
        gone = np.einsum("pt,ptn->pn", members.list_price[member] - price, in_period)
        in_time = chance[:, members.target_period[member]] - members.target_share[member]
        whole, counted, share = max(base, 0), int(joint.counted[position]), members.target_share[member]
        sold_before[member] += in_time[0, : max(counted, 0)].sum() - share * min(counted, 0)
        forgone[own] += gone[:, :whole].sum(axis=1)
        sold[own] += in_time[:, :whole].sum(axis=1) - share * min(base, 0)
        if at < 0:
            continue
        below = np.full((len(price), max(-base, 0)), 0, dtype=np.int64) + (
            joint.left_over[position] + np.rint(paid.sum(axis=1)).astype(np.int64)[:, None]
        )
        units = np.concatenate([below, worth[:, whole:]], axis=1)[:, : int(most[at])]
        there = int(joint.counted[position]) - base
        reward[own] -= units[:, : max(there, 0)].sum(axis=1)
        nothing = np.zeros((len(price), below.shape[1]))
        places.append(
            Place(
                model_position=at,
                member=member,
                worth=units,
                forgone=np.concatenate([nothing, gone[:, whole:]], axis=1)[:, : units.shape[1]],
                sold=np.concatenate([nothing - members.target_share[member], in_time[:, whole:]], axis=1)[
                    :, : units.shape[1]
                ],
            )
        )
    return places, Fixed(reward, forgone, sold, sold_before)


def _model_positions(joint: Joint, built: TransferModel) -> Ints:
    """Where the units of every position count in the model, -1 where no line reaches it."""
    counts = np.flatnonzero(built.position_base != NO_BASE)
    node, sku = built.position_cell[counts].T
    row = joint.network.stock_row(node, sku)
    at = np.full(len(joint.network.stock) + 1, -1, dtype=np.int64)
    at[row] = counts
    at[-1] = -1
    return at[joint.row]


def _rewards(joint: Joint) -> Ints:
    """Earnings of repricing without lines, by path: each family's options in turn."""
    options, n_members = joint.options, len(joint.options)
    weight = penalty_weights(joint.network, joint.request)
    reward = np.zeros(len(options.price), dtype=np.int64)
    for option in range(int(options.n_options.max(initial=0))):
        taken = np.minimum(option, options.n_options - 1)
        world = repriced(joint.network, options.markdowns(joint.choices, taken))
        value = repricing_value(joint.network, world, weight)[joint.row]
        by_member = np.zeros(n_members, dtype=np.int64)
        np.add.at(by_member, joint.member, value)
        reward[options.first_path[:-1] + taken[options.family]] = by_member
    return reward


def _worth_of_nothing(joint: Joint, loose: Network, built: TransferModel, found: Envelopes) -> int:
    """Worth under envelopes of what counts where nothing moves, beyond what counts in any case."""
    stock = loose.stock
    counted = counted_without_plan(
        loose, positions_at(loose, stock.node[joint.row].astype(np.int64), stock.sku[joint.row].astype(np.int64))
    )
    at = _model_positions(joint, built)
    reached = np.flatnonzero(at >= 0)
    base = built.position_base[at[reached]] - joint.low[reached]
    sums = np.append(0, np.cumsum(found.units))
    first, length = found.first_unit[reached], np.diff(found.first_unit)[reached]
    there = np.minimum(counted[reached] - joint.low[reached], length)
    return int((sums[first + there] - sums[first + np.minimum(base, length)]).sum())


def _with_options(joint: Joint, model: Model, places: list[Place], fixed: Fixed) -> tuple[Model, LimitRows]:
    """Replace the increments of places by one set per path, and add options with their limits."""
    added = PlaceRows(len(model.positions))
    for place in places:
        added.add(place, int(joint.options.first_path[place.member]))
    limits = tied(joint, added, fixed)
    kept = ~np.isin(model.increments.position, [place.model_position for place in places])
    increments = Growing(Increments)
    increments.add(Increments(*(getattr(model.increments, item.name)[kept] for item in fields(Increments))))
    increments.add(
        Increments(_column(added.increment_position).astype(np.int32), _column(added.most_units), _column(added.worth))
    )
    flows, switches = _flows(model, added), _switches(joint, model, fixed, limits)
    columns = _Columns(
        first_added_increment=len(flows) + int(kept.sum()),
        first_option=len(flows) + len(increments) + len(model.switches),
        first_slack=len(flows) + len(increments) + len(switches) - len(limits.slack_cost),
    )
    more = np.zeros(len(added.origin), dtype=np.int64)
    origin = np.array(added.origin, dtype=np.int64)
    option = joint.options.option_of_path[np.array(added.path, dtype=np.int64)]
    capacity = np.array(added.capacity, dtype=np.int64)
    return (
        Model(
            positions=Positions(
                np.append(model.positions.supply_units, more),
                np.append(model.positions.least_units, more),
                np.append(model.positions.block, model.positions.block[origin]).astype(np.int32),
            ),
            increments=increments.table(),
            flows=flows,
            switches=switches,
            members=Members(
                np.append(model.members.flow, len(model.flows) + np.arange(len(more))).astype(np.int32),
                np.append(model.members.switch, len(model.switches) + option).astype(np.int32),
                np.append(model.members.weight, more),
                np.append(model.members.bound_units, capacity),
            ),
            limits=Limits(
                np.append(model.limits.low, np.array(limits.low, dtype=np.int64)),
                np.append(model.limits.high, np.array(limits.high, dtype=np.int64)),
            ),
            terms=_terms(model, limits, columns),
            do_nothing=model.do_nothing,
            money_decimals=model.money_decimals,
        ),
        limits,
    )


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where columns of the joint model begin."""

    first_added_increment: int
    first_option: int
    first_slack: int


def _column(parts: list[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def _flows(model: Model, added: PlaceRows) -> Flows:
    """Add a flow to each place under each path."""
    n = len(added.origin)
    flows = model.flows
    return Flows(
        np.append(flows.origin, np.array(added.origin, dtype=np.int64)).astype(np.int32),
        np.append(flows.destination, len(model.positions) + np.arange(n)).astype(np.int32),
        np.append(flows.profit, np.zeros(n, dtype=np.int64)),
        np.append(flows.most_units, np.array(added.capacity, dtype=np.int64)),
        np.append(flows.multiple, np.ones(n, dtype=np.int64)),
    )


def _switches(joint: Joint, model: Model, fixed: Fixed, limits: LimitRows) -> Switches:
    """Add a switch for each option, which brings what it is worth without lines, and the slacks of targets."""
    reward = np.zeros(int(joint.options.first_option[-1]), dtype=np.int64)
    np.add.at(reward, joint.options.option_of_path, fixed.reward)
    n_slacks, switches = len(limits.slack_cost), model.switches
    free = np.zeros(len(reward) + n_slacks, dtype=np.int64)
    return Switches(
        np.concatenate([switches.fixed_cost, -reward, np.array(limits.slack_cost, dtype=np.int64)]),
        np.concatenate([switches.most, np.ones_like(reward), np.full(n_slacks, _MOST_SLACK)]),
        np.append(switches.least_fill, free),
        np.append(switches.most_fill, free + UNLIMITED),
    )


def _terms(model: Model, limits: LimitRows, columns: _Columns) -> Terms:
    """Terms of all limits, by column of the joint model."""
    more_columns = columns.first_option - len(model.flows) - len(model.increments) - len(model.switches)
    moved = model.terms.column.astype(np.int64)
    moved[moved >= len(model.flows)] += more_columns
    option, increment, slack = _column(limits.option), _column(limits.increment), _column(limits.slack)
    column = np.where(
        option >= 0,
        columns.first_option + option,
        np.where(increment >= 0, columns.first_added_increment + increment, columns.first_slack + slack),
    )
    return Terms(
        np.append(model.terms.limit, len(model.limits) + _column(limits.row)).astype(np.int32),
        np.append(moved, column).astype(np.int32),
        np.append(model.terms.coefficient, _column(limits.coefficient)),
    )
