"""Why, not only what: unmet demand, alerts and lines of a plan, each with its reason."""

from optimizer.reasons.applying import with_fix
from optimizer.reasons.codes import UnmetCode
from optimizer.reasons.explaining import explain

__all__ = ["UnmetCode", "explain", "with_fix"]
