"""Tables out of streams of messages, for a client."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from counterpoise.v1 import analysis_pb2, plan_pb2, plan_service_pb2


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another choice than a plan."""

    choice: analysis_pb2.PlanAlternative
    lines: pd.DataFrame
    """All its lines between nodes, or those of the alert's SKU; see `PlanAlternative.alert_id`. So the next three."""
    markdowns: pd.DataFrame
    exits: pd.DataFrame
    purchases: pd.DataFrame


DECIDED: Final[dict[str, tuple[type[Any], tuple[str, ...]]]] = {
    "transfers": (
        plan_pb2.TransferColumns,
        ("lane_id", "origin", "destination", "sku_id", "arrives_day", "expiry_day", "units"),
    ),
    "markdowns": (plan_pb2.MarkdownColumns, tuple(plan_pb2.MarkdownColumns.DESCRIPTOR.fields_by_name)),
    "exits": (plan_pb2.ExitColumns, ("node_id", "exit_id", "sku_id", "day", "expiry_day", "units")),
    "purchases": (plan_pb2.PurchaseColumns, ("quote_id", "node_id", "sku_id", "day", "units")),
}
"""What is told of an alternative: messages, and their columns that are filled."""


def alternative_of(messages: Sequence[plan_service_pb2.ListPlanAlternativesResponse]) -> Alternative:
    """Put an alternative together from its own message and those behind it."""
    tables = [
        _joined(kind, names, [getattr(message, field) for message in messages if message.HasField(field)])
        for field, (kind, names) in DECIDED.items()
    ]
    return Alternative(messages[0].alternative, *tables)


def table_of(kind: type[Any], field: str, messages: Iterable[Any]) -> pd.DataFrame:
    """Return one table out of a stream of messages that carry several, one at a time."""
    columns = type(getattr(kind(), field))
    names = [column.name for column in columns.DESCRIPTOR.fields]
    return _joined(columns, names, [getattr(message, field) for message in messages if message.HasField(field)])


def _joined(kind: type[Any], names: Sequence[str], parts: Sequence[Any]) -> pd.DataFrame:
    """Columns of these names, of all parts one after the other; of an empty message when there are none."""
    frames = [pd.DataFrame({name: list(getattr(part, name)) for name in names}) for part in (*parts, kind())]
    return pd.concat(frames[: max(len(parts), 1)], ignore_index=True)
