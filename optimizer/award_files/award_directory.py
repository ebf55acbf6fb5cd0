"""Writes an award as an award directory, and as the one JSON object of ``--json``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from network.events import Event, event_settings
from network.writing import FileFormat, write_files
from optimizer.award import AwardCertificate, AwardResult
from optimizer.award_files.award_reading import AwardFile, award_from_frames, read_award
from optimizer.award_files.award_schema import AWARD_FILE, AWARD_TABLES
from optimizer.award_files.award_tables import award_tables, winners_table
from optimizer.award_files.fingerprint import event_fingerprint
from optimizer.certificate.awards import value_of
from optimizer.certificate.event_reading import EventReading, reading_of

__all__ = [
    "AwardFile",
    "award_certificate_summary",
    "award_from_frames",
    "award_summary",
    "award_tables",
    "read_award",
    "tables_of_result",
    "write_award",
]

_SECONDS_DECIMALS: Final = 3


def write_award(
    directory: Path,
    event: Event,
    result: AwardResult,
    *,
    file_format: FileFormat = "csv",
    tables: Mapping[str, pd.DataFrame] | None = None,
    reading: EventReading | None = None,
) -> None:
    """Write an award directory: award.json and, when there is an award, its tables.

    Files are written beside their places and then renamed; what an earlier award left there is replaced or removed.

    Parameters
    ----------
    directory : Path
        Made when it is not there.
    event : Event
    result : AwardResult
    file_format : {"csv", "parquet"}
        Of the tables; Parquet needs the extra ``counterpoise[parquet]``.
    tables : mapping of str to DataFrame, optional
        What `tables_of_result` made of the result.
    reading : EventReading, optional
        What `reading_of` made of the event.

    Raises
    ------
    ValueError
        When `file_format` is neither.
    ImportError
        When Parquet is asked for and pyarrow is not installed.
    """
    reading = reading_of(event) if reading is None else reading
    frames: dict[str, pd.DataFrame | None] = dict.fromkeys(AWARD_TABLES)
    frames |= tables_of_result(event, result, reading) if tables is None else tables
    documents = {AWARD_FILE: award_summary(result, event, reading) | _context(event, result)}
    write_files(directory, frames, documents, file_format=file_format)


def tables_of_result(event: Event, result: AwardResult, reading: EventReading) -> dict[str, pd.DataFrame]:
    """Tables of an award directory by name; none without an award."""
    if result.award is None or result.certificate is None:
        return {}
    return award_tables(event, result.award, result.certificate, reading)


def award_summary(result: AwardResult, event: Event, reading: EventReading | None = None) -> dict[str, Any]:
    """Make the one JSON object that says what came out.

    Parameters
    ----------
    result : AwardResult
    event : Event
        What was awarded.
    reading : EventReading, optional
        What `reading_of` made of the event.

    Returns
    -------
    dict
        Amounts in currency units, times in seconds; None for what is not known.
    """
    certificate, award = result.certificate, result.award
    return {
        "status": result.status.value,
        "stopped_by": result.stopped_by.value,
        "cost": None if certificate is None else _amount(certificate.cost, event),
        "spend": None if certificate is None else _amount(certificate.spend, event),
        "objective": _amount(result.objective, event),
        "adjustments": None if certificate is None else _amounts(certificate.adjustments, event),
        "bound": _amount(result.bound, event),
        "gap": result.gap,
        "seconds": {phase: round(seconds, _SECONDS_DECIMALS) for phase, seconds in result.seconds.items()},
        "backend": result.backend,
        "winners": _winners(result, event, reading),
        "lines": 0 if award is None else len(award),
        "units": 0 if award is None else int(award.units.sum()),
        "uncovered_units": None if certificate is None else certificate.uncovered_units,
        "ledger": None if certificate is None else _amounts(certificate.ledger, event),
        "certificate": None if certificate is None else award_certificate_summary(certificate),
        "conflicts": [
            {"rule": found.rule, "place": found.place, "amount": found.amount, "message": found.message}
            for found in result.conflicts
        ],
    }


def award_certificate_summary(certificate: AwardCertificate) -> dict[str, Any]:
    """Say whether an award is valid, and the violations that are described."""
    violations = [
        {"rule": found.rule, "place": found.place, "message": found.message, "amount": found.amount}
        for found in certificate.violations
    ]
    return {"valid": certificate.valid, "violations": violations}


def _winners(result: AwardResult, event: Event, reading: EventReading | None) -> list[dict[str, Any]]:
    """Say who wins what, those with the greatest spend first."""
    if result.award is None:
        return []
    reading = reading_of(event) if reading is None else reading
    table = winners_table(event, reading, value_of(event, reading, result.award.by_bid(len(event.bids))))
    return [
        {str(name): cell.item() if isinstance(cell, np.generic) else cell for name, cell in row.items()}
        for row in table[["supplier_id", "units", "spend", "share", "items"]].to_dict("records")
    ]


def _context(event: Event, result: AwardResult) -> dict[str, Any]:
    """Return what award.json holds beside the summary."""
    settings = event_settings(event)
    return {
        "currency": event.currency,
        "as_of": settings["as_of"],
        "money_decimals": event.money_decimals,
        "backend_reason": result.backend_reason,
        "sizes": dict(result.sizes),
        "risk": settings.get("risk", {}),
        "event": event_fingerprint(event),
    }


def _amount(money: int | None, event: Event) -> float | None:
    """Money units as currency units: the float nearest to the decimal number."""
    return None if money is None else money / 10**event.money_decimals


def _amounts(terms: Mapping[str, int], event: Event) -> dict[str, float]:
    return {term: amount / 10**event.money_decimals for term, amount in terms.items()}
