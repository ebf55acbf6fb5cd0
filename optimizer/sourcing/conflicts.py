"""Why no award is valid: which rules stand against each other, and the least amounts to relax them by.

Each kind of rule alone, where relaxing it is enough, else all together. What an elastic re-solve finds is judged by the
certificate, which names the rules and by how much they are broken; then the event relaxed by just that is solved.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from network.events import Event, RuleKind, Sense
from network.words import counted
from optimizer.award import Award
from optimizer.bidding.limits import NO_SHARE, breaches
from optimizer.bidding.offers import Usable
from optimizer.certificate.awards import certify_award, reading_of, value_of
from optimizer.certificate.event_reading import EventReading
from optimizer.plan import Conflict, Violation
from optimizer.request import Parameters
from optimizer.sourcing.elastic import Kind, elastic_award
from optimizer.sourcing.progress import AwardProgress
from optimizer.sourcing.strategies import search

_MOST_NAMED = 20
"""Conflicts of one way that are listed; the first says how many there are."""

_MOST_FULL = 5
"""Suppliers named whose capacity is used up."""

_GAP = 1e-3
"""Up to which the cost of a relaxed event is found."""

_SHARE_STEP = 0.01
"""To which the share of a loss that can be survived is found."""

_RULES = {
    "items.units": Kind.COVER,
    "suppliers.capacity_units": Kind.CAPACITY,
    "rules.amount": Kind.AMOUNT,
    "rules.consistent": Kind.AMOUNT,
    "rules.share": Kind.SHARE,
    "risk.survive_share": Kind.SURVIVAL,
}
"""What has to be relaxed where the certificate finds a rule broken."""

_ALONE = (Kind.CAPACITY, Kind.AMOUNT, Kind.SHARE, Kind.SURVIVAL, Kind.COVER)


@dataclass(frozen=True, slots=True)
class _Way:
    """A relaxation with which the event has an award."""

    kinds: frozenset[Kind]
    broken: tuple[Violation, ...]
    uncovered: int
    """Units left uncovered that would have to be bought."""
    award: Award | None
    """That breaks only these; None where it was not looked for."""
    objective: int | None
    """Of the best award found of the event relaxed by that, money; None where that was not tried."""


def conflicts_of(event: Event, seconds: float) -> tuple[Conflict, ...]:
    """Name the rules that no award can keep together.

    Parameters
    ----------
    event : Event
        Without any valid award.
    seconds : float
        Most time to spend.

    Returns
    -------
    tuple of Conflict
        The cheapest way out first; empty when the time did not suffice.
    """
    until = time.monotonic() + seconds
    reading = reading_of(event)
    ways = [
        way
        for kind in _ALONE
        if _there_is(event, kind) and (way := _way(event, reading, frozenset({kind}), until)) is not None
    ]
    if not ways:
        together = _way(event, reading, frozenset(_ALONE), until)
        ways = [] if together is None else [together]
    # What is bought less of always costs less: leaving units uncovered is compared last.
    ways.sort(key=lambda way: (way.uncovered > 0, way.objective is None, way.objective or 0))
    return tuple(conflict for number, way in enumerate(ways) for conflict in _stated(event, reading, way, not number))


def _there_is(event: Event, kind: Kind) -> bool:
    """Whether an event has mandatory rules of a kind."""
    rules = event.rules
    mandatory = np.isnan(rules.violation_price) & (rules.kind != RuleKind.ADJUST)
    by_share = (rules.kind == RuleKind.LIMIT) & ~np.isnan(rules.share)
    return {
        Kind.COVER: bool(np.any(np.isnan(event.items.uncovered_penalty))),
        Kind.CAPACITY: True,
        Kind.AMOUNT: bool(np.any(mandatory & ~by_share)),
        Kind.SHARE: bool(np.any(mandatory & by_share)),
        Kind.SURVIVAL: event.risk.survive_share is not None,
    }[kind]


def _way(event: Event, reading: EventReading, kinds: frozenset[Kind], until: float) -> _Way | None:
    """Relax kinds of rules by as little as possible, and solve what is left."""
    if Kind.SURVIVAL in kinds and len(kinds) == 1:
        return _less_survival(event, until)
    award = elastic_award(event, kinds, max(until - time.monotonic(), 1.0) / 2)
    if award is None:
        return None
    certificate = certify_award(event, award, reading)
    if any(_RULES.get(broken.rule) not in kinds for broken in certificate.violations):
        return None
    relaxed = _relaxed(event, reading, award)
    if relaxed is not None and any(broken.rule == Kind.SURVIVAL.value for broken in certificate.violations):
        relaxed = replace(relaxed, risk=replace(relaxed.risk, survive_share=None))
    objective = None if relaxed is None else _solved(relaxed, until)
    uncovered = int(_short(event, reading, award).sum())
    return _Way(kinds, certificate.violations, uncovered, award, objective)


def _less_survival(event: Event, until: float) -> _Way | None:
    """Find the greatest share of a loss that an award survives."""

    def with_share(share: float | None) -> Event:
        return replace(event, risk=replace(event.risk, survive_share=share))

    asked = float(event.risk.survive_share or 0.0)
    best = _solved(with_share(None), until)
    if best is None:
        return None
    low, high = 0, int(np.ceil(asked / _SHARE_STEP))
    while high - low > 1:  # `low` can be survived, `high` cannot
        middle = (low + high) // 2
        found = _solved(with_share(middle * _SHARE_STEP), until)
        low, high, best = (low, middle, best) if found is None else (middle, high, found)
    share = round(low * _SHARE_STEP, 6)
    text = f"{asked:g} is asked for, {share:g} can be survived"
    broken = Violation("risk.survive_share", "event", text, asked - share)
    return _Way(frozenset({Kind.SURVIVAL}), (broken,), 0, None, best)


def _solved(event: Event, until: float) -> int | None:
    """Objective of the best award found of an event, None where none was."""
    seconds = max(until - time.monotonic(), 1.0) / 3
    progress = AwardProgress(event, Parameters(time_limit_seconds=seconds, gap=_GAP))
    search(progress)
    return progress.objective


def _short(event: Event, reading: EventReading, award: Award) -> NDArray[np.int64]:
    """Units of every item that must be bought and are not."""
    bought = np.zeros(len(event.items), dtype=np.int64)
    np.add.at(bought, event.bids.item[award.bid], award.units)
    return np.where(reading.must_cover, np.maximum(event.items.units - bought, 0), 0)


def _relaxed(event: Event, reading: EventReading, award: Award) -> Event | None:
    """Change the fields by what an award breaks them by; None where that is not one number of a rule."""
    units = award.by_bid(len(event.bids))
    load = np.zeros(len(event.suppliers), dtype=np.int64)
    np.add.at(load, event.bids.supplier, units * event.bids.capacity_per_unit)
    suppliers = replace(event.suppliers, capacity_units=np.maximum(event.suppliers.capacity_units, load))
    items = replace(event.items, units=event.items.units - _short(event, reading, award))
    amount, rules = event.rules.amount.copy(), event.rules
    limits = reading.limits
    spend = value_of(event, reading, units).spend
    broken = breaches(event, limits, units, spend)
    above = breaches(event, replace(limits, sense=np.full_like(limits.sense, Sense.AT_MOST)), units, spend) > 0
    for at in np.flatnonzero((broken > 0) & (limits.price < 0)).tolist():
        rule, exactly = int(limits.rule[at]), limits.sense[at] == Sense.EXACTLY
        if limits.share[at] != NO_SHARE or (exactly and amount[rule] != rules.amount[rule]):
            return None
        bound = max(float(rules.amount[rule]) + float(broken[at]) * (1 if above[at] else -1), 0.0)
        if exactly:
            amount[rule] = bound
        else:
            amount[rule] = max(amount[rule], bound) if above[at] else min(amount[rule], bound)
    return replace(event, suppliers=suppliers, items=items, rules=replace(rules, amount=amount))


def _stated(event: Event, reading: EventReading, way: _Way, cheapest: bool) -> list[Conflict]:
    """Say what a way relaxes, the largest amounts first."""
    broken = sorted(way.broken, key=lambda each: -each.amount)
    alone = len(broken) == 1
    then = f"with {'this' if alone else 'these amounts together'} there is a valid award"
    if way.objective is not None:
        money = way.objective / 10**event.money_decimals
        then += f", the best of which costs {money:,.2f} {event.currency}"
        then += "; the cheapest relaxation found" if cheapest else ""
    conflicts = [_conflict(event, reading, each, then) for each in broken[:_MOST_NAMED]]
    if sum(_RULES[each.rule] is Kind.COVER for each in broken) > 1:
        asked = int(event.items.units[reading.must_cover].sum())
        n = int(np.count_nonzero(reading.must_cover))
        text = f"at most {asked - way.uncovered:,} of {asked:,} units can be covered: {way.uncovered:,} must be left"
        place = f"all {n:,} items"
        text += _full(event, reading, way.award)
        conflicts.insert(0, Conflict(Kind.COVER.value, place, float(way.uncovered), f"{text}; {then}"))
    return conflicts


def _conflict(event: Event, reading: EventReading, broken: Violation, then: str) -> Conflict:
    """Turn a broken rule into the field to change."""
    kind, by, units = _RULES[broken.rule], f"{broken.amount:,.12g}", counted(round(broken.amount), "unit")
    text = {
        Kind.COVER: f"{broken.place}: {units} to leave uncovered{_unoffered(event, reading, broken.place)}",
        Kind.CAPACITY: f"{broken.place} is short of {units} of capacity: {broken.message}",
        Kind.AMOUNT: f"{broken.place} has to give way by {by}: {broken.message}",
        Kind.SHARE: f"{broken.place} has to give way by {by}: {broken.message}",
        Kind.SURVIVAL: f"the loss of {broken.place} cannot be survived whole: {broken.message}",
    }[kind]
    if broken.place == "event":
        text = f"the share of a loss that has to be survived is {by} too high: {broken.message}"
    return Conflict(kind.value, broken.place, float(broken.amount), f"{text}; {then}")


def _full(event: Event, reading: EventReading, award: Award | None) -> str:
    """Name suppliers whose capacity is used up, those first that most bids for uncovered items are of."""
    if award is None:
        return ""
    load = np.zeros(len(event.suppliers), dtype=np.int64)
    np.add.at(load, event.bids.supplier[award.bid], award.units * event.bids.capacity_per_unit[award.bid])
    short = _short(event, reading, award)[event.bids.item] > 0
    asked = np.bincount(event.bids.supplier[short & (reading.offers.usable == Usable.YES)], minlength=len(load))
    full = np.flatnonzero((load >= event.suppliers.capacity_units) & (asked > 0))
    if not len(full):
        return ""
    first = full[np.argsort(-asked[full], kind="stable")][:_MOST_FULL]
    stated = (f"{event.suppliers.supplier_id[each]} ({event.suppliers.capacity_units[each]:,})" for each in first)
    return f", for the capacity of {', '.join(stated)} is used up"


def _unoffered(event: Event, reading: EventReading, place: str) -> str:
    """Say so where nobody offers an item."""
    item = place.removeprefix("item ")
    bids = event.items.item_id[event.bids.item[reading.offers.usable == Usable.YES]]
    return "" if np.any(bids == item) else ", no bid for it can be used"
