"""Changes of the input that fixes consist of, by field and place; places outside by what the input calls them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.outside import feeding_lanes, quote_of_lane, quote_of_node
from network.quotes_outside import SUPPLIER_PREFIX
from network.tables import Network, NodeKind
from optimizer.reasons.words import Words, counts

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of change for some of the examples, shape ``(n,)`` each."""

    row: Ints
    """Which of the examples."""
    field: str
    place: Words
    amount: NDArray[np.float64]
    words: Words

    def take(self, which: Flags) -> Part:
        """Return the changes for some of the examples."""
        return Part(self.row[which], self.field, self.place[which], self.amount[which], self.words[which])


def part(row: Ints, name: str, place: Any, amount: NDArray[Any], text: Any) -> Part:
    """Make a part of columns of any kind of text and number."""
    as_words = (np.asarray(column, dtype=np.object_) for column in (place, text))
    place, text = as_words
    return Part(row, name, place, np.asarray(amount, dtype=np.float64), text)


_QUOTE_FIELDS: Final = {
    "lanes.cost_per_unit": "quotes.unit_price",
    "lanes.fixed_cost": "quotes.fixed_cost",
    "lanes.min_line_units": "quotes.min_units",
    "lanes.lead_time_days": "quotes.lead_time_days",
}
"""Where the input says what a lane from a quote has."""


def of_quotes(network: Network, parts: list[Part]) -> list[Part]:
    """Name the fields of quotes where parts change lanes from them."""
    lane = np.flatnonzero(quote_of_lane(network) >= 0)
    quotes = dict(zip(network.lanes.lane_id[lane].tolist(), quote_of_lane(network)[lane].tolist(), strict=True))
    named: list[Part] = []
    for each in parts:
        bought = np.array([name in quotes for name in each.place.tolist()], dtype=np.bool_)
        if each.field not in _QUOTE_FIELDS or not bought.any():
            named.append(each)
            continue
        named.append(each.take(~bought))
        some, field = each.take(bought), _QUOTE_FIELDS[each.field]
        place = network.quotes.quote_id[[quotes[name] for name in some.place.tolist()]]
        column, new = each.field.partition(".")[2], field.partition(".")[2]
        words = [
            text.replace(column, new).replace(f"lane {old}", f"quote {name}")
            for text, old, name in zip(some.words.tolist(), some.place.tolist(), place.tolist(), strict=True)
        ]
        named.append(part(some.row, field, place, some.amount, words))
    return _of_gates(network, [each for each in named if len(each.row)])


_RECEIVED: Final = "nodes.receive_capacity_units"
_PICKED: Final = "nodes.pick_capacity_units"
_USED: Final = "nodes.max_outbound_lanes"
_FIXED: Final = "lanes.fixed_cost"
"""Fields of places outside that reasons may ask to change."""


def _of_gates(network: Network, parts: list[Part]) -> list[Part]:
    """Name what bids and suppliers have where parts change the places outside that stand for them.

    A bid's units are the `max_units` of its first quote. That one alternate is bought from stays a rule of its node.
    """
    if not len(network.quotes):
        return parts
    places = [network.nodes.node_id[network.nodes.kind > NodeKind.EXIT], network.lanes.lane_id[feeding_lanes(network)]]
    outside = np.concatenate(places)
    quote = quote_of_node(network)
    names = dict(zip(network.nodes.node_id[quote >= 0].tolist(), quote[quote >= 0].tolist(), strict=True))
    found: list[Part] = []
    for each in parts:
        here = np.isin(each.place.astype(str), outside.astype(str))
        if each.field not in {_RECEIVED, _PICKED, _USED, _FIXED} or not here.any():
            found.append(each)
            continue
        found += [each.take(~here), _named(network, each.take(here), names)]
    return [each for each in found if len(each.row)]


def _named(network: Network, some: Part, quotes: dict[str, int]) -> Part:
    """Say changes of nodes outside."""
    places, units = some.place.tolist(), some.amount.astype(np.int64)
    if some.field == _RECEIVED:
        place = network.quotes.quote_id[[quotes[name] for name in places]].astype(np.object_)
        return part(some.row, "quotes.max_units", place, some.amount, counts(units, "more unit") + " of bid " + place)
    if some.field == _PICKED:
        place = np.array([name.removeprefix(SUPPLIER_PREFIX) for name in places], dtype=np.object_)
        text = counts(units, "more unit") + " of supplier " + place
        return part(some.row, "quote_suppliers.capacity_units", place, some.amount, text)
    if some.field == _FIXED:
        sellers = [name.partition(">")[0].removeprefix(SUPPLIER_PREFIX) for name in places]
        pairs = zip(some.words.tolist(), places, sellers, strict=True)
        words = [text.replace(f"lane {old}", f"supplier {name}") for text, old, name in pairs]
        return part(some.row, "quote_suppliers.fixed_cost", sellers, some.amount, words)
    rules = np.array([name.replace(":", " ", 1) for name in places], dtype=np.object_)
    return part(some.row, some.field, some.place, some.amount, "one more offer of " + rules)
