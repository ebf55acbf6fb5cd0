"""Bounds by cutting planes, for models that a simplex method can take."""

from optimizer.search.cuts.cutting_planes import bounds_by_cuts

__all__ = ["bounds_by_cuts"]
