"""What is found in a network as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from network.graph import Donor
from network.inspection import Inspection, Reach
from network.tables import Network

_SHOWN: Final = 5
"""Most entries of a list that are written out."""

_SHOWN_CUTS: Final = 2
_SHOWN_DONORS: Final = 20


def render(inspection: Inspection) -> str:
    """Write an inspection as a page of text."""
    parts = (_head, _problems, _alerts, _balance, _reach, _critical, _capacity)
    return "\n\n".join("\n".join(part(inspection)) for part in parts) + "\n"


def render_donors(network: Network, donors: Sequence[Donor]) -> str:
    """Write donors as a block of text, the earliest first: what each may give, when it arrives, over which lanes."""
    return "\n".join(_donor_lines(network, donors)) + "\n"


def _donor_lines(network: Network, donors: Sequence[Donor]) -> Iterator[str]:
    yield "Donors (capacity and cost aside)"
    if not donors:
        yield "  none: no lanes lead there from a node with units to give"
    for donor in donors[:_SHOWN_DONORS]:
        way = ", ".join(network.lanes.lane_id[lane] for lane in donor.route.lanes)
        yield f"  {network.nodes.node_id[donor.node]}: {donor.units:,} units on day {donor.arrives_day} over {way}"
    if len(donors) > _SHOWN_DONORS:
        yield f"  and {len(donors) - _SHOWN_DONORS:,} more, later"


def _head(inspection: Inspection) -> Iterator[str]:
    sizes = inspection.sizes
    since = f" from {inspection.as_of}" if inspection.as_of else ""
    yield f"Network: {inspection.horizon_days} days{since}, money in {inspection.currency}"
    kinds = ", ".join(f"{sizes[kind]:,} {kind}" for kind in ("stores", "warehouses", "suppliers") if sizes[kind])
    yield f"  nodes      {sizes['nodes']:>10,}   {kinds}; {sizes['transit_nodes']:,} with transit"
    yield f"  lanes      {sizes['lanes']:>10,}"
    yield f"  products   {sizes['products']:>10,}"
    uncertain = f"   {sizes['uncertain_positions']:,} with uncertain demand" if sizes["uncertain_positions"] else ""
    yield f"  positions  {sizes['stock']:>10,}{uncertain}"
    yield f"  alerts     {sizes['alerts']:>10,}   on {sizes['alerted_skus']:,} products"
    if sizes["lots"] or sizes["expiring_skus"]:
        yield f"  lots       {sizes['lots']:>10,}   {sizes['expiring_skus']:,} products expire"
    if sizes["lane_rules"]:
        yield f"  lane rules {sizes['lane_rules']:>10,}"
    if sizes["display_rules"]:
        yield f"  displays   {sizes['displays']:>10,}"
    yield from _responses(inspection)


def _responses(inspection: Inspection) -> Iterator[str]:
    """Say what the plan could do besides moving units, where it could."""
    responses, sizes = inspection.responses, inspection.sizes
    if sizes["price_ladders"]:
        periods = f"{responses.periods:,} period{'' if responses.periods == 1 else 's'}"
        products = f"pairs of SKU and zone with a price ladder, {responses.clearable_skus:,} products, {periods}"
        yield f"  choices    {responses.choices:>10,}   {products}"
    if sizes["clearance_rules"]:
        hard = f", {responses.hard_targets:,} of them hard" if responses.hard_targets else ""
        targets = f"{responses.targets:,} with a sell-through target{hard}"
        yield f"  rules      {sizes['clearance_rules']:>10,}   for markdowns, {targets}"
    if responses.groups:
        yield f"  groups     {responses.groups:>10,}   of products whose markdowns depend on each other"
    if responses.budgets:
        yield f"  budgets    {responses.budgets:>10,}   for margin that markdowns forgo"
    if responses.exits:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in responses.exits.items())
        yield f"  exits      {sizes['exits']:>10,}   {kinds}"
    if responses.quotes:
        yield f"  quotes     {responses.quotes:>10,}   {responses.quoted_units:,} units offered"
    if sizes["supplies"]:
        yield f"  supplies   {sizes['supplies']:>10,}   rows of what suppliers can be asked for"


def _problems(inspection: Inspection) -> Iterator[str]:
    kinds = {problem.kind: problem for problem in reversed(inspection.warnings)}
    total = sum(problem.total for problem in kinds.values())
    yield f"Problems: no errors, {total:,} warning{'' if total == 1 else 's'}"
    for problem in reversed(list(kinds.values())):
        others = f" (and {problem.total - 1:,} more like it)" if problem.total > 1 else ""
        yield f"  {problem}{others}"


def _alerts(inspection: Inspection) -> Iterator[str]:
    yield "The alerts ask for"
    if not inspection.alerts:
        yield "  nothing: there are no alerts, so no plan will move anything"
    for asked in inspection.alerts:
        hard = f", {asked.must_serve:,} of them must be served" if asked.must_serve else ""
        severity = "no severity" if asked.severity == "not given" else asked.severity
        yield f"  {asked.kind:<10} {severity:<12} {asked.alerts:>10,} alerts {asked.units:>12,} units{hard}"


def _balance(inspection: Inspection) -> Iterator[str]:
    balance = inspection.balance
    yield "Surplus and shortage of the alerted products"
    over, under, matched = (
        f"{n:,} units" for n in (balance.surplus_units, balance.shortage_units, balance.matched_units)
    )
    yield f"  {over} of surplus that may be given, {under} of shortage"
    yield f"  {balance.skus_with_both:,} of {balance.skus:,} products have both, at most {matched}"


def _reach(inspection: Inspection) -> Iterator[str]:
    reach = inspection.reach
    yield "Reach"
    if len(inspection.groups) > 1:
        count = len(inspection.groups)
        yield f"  the lanes leave {count:,} groups of nodes apart, of {_listed(inspection.groups)} nodes"
    else:
        yield "  the lanes connect all nodes"
    if not reach.shortages:
        yield "  no alert reports a shortage"
        return
    reached = f"{reach.with_donor:,} of {reach.shortages:,} shortages ({reach.share:.1%})"
    yield f"  {reached} have a donor in reach, {_in_time(reach)} (capacity, cost and rules of lanes aside)"
    for day, count in reach.by_day[:_SHOWN]:
        yield f"    by day {day:<4} {count:>10,} ({count / reach.shortages:.1%})"
    if len(reach.by_day) > _SHOWN:
        yield f"    by day {reach.by_day[-1][0]:<4} {reach.by_day[-1][1]:>10,} (the last)"


def _in_time(reach: Reach) -> str:
    return "all in time" if reach.in_time == reach.with_donor else f"{reach.in_time:,} in time"


def _critical(inspection: Inspection) -> Iterator[str]:
    yield "Critical nodes: without them, others are cut off"
    if inspection.critical is None:
        yield "  not searched, the network is too large"
        return
    if not inspection.critical:
        yield "  none"
    for point in inspection.critical[:_SHOWN]:
        nodes = "1 node loses" if point.cut_off == 1 else f"{point.cut_off:,} nodes lose"
        yield f"  {point.node_id}: {nodes} sources, in all {point.pairs:,} (from, to) without any way"
        for receivers, sources in point.cuts[:_SHOWN_CUTS]:
            yield f"    {_listed(receivers)} can no longer get goods from {_listed(sources)}"
        if point.isolated:
            yield f"    nothing at all reaches {_listed(point.isolated)}"
    if len(inspection.critical) > _SHOWN:
        yield f"  and {len(inspection.critical) - _SHOWN:,} more"


def _capacity(inspection: Inspection) -> Iterator[str]:
    capacity = inspection.capacity
    yield "Lanes"
    with_capacity = f"{capacity.with_capacity:,} of {capacity.lanes:,} have a capacity"
    yield f"  {with_capacity}, {capacity.with_fixed_cost:,} a cost per dispatch"
    if capacity.with_fixed_cost:
        yield f"  half of those cost at least {capacity.median_fixed_cost:,.2f} {inspection.currency} per dispatch"
    yield f"  the longest lead time is {capacity.longest_lead_time_days:,} days"
    held = "have no limit together" if capacity.total_kg is None else f"hold {capacity.total_kg:,.0f} kg together"
    weight = (
        "" if capacity.matched_kg is None else f"; surplus that meets a shortage weighs {capacity.matched_kg:,.0f} kg"
    )
    yield f"  they {held}{weight}"


def _listed(items: Sequence[object]) -> str:
    shown = ", ".join(str(item) for item in items[:_SHOWN])
    return shown if len(items) <= _SHOWN else f"{shown} and {len(items) - _SHOWN:,} more"
