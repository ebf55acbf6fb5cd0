"""The cases that ``counterpoise bench`` measures: every module of `benchmarks.cases` holds one, as ``CASE``.

A case's module imports nothing heavy, so that ``--help`` answers at once: what runs it is named, and imported to run.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import benchmarks.cases


@dataclass(frozen=True, slots=True)
class Case:
    """Something to measure."""

    name: str
    meaning: str
    add_flags: Callable[[argparse.ArgumentParser], None]
    run: str
    """``module:function`` of (arguments, say) to the result: a dict for JSON; ``bound_holds`` false is a failure."""
    page: str
    """``module:function`` of the result to lines for people."""
    smoke: tuple[str, ...]
    """Flags of the smallest run, seconds long: what tests do with it."""


def cases() -> dict[str, Case]:
    """Return all cases by name, in alphabetical order."""
    modules = sorted(module.name for module in pkgutil.iter_modules(benchmarks.cases.__path__))
    found: list[Case] = [importlib.import_module(f"benchmarks.cases.{name}").CASE for name in modules]
    return {case.name: case for case in found}


def function_named(path: str) -> Callable[..., Any]:
    """Import the function that ``module:function`` names."""
    function: Callable[..., Any] = pkgutil.resolve_name(path)
    return function
