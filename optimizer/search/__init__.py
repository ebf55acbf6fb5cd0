"""How a model is searched: flows at prices, bounds, limits, and the strategies that combine them with solvers."""
