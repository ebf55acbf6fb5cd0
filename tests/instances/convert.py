"""Public instances as tables of the network directory: a commodity is a SKU, an arc a lane, a demand a hard demand."""

from pathlib import Path

import pandas as pd

SETTINGS = {"currency": "USD", "as_of": "2026-01-05", "horizon_days": 28}


def fcnetlib(folder: Path, name: str) -> dict[str, pd.DataFrame]:
    """Single-commodity fixed-cost network flow: positive node demand needs, negative supplies."""
    nodes = pd.read_csv(folder / f"{name}.nodes.csv", dtype={"node": str})
    arcs = pd.read_csv(folder / f"{name}.arcs.csv", dtype={"origin": str, "destination": str, "parallel": str})
    lanes = pd.DataFrame(
        {
            "lane_id": arcs.origin + ">" + arcs.destination + ">" + arcs.parallel,
            "origin": arcs.origin,
            "destination": arcs.destination,
            "fixed_cost": arcs.fixed_cost,
            "cost_per_unit": arcs.unit_cost,
            "capacity_kg": arcs.capacity,
            "max_dispatches": 1,
        }
    )
    supply, demand = (-nodes.demand).clip(lower=0).astype(int), nodes.demand.clip(lower=0).astype(int)
    return _tables(nodes.node, lanes, [("flow", nodes.node, supply, demand)])


def canad(path: Path) -> dict[str, pd.DataFrame]:
    """Multicommodity capacitated network design: every commodity has one origin and one destination."""
    lines = [line.split() for line in path.read_text().splitlines()[1:] if line.strip()]
    n_nodes, n_arcs, n_commodities = (int(float(field)) for field in lines[0])
    arcs = pd.DataFrame([[float(field) for field in line[:5]] for line in lines[1 : 1 + n_arcs]])
    commodities = [[int(float(field)) for field in line[:3]] for line in lines[1 + n_arcs : 1 + n_arcs + n_commodities]]
    origin, destination = arcs[0].astype(int).astype(str), arcs[1].astype(int).astype(str)
    lanes = pd.DataFrame(
        {
            "lane_id": [f"{o}>{d}#{i}" for i, (o, d) in enumerate(zip(origin, destination, strict=True))],
            "origin": origin,
            "destination": destination,
            "cost_per_unit": arcs[2],
            "capacity_kg": arcs[3],
            "fixed_cost": arcs[4],
            "max_dispatches": 1,
        }
    )
    nodes = pd.Series([str(i + 1) for i in range(n_nodes)])
    skus = []
    for index, (source, sink, quantity) in enumerate(commodities):
        supply, demand = pd.Series(0, index=nodes.index), pd.Series(0, index=nodes.index)
        supply[source - 1], demand[sink - 1] = quantity, quantity
        skus.append((f"K{index}", nodes, supply, demand))
    return _tables(nodes, lanes, skus)


def _tables(
    nodes: pd.Series, lanes: pd.DataFrame, skus: list[tuple[str, pd.Series, pd.Series, pd.Series]]
) -> dict[str, pd.DataFrame]:
    stock, alerts = [], []
    for sku, at, supply, demand in skus:
        held = (supply > 0) | (demand > 0)
        stock.append(pd.DataFrame({"node_id": at, "sku_id": sku, "on_hand": supply, "demand_mean": 0})[held])
        needs = demand > 0
        alerts.append(
            pd.DataFrame({"kind": "shortage", "node_id": at, "sku_id": sku, "units": demand, "must_serve": True})[needs]
        )
    alert_table = pd.concat(alerts, ignore_index=True)
    alert_table.insert(0, "alert_id", [f"A{i}" for i in range(len(alert_table))])
    return {
        "nodes": pd.DataFrame({"node_id": nodes, "kind": "warehouse", "transit": True}),
        "products": pd.DataFrame(
            {"sku_id": [sku for sku, *_ in skus], "list_price": 0, "salvage_value": 0, "unit_weight_kg": 1}
        ),
        "lanes": lanes,
        "stock": pd.concat(stock, ignore_index=True),
        "alerts": alert_table,
    }
