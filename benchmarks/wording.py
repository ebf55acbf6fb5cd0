"""What the pages of several cases say alike: our engine's run, its peers, whether the bound held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def engine_lines(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield what came of our engine."""
    engine, runs = result["engine"], len(result["runs"])
    yield f"Our engine, {result['time_limit_seconds']:g} s" + (f", medians of {runs} runs" if runs > 1 else "")
    yield f"  status       {engine['status']}, certificate {'valid' if engine['certificate_valid'] else 'INVALID'}"
    yield f"  benefit      {money(engine['benefit'])}"
    if engine["objective"] != engine["benefit"]:
        yield f"  objective    {money(engine['objective'])}"
    yield f"  bound        {money(engine['bound'])}  gap {share(engine['gap'])}"
    for response, counts in engine.get("responses", {}).items():
        if any(counts.values()):
            yield f"  {response:<12} " + ", ".join(f"{count:,} {what}" for what, count in counts.items())
    phases = ", ".join(f"{name} {seconds(value)}" for name, value in engine["phases"].items())
    yield f"  seconds      total {seconds(engine['seconds'])}, {phases}"
    moments = ", ".join(f"{float(gap):g} after {seconds(at)}" for gap, at in engine["seconds_to_gap"].items())
    yield f"  first plan   after {seconds(engine['first_plan_seconds'])} s; gap of {moments} s"
    memory = engine["peak_memory_gib"]
    yield f"  peak memory  {'not known' if memory is None else f'{memory:.2f} GiB, all processes together'}"


def peer_lines(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield what came of the peers, and whether our bound held."""
    if result["peers"]:
        width = max(len(peer["name"]) for peer in result["peers"]) + 2
        yield f"Peers, {result['peer_seconds']:g} s each"
        yield f"  {'':<{width}}{'benefit':>18}{'less than ours':>18}{'bound':>18}{'seconds':>9}"
        yield from (_peer_line(peer, width) for peer in result["peers"])
    yield _bound_words(result)


def money(amount: float | None) -> str:
    """Write an amount of currency."""
    return "-" if amount is None else f"{amount:,.2f}"


def share(value: float | None) -> str:
    """Write a share as percent."""
    return "-" if value is None else f"{value:.3%}"


def seconds(value: float | None) -> str:
    """Write seconds."""
    return "-" if value is None else f"{value:.1f}"


def _bound_words(result: Mapping[str, Any]) -> str:
    if not result["bound_holds"]:
        return f"Our bound IS BEATEN: a certified plan makes {money(result['best_objective'])}"
    if any(run["bound"] is None for run in result["runs"]):
        return "No bound was proved in the time"
    return "Our bound holds against every plan"


def _peer_line(peer: Mapping[str, Any], width: int) -> str:
    name = f"  {peer['name']:<{width}}"
    if peer["outcome"] != "plan":
        return f"{name}{peer['outcome']}: {peer['detail']}"
    amounts = (peer["benefit"], peer["benefit_less_than_ours"], peer["bound"])
    return f"{name}{''.join(f'{money(amount):>18}' for amount in amounts)}{peer['seconds']:>9.1f}"
