"""From the content of request.json, or a mapping like it, to `Request` and `Parameters`: the one way to read it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.problems import NetworkError, Problem, ProblemLog
from network.tables import Network, Severity
from optimizer.backends import backend_named
from optimizer.plan import Plan
from optimizer.plan_files.plan_reading import read_plan
from optimizer.request import RESPONSES, STANDARD_POLICY, FormerPlan, Parameters, Request
from optimizer.request_values import LARGEST_AMOUNT, Asked
from optimizer.scope import penalty_weights

REQUEST_FILE: Final = "request.json"

KEYS: Final = (
    "time_limit_seconds",
    "gap",
    "backend",
    "scope",
    "severity_weights",
    "responses",
    "response_policy",
    "min_line_benefit",
    "min_dispatch_benefit",
    "former_plan",
)
STANDARD: Final = "standard"
"""As ``response_policy``: `STANDARD_POLICY`."""
SCOPE_KEYS: Final = ("sku_ids", "categories", "node_ids", "alert_ids")
FORMER_PLAN_KEYS: Final = ("plan_directory", "frozen_before_day", "change_prices")
STEP_KEYS: Final = ("from_day", "price_per_unit")
ALL_LINES: Final = "all"
"""As ``frozen_before_day``: every line of the former plan is kept."""

_SEVERITIES: Final = {level.name.lower(): level for level in Severity if level is not Severity.NOT_GIVEN}
_LARGEST_WEIGHT: Final = 1e6
_SUM_LIMIT: Final = 2.0**62
_NAMED: Final = 5
"""Most places that a message names."""


def read_request(
    network: Network, asked: Mapping[str, Any], *, directory: Path | None = None, former: Plan | None = None
) -> tuple[Request, Parameters, tuple[Problem, ...]]:
    """Read what is asked of a plan, with the defaults filled in.

    Parameters
    ----------
    network : Network
        What is planned for; ids are checked against it.
    asked : mapping
        As in request.json (docs/network-directory.md); None stands for a key that is not there.
    directory : Path, optional
        What ``former_plan.plan_directory`` is relative to.
    former : Plan, optional
        The former plan, where the caller has it: ``former_plan.plan_directory`` is then not needed.

    Returns
    -------
    request : Request
    parameters : Parameters
    problems : tuple of Problem
        All that is wrong; `column` is the key, with dots. Where there are any, request and parameters are of no use.
    """
    log = ProblemLog()
    top = Asked(asked, "", log, REQUEST_FILE)
    top.refuse_unknown(KEYS)
    defaults = Parameters()
    parameters = Parameters(
        time_limit_seconds=top.number("time_limit_seconds", defaults.time_limit_seconds, above=0.0),
        gap=top.number("gap", defaults.gap, most=1.0),
        backend=_backend(top),
    )
    scope = top.inside("scope", SCOPE_KEYS)
    request = Request(
        scope_sku_ids=scope.ids("sku_ids", network.products.sku_id, "product"),
        scope_categories=scope.ids("categories", network.products.category, "category"),
        scope_node_ids=scope.ids("node_ids", network.nodes.node_id, "node"),
        scope_alert_ids=scope.ids("alert_ids", network.alerts.alert_id, "alert"),
        responses=_responses(top, "responses"),
        response_policy=_policy(top),
        severity_weights=_weights(top),
        min_line_benefit=top.number("min_line_benefit", 0.0, most=LARGEST_AMOUNT),
        min_dispatch_benefit=top.number("min_dispatch_benefit", 0.0, most=LARGEST_AMOUNT),
        former_plan=_former_plan(network, top, directory, former),
    )
    _check_weights(network, request, top)
    _check_amounts(network, request, top)
    return request, parameters, log.errors()


def _backend(top: Asked) -> str | None:
    name = top.text("backend")
    if name is None:
        return None
    try:
        backend_named(name)
    except ValueError as error:
        top.wrong("backend", str(error), "Name one of these, or leave it out to have one chosen")
    return name


def _policy(top: Asked) -> dict[Severity, tuple[str, ...]]:
    """Responses allowed by severity."""
    if top.value("response_policy") == STANDARD:
        return dict(STANDARD_POLICY)
    asked = top.inside("response_policy", tuple(_SEVERITIES))
    allowed = ((level, _responses(asked, word)) for word, level in _SEVERITIES.items())
    return {level: names for level, names in allowed if names is not None}


def _responses(asked: Asked, key: str) -> tuple[str, ...] | None:
    """Names of responses; None where there is no list."""
    allowed = asked.texts(key)
    for name in dict.fromkeys(name for name in allowed or () if name not in RESPONSES):
        asked.wrong(key, f"there is no response {name!r}", f"The responses are {', '.join(RESPONSES)}")
    return allowed


def _weights(top: Asked) -> dict[Severity, float]:
    """Weights of the shortage penalty by severity."""
    asked = top.inside("severity_weights", tuple(_SEVERITIES))
    given = (item for item in _SEVERITIES.items() if asked.value(item[0]) is not None)
    return {level: asked.number(word, 1.0, most=_LARGEST_WEIGHT) for word, level in given}


def _check_weights(network: Network, request: Request, top: Asked) -> None:
    """Require that a unit sold stays worth a unit left over; without it values would rise with every unit."""
    if not request.severity_weights:
        return
    stock, products, scale = network.stock, network.products, 10.0**network.money_decimals
    sold = products.list_price[stock.sku] + penalty_weights(network, request) * stock.shortage_penalty
    left_over = products.salvage_value[stock.sku] - stock.holding_cost
    below = np.flatnonzero(np.rint(sold * scale) < np.rint(left_over * scale))
    if len(below):
        message = f"a unit sold would be worth less than a unit left over at {_places(network, below)}"
        fix = "Raise the weights, so that list_price + weight * shortage_penalty >= salvage_value - holding_cost"
        top.wrong("severity_weights", message, fix)


def _places(network: Network, rows: NDArray[np.intp]) -> str:
    """Name the first positions of many."""
    node, sku = network.stock.node[rows[:_NAMED]], network.stock.sku[rows[:_NAMED]]
    pairs = zip(network.nodes.node_id[node], network.products.sku_id[sku], strict=True)
    named = "; ".join(f"node {node_id}, SKU {sku_id}" for node_id, sku_id in pairs)
    return named if len(rows) <= _NAMED else f"{named}; and {len(rows) - _NAMED:,} more"


def _former_plan(network: Network, top: Asked, directory: Path | None, former: Plan | None) -> FormerPlan | None:
    if top.value("former_plan") is None:
        return None
    asked = top.inside("former_plan", FORMER_PLAN_KEYS)
    frozen = asked.value("frozen_before_day")
    day = NO_LIMIT if frozen == ALL_LINES else asked.whole("frozen_before_day", 0, or_else=f'"{ALL_LINES}"')
    steps = _steps(asked)
    name = asked.text("plan_directory")
    if former is not None and name is not None:
        asked.wrong("plan_directory", "the former plan is given in another way too", "Give one of them")
    plan = _read_plan(network, asked, name, directory) if former is None else former
    return None if plan is None else FormerPlan(plan, frozen_before_day=day, change_prices=steps)


def _read_plan(network: Network, asked: Asked, name: str | None, directory: Path | None) -> Plan | None:
    """Read the former plan; what is wrong with its files is told under their names."""
    if name is None:
        if asked.value("plan_directory") is None:
            asked.missing("plan_directory", "Give the plan directory, relative to the network directory")
        return None
    if directory is None:
        asked.wrong("plan_directory", "files cannot be named here", "Give the former plan itself")
        return None
    place = directory / name
    if not _is_directory(place):
        fix = "Give the path of a plan directory, relative to the network directory"
        asked.wrong("plan_directory", "there is no such directory", fix)
        return None
    try:
        return read_plan(place, network).plan
    except NetworkError as error:
        asked.log.take_over(error.problems, name)
        return None


def _is_directory(place: Path) -> bool:
    try:
        return place.is_dir()
    except OSError:  # such as a name that is too long
        return False


def _steps(asked: Asked) -> tuple[tuple[int, float], ...]:
    """Prices of a change by day of departure, days rising."""
    entries = asked.items("change_prices")
    steps = []
    for number, entry in enumerate(entries):
        step = asked.inside_item("change_prices", number, entry, STEP_KEYS)
        for key in STEP_KEYS:
            if step.value(key) is None:
                step.missing(key, 'Write {"from_day": 0, "price_per_unit": 2.0}')
        steps.append((step.whole("from_day", 0), step.number("price_per_unit", 0.0, most=LARGEST_AMOUNT)))
    days = [day for day, _ in steps]
    if any(later <= earlier for earlier, later in itertools.pairwise(days)):
        asked.wrong("change_prices", "the days do not rise", "Give each from_day once, the earliest first")
    return tuple(steps)


def _check_amounts(network: Network, request: Request, top: Asked) -> None:
    """Refuse weights and prices with which sums of money could leave 64 bits."""
    stock, scale = network.stock, 10.0**network.money_decimals
    units = stock.on_hand + stock.in_transit + stock.reserved + np.ceil(stock.demand_mean)
    total = max(float(units.sum()), 1.0)
    largest_penalty = float(stock.shortage_penalty.max(initial=0.0))
    weight = max(request.severity_weights.values(), default=0.0)
    steps: Sequence[tuple[int, float]] = () if request.former_plan is None else request.former_plan.change_prices
    for key, amount in (
        ("severity_weights", weight * largest_penalty),
        ("min_line_benefit", request.min_line_benefit),
        ("min_dispatch_benefit", request.min_dispatch_benefit),
        ("former_plan.change_prices", max((price for _, price in steps), default=0.0)),
    ):
        if amount * total * scale > _SUM_LIMIT:
            message = f"{amount:g} for each of {total:,.0f} units leaves the range of 64-bit money"
            top.wrong(key, message, "Lower it, or lower money_decimals in network.json")
