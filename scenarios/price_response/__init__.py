"""How demand answers to prices, estimated from sales history; docs/price-response.md."""

from scenarios.price_response.estimating import PriceResponse, estimate
from scenarios.price_response.history import regular_prices
from scenarios.price_response.regression import StatisticsMissingError
from scenarios.price_response.tables import period_factor_rows, response_rows

__all__ = [
    "PriceResponse",
    "StatisticsMissingError",
    "estimate",
    "period_factor_rows",
    "regular_prices",
    "response_rows",
]
