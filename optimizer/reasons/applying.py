"""Makes the changes of a stated fix in a network and a request, as `FixChanges` lists them.

Every field that `optimizer.reasons.changes` can name has one entry in the tables at the end of this file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.outside import with_outside, without_outside
from network.tables import Network, Severity
from optimizer.plan import Unmet
from optimizer.request import TRANSFER, Request
from optimizer.worth.economics import alert_units

World = tuple[Network, Request]


def with_fix(network: Network, request: Request, unmet: Unmet, row: int) -> World:
    """Apply the cheapest fix of one row of unmet demand.

    Parameters
    ----------
    network : Network
    request : Request
        Those that were planned.
    unmet : Unmet
    row : int
        Row of `unmet`.

    Returns
    -------
    tuple of Network and Request
        With the changes made; the same where the row has none.

    Raises
    ------
    ValueError
        A change names a field or place that does not exist.
    """
    changes = unmet.changes
    for at in np.flatnonzero(changes.unmet == row).tolist():
        name, place, amount = str(changes.field[at]), str(changes.place[at]), float(changes.amount[at])
        table, _, column = name.partition(".")
        if name in _OF_REQUEST:
            request = _OF_REQUEST[name](request, place, amount)
        elif name in _TABLES:
            network = _TABLES[name](network, place, int(unmet.sku[row]))
        elif table in _ROW_OF:
            network = _with_cell(network, table, column, _ROW_OF[table](network, place), amount)
        else:
            raise ValueError(f"{name}: no such field to change")
    return network, request


def _with_cell(network: Network, table: str, column: str, row: int, amount: float) -> Network:
    """Raise one cell of a table."""
    rows = getattr(network, table)
    values = getattr(rows, column).copy()
    if table == "alerts" and column == "units":
        values[row] = alert_units(network)[row]
    values[row] += np.asarray(amount).astype(values.dtype)
    changed = replace(network, **{table: replace(rows, **{column: values})})
    return with_outside(without_outside(changed)) if table in ("quotes", "quote_suppliers") else changed


def _row(ids: NDArray[np.object_], place: str) -> int:
    found = np.flatnonzero(ids.astype(str) == place)
    if not len(found):
        raise ValueError(f"{place}: no such row")
    return int(found[0])


def _stock_row(network: Network, place: str) -> int:
    """Row of ``node_id/sku_id``; ids may hold slashes themselves."""
    names = network.nodes.node_id[network.stock.node] + "/" + network.products.sku_id[network.stock.sku]
    return _row(names, place)


def _ends(network: Network, place: str) -> tuple[int, int]:
    """Nodes of ``origin>destination``."""
    ids = network.nodes.node_id.astype(str)
    for cut in (at for at, letter in enumerate(place) if letter == ">"):
        origin, destination = np.flatnonzero(ids == place[:cut]), np.flatnonzero(ids == place[cut + 1 :])
        if len(origin) and len(destination):
            return int(origin[0]), int(destination[0])
    raise ValueError(f"{place}: no such nodes")


_NEW_LANE: Final[dict[str, Any]] = {
    "lead_time_days": 0,
    "fixed_cost": 0.0,
    "cost_per_unit": 0.0,
    "cost_per_kg": 0.0,
    "capacity_kg": np.inf,
    "max_dispatches": NO_LIMIT,
    "min_line_units": 0,
    "min_dispatch_kg": 0.0,
}


def _with_lane(network: Network, place: str, sku: int) -> Network:
    """Add a lane that costs nothing, takes no time and carries the SKU whatever the lane rules say."""
    origin, destination = _ends(network, place)
    lane_id = place
    while lane_id in set(network.lanes.lane_id.tolist()):
        lane_id += "+"
    cells = {**_NEW_LANE, "lane_id": lane_id, "origin": origin, "destination": destination}
    network = replace(network, lanes=_with_row(network.lanes, cells))
    return (
        _with_lane_rule(network, f"{lane_id}/{network.products.sku_id[sku]}", sku)
        if len(network.lane_rules)
        else network
    )


def _with_lane_rule(network: Network, place: str, sku: int) -> Network:
    """Add the rule that decides for a lane and a SKU: allowed."""
    lane = _row(network.lanes.lane_id, place.removesuffix("/" + str(network.products.sku_id[sku])))
    cells = {"lane": lane, "origin": -1, "destination": -1, "category": "", "sku": sku, "allowed": True}
    return replace(network, lane_rules=_with_row(network.lane_rules, cells))


def _with_row(table: Any, cells: dict[str, Any]) -> Any:
    """Add a row to a table; columns that the format does not know repeat their last value."""
    columns = {}
    for name, value in cells.items():
        column = getattr(table, name)
        added = np.empty(1, dtype=column.dtype)
        added[0] = value
        columns[name] = np.concatenate([column, added])
    extra = {name: np.concatenate([column, column[-1:]]) for name, column in table.extra.items()}
    return replace(table, **columns, extra=extra)


def _in_scope(request: Request, place: str, amount: float) -> Request:
    return replace(request, scope_node_ids=(*(request.scope_node_ids or ()), place))


def _allowing(request: Request, place: str, amount: float) -> Request:
    """Allow a response for a severity: ``yellow`` for transfers, ``yellow/purchase`` for others."""
    name, _, response = place.partition("/")
    level = Severity[name.upper()]
    allowed = (*request.response_policy.get(level, ()), response or TRANSFER)
    return replace(request, response_policy={**request.response_policy, level: allowed})


def _answering(request: Request, place: str, amount: float) -> Request:
    return replace(request, responses=(*(request.responses or ()), place))


def _freezing_less(request: Request, place: str, amount: float) -> Request:
    former = request.former_plan
    if former is None:
        raise ValueError("request.former_plan: there is none")
    return replace(request, former_plan=replace(former, frozen_before_day=int(former.frozen_before_day + amount)))


def _line_hurdle(request: Request, place: str, amount: float) -> Request:
    return replace(request, min_line_benefit=max(request.min_line_benefit + amount, 0.0))


def _dispatch_hurdle(request: Request, place: str, amount: float) -> Request:
    return replace(request, min_dispatch_benefit=max(request.min_dispatch_benefit + amount, 0.0))


_OF_REQUEST: Final[dict[str, Callable[[Request, str, float], Request]]] = {
    "request.scope.node_ids": _in_scope,
    "request.response_policy": _allowing,
    "request.responses": _answering,
    "request.former_plan.frozen_before_day": _freezing_less,
    "request.min_line_benefit": _line_hurdle,
    "request.min_dispatch_benefit": _dispatch_hurdle,
}

_TABLES: Final[dict[str, Callable[[Network, str, int], Network]]] = {
    "lanes": _with_lane,
    "lane_rules": _with_lane_rule,
}

_ROW_OF: Final[dict[str, Callable[[Network, str], int]]] = {
    "alerts": lambda network, place: _row(network.alerts.alert_id, place),
    "lanes": lambda network, place: _row(network.lanes.lane_id, place),
    "nodes": lambda network, place: _row(network.nodes.node_id, place),
    "quotes": lambda network, place: _row(network.quotes.quote_id, place),
    "quote_suppliers": lambda network, place: _row(network.quote_suppliers.supplier, place),
    "products": lambda network, place: _row(network.products.sku_id, place),
    "stock": _stock_row,
}
