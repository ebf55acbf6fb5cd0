"""From a shortage to a request for quotes, and from the answers to an event: docs/rfq.md says what is asked of whom."""

from optimizer.rfq.asking import Eligibility, Rfq, rfq_of
from optimizer.rfq.wanted import items_from_frame, items_of_plan, units_that_count

__all__ = ["Eligibility", "Rfq", "items_from_frame", "items_of_plan", "rfq_of", "units_that_count"]
