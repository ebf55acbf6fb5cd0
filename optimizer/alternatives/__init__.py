"""Other plans to choose from: for the plan as a whole, and for single alerts."""

from optimizer.alternatives.choices import WHOLE_PLAN, Alternatives, alternatives_table, choice_tables
from optimizer.alternatives.choosing import alternatives

__all__ = ["WHOLE_PLAN", "Alternatives", "alternatives", "alternatives_table", "choice_tables"]
