"""Seeded retail networks of any size: stores in cities, warehouses as transit points, fast and slow movers.

``python -m scenarios.generate OUT --size M --regime common --seed 1`` writes one; ``docs/generate.md`` says what is
drawn, and how.
"""

from scenarios.generate.shapes import REGIMES, SIZES, Demand, Regime, Shape
from scenarios.generate.world import generate

__all__ = ["REGIMES", "SIZES", "Demand", "Regime", "Shape", "generate"]
