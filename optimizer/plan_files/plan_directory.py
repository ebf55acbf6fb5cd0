"""Writes a result as a plan directory, and as the one JSON object of ``--json``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.tables import Network
from network.writing import FileFormat, write_files
from optimizer.plan import UNKNOWN_MONEY, AlertOutcomes, Certificate, Plan, Result, Unmet
from optimizer.plan_files.decision_tables import decision_tables, lane_columns, whole_cells
from optimizer.plan_files.plan_reading import PlanFile, read_plan
from optimizer.plan_files.plan_schema import (
    ALERT_OUTCOMES,
    CHOICE_TABLES,
    DISPATCHES,
    FIXES,
    LEDGER,
    PLAN_FILE,
    PLAN_TABLES,
    UNMET,
)
from optimizer.plan_lines import lane_load
from optimizer.plan_parts import USED, PlanSize, parts_of, plan_size
from optimizer.worth.economics import WEIGHT_DECIMALS, lane_fixed_cost

__all__ = [
    "PlanFile",
    "certificate_summary",
    "plan_tables",
    "read_plan",
    "response_summary",
    "result_summary",
    "write_plan",
]

_SECONDS_DECIMALS: Final = 3


def write_plan(
    directory: Path,
    network: Network,
    result: Result,
    *,
    file_format: FileFormat = "csv",
    choices: Mapping[str, pd.DataFrame] = MappingProxyType({}),
) -> None:
    """Write a plan directory: plan.json and, when there is a plan, its tables.

    Files are written beside their places and then renamed; what an earlier plan left there is replaced or removed.

    Parameters
    ----------
    directory : Path
        Made when it is not there.
    network : Network
    result : Result
    file_format : {"csv", "parquet"}
        Of the tables; Parquet needs the extra ``counterpoise[parquet]``.
    choices : mapping of str to DataFrame
        What `optimizer.alternatives.choice_tables` made, when alternatives were asked for.

    Raises
    ------
    ValueError
        When `file_format` is neither.
    ImportError
        When Parquet is asked for and pyarrow is not installed.
    """
    frames: dict[str, pd.DataFrame | None] = dict.fromkeys((*PLAN_TABLES, *CHOICE_TABLES))
    documents = {PLAN_FILE: result_summary(result, network) | _context(network, result)}
    write_files(directory, frames | plan_tables(network, result) | dict(choices), documents, file_format=file_format)


def result_summary(result: Result, network: Network) -> dict[str, Any]:
    """Make the one JSON object that says what came out.

    Parameters
    ----------
    result : Result
    network : Network
        What was planned for.

    Returns
    -------
    dict
        Amounts in currency units, times in seconds; None for what is not known.
    """
    size = plan_size(network, result.plan)
    return {
        "status": result.status.value,
        "stopped_by": result.stopped_by.value,
        "benefit": _amount(result.benefit, network),
        "objective": _amount(result.objective, network),
        "adjustments": None if result.certificate is None else _amounts(result.certificate.adjustments, network),
        "bound": _amount(result.bound, network),
        "gap": result.gap,
        "seconds": {phase: round(seconds, _SECONDS_DECIMALS) for phase, seconds in result.seconds.items()},
        "backend": result.backend,
        "flows": result.sizes.get("flows", 0),
        "lines": size.lines,
        "units": size.units,
        "dispatches": size.dispatches,
        "responses": response_summary(size),
        "ledger": None if result.certificate is None else _amounts(result.certificate.ledger, network),
        "unmet_units": None if result.unmet is None else int(result.unmet.units.sum()),
        "certificate": None if result.certificate is None else certificate_summary(result.certificate),
        "conflicts": [
            {"rule": found.rule, "place": found.place, "amount": found.amount, "message": found.message}
            for found in result.conflicts
        ],
    }


def response_summary(size: PlanSize) -> dict[str, dict[str, int]]:
    """Say by response how many lines a plan has and how many units they are; markdowns are counted by choice."""
    if not size.by_response:
        return {}
    counts = {name: {"lines": lines, "units": units} for name, (lines, units) in size.by_response.items()}
    return {name: counts.get(name, {"choices": size.choices}) for name in USED}


def certificate_summary(certificate: Certificate) -> dict[str, Any]:
    """Say whether a plan is valid, and the violations that are described."""
    violations = [
        {"rule": found.rule, "place": found.place, "message": found.message, "amount": found.amount}
        for found in certificate.violations
    ]
    return {"valid": certificate.valid, "violations": violations}


def plan_tables(network: Network, result: Result) -> dict[str, pd.DataFrame]:
    """Tables of a plan directory by name: those that the result has something for.

    Parameters
    ----------
    network : Network
    result : Result

    Returns
    -------
    dict of str to DataFrame
        Ids instead of rows, amounts in currency units.
    """
    tables: dict[str, pd.DataFrame] = {}
    if result.plan is not None:
        tables |= decision_tables(network, result.plan, result.certificate, result.line_reason)
        tables[DISPATCHES.name] = _dispatches(network, result.plan)
    if result.unmet is not None:
        tables[UNMET.name] = _unmet(network, result.unmet)
        tables[FIXES.name] = _fixes(network, result.unmet)
    if result.outcomes is not None:
        tables[ALERT_OUTCOMES.name] = _outcomes(network, result.outcomes)
    if result.certificate is not None:
        tables[LEDGER.name] = _ledger(network, result.certificate.ledger)
    return tables


def _context(network: Network, result: Result) -> dict[str, Any]:
    """Return what plan.json holds beside the summary."""
    return {
        "currency": network.currency,
        "as_of": network.as_of,
        "horizon_days": network.horizon_days,
        "money_decimals": network.money_decimals,
        "backend_reason": result.backend_reason,
        "sizes": dict(result.sizes),
        "request": dict(network.request),
    }


def _amount(units: int | None, network: Network) -> float | None:
    """Money units as currency units: the float nearest to the decimal number."""
    return None if units is None else units / 10**network.money_decimals


def _amounts(terms: Mapping[str, int], network: Network) -> dict[str, float]:
    return {term: amount / 10**network.money_decimals for term, amount in terms.items()}


def _dispatches(network: Network, plan: Plan) -> pd.DataFrame:
    load = lane_load(network, plan)
    between = parts_of(network, plan).dispatches
    lane, runs = plan.dispatch_lane[between], plan.dispatches[between]
    load_kg = load[lane] / 10**WEIGHT_DECIMALS
    capacity_kg = network.lanes.capacity_kg[lane]
    limited = np.isfinite(capacity_kg) & (capacity_kg > 0)
    capacity_kg = np.where(limited, capacity_kg, np.nan) * np.maximum(runs, 1)
    return pd.DataFrame(
        {
            **lane_columns(network, lane),
            "dispatches": runs,
            "load_kg": load_kg,
            "capacity_kg": capacity_kg,
            "fill": load_kg / capacity_kg,
            "cost": runs * lane_fixed_cost(network)[lane] / 10**network.money_decimals,
        }
    )


def _unmet(network: Network, unmet: Unmet) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "node_id": network.nodes.node_id[unmet.node],
            "sku_id": network.products.sku_id[unmet.sku],
            "units": unmet.units,
            "code": unmet.code.astype(str).astype(np.object_),
            "reason": unmet.reason,
            "cheapest_fix": unmet.cheapest_fix,
            "fix_cost": _money(unmet.fix_cost, network),
            "fix_worth": _money(unmet.fix_worth, network),
        }
    )


def _fixes(network: Network, unmet: Unmet) -> pd.DataFrame:
    changes = unmet.changes
    return pd.DataFrame(
        {
            "node_id": network.nodes.node_id[unmet.node[changes.unmet]],
            "sku_id": network.products.sku_id[unmet.sku[changes.unmet]],
            "field": changes.field,
            "place": changes.place,
            "amount": changes.amount,
        }
    )


def _money(units: NDArray[np.int64], network: Network) -> NDArray[np.float64]:
    """Amounts in currency units; NaN where not known."""
    return np.where(units == UNKNOWN_MONEY, np.nan, units / 10**network.money_decimals)


def _outcomes(network: Network, outcomes: AlertOutcomes) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "alert_id": network.alerts.alert_id[outcomes.alert],
            "outcome": outcomes.outcome,
            "units_asked": outcomes.units_asked,
            "units_by_transfer": outcomes.units_by_transfer,
            "units_by_markdown": outcomes.units_by_markdown,
            "units_by_exit": outcomes.units_by_exit,
            "units_by_purchase": outcomes.units_by_purchase,
            "day": whole_cells(outcomes.day, outcomes.day < 0),
            "reason": outcomes.reason,
        }
    )


def _ledger(network: Network, terms: Mapping[str, int]) -> pd.DataFrame:
    return pd.DataFrame({"term": list(terms), "amount": list(_amounts(terms, network).values())})
